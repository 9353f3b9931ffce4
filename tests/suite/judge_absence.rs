//! What must not come, what did not come, and what makes a case inconclusive instead of accusing.

use mmspec::run::journal::What;
use mmspec::run::judge::Status;
use mmspec::run::outcome::Verdict;

use crate::case_support::steps;
use crate::judge_support::*;

const SUBMIT: &str = "  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn } }\n";

fn notified_once(none: &str) -> Journal {
    let case = format!("{SUBMIT}  - {{ expect: M-Notification.ind, at: bob, tests: [TP-NTF-01] }}\n{none}");
    let mut journal = Journal::new(&steps(&case), STRICT);
    journal.pushes("bob", &notification("n1", "60")).start(1);
    assert_eq!(journal.status(1), Status::Done);
    journal
}

const NONE: &str = "  - { expect-none: M-Notification.ind, at: bob, tests: [TP-SUB-12] }\n";
const NONE_COUNTED: &str =
    "  - { expect-none: M-Notification.ind, at: bob, repeats: count, tests: [TP-ACK-01] }\n";

#[test]
fn nothing_came_and_the_time_is_over() {
    let mut journal = notified_once(NONE);
    journal.start(2);
    assert_eq!(journal.status(2), Status::Open);
    journal.time_is_over(2);
    assert_eq!(journal.ends().verdict, Verdict::Pass);
}

#[test]
fn another_one_is_a_violation_at_once_also_from_before() {
    let mut early = notified_once(NONE);
    early.pushes("bob", &notification("n2", "60")).start(2);
    assert_eq!(early.status(2), Status::Broken);
    let mut late = notified_once(NONE);
    late.start(2).pushes("bob", &notification("n2", "60"));
    assert_eq!(late.status(2), Status::Broken);
    assert_eq!(late.ends().verdict, Verdict::Fail);
}

#[test]
fn a_repeat_does_not_count_unless_it_is_said_to() {
    let judged = |none: &str, seconds: &str| {
        let mut journal = notified_once(none);
        journal
            .start(2)
            .pushes("bob", &notification("n1", seconds))
            .time_is_over(2);
        journal.ends().verdict
    };
    assert_eq!(judged(NONE, "60"), Verdict::Pass);
    assert_eq!(judged(NONE, "55"), Verdict::Pass, "time has passed: ENC 1.3 §6.2");
    assert_eq!(judged(NONE_COUNTED, "60"), Verdict::Fail);
    assert_eq!(judged(NONE_COUNTED, "55"), Verdict::Fail);
}

#[test]
fn elsewhere_or_meant_otherwise_is_no_violation() {
    let case = format!(
        "{SUBMIT}  - {{ expect-none: M-Delivery.ind, at: alice, where: {{ X-Mms-Status: Retrieved }}, tests: [TP-ACK-15] }}\n"
    );
    let mut journal = Journal::new(&steps(&case), STRICT);
    journal
        .start(1)
        .pushes("alice", &delivery("Deferred"))
        .pushes("bob", &delivery("Retrieved"));
    assert_eq!(journal.status(1), Status::Open);
    journal.time_is_over(1);
    assert_eq!(journal.ends().verdict, Verdict::Pass);
}

#[test]
fn an_expectation_takes_before_an_absence_looks() {
    let case = format!(
        "{SUBMIT}  - parallel:
      - {{ expect-none: M-Notification.ind, at: bob, tests: [TP-SUB-12] }}
      - {{ expect: M-Notification.ind, at: bob, tests: [TP-NTF-01] }}\n"
    );
    let mut journal = Journal::new(&steps(&case), STRICT);
    journal.start(2).start(3).pushes("bob", &notification("n1", "60"));
    assert_eq!(
        (journal.status(2), journal.status(3)),
        (Status::Open, Status::Done)
    );
    journal.time_is_over(2);
    assert_eq!(journal.ends().verdict, Verdict::Pass);
}

#[test]
fn nothing_is_proved_by_a_relay_never_seen_alive() {
    let case = format!("{SUBMIT}  - {{ expect: M-Send.conf, at: alice, tests: [TP-SUB-01] }}\n{NONE}");
    let mut silent = Journal::begun(&steps(&case), STRICT, &[]);
    let sent = silent.posts(0, "alice", None, &request());
    silent.start(1).does_not_answer(sent, "alice");
    let result = silent.ends();
    assert_eq!(result.verdict, Verdict::Inconc);
    assert!(!result.alive);

    let mut waiting = Journal::begun(&steps(&case), STRICT, &[]);
    waiting.start(2).time_is_over(2);
    assert_eq!(
        of(&waiting.ends(), "no-M-Notification.ind@bob#1").verdict,
        Verdict::Inconc
    );

    let mut living = Journal::new(&steps(&case), STRICT);
    let sent = living.posts(0, "alice", None, &request());
    living.start(1).does_not_answer(sent, "alice");
    assert_eq!(living.ends().verdict, Verdict::Fail, "who lives must answer");
}

#[test]
fn nothing_is_proved_by_what_was_not_recorded() {
    let mut absent = notified_once(NONE);
    absent.start(2).feed(What::Overrun { left_out: 0 });
    absent.time_is_over(2);
    let result = absent.ends();
    assert_eq!(result.verdict, Verdict::Inconc);
    assert!(result.reason.unwrap().contains("was not recorded"));
    let mut missing = notified_once("  - { expect: M-Delivery.ind, at: alice, tests: [TP-M4R-01] }\n");
    missing.start(2).feed(What::Overrun { left_out: 0 });
    missing.time_is_over(2);
    assert_eq!(missing.ends().verdict, Verdict::Inconc);
}

#[test]
fn a_relay_that_dies_fails_the_case() {
    let mut journal = notified_once(NONE);
    journal.dies().start(2).time_is_over(2);
    let result = journal.ends();
    assert_eq!(result.verdict, Verdict::Fail);
    assert!(result.reason.unwrap().contains("signal 11"));
}

#[test]
fn setup_accuses_nobody() {
    let case = "id: t
title: t
topology: one-relay
setup:
  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn } }
  - { expect: M-Send.conf, at: alice, headers: { X-Mms-Response-Status: Ok }, as: accepted }
  - { expect: M-Notification.ind, at: bob, as: notified }
steps:
  - { expect: M-Delivery.ind, at: alice, tests: [TP-DRP-01] }
";
    let mut refused = Journal::new(case, STRICT);
    let sent = refused.posts(0, "alice", None, &request());
    refused
        .start(1)
        .responds(sent, "alice", 200, Some(&conf("t", "Error-permanent-failure")));
    let result = refused.ends();
    assert_eq!(result.verdict, Verdict::Inconc);
    assert!(result.reason.unwrap().starts_with("accepted"));
    let delivered = of(&Journal::new(case, STRICT).ends(), "M-Delivery.ind@alice#1").verdict;
    assert_eq!(delivered, Verdict::NotReached);

    let mut missing = Journal::new(case, STRICT);
    missing.start(2).time_is_over(2);
    let result = missing.ends();
    assert_eq!(result.verdict, Verdict::Inconc);
    assert!(result.reason.unwrap().starts_with("notified"));
}

#[test]
fn an_answer_nobody_expects_must_be_positive() {
    let case = format!("{SUBMIT}  - {{ expect: M-Notification.ind, at: bob, tests: [TP-NTF-01] }}\n");
    let judged = |status: u16, answer: Option<&str>| {
        let mut journal = Journal::new(&steps(&case), STRICT);
        let sent = journal.posts(0, "alice", None, &request());
        assert_eq!(journal.status(0), Status::Open, "the answer is waited for");
        let pdu = answer.map(|status| conf("t", status));
        journal.responds(sent, "alice", status, pdu.as_ref());
        (journal.status(0), journal.ends().verdict)
    };
    assert_eq!(judged(200, Some("Ok")).0, Status::Done);
    let broken = (Status::Broken, Verdict::Inconc);
    assert_eq!(judged(200, Some("Error-permanent-service-denied")), broken);
    assert_eq!(judged(403, None), broken);
    assert_eq!(judged(200, None), broken, "an empty response is no M-Send.conf");
}

#[test]
fn an_smtp_refusal_nobody_expects_is_no_verdict() {
    let case = "  - { send: MM4_forward.REQ, from: p, to: A, headers: { To: $bob.plmn } }
  - { expect: M-Notification.ind, at: bob, tests: [TP-M4I-01] }
";
    let mut journal = Journal::new(&steps(case), STRICT);
    let sent = journal.mails(0, "p", &forward("t"));
    journal.replies(sent, "p", 550);
    assert_eq!(journal.status(0), Status::Broken);
    let result = journal.ends();
    assert_eq!(result.verdict, Verdict::Inconc);
    assert_eq!(
        of(&result, "M-Notification.ind@bob#1").verdict,
        Verdict::NotReached
    );
}

#[test]
fn a_journal_without_its_end_is_an_error() {
    assert_eq!(notified_once(NONE).breaks_off().verdict, Verdict::Error);
}

#[test]
fn an_absence_not_reached_is_not_passed() {
    let result = notified_once(NONE).ends();
    assert_eq!(result.verdict, Verdict::Inconc);
    assert_eq!(
        of(&result, "no-M-Notification.ind@bob#1").verdict,
        Verdict::NotReached
    );
}
