//! `junit.xml`: a test case per script, in suites by the folder its case stands in.
//!
//! `<failure>` means one thing only: a counting demand on the relay was violated. `<error>` is where no verdict on the
//! relay was reached: `type="error"` is our own or the environment's fault, `type="inconc"` a test that could not
//! decide. Both turn a pipeline red, as exit codes 1 and 4 do. Violations that do not count are properties.

use std::collections::BTreeMap;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::group::group_of;
use super::words;
use crate::run::outcome::{CaseResult, ExpectationResult, RunResult, Verdict};
use crate::show::{visible, visible_lines};

/// The file's text.
///
/// # Errors
/// The XML writer's, for a person; none is known to occur when writing to memory.
pub fn render(run: &RunResult) -> Result<String, String> {
    let mut suites: BTreeMap<String, Vec<&CaseResult>> = BTreeMap::new();
    for case in &run.cases {
        suites.entry(group_of(&case.source.file)).or_default().push(case);
    }
    let mut report = Report::new("mmspec");
    report.set_time(total(run.cases.iter()));
    for (group, mut cases) in suites {
        cases.sort_by(|a, b| a.id.cmp(&b.id));
        report.add_test_suite(suite(run, &group, &cases));
    }
    report.to_string().map_err(|e| e.to_string())
}

fn suite(run: &RunResult, group: &str, cases: &[&CaseResult]) -> TestSuite {
    let mut suite = TestSuite::new(visible(group));
    suite.set_time(total(cases.iter().copied()));
    for (relay, target) in &run.run.bindings {
        suite.add_property(property(&format!("relay {relay}"), target));
    }
    for case in cases {
        suite.add_test_case(test_case(group, case));
    }
    suite
}

fn test_case(group: &str, case: &CaseResult) -> TestCase {
    let mut test = TestCase::new(visible(&case.id), status(case));
    test.set_classname(visible(group));
    test.set_assertions(case.expectations.len());
    test.set_time(Duration::from_millis(case.duration_ms));
    test.extra
        .insert("file".into(), visible(&case.source.file).into());
    test.extra
        .insert("line".into(), case.source.line.to_string().into());
    test.add_property(property("title", &case.title));
    for e in words::uncounted(case) {
        let name = format!("uncounted-{}", e.verdict.name());
        test.add_property(property(&name, &one_line(e)));
    }
    if case.run_again {
        test.add_property(property("note", words::RUN_AGAIN));
    }
    if !case.log.is_empty() {
        test.set_system_out(visible_lines(&words::logs(&case.log)));
    }
    for (purpose, verdict) in purposes(case) {
        test.add_property(property(purpose, verdict.name()));
    }
    test
}

fn status(case: &CaseResult) -> TestCaseStatus {
    match case.verdict {
        Verdict::Pass => TestCaseStatus::success(),
        Verdict::NotApplicable => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(visible(case.reason.as_deref().unwrap_or("not applicable")));
            status
        }
        Verdict::Fail => non_success(case, NonSuccessKind::Failure, Verdict::Fail),
        Verdict::Error => non_success(case, NonSuccessKind::Error, Verdict::Error),
        Verdict::Inconc | Verdict::NotReached => non_success(case, NonSuccessKind::Error, Verdict::Inconc),
    }
}

fn non_success(case: &CaseResult, kind: NonSuccessKind, verdict: Verdict) -> TestCaseStatus {
    let blamed: Vec<&ExpectationResult> = case
        .expectations
        .iter()
        .filter(|e| e.counts && e.verdict == verdict)
        .collect();
    let message = match (&case.reason, blamed.first()) {
        (_, Some(e)) => headline(e),
        (Some(reason), None) => visible(reason).into_owned(),
        (None, None) => verdict.name().to_owned(),
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(verdict.name());
    status.set_message(message);
    let mut text = String::new();
    if let Some(reason) = &case.reason {
        text.push_str(&format!("{}\n", visible_lines(reason)));
    }
    for e in blamed {
        text.push_str(&description(e));
    }
    if !text.is_empty() {
        status.set_description(text);
    }
    status
}

/// All of one broken demand, for people.
fn description(e: &ExpectationResult) -> String {
    let mut text = String::new();
    for purpose in &e.tests {
        text.push_str(&format!(
            "{}  {}  {}, {}: {}\n",
            purpose.id,
            visible(&purpose.clause),
            purpose.level.name(),
            purpose.basis.name(),
            visible(&purpose.purpose),
        ));
    }
    text.push_str(&format!("at        {}\n", visible(&e.source.to_string())));
    text.push_str(&format!("expected  {}\n", visible(&e.expected)));
    text.push_str(&format!("got       {}\n", visible(&e.got)));
    for (name, node) in [("hop", &e.hop), ("relay", &e.relay)] {
        if let Some(node) = node {
            text.push_str(&format!("{name:<10}{}\n", visible(node)));
        }
    }
    if let Some(blame) = &e.blame {
        text.push_str(&format!("blame     {}\n", visible(&words::blamed(blame))));
    }
    text
}

/// `TP-M4R-04: got …`.
fn headline(e: &ExpectationResult) -> String {
    visible(&format!("{}: {}", words::decides(e), e.got)).into_owned()
}

fn one_line(e: &ExpectationResult) -> String {
    format!(
        "{} ({}, {}) at {}: expected {}, got {}",
        words::decides(e),
        e.level.name(),
        e.basis.name(),
        e.source,
        e.expected,
        e.got
    )
}

/// The worst verdict of each purpose in this case.
fn purposes(case: &CaseResult) -> BTreeMap<&str, Verdict> {
    let mut worst: BTreeMap<&str, Verdict> = BTreeMap::new();
    for e in &case.expectations {
        for purpose in &e.tests {
            let entry = worst.entry(&purpose.id).or_insert(e.verdict);
            *entry = (*entry).max(e.verdict);
        }
    }
    worst
}

fn property(name: &str, value: &str) -> Property {
    Property::new(visible(name), visible(value))
}

fn total<'a>(cases: impl Iterator<Item = &'a CaseResult>) -> Duration {
    Duration::from_millis(cases.map(|c| c.duration_ms).sum())
}
