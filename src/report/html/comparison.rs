//! How a run compares with its baseline: what fails the run first, known failures apart.

use std::collections::BTreeSet;

use serde::Serialize;

use super::text::shown;
use crate::report::names::file_name;
use crate::run::outcome::{Change, ChangeClass, Comparison, RunResult, Verdict};

#[derive(Serialize)]
pub(super) struct ComparisonBlock {
    baseline: String,
    expected: usize,
    failing: Vec<ChangeRow>,
    others: Vec<ChangeRow>,
    /// What does not pass, as the baseline has it.
    known: Vec<KnownRow>,
}

#[derive(Serialize)]
struct KnownRow {
    case: String,
    href: String,
    expectation: Option<String>,
    verdict: &'static str,
    reason: String,
    link: Option<String>,
    until: Option<String>,
    entry: String,
}

#[derive(Serialize)]
struct ChangeRow {
    class: &'static str,
    case: String,
    /// Its page, if the run has the case.
    href: Option<String>,
    expectation: Option<String>,
    was: &'static str,
    is: &'static str,
    text: String,
    entry: Option<String>,
    reason: Option<String>,
    /// What the entry links to, as text: it is not ours.
    link: Option<String>,
}

pub(super) fn word(class: ChangeClass) -> &'static str {
    match class {
        ChangeClass::PassToFail => "regression",
        ChangeClass::FailToPass => "unexpected pass",
        ChangeClass::Changed => "changed",
        ChangeClass::New => "new",
        ChangeClass::Stale => "stale entry",
        ChangeClass::Unknown => "unknown entry",
        ChangeClass::Expired => "expired entry",
    }
}

pub(super) fn comparison(run: &RunResult, comparison: &Comparison) -> ComparisonBlock {
    let (failing, others): (Vec<&Change>, Vec<&Change>) =
        comparison.changes.iter().partition(|change| change.fails_run);
    let there: BTreeSet<&str> = run.cases.iter().map(|case| case.id.as_str()).collect();
    let row = |change: &Change| {
        let is_there = there.contains(change.case.as_str());
        ChangeRow {
            class: word(change.class),
            case: shown(&change.case),
            href: is_there.then(|| format!("cases/{}.html", file_name(&change.case))),
            expectation: change.expectation.as_deref().map(shown),
            was: change.was.map_or("", Verdict::name),
            is: change.is.map_or("", Verdict::name),
            text: shown(&change.text),
            entry: change.entry.as_ref().map(|entry| shown(&entry.to_string())),
            reason: change.reason.as_deref().map(shown),
            link: change.link.as_deref().map(shown),
        }
    };
    let known = comparison.known.iter().map(|known| KnownRow {
        case: shown(&known.case),
        href: format!("cases/{}.html", file_name(&known.case)),
        expectation: known.expectation.as_deref().map(shown),
        verdict: known.verdict.name(),
        reason: shown(&known.reason),
        link: known.link.as_deref().map(shown),
        until: known.until.as_deref().map(shown),
        entry: shown(&known.entry.to_string()),
    });
    ComparisonBlock {
        baseline: shown(&comparison.baseline),
        expected: comparison.expected,
        failing: failing.into_iter().map(row).collect(),
        others: others.into_iter().map(row).collect(),
        known: known.collect(),
    }
}
