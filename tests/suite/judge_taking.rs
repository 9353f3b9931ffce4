//! Which event an expectation takes, and what it makes of it.

use mmspec::run::judge::Status;
use mmspec::run::outcome::Verdict;

use crate::case_support::steps;
use crate::judge_support::*;

const SUBMIT: &str = "  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn }, as: submit }\n";

fn submission(rest: &str) -> Journal {
    Journal::new(&steps(&format!("{SUBMIT}{rest}")), STRICT)
}

#[test]
fn an_event_before_the_step_is_taken() {
    let mut journal = submission(
        "  - { expect: M-Send.conf, at: alice, tests: [TP-SUB-01] }
  - { expect: M-Notification.ind, at: bob, tests: [TP-NTF-01] }\n",
    );
    let sent = journal.posts(0, "alice", None, &request());
    journal.pushes("bob", &notification("n1", "60"));
    journal.responds(sent, "alice", 200, Some(&conf("t", "Ok")));
    journal.start(1).start(2);
    assert_eq!(journal.ends().verdict, Verdict::Pass);
}

#[test]
fn a_wrong_event_fails_although_a_right_one_follows() {
    let mut journal = submission(
        "  - { expect: M-Delivery.ind, at: alice, headers: { X-Mms-Status: Retrieved }, tests: [TP-DRP-01] }
  - { expect: M-Notification.ind, at: bob, tests: [TP-NTF-01] }\n",
    );
    journal.start(1).pushes("alice", &delivery("Rejected"));
    assert_eq!(journal.status(1), Status::Broken, "at once, not at the deadline");
    journal.pushes("alice", &delivery("Retrieved"));
    let result = journal.ends();
    assert_eq!(result.verdict, Verdict::Fail);
    assert_eq!(of(&result, "M-Delivery.ind@alice#1").verdict, Verdict::Fail);
    assert_eq!(
        of(&result, "M-Notification.ind@bob#1").verdict,
        Verdict::NotReached
    );
}

#[test]
fn where_selects_and_accuses_nobody() {
    let mut journal = submission(
        "  - { expect: M-Delivery.ind, at: alice, where: { X-Mms-Status: { not: Deferred } }, headers: { X-Mms-Status: Retrieved }, tests: [TP-DRP-01] }\n",
    );
    journal.start(1).pushes("alice", &delivery("Deferred"));
    assert_eq!(journal.status(1), Status::Open);
    journal.pushes("alice", &delivery("Retrieved"));
    assert_eq!(journal.ends().verdict, Verdict::Pass);
}

#[test]
fn the_answer_that_came_instead_is_the_event() {
    let mut journal = submission("  - { expect: M-Send.conf, at: alice, tests: [TP-SUB-01] }\n");
    let sent = journal.posts(0, "alice", None, &request());
    journal.start(1).responds(sent, "alice", 500, None);
    assert_eq!(journal.status(1), Status::Broken);
    assert_eq!(journal.ends().verdict, Verdict::Fail);
}

#[test]
fn each_event_is_taken_once() {
    let mut journal = submission(
        "  - { expect: M-Delivery.ind, at: alice, tests: [TP-DRP-01] }
  - { expect: M-Delivery.ind, at: alice, tests: [TP-DRP-05] }\n",
    );
    journal.start(1).pushes("alice", &delivery("Retrieved"));
    journal.start(2).time_is_over(2);
    let result = journal.ends();
    assert_eq!(
        verdicts(&result),
        [
            ("M-Delivery.ind@alice#1", Verdict::Pass),
            ("M-Delivery.ind@alice#2", Verdict::Fail)
        ]
    );
}

#[test]
fn times_takes_so_many_and_judges_each() {
    let case = "  - { expect: MM4_forward.REQ, at: p, times: 2, same: [X-Mms-Transaction-ID], tests: [TP-M4A-17] }\n";
    let judged = |ids: &[&str]| {
        let mut journal = submission(case);
        journal.start(1);
        for id in ids {
            journal.mails_from_relay("p", &forward(id));
        }
        journal.time_is_over(1);
        journal.ends().verdict
    };
    assert_eq!(judged(&["a", "a"]), Verdict::Pass);
    assert_eq!(judged(&["a", "\"a\""]), Verdict::Pass, "quotes are no difference");
    assert_eq!(
        judged(&["a", "a", "b"]),
        Verdict::Pass,
        "a third is not its business"
    );
    assert_eq!(judged(&["a", "b"]), Verdict::Fail);
    assert_eq!(judged(&["a"]), Verdict::Fail);
}

#[test]
fn what_is_absent_in_all_is_the_same_in_all() {
    let mut journal =
        submission("  - { expect: M-Delivery.ind, at: alice, times: 2, same: [From], tests: [TP-DRP-05] }\n");
    journal.start(1);
    journal
        .pushes("alice", &delivery("Deferred"))
        .pushes("alice", &delivery("Retrieved"));
    assert_eq!(journal.ends().verdict, Verdict::Pass);
}

#[test]
fn order_is_demanded_by_after_alone() {
    let judged = |order: &str, report_first: bool| {
        let mut journal = submission(&format!(
            "  - {{ expect: M-Notification.ind, at: bob, as: notified, tests: [TP-NTF-01] }}
  - {{ expect: M-Delivery.ind, at: alice, {order}tests: [TP-DRP-01] }}\n"
        ));
        if report_first {
            journal.pushes("alice", &delivery("Retrieved"));
        }
        journal.pushes("bob", &notification("n1", "60"));
        if !report_first {
            journal.pushes("alice", &delivery("Retrieved"));
        }
        journal.start(1).start(2);
        journal.ends().verdict
    };
    assert_eq!(judged("", true), Verdict::Pass);
    assert_eq!(judged("after: [notified], ", true), Verdict::Fail);
    assert_eq!(judged("after: [notified], ", false), Verdict::Pass);
}

const REFUSAL: &str = "  - any-of:
      - expect: M-Send.conf
        at: alice
        headers: { X-Mms-Response-Status: { not: Ok } }
        should: { headers: { X-Mms-Response-Status: Error-permanent-message-format-corrupt } }
      - expect: reply
        at: alice
        headers: { X-Mms-Response-Status: ~ }
        should: { http: { status: { range: 400..499 } } }
    tests: [TP-BAD-02]
";

#[test]
fn any_of_passes_by_one_alternative_of_the_type() {
    let judged = |status: u16, answer: Option<&str>, policy| {
        let mut journal = Journal::new(&steps(&format!("{SUBMIT}{REFUSAL}")), policy);
        let sent = journal.posts(0, "alice", None, &request());
        let pdu = answer.map(|status| conf("t", status));
        journal.start(1).responds(sent, "alice", status, pdu.as_ref());
        journal.ends().verdict
    };
    assert_eq!(
        judged(200, Some("Error-permanent-message-format-corrupt"), STRICT),
        Verdict::Pass
    );
    assert_eq!(judged(400, None, STRICT), Verdict::Pass);
    assert_eq!(judged(200, Some("Ok"), LENIENT), Verdict::Fail);
    // No M-Send.conf is no Ok, but no proper refusal either.
    assert_eq!(judged(500, None, LENIENT), Verdict::Pass);
    assert_eq!(judged(500, None, STRICT), Verdict::Fail);
}

#[test]
fn any_of_takes_what_came_first() {
    let mut journal = submission(
        "  - any-of:
      - { expect: MM4_forward.REQ, at: p }
      - { expect: M-Delivery.ind, at: alice, headers: { X-Mms-Status: Unreachable } }
    tests: [TP-SUB-01]\n",
    );
    journal
        .pushes("alice", &delivery("Retrieved"))
        .mails_from_relay("p", &forward("a"));
    journal.start(1);
    assert_eq!(journal.ends().verdict, Verdict::Fail);
}

#[test]
fn any_of_passes_over_a_mere_acceptance() {
    let case = "  - { send: MM4_forward.REQ, from: p, to: A, headers: { To: $bob.plmn } }
  - any-of:
      - { expect: MM4_forward.RES, at: p, headers: { X-Mms-Request-Status-Code: Error-service-denied } }
      - { expect: reply, at: p, smtp: { code: { range: 500..599 } } }
    tests: [TP-M4X-12]
";
    let judged = |code: u16, status: Option<&str>| {
        let mut journal = Journal::new(&steps(case), STRICT);
        let sent = journal.mails(0, "p", &forward("t"));
        journal.start(1).replies(sent, "p", code);
        if let Some(status) = status {
            journal.mails_from_relay("p", &res(status));
        }
        journal.time_is_over(1);
        journal.ends().verdict
    };
    assert_eq!(judged(250, Some("Error-service-denied")), Verdict::Pass);
    assert_eq!(judged(250, Some("Ok")), Verdict::Fail);
    assert_eq!(judged(554, None), Verdict::Pass);
    assert_eq!(judged(451, None), Verdict::Fail);
    assert_eq!(judged(250, None), Verdict::Fail);
}

#[test]
fn what_ends_the_case_leaves_the_rest_undecided() {
    let mut journal = submission(
        "  - any-of:
      - { expect: M-Send.conf, at: alice, headers: { X-Mms-Response-Status: Ok } }
      - { expect: M-Send.conf, at: alice, headers: { X-Mms-Response-Status: { not: Ok } }, ends-case: true }
    tests: [TP-SUB-34]
  - { expect: M-Notification.ind, at: bob, tests: [TP-NTF-01] }\n",
    );
    let sent = journal.posts(0, "alice", None, &request());
    journal
        .start(1)
        .responds(sent, "alice", 200, Some(&conf("t", "Error-permanent-failure")));
    assert_eq!(journal.status(1), Status::CaseOver);
    let result = journal.ends();
    assert_eq!(result.verdict, Verdict::Pass);
    assert_eq!(of(&result, "M-Notification.ind@bob#1").verdict, Verdict::Inconc);
}

#[test]
fn a_capture_is_what_was_taken() {
    let mut journal = submission(
        "  - { expect: M-Send.conf, at: alice, headers: { X-Mms-Transaction-ID: $submit.X-Mms-Transaction-ID }, as: accepted, tests: [TP-SUB-02] }
  - { expect: M-Delivery.ind, at: alice, headers: { Message-ID: $accepted.Message-ID }, tests: [TP-DRP-02] }\n",
    );
    let sent = journal.posts(0, "alice", Some("submit"), &request());
    journal
        .start(1)
        .responds(sent, "alice", 200, Some(&conf("t", "Ok")));
    assert_eq!(journal.status(1), Status::Done);
    journal.start(2).pushes("alice", &delivery("Retrieved"));
    assert_eq!(
        of(&journal.ends(), "M-Delivery.ind@alice#1").verdict,
        Verdict::Fail
    );
}

#[test]
fn a_reference_without_a_value_accuses_nobody() {
    let mut journal = submission(
        "  - { expect: M-Notification.ind, at: bob, as: notified, tests: [TP-NTF-01] }
  - { expect: M-Delivery.ind, at: alice, headers: { Message-ID: $notified.Subject }, tests: [TP-DRP-02] }\n",
    );
    journal
        .pushes("bob", &notification("n1", "60"))
        .pushes("alice", &delivery("Retrieved"));
    journal.start(1).start(2);
    let result = journal.ends();
    assert_eq!(result.verdict, Verdict::Inconc);
    assert_eq!(of(&result, "M-Delivery.ind@alice#1").verdict, Verdict::Inconc);
}

#[test]
fn a_repeated_push_is_no_new_event() {
    let case = "  - { expect: M-Notification.ind, at: bob, as: first, tests: [TP-NTF-01] }
  - { expect: M-Notification.ind, at: bob, as: second, tests: [TP-NTF-15] }\n";
    let judged = |second: &str| {
        let mut journal = submission(case);
        journal.start(1).pushes("bob", &notification("n1", "60"));
        journal.start(2).pushes("bob", &notification("n1", "60"));
        assert_eq!(journal.status(2), Status::Open);
        journal.pushes("bob", &notification(second, "60")).time_is_over(2);
        of(&journal.ends(), "second").verdict
    };
    assert_eq!(judged("n2"), Verdict::Pass);
    assert_eq!(judged("n1"), Verdict::Fail);
}

#[test]
fn an_expectation_of_several_takes_repeats_unless_it_skips_them() {
    let judged = |repeats: &str, ids: &[&str]| {
        let mut journal = submission(&format!(
            "  - {{ expect: M-Notification.ind, at: bob, times: 2,{repeats} tests: [TP-NTF-12] }}\n"
        ));
        journal.start(1);
        for id in ids {
            journal.pushes("bob", &notification(id, "60"));
        }
        journal.time_is_over(1);
        journal.ends().verdict
    };
    assert_eq!(judged("", &["n1", "n1"]), Verdict::Pass);
    assert_eq!(judged(" repeats: skip,", &["n1", "n1"]), Verdict::Fail);
    assert_eq!(judged(" repeats: skip,", &["n1", "n1", "n2"]), Verdict::Pass);
}
