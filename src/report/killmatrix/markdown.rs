//! The kill matrix for a review or a step summary.

use super::text::summary;
use crate::run::killmatrix::{DefectRow, Matrix};

/// Cases named for each defect; more of them are counted.
const NAMED: usize = 4;

/// One table of defects, one list of cases that killed nothing.
pub fn markdown(matrix: &Matrix) -> String {
    let mut out = format!("# Kill matrix\n\n{}\n", summary(matrix));
    if !matrix.clean.is_empty() {
        out.push_str("## Fails without a defect\n\n");
        for kill in &matrix.clean {
            out.push_str(&format!(
                "- `{}` `{}`\n",
                code(&kill.script),
                code(&kill.expectation)
            ));
        }
        out.push('\n');
    }
    out.push_str("| defect | breaks | clause | test purposes | killed by |\n|---|---|---|---|---|\n");
    for row in &matrix.defects {
        out.push_str(&format!(
            "| `{}` | {} | {} | {} | {} |\n",
            row.name,
            cell(&row.breaks),
            cell(&row.clause),
            row.tests.join(", "),
            killers(row)
        ));
    }
    if matrix.idle().next().is_some() {
        out.push_str("\n## Cases that kill nothing\n\n");
        for case in matrix.idle() {
            out.push_str(&format!("- `{}` ({})\n", code(&case.id), case.source.file));
        }
    }
    out
}

fn killers(row: &DefectRow) -> String {
    if row.kills.is_empty() {
        let reason = row.reason.as_deref().map(|r| format!(": {}", cell(r)));
        return format!("**{}**{}", row.fate.name(), reason.unwrap_or_default());
    }
    let mut cases: Vec<&str> = row.kills.iter().map(|kill| kill.case()).collect();
    cases.dedup();
    let more = cases.len().saturating_sub(NAMED);
    let mut named: Vec<String> = cases
        .iter()
        .take(NAMED)
        .map(|case| format!("`{}`", code(case)))
        .collect();
    if more > 0 {
        named.push(format!("{more} more"));
    }
    named.join(", ")
}

fn code(text: &str) -> String {
    text.replace(['`', '\n'], " ")
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
