//! Changes to a baseline that somebody wrote by hand.

use std::collections::BTreeSet;

use jiff::civil::date;
use mmspec::baseline::{Baseline, apply, compare, fresh, hunk, ids, propose, read, with_list};
use mmspec::run::outcome::{Basis, CaseResult, RunResult, Summary, Verdict};

use crate::report_sample::{case, expectation, purpose, run as sample};

const BY_HAND: &str = "\
# What we put up with. Ask the MMSC team before you add to it.
baseline: 1

entries:
  # This comment is about all of them.
  - case: first-passes
    reason: was broken

  # Vendor says 2027.
  - reason: 'late, \"they say\"'
    case: stays   # do not touch
    until: 2020-01-01 # agreed

  # Why this one is here.
  - case: passes
    reason: >
      several
      lines
  - case: more-breaks
    expectations:
      - one
    # in between
    reason: r
  - case: other-verdict
    reason: r

# The end.
cases:
  - first-passes
  - passes   # old
  - removed
  - stays
";

const SUITE: &[&str] = &[
    "first-passes",
    "stays",
    "passes",
    "more-breaks",
    "other-verdict",
    "b-new",
    "z-new",
];

fn run() -> RunResult {
    let e = |id: &str, verdict| expectation(id, verdict, purpose("TP-X-01", Basis::Text));
    let of = |id: &str, verdict, broken: &[&str]| -> CaseResult {
        let expectations = broken.iter().map(|id| e(id, Verdict::Fail)).collect();
        case(id, "cases/mm1/x.yaml", verdict, expectations)
    };
    let cases = vec![
        of("first-passes", Verdict::Pass, &[]),
        of("stays", Verdict::Fail, &["one"]),
        of("passes", Verdict::Pass, &[]),
        of("more-breaks", Verdict::Fail, &["one", "M-Send.conf@alice#1"]),
        of("other-verdict", Verdict::Inconc, &[]),
        of("b-new", Verdict::Pass, &[]),
        of("z-new", Verdict::Fail, &["one"]),
    ];
    RunResult {
        summary: Summary::of(&cases),
        cases,
        ..sample()
    }
}

fn compared(baseline: &Baseline) -> mmspec::run::outcome::Comparison {
    compare(baseline, &run(), &|id| SUITE.contains(&id), date(2026, 11, 29))
}

fn parsed(text: &str) -> Baseline {
    read("known.yaml", text).unwrap_or_else(|p| panic!("{}\n{text}", p[0].render(false)))
}

/// Takes everything over, as `--yes` does.
fn updated(text: &str) -> String {
    let baseline = parsed(&with_list(&parsed(text)));
    let mut edits = Vec::new();
    for proposal in propose(&baseline, &run(), &compared(&baseline)) {
        let until = proposal.needs_date().then(|| date(2099, 1, 31));
        edits.extend(proposal.edits(&baseline, "it is known: #7", None, until).unwrap());
    }
    let changed = parsed(&apply(&baseline.text, &edits));
    let suite: BTreeSet<&str> = SUITE.iter().copied().collect();
    let known = ids(&changed, &run(), &compared(&changed), &suite);
    apply(&changed.text, &known)
}

#[test]
fn what_is_not_concerned_stays_as_it_was_written() {
    let after = updated(BY_HAND);
    insta::assert_snapshot!(after);
    let again = compared(&parsed(&after));
    assert!(again.changes.is_empty(), "{:?}", again.changes);
    assert_eq!(updated(&after), after, "what is as expected is not changed");
}

#[test]
fn each_change_reads_like_this() {
    let baseline = parsed(BY_HAND);
    let mut shown = String::new();
    for proposal in propose(&baseline, &run(), &compared(&baseline)) {
        let edits = proposal
            .edits(&baseline, "why", Some("https://t.example/1"), None)
            .unwrap();
        shown.push_str(&format!("{} {}\n", proposal.class.name(), proposal.case));
        shown.push_str(&hunk("known.yaml", BY_HAND, &edits));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_new_file_knows_the_whole_suite() {
    let after = updated(&fresh());
    let baseline = parsed(&after);
    assert_eq!(baseline.entries.len(), 4);
    assert!(compared(&baseline).changes.is_empty());
    assert_eq!(baseline.cases.unwrap().len(), SUITE.len());
}

#[test]
fn a_file_without_a_list_of_cases_gets_none() {
    let after = updated("baseline: 1\n");
    assert!(
        after.contains("entries:\n") && !after.contains("cases:"),
        "{after}"
    );
    assert!(compared(&parsed(&after)).changes.is_empty());
}

#[test]
fn lines_keep_their_ends() {
    let after = updated(&BY_HAND.replace('\n', "\r\n"));
    assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
    assert_eq!(after.replace("\r\n", "\n"), updated(BY_HAND));
}

/// What cannot be changed line by line says how to write it, and is not spoilt.
#[test]
fn lists_in_brackets_are_for_people() {
    let baseline = parsed(
        "baseline: 1\nentries: [{ case: passes, reason: r }, { case: stays, expectations: [x], reason: r }]\n",
    );
    for proposal in propose(&baseline, &run(), &compared(&baseline)) {
        let refused = proposal.edits(&baseline, "r", None, None).unwrap_err();
        assert!(
            refused.contains("known.yaml") && refused.contains("by hand"),
            "{refused}"
        );
    }
}
