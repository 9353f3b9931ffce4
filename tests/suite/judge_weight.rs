//! What a violation is worth: level, basis, strictness.

use mmspec::run::judge::{Policy, Status};
use mmspec::run::outcome::{Basis, Level, Verdict};

use crate::case_support::steps;
use crate::judge_support::*;

/// A delivery report with the wrong status, judged by this purpose; then something that depends on nothing.
fn violated(purpose: &str, policy: Policy) -> (Verdict, Verdict, bool, Status) {
    let case = format!(
        "  - {{ send: M-Send.req, from: alice, headers: {{ To: $bob.plmn }} }}
  - {{ expect: M-Delivery.ind, at: alice, headers: {{ X-Mms-Status: Retrieved }}, as: judged, tests: [{purpose}] }}\n"
    );
    let mut journal = Journal::new(&steps(&case), policy);
    journal.start(1).pushes("alice", &delivery("Rejected"));
    let status = journal.status(1);
    let result = journal.ends();
    let judged = of(&result, "judged");
    (result.verdict, judged.verdict, judged.counts, status)
}

const HEARSAY: Policy = Policy {
    strict: false,
    recalled_inconc: true,
};

#[test]
fn shall_on_a_text_counts_and_ends_the_sequence() {
    let fail = (Verdict::Fail, Verdict::Fail, true, Status::Broken);
    assert_eq!(violated("TP-DRP-01", LENIENT), fail);
    assert_eq!(violated("TP-DRP-01", HEARSAY), fail);
}

#[test]
fn should_is_reported_and_counts_under_strict_alone() {
    assert_eq!(
        violated("TP-SUB-16", LENIENT),
        (Verdict::Pass, Verdict::Fail, false, Status::Done)
    );
    assert_eq!(
        violated("TP-SUB-16", STRICT),
        (Verdict::Fail, Verdict::Fail, true, Status::Done)
    );
}

#[test]
fn derived_counts_under_strict_alone() {
    assert_eq!(violated("TP-ACK-07", LENIENT).0, Verdict::Pass);
    assert_eq!(violated("TP-ACK-07", STRICT).0, Verdict::Fail);
}

#[test]
fn may_never_fails() {
    assert_eq!(
        violated("TP-DRP-10", STRICT),
        (Verdict::Pass, Verdict::Inconc, false, Status::Done)
    );
}

#[test]
fn recalled_accuses_nobody_on_hearsay() {
    assert_eq!(violated("TP-M4I-01", LENIENT).0, Verdict::Fail);
    assert_eq!(
        violated("TP-M4I-01", HEARSAY),
        (Verdict::Inconc, Verdict::Inconc, true, Status::Broken)
    );
}

#[test]
fn the_strongest_purpose_weighs() {
    let case = "  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn } }
  - { expect: M-Delivery.ind, at: alice, headers: { X-Mms-Status: Retrieved }, as: judged, tests: [TP-ACK-07, TP-M4I-01, TP-DRP-01] }
";
    for policy in [LENIENT, HEARSAY, STRICT] {
        let mut journal = Journal::new(&steps(case), policy);
        journal.start(1).pushes("alice", &delivery("Rejected"));
        let result = journal.ends();
        let judged = of(&result, "judged");
        assert_eq!((judged.level, judged.basis), (Level::Shall, Basis::Text));
        assert_eq!(result.verdict, Verdict::Fail);
    }
}

#[test]
fn the_weaker_half_is_judged_when_the_event_came() {
    let case = "  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn } }
  - expect: M-Delivery.ind
    at: alice
    should: { headers: { X-Mms-Status: Retrieved } }
    as: judged
    tests: [TP-DRP-01]
";
    let judged = |policy, came: bool| {
        let mut journal = Journal::new(&steps(case), policy);
        journal.start(1);
        if came {
            journal.pushes("alice", &delivery("Rejected"));
        }
        journal.time_is_over(1);
        let result = journal.ends();
        let half = of(&result, "judged!should");
        (
            result.verdict,
            of(&result, "judged").verdict,
            half.verdict,
            half.level,
        )
    };
    let should = Level::Should;
    assert_eq!(
        judged(LENIENT, true),
        (Verdict::Pass, Verdict::Pass, Verdict::Fail, should)
    );
    assert_eq!(
        judged(STRICT, true),
        (Verdict::Fail, Verdict::Pass, Verdict::Fail, should)
    );
    assert_eq!(
        judged(LENIENT, false),
        (Verdict::Fail, Verdict::Fail, Verdict::NotReached, should)
    );
}

#[test]
fn what_a_weak_demand_leaves_undecided_makes_the_case_inconclusive() {
    let case = "  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn } }
  - { expect: M-Delivery.ind, at: alice, tests: [TP-SUB-16] }
  - { expect: M-Notification.ind, at: bob, tests: [TP-NTF-01] }
";
    let mut journal = Journal::new(&steps(case), LENIENT);
    journal.start(1).time_is_over(1);
    assert_eq!(
        journal.status(1),
        Status::Broken,
        "what did not come ends the sequence"
    );
    let result = journal.ends();
    assert_eq!(
        of(&result, "M-Notification.ind@bob#1").verdict,
        Verdict::NotReached
    );
    assert_eq!(result.verdict, Verdict::Inconc);
}

#[test]
fn an_expectation_without_purpose_is_a_precondition() {
    let case = "  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn } }
  - { expect: M-Delivery.ind, at: alice, headers: { X-Mms-Status: Retrieved }, as: needed }
  - { expect: M-Notification.ind, at: bob, tests: [TP-NTF-01] }
";
    let mut journal = Journal::new(&steps(case), LENIENT);
    journal.start(1).pushes("alice", &delivery("Rejected"));
    let result = journal.ends();
    assert_eq!(of(&result, "needed").verdict, Verdict::Inconc);
    assert_eq!(result.verdict, Verdict::Inconc);
}
