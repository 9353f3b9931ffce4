//! What the terminal shows: the grid, who fails with whom, then the counts.

use crate::report::words;
use crate::run::matrix::{Blamed, Encounter, Fate, Matrix, Shown};
use crate::run::outcome::Verdict;
use crate::show::{Paint, visible, visible_up_to};

/// Characters of a reason that are shown.
const REASON: usize = 300;

/// The grid; every pair with something to say about it; the last line counts. With `verbose` also why each case failed.
pub fn text(matrix: &Matrix, paint: Paint, verbose: bool) -> String {
    let mut out = grid(matrix, paint);
    for pair in &matrix.pairs {
        if pair.reason.is_none() && pair.shown.is_empty() {
            continue;
        }
        out.push_str(&format!("\n{}\n", line(pair)));
        for silent in &pair.silent {
            out.push_str(&format!("    at first silent: {}\n", visible(silent)));
        }
        for case in &pair.shown {
            out.push_str(&format!("    {}\n", shown(case, paint)));
            if verbose {
                out.push_str(&format!("        {}\n", visible_up_to(&case.why, REASON)));
            }
        }
    }
    out.push_str(&format!("\n{}\n", summary(matrix)));
    out
}

/// `A=x B=y: 28 pass, 4 fail (3 at B on A-B, B-bob; 1 not attributable)`.
pub fn line(pair: &Encounter) -> String {
    let names = format!("A={} B={}", visible(&pair.a), visible(&pair.b));
    match (pair.fate, &pair.reason) {
        (Fate::Ran, None) => {
            let blamed: Vec<String> = pair.blamed.iter().map(place).collect();
            let blamed = match blamed.is_empty() {
                true => String::new(),
                false => format!(" ({})", blamed.join("; ")),
            };
            format!("{names}: {}{blamed}", counts(pair))
        }
        (Fate::Ran, Some(reason)) => format!("{names}: not applicable: {}", visible(reason)),
        (Fate::Skipped, reason) => format!("{names}: skipped: {}", said(reason.as_deref())),
        (Fate::Refused, reason) => format!("{names}: could not be run: {}", said(reason.as_deref())),
    }
}

fn said(reason: Option<&str>) -> String {
    visible(reason.unwrap_or_default()).into_owned()
}

/// `3 at B on A-B, B-bob`.
pub(super) fn place(blamed: &Blamed) -> String {
    let hops = blamed.hops.join(", ");
    match (&blamed.node, hops.is_empty()) {
        (Some(node), true) => format!("{} at {node}", blamed.cases),
        (Some(node), false) => format!("{} at {node} on {}", blamed.cases, visible(&hops)),
        (None, true) => format!("{} not attributable", blamed.cases),
        (None, false) => format!("{} not attributable, on {}", blamed.cases, visible(&hops)),
    }
}

/// What stands in the cell of a pair.
pub(super) fn cell(pair: &Encounter) -> String {
    match (pair.fate, pair.applicable()) {
        (Fate::Skipped, _) => "skipped".to_owned(),
        (Fate::Refused, _) => "error".to_owned(),
        (Fate::Ran, 0) => "n.a.".to_owned(),
        (Fate::Ran, _) => counts(pair),
    }
}

/// The verdicts of a pair that are not 0.
fn counts(pair: &Encounter) -> String {
    let s = pair.summary;
    let all = [
        (s.pass, "pass"),
        (s.fail, "fail"),
        (s.inconc, "inconc"),
        (s.error, "error"),
        (s.not_applicable, "n.a."),
    ];
    let some = all.iter().filter(|(count, name)| *count > 0 || *name == "pass");
    let words: Vec<String> = some.map(|(count, name)| format!("{count} {name}")).collect();
    words.join(", ")
}

/// `relay B, hop B-bob`; nothing for a case that failed nobody.
pub(super) fn whose(case: &Shown) -> String {
    let node = match (&case.node, case.verdict) {
        (Some(node), _) => format!("relay {}", visible(node)),
        (None, Verdict::Fail) => "not attributable".to_owned(),
        (None, _) => return String::new(),
    };
    match &case.hop {
        Some(hop) => format!("{node}, hop {}", visible(hop)),
        None => node,
    }
}

/// What happened, after whose fault it is.
pub(super) fn told(case: &Shown) -> String {
    let whose = whose(case);
    let colon = if whose.is_empty() { "" } else { ": " };
    format!("{whose}{colon}{}", visible_up_to(&case.why, REASON))
}

/// Test purposes with their clauses.
pub(super) fn requirements(case: &Shown) -> String {
    let all = case.requirements.iter();
    let all: Vec<String> = all.map(|r| format!("{} ({})", r.id, r.clause)).collect();
    all.join(", ")
}

fn shown(case: &Shown, paint: Paint) -> String {
    let verdict = words::verdict(paint, case.verdict);
    let parts = [
        format!("{verdict} {}", visible(&case.script)),
        whose(case),
        visible(&requirements(case)).into_owned(),
        case.source.to_string(),
    ];
    let parts: Vec<&str> = parts
        .iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    parts.join("  ")
}

/// Rows are A, columns B.
fn grid(matrix: &Matrix, paint: Paint) -> String {
    let names: Vec<String> = matrix
        .relays
        .iter()
        .map(|name| visible(name).into_owned())
        .collect();
    let cells: Vec<String> = matrix.pairs.iter().map(cell).collect();
    let size = names.len().max(1);
    let corner = "A \\ B".to_owned();
    let width =
        |texts: &mut dyn Iterator<Item = &String>| texts.map(|t| t.chars().count()).max().unwrap_or(0);
    let first = width(&mut names.iter().chain([&corner]));
    let columns: Vec<usize> = (0..names.len())
        .map(|column| width(&mut cells.iter().skip(column).step_by(size).chain([&names[column]])))
        .collect();
    let row = |head: &str, texts: &[String]| {
        let mut line = format!("{head:<first$}");
        for (text, width) in texts.iter().zip(&columns) {
            line.push_str(&format!("  {text:<width$}"));
        }
        line.trim_end().to_owned()
    };
    let mut out = format!("{}\n", paint.bold(&row(&corner, &names)));
    for (name, cells) in names.iter().zip(cells.chunks(size)) {
        out.push_str(&format!("{}\n", row(name, cells)));
    }
    out
}

/// The counts in one line.
pub(super) fn summary(matrix: &Matrix) -> String {
    let t = matrix.total();
    format!(
        "{} pairs: {} ran, {} skipped, {} could not be run · {} cases: {} pass, {} fail, {} inconc, {} error, {} not applicable",
        matrix.pairs.len(),
        matrix.with_fate(Fate::Ran),
        matrix.with_fate(Fate::Skipped),
        matrix.with_fate(Fate::Refused),
        t.cases,
        t.pass,
        t.fail,
        t.inconc,
        t.error,
        t.not_applicable
    )
}
