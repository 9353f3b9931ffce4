//! The matrix for a review or a step summary.

use super::text::{cell, line, requirements, summary, told};
use crate::run::matrix::{Encounter, Matrix};
use crate::show::visible;

/// The grid, then a list for each pair with something to say about it.
pub fn markdown(matrix: &Matrix) -> String {
    let mut out = format!("# Who interworks with whom\n\n{}\n\n", summary(matrix));
    let names: Vec<String> = matrix.relays.iter().map(|name| inline(name)).collect();
    out.push_str(&format!("| A \\ B | {} |\n", names.join(" | ")));
    out.push_str(&format!("|---|{}\n", "---|".repeat(names.len())));
    for (name, pairs) in names.iter().zip(matrix.pairs.chunks(names.len().max(1))) {
        let cells: Vec<String> = pairs.iter().map(linked).collect();
        out.push_str(&format!("| **{name}** | {} |\n", cells.join(" | ")));
    }
    for pair in matrix
        .pairs
        .iter()
        .filter(|p| p.reason.is_some() || !p.shown.is_empty())
    {
        out.push_str(&format!("\n## {}\n", inline(&line(pair))));
        if !pair.shown.is_empty() {
            out.push('\n');
        }
        for silent in &pair.silent {
            out.push_str(&format!("- at first silent: {}\n", inline(silent)));
        }
        for case in &pair.shown {
            out.push_str(&format!(
                "- **{}** `{}` {}\n",
                case.verdict.name(),
                case.script.replace(['`', '\n'], " "),
                inline(&told(case)),
            ));
            if !case.requirements.is_empty() {
                out.push_str(&format!("  {}\n", inline(&requirements(case))));
            }
        }
    }
    out
}

fn linked(pair: &Encounter) -> String {
    match &pair.dir {
        Some(dir) => format!("[{}]({dir}/results.json)", cell(pair)),
        None => cell(pair),
    }
}

/// Text that stays text: nothing of it is markup.
fn inline(text: &str) -> String {
    let mut out = String::new();
    for c in visible(text).chars() {
        if "\\`*_{}[]<>|#&".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
