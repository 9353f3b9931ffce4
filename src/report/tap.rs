//! TAP version 14: a test point for each script, with a YAML diagnostic where it did not pass.
//!
//! `# SKIP` is what is not applicable, `# TODO` a failure that the baseline knows or is older than: harnesses count neither against the run.
//! Entries of the baseline that are wrong are test points of their own, after the scripts.

use super::standing::{Standing, Standings};
use super::words;
use crate::case::Source;
use crate::run::outcome::{CaseResult, ExpectationResult, RunResult, Verdict};
use crate::show::{visible, visible_up_to};

/// Characters a directive's reason may have: it stands in the line of its test point.
const LONGEST_REASON: usize = 300;

/// Characters of a relay's words in one value.
const LONGEST_VALUE: usize = 4000;

/// The file's text.
pub fn render(run: &RunResult) -> String {
    let standings = Standings::of(run);
    let mut cases: Vec<&CaseResult> = run.cases.iter().collect();
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    let points = cases.len() + standings.entries.len();
    let mut out = format!("TAP version 14\n1..{points}");
    if points == 0 {
        out.push_str(" # SKIP nothing was selected");
    }
    out.push('\n');
    for (number, case) in (1..).zip(&cases) {
        point(&mut out, number, case, &standings);
    }
    for (number, change) in (cases.len() + 1..).zip(&standings.entries) {
        out.push_str(&format!(
            "not ok {number} - baseline: {} {}\n",
            change.class.name(),
            description(&change.case)
        ));
        out.push_str("  ---\n");
        value(&mut out, 2, "message", &change.text);
        value(&mut out, 2, "severity", change.class.name());
        if let Some(at) = &change.entry {
            place(&mut out, 2, at);
        }
        out.push_str("  ...\n");
    }
    out
}

fn point(out: &mut String, number: usize, case: &CaseResult, standings: &Standings<'_>) {
    let standing = standings.case(case);
    let (ok, directive) = match &standing {
        Standing::Pass => ("ok", String::new()),
        Standing::NotApplicable => {
            let reason = case.reason.as_deref().unwrap_or("not applicable");
            ("ok", format!(" # SKIP {}", visible_up_to(reason, LONGEST_REASON)))
        }
        Standing::Known(known) => {
            let reason = words::pardon(known);
            (
                "not ok",
                format!(" # TODO {}", visible_up_to(&reason, LONGEST_REASON)),
            )
        }
        Standing::Tolerated(_) => ("not ok", format!(" # TODO {}", words::NEW)),
        Standing::Broken(_) => ("not ok", String::new()),
    };
    out.push_str(&format!("{ok} {number} - {}{directive}\n", description(&case.id)));
    if !matches!(standing, Standing::Pass | Standing::NotApplicable) {
        diagnostic(out, case, &standing);
    }
}

/// The YAML block below a test point that is not ok.
fn diagnostic(out: &mut String, case: &CaseResult, standing: &Standing<'_>) {
    out.push_str("  ---\n");
    value(out, 2, "message", &words::headline(case));
    value(out, 2, "severity", case.verdict.name());
    if let Standing::Broken(Some(change)) | Standing::Tolerated(change) = standing {
        value(out, 2, "change", change.class.name());
    }
    out.push_str(&format!("  duration_ms: {}\n", case.duration_ms));
    place(out, 2, &case.source);
    let broken = words::broken_demands(case);
    if !broken.is_empty() {
        out.push_str("  demands:\n");
    }
    for e in broken {
        demand(out, e);
    }
    let moot: Vec<&ExpectationResult> = case
        .expectations
        .iter()
        .filter(|e| e.verdict == Verdict::NotReached)
        .collect();
    if !moot.is_empty() {
        out.push_str("  not-reached:\n");
        for e in moot {
            out.push_str(&format!("    - {}\n", scalar(&e.id)));
        }
    }
    out.push_str("  ...\n");
}

fn demand(out: &mut String, e: &ExpectationResult) {
    out.push_str(&format!("    - id: {}\n", scalar(&e.id)));
    if !e.tests.is_empty() {
        out.push_str("      requirements:\n");
    }
    for purpose in &e.tests {
        let requirement = format!("{}  {}  {}", purpose.id, purpose.clause, purpose.level.name());
        out.push_str(&format!("        - {}\n", scalar(&requirement)));
    }
    place(out, 6, &e.source);
    value(out, 6, "expected", &e.expected);
    value(out, 6, "got", &e.got);
    for (name, node) in [("hop", &e.hop), ("relay", &e.relay)] {
        if let Some(node) = node {
            value(out, 6, name, node);
        }
    }
}

fn place(out: &mut String, indent: usize, at: &Source) {
    let pad = " ".repeat(indent);
    out.push_str(&format!("{pad}at:\n"));
    value(out, indent + 2, "file", &at.file);
    out.push_str(&format!(
        "{pad}  line: {}\n{pad}  column: {}\n",
        at.line, at.column
    ));
}

fn value(out: &mut String, indent: usize, key: &str, text: &str) {
    out.push_str(&format!("{}{key}: {}\n", " ".repeat(indent), scalar(text)));
}

/// A double-quoted YAML scalar on one line. What JSON calls a string is one.
fn scalar(text: &str) -> String {
    serde_json::Value::from(visible_up_to(text, LONGEST_VALUE)).to_string()
}

/// A description, in which `#` would begin a directive.
fn description(text: &str) -> String {
    visible(text).replace('\\', "\\\\").replace('#', "\\#")
}
