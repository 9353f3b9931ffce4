//! `junit.xml`.

use mmspec::report::junit::render;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus};

use crate::report_sample::{compared, run};

#[test]
fn reads_like_this() {
    insta::assert_snapshot!(render(&run()).unwrap());
}

#[test]
fn with_a_baseline_it_reads_like_this() {
    insta::assert_snapshot!(render(&compared()).unwrap());
}

/// What the baseline knows is skipped; what is wrong with the baseline is an error and no failure.
#[test]
fn known_failures_do_not_turn_it_red_and_stale_entries_do() {
    let report = Report::deserialize_from_str(&render(&compared()).unwrap()).unwrap();
    assert_eq!((report.tests, report.failures, report.errors), (9, 1, 3));
    assert_eq!(report.test_suites.iter().map(|s| s.skipped).sum::<usize>(), 3);
    let mut names: Vec<(String, String)> = Vec::new();
    for test in report.test_suites.iter().flat_map(|s| &s.test_cases) {
        names.push((
            test.classname.as_ref().unwrap().to_string(),
            test.name.to_string(),
        ));
    }
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all, "class and name are a key");
}

#[test]
fn survives_a_parser_with_nothing_lost() {
    let report = Report::deserialize_from_str(&render(&run()).unwrap()).unwrap();
    assert_eq!((report.tests, report.failures, report.errors), (8, 2, 3));
    assert_eq!(report.test_suites.iter().map(|s| s.skipped).sum::<usize>(), 1);
    let groups: Vec<&str> = report.test_suites.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(groups, ["e2e", "mine", "mm1"]);
}

#[test]
fn failure_is_for_the_relay_alone() {
    let report = Report::deserialize_from_str(&render(&run()).unwrap()).unwrap();
    let failed = |kind: NonSuccessKind| -> Vec<String> {
        let of_kind =
            |t: &&TestCase| matches!(&t.status, TestCaseStatus::NonSuccess { kind: k, .. } if *k == kind);
        let tests = report.test_suites.iter().flat_map(|s| &s.test_cases);
        tests.filter(of_kind).map(|t| t.name.to_string()).collect()
    };
    assert_eq!(
        failed(NonSuccessKind::Failure),
        ["e2e-report-comes-home", "mm1-hostile[row 1]"]
    );
    assert_eq!(failed(NonSuccessKind::Error), ["mm4-port", "mm1-a", "mm1-b"]);
}

#[test]
fn holds_only_characters_of_xml_1_0() {
    let text = render(&run()).unwrap();
    let illegal =
        |c: &char| c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{fffe}' | '\u{ffff}');
    assert_eq!(text.chars().find(illegal), None);
    assert!(!text.contains("<b>"));
    assert!(text.contains(r"\x1b[2J"), "evidence is escaped, not dropped");
}
