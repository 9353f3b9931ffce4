//! `ctrf.json`: the Common Test Report Format (<https://ctrf.io>), specification 0.0.0.
//!
//! Its five statuses know neither `inconc` nor `error`: both are `failed`, since a run with one is not in order, and
//! `rawStatus` holds the verdict. What the baseline knows or is older than is `other`, what is not applicable `skipped`.

use serde_json::{Value, json};

use super::group::group_of;
use super::standing::{Standing, Standings};
use super::words;
use crate::run::outcome::{CaseResult, RunResult, Verdict};
use crate::show::{json as written, visible, visible_lines};

/// The file's text.
///
/// # Errors
/// Those of the serializer.
pub fn render(run: &RunResult) -> serde_json::Result<String> {
    let standings = Standings::of(run);
    let mut cases: Vec<&CaseResult> = run.cases.iter().collect();
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    let tests: Vec<Value> = cases.iter().map(|case| test(case, &standings)).collect();
    let with = |status: &str| tests.iter().filter(|t| t["status"] == status).count();
    let longest = run.cases.iter().map(|c| c.duration_ms).max().unwrap_or_default();
    let file = json!({
        "reportFormat": "CTRF",
        "specVersion": "0.0.0",
        "generatedBy": visible(&run.tool.name),
        "results": {
            "tool": { "name": visible(&run.tool.name), "version": visible(&run.tool.version) },
            "summary": {
                "tests": tests.len(),
                "passed": with("passed"),
                "failed": with("failed"),
                "skipped": with("skipped"),
                "pending": 0,
                "other": with("other"),
                "start": run.run.started_ms,
                // The end of a run is not written down; it lasts at least as long as its longest case.
                "stop": run.run.started_ms.saturating_add(longest),
                "extra": extra(run, &standings),
            },
            "tests": tests,
            "environment": { "extra": { "relays": run.run.bindings.iter()
                .map(|(relay, target)| (relay.clone(), json!(visible(target))))
                .collect::<serde_json::Map<_, _>>() } },
        },
    });
    written::pretty(&file)
}

fn test(case: &CaseResult, standings: &Standings<'_>) -> Value {
    let standing = standings.case(case);
    let status = match standing {
        Standing::Pass => "passed",
        Standing::NotApplicable => "skipped",
        Standing::Known(_) | Standing::Tolerated(_) => "other",
        Standing::Broken(_) => "failed",
    };
    let mut test = json!({
        "name": visible(&case.id),
        "status": status,
        "duration": case.duration_ms,
        "suite": [visible(&group_of(&case.source.file))],
        "rawStatus": case.verdict.name(),
        "filePath": visible(&case.source.file),
        "line": case.source.line,
        "tags": purposes(case),
    });
    if case.run_again {
        test["retries"] = json!(1);
    }
    match &standing {
        Standing::Pass => {}
        Standing::NotApplicable => test["message"] = json!(words::headline(case)),
        Standing::Known(_) | Standing::Tolerated(_) | Standing::Broken(_) => {
            test["message"] = json!(words::headline(case));
            test["trace"] = json!(words::full_account(case, standings));
        }
    }
    if !case.log.is_empty() {
        let said = words::logs(&case.log);
        let lines: Vec<_> = said.lines().map(|line| visible(line).into_owned()).collect();
        test["stdout"] = json!(lines);
    }
    test["extra"] = case_extra(case, &standing);
    test
}

/// What CTRF has no word for.
fn case_extra(case: &CaseResult, standing: &Standing<'_>) -> Value {
    let (hops, relays) = words::places(case);
    let mut extra = json!({
        "title": visible_lines(&case.title),
        "topology": visible(&case.topology),
        "clauses": words::clauses(case).into_iter().map(visible).collect::<Vec<_>>(),
    });
    if let Some(level) = words::level(case) {
        extra["level"] = json!(level.name());
    }
    if !hops.is_empty() {
        extra["hops"] = json!(hops.into_iter().map(visible).collect::<Vec<_>>());
    }
    if !relays.is_empty() {
        extra["relays"] = json!(relays.into_iter().map(visible).collect::<Vec<_>>());
    }
    match standing {
        Standing::Known(known) => {
            extra["known"] = json!({
                "reason": visible(&known.reason),
                "link": known.link.as_deref().map(visible),
                "until": known.until,
                "entry": visible(&known.entry.to_string()),
            });
        }
        Standing::Broken(Some(change)) | Standing::Tolerated(change) => {
            extra["change"] = json!(change.class.name())
        }
        _ => {}
    }
    extra
}

/// What is wrong with the baseline, since CTRF counts tests only.
fn extra(run: &RunResult, standings: &Standings<'_>) -> Value {
    let problems: Vec<_> = standings
        .entries
        .iter()
        .map(|change| visible(&words::entry_problem(change)).into_owned())
        .collect();
    let mut extra = json!({ "verdicts": run.summary });
    if let Some(comparison) = &run.comparison {
        extra["baseline"] = json!({
            "file": visible(&comparison.baseline),
            "expected": comparison.expected,
            "entries": problems,
        });
    }
    extra
}

/// The purposes a case decides, each once.
fn purposes(case: &CaseResult) -> Vec<String> {
    let decided = case
        .expectations
        .iter()
        .filter(|e| e.verdict != Verdict::NotApplicable);
    let mut ids: Vec<String> = decided
        .flat_map(|e| &e.tests)
        .map(|p| visible(&p.id).into_owned())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
