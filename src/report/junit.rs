//! `junit.xml`: a test case per script, in suites by the folder its case stands in.
//!
//! `<failure>` means one thing only: a counting demand on the relay was violated. `<error>` is where no verdict on the
//! relay was reached: `type="error"` is our own or the environment's fault, `type="inconc"` a test that could not
//! decide. Both turn a pipeline red, as exit codes 1 and 4 do. Violations that do not count are properties.
//!
//! With a baseline, `<skipped type="known-failure">` is a case that did not pass as the baseline says, `new-failure` one that the
//! baseline is older than, and entries of the baseline that are wrong are test cases with an `<error>` in a suite of their own.

use std::collections::BTreeMap;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::group::group_of;
use super::standing::{Standing, Standings};
use super::words;
use crate::run::outcome::{CaseResult, Change, ExpectationResult, RunResult, Verdict};
use crate::show::{visible, visible_lines, visible_up_to};

/// Characters of the attribute `message`; the element's text has all of it.
const LONGEST_MESSAGE: usize = 500;

/// The file's text.
///
/// # Errors
/// The XML writer's, for a person; none is known to occur when writing to memory.
pub fn render(run: &RunResult) -> Result<String, String> {
    let standings = Standings::of(run);
    let mut suites: BTreeMap<String, Vec<&CaseResult>> = BTreeMap::new();
    for case in &run.cases {
        suites.entry(group_of(&case.source.file)).or_default().push(case);
    }
    let mut report = Report::new("mmspec");
    report.set_time(total(run.cases.iter()));
    for (group, mut cases) in suites {
        cases.sort_by(|a, b| a.id.cmp(&b.id));
        report.add_test_suite(suite(run, &group, &cases, &standings));
    }
    if !standings.entries.is_empty() {
        report.add_test_suite(baseline(&standings.entries));
    }
    report.to_string().map_err(|e| e.to_string())
}

fn suite(run: &RunResult, group: &str, cases: &[&CaseResult], standings: &Standings<'_>) -> TestSuite {
    let mut suite = TestSuite::new(visible(group));
    suite.set_time(total(cases.iter().copied()));
    for (relay, target) in &run.run.bindings {
        suite.add_property(property(&format!("relay {relay}"), target));
    }
    for case in cases {
        suite.add_test_case(test_case(group, case, standings));
    }
    suite
}

/// What is wrong with the baseline: neither the relay's fault nor a test that failed, but somebody has to look at it.
fn baseline(entries: &[&Change]) -> TestSuite {
    let mut suite = TestSuite::new("baseline");
    for change in entries {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_type(change.class.name());
        status.set_message(visible_up_to(&change.text, LONGEST_MESSAGE));
        status.set_description(visible(&words::entry_problem(change)));
        let expectation = change.expectation.as_ref().map(|id| format!(" {id}"));
        let name = format!(
            "{} {}{}",
            change.class.name(),
            change.case,
            expectation.unwrap_or_default()
        );
        let mut test = TestCase::new(visible(&name), status);
        test.set_classname("baseline");
        if let Some(at) = &change.entry {
            test.extra.insert("file".into(), visible(&at.file).into());
            test.extra.insert("line".into(), at.line.to_string().into());
        }
        suite.add_test_case(test);
    }
    suite
}

fn test_case(group: &str, case: &CaseResult, standings: &Standings<'_>) -> TestCase {
    let mut test = TestCase::new(visible(&case.id), status(case, standings));
    test.set_classname(visible(group));
    test.set_assertions(case.expectations.len());
    test.set_time(Duration::from_millis(case.duration_ms));
    test.extra
        .insert("file".into(), visible(&case.source.file).into());
    test.extra
        .insert("line".into(), case.source.line.to_string().into());
    test.add_property(property("title", &case.title));
    test.add_property(property("topology", &case.topology));
    for clause in words::clauses(case) {
        test.add_property(property("clause", clause));
    }
    if let Some(level) = words::level(case) {
        test.add_property(property("level", level.name()));
    }
    let (hops, relays) = words::places(case);
    for hop in hops {
        test.add_property(property("hop", hop));
    }
    for relay in relays {
        test.add_property(property("relay", relay));
    }
    if let Standing::Broken(Some(change)) | Standing::Tolerated(change) = standings.case(case) {
        test.add_property(property("change", change.class.name()));
    }
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

fn status(case: &CaseResult, standings: &Standings<'_>) -> TestCaseStatus {
    match standings.case(case) {
        Standing::Pass => TestCaseStatus::success(),
        Standing::NotApplicable => {
            let mut status = TestCaseStatus::skipped();
            let reason = case.reason.as_deref().unwrap_or("not applicable");
            status.set_message(visible_up_to(reason, LONGEST_MESSAGE));
            status
        }
        Standing::Known(known) => {
            let message = format!("known {}: {}", case.verdict.name(), words::pardon(known));
            pardoned(case, "known-failure", &message, standings)
        }
        Standing::Tolerated(_) => {
            let message = format!("{}: {}", words::NEW, words::headline(case));
            pardoned(case, "new-failure", &message, standings)
        }
        Standing::Broken(_) => match case.verdict {
            Verdict::Fail => non_success(case, NonSuccessKind::Failure, Verdict::Fail, standings),
            Verdict::Error => non_success(case, NonSuccessKind::Error, Verdict::Error, standings),
            _ => non_success(case, NonSuccessKind::Error, Verdict::Inconc, standings),
        },
    }
}

fn pardoned(case: &CaseResult, kind: &str, message: &str, standings: &Standings<'_>) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_type(kind);
    status.set_message(visible_up_to(message, LONGEST_MESSAGE));
    status.set_description(words::full_account(case, standings));
    status
}

fn non_success(
    case: &CaseResult,
    kind: NonSuccessKind,
    verdict: Verdict,
    standings: &Standings<'_>,
) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(verdict.name());
    let message: String = words::headline(case).chars().take(LONGEST_MESSAGE).collect();
    status.set_message(message);
    let text = words::full_account(case, standings);
    if !text.is_empty() {
        status.set_description(text);
    }
    status
}

fn one_line(e: &ExpectationResult) -> String {
    format!(
        "{} ({}, {}) at {}: expected {}, got {}",
        words::decides(e),
        e.level.name(),
        e.basis.name(),
        e.source,
        visible_up_to(&e.expected, LONGEST_MESSAGE),
        visible_up_to(&e.got, LONGEST_MESSAGE)
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
