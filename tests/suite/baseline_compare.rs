//! Runs against baselines.

use jiff::civil::{Date, date};
use mmspec::baseline::{compare, read};
use mmspec::cli::exit_code;
use mmspec::run::outcome::{Basis, ChangeClass, Comparison, RunResult, Summary, Verdict};

use crate::report_sample::{case, expectation, purpose, run as sample};

const TODAY: Date = date(2026, 11, 29);

/// Two cases that fail, one that could not decide, one that passes, one that does not apply.
fn run() -> RunResult {
    let e = |id: &str, verdict| expectation(id, verdict, purpose("TP-X-01", Basis::Text));
    let case = |id: &str, verdict, expectations| case(id, "cases/mm1/x.yaml", verdict, expectations);
    let cases = vec![
        case(
            "fails",
            Verdict::Fail,
            vec![
                e("one", Verdict::Fail),
                e("two", Verdict::Fail),
                e("three", Verdict::Pass),
                e("four", Verdict::NotReached),
            ],
        ),
        case("fails-too", Verdict::Fail, vec![e("one", Verdict::Fail)]),
        case("undecided", Verdict::Inconc, Vec::new()),
        case("passes", Verdict::Pass, vec![e("one", Verdict::Pass)]),
        case("gone", Verdict::NotApplicable, Vec::new()),
    ];
    RunResult {
        summary: Summary::of(&cases),
        cases,
        ..sample()
    }
}

fn suite(id: &str) -> bool {
    [
        "fails",
        "fails-too",
        "undecided",
        "passes",
        "gone",
        "not-selected",
    ]
    .contains(&id)
}

fn compared(entries: &str) -> Comparison {
    let text = format!("baseline: 1\n{entries}");
    let baseline = read("known.yaml", &text).unwrap_or_else(|p| panic!("{}", p[0].render(false)));
    compare(&baseline, &run(), &suite, TODAY)
}

/// `class case expectation`, of what fails the run; others in brackets.
fn changes(comparison: &Comparison) -> Vec<String> {
    let said = |c: &mmspec::run::outcome::Change| {
        let text = [
            Some(c.class.name()),
            Some(c.case.as_str()),
            c.expectation.as_deref(),
        ];
        let text = text.into_iter().flatten().collect::<Vec<_>>().join(" ");
        if c.fails_run { text } else { format!("({text})") }
    };
    comparison.changes.iter().map(said).collect()
}

const ALL_KNOWN: &str = "entries:
  - { case: fails, expectations: [one, two], reason: r }
  - { case: fails-too, reason: r }
  - { case: undecided, verdict: inconc, reason: r }
";

fn code(comparison: Comparison) -> u8 {
    exit_code(&RunResult {
        comparison: Some(comparison),
        ..run()
    })
}

#[test]
fn what_fails_as_the_baseline_says_is_expected() {
    let comparison = compared(ALL_KNOWN);
    assert_eq!((changes(&comparison), comparison.expected), (Vec::new(), 3));
    assert_eq!(code(comparison), 0);
}

#[test]
fn without_entries_everything_is_a_regression() {
    let comparison = compared("entries: []\n");
    assert_eq!(
        changes(&comparison),
        [
            "pass-to-fail fails",
            "pass-to-fail fails-too",
            "pass-to-fail undecided"
        ]
    );
    assert_eq!(code(comparison), 1);
}

#[test]
fn entries_that_are_not_true_any_more_are_named_with_their_place() {
    let comparison = compared(
        "entries:
  - { case: fails, expectations: [one, three, four, five], reason: r }
  - { case: fails-too, verdict: inconc, reason: r }
  - { case: undecided, verdict: inconc, reason: r, until: 2026-11-28 }
  - { case: passes, reason: r }
  - { case: gone, reason: r }
  - { case: renamed, reason: r }
  - { case: not-selected, reason: r }
",
    );
    assert_eq!(
        changes(&comparison),
        [
            "pass-to-fail fails two",
            "changed fails-too",
            "fail-to-pass fails three",
            "fail-to-pass passes",
            "expired undecided",
            "stale gone",
            "unknown fails five",
            "unknown renamed",
        ]
    );
    let renamed = comparison.changes.last().unwrap();
    assert_eq!(renamed.entry.as_ref().unwrap().to_string(), "known.yaml:8:13");
    assert!(comparison.changes.iter().all(|c| !c.text.is_empty()));
}

/// Each kind of an entry that is wrong fails the run by itself, with everything else as expected.
#[test]
fn each_of_them_fails_the_run_alone() {
    for (class, entry) in [
        (ChangeClass::FailToPass, "{ case: passes, reason: r }"),
        (ChangeClass::Stale, "{ case: gone, reason: r }"),
        (ChangeClass::Unknown, "{ case: renamed, reason: r }"),
    ] {
        let comparison = compared(&format!("{ALL_KNOWN}  - {entry}\n"));
        let classes: Vec<ChangeClass> = comparison.changes.iter().map(|c| c.class).collect();
        assert_eq!(classes, [class]);
        assert_eq!(code(comparison), 1, "{}", class.name());
    }
    let expired = ALL_KNOWN.replace("fails-too,", "fails-too, until: 2026-11-28,");
    assert_eq!(changes(&compared(&expired)), ["expired fails-too"]);
    let last_day = ALL_KNOWN.replace("fails-too,", "fails-too, until: 2026-11-29,");
    assert_eq!(changes(&compared(&last_day)), [""; 0]);
}

#[test]
fn a_case_that_the_suite_newly_has_is_no_regression() {
    let cases = "cases: [fails, undecided]\n";
    let comparison = compared(&format!("entries:\n  - {{ case: fails, reason: r }}\n{cases}"));
    assert_eq!(
        changes(&comparison),
        ["pass-to-fail undecided", "(new fails-too)"]
    );
    let strict = compared(&format!("new-cases: fail\nentries: []\n{cases}"));
    assert!(changes(&strict).contains(&"new fails-too".to_owned()));
    let known = compared(&format!("{ALL_KNOWN}{cases}"));
    assert_eq!(changes(&known), [""; 0], "an entry makes a case known");
}

/// The sample's relays are `embedded` and `their-mmsc 2.1`.
#[test]
fn entries_can_be_about_versions_of_a_product() {
    let with =
        |when: &str| compared(&ALL_KNOWN.replace("fails-too,", &format!("fails-too, when: {{ {when} }},")));
    for when in [
        "product: their-mmsc",
        "product: Their-MMSC, version: '< 2.3'",
        "relay: B, version: '>= 2.0, < 2.2'",
    ] {
        assert_eq!(changes(&with(when)), [""; 0], "{when}");
    }
    for when in [
        "product: their",
        "product: their-mmsc, version: '< 2.1'",
        "relay: A, product: their-mmsc",
    ] {
        assert_eq!(changes(&with(when)), ["pass-to-fail fails-too"], "{when}");
    }
}

/// Our own fault is neither expected nor a change of the relay.
#[test]
fn an_error_stays_an_error() {
    let mut run = run();
    run.cases[1].verdict = Verdict::Error;
    run.summary = Summary::of(&run.cases);
    let baseline = read("known.yaml", &format!("baseline: 1\n{ALL_KNOWN}")).unwrap();
    let comparison = compare(&baseline, &run, &suite, TODAY);
    assert_eq!((changes(&comparison), comparison.expected), (Vec::new(), 2));
    run.comparison = Some(comparison);
    assert_eq!(exit_code(&run), 4);
}
