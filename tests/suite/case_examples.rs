//! Cases of every kind, as a tester would write them, and what they become.

use crate::case_support::{library, scripts};
use mmspec::case::explain;

/// The scripts in plain words, with the names of their expectations.
fn read(text: &str) -> String {
    let catalogue = library().catalogue.as_ref().unwrap();
    let all: Vec<String> = scripts(text)
        .iter()
        .map(|script| {
            let ids: Vec<String> = script.expectation_ids().into_values().collect();
            format!("{}expectations: {}\n", explain(script, catalogue), ids.join(", "))
        })
        .collect();
    all.join("\n")
}

#[test]
fn one_round_trip() {
    insta::assert_snapshot!(read(
        "id: ack-carries-the-ids-of-the-request
title: The acknowledgement of a forward names the transaction and the message of the request
requires: [mm4.inbound, mm4.ack]
topology: one-relay                      # a comment is no part of a title
steps:
  - send: MM4_forward.REQ
    from: p
    to: A
    headers: { To: $bob.plmn, X-Mms-Ack-Request: Yes }
    content: picture-and-text
    as: request
  - expect: MM4_forward.RES
    at: p
    within: $timer.mm4-response
    headers:
      X-Mms-Transaction-ID: $request.X-Mms-Transaction-ID
      X-Mms-Message-ID: $request.X-Mms-Message-ID
      X-Mms-Request-Status-Code: Ok
    tests: [TP-M4I-06, TP-M4I-07]
"
    ));
}

#[test]
fn damage_by_rows_and_several_outcomes() {
    insta::assert_snapshot!(read(
        "id: broken-submission-delivers-nothing
title: A broken M-Send.req is turned down and nobody is notified
topology: one-relay
examples:
  - { name: cut-in-from,     tests: [TP-BAD-02], damage: { cut-in: From } }
  - { name: nobody-to-go-to, tests: [TP-BAD-03], damage: { omit: [To, Cc, Bcc] } }
  - { name: length-too-long, tests: [TP-BAD-12], damage: { octets: { field: From, are: \"89 1F FF FF 7F 80\" } } }
steps:
  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn }, damage: $damage }
  - any-of:
      - expect: M-Send.conf
        at: alice
        headers: { X-Mms-Response-Status: { not: Ok } }
        should:
          headers: { X-Mms-Response-Status: Error-permanent-message-format-corrupt }
          tests: [TP-BAD-01]
      - expect: reply
        at: alice
        http: { status: { range: 400..499 } }
    tests: $tests
  - { expect-none: M-Notification.ind, at: bob, within: $timer.quiet, tests: $tests }
"
    ));
}

#[test]
fn a_peer_that_puts_off() {
    insta::assert_snapshot!(read(
        "id: second-attempt-has-the-first-ids
title: What is sent again after 451 has the ids it had before
topology: one-relay
setup:
  - set: p
    smtp: [{ at: end-of-data, reply: \"451 4.3.0 later\", times: 2 }, { at: rcpt, delay: 2s }, { at: connect, drop: true }]
  - { set: p, acknowledge: no }
  - { set: bob, http: [{ status: 503, times: 1 }] }
  - { send: M-Send.req, from: alice, headers: { To: $carol.plmn } }
  - { expect: M-Send.conf, at: alice, headers: { X-Mms-Response-Status: Ok } }
steps:
  - expect: MM4_forward.REQ
    at: p
    times: 3
    within: $timer.mm4-retries
    same: [X-Mms-Transaction-ID, X-Mms-Message-ID, content]
    tests: [TP-M4A-17]
"
    ));
}

#[test]
fn two_mmses_and_their_link() {
    insta::assert_snapshot!(read(
        "id: report-travels-home
title: The sender is told of the retrieval under the id of the submission
topology: two-mmse
setup:
  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn, X-Mms-Delivery-Report: Yes }, as: submit }
  - { expect: M-Send.conf, at: alice, headers: { X-Mms-Response-Status: Ok }, as: accepted }
steps:
  - expect: MM4_forward.REQ
    on: A-B
    headers: { X-Mms-Delivery-Report: Yes }
    content: { same-content: $submit }
    tests: [TP-M4O-11]
  - { use: retrieve-at-once, with: { at: bob }, as: retrieved }
  - expect: MM4_delivery_report.REQ
    on: A-B
    headers: { X-Mms-MM-Status-Code: Retrieved, From: $bob.plmn }
    tests: [TP-M4R-02, TP-M4R-04]
  - expect: M-Delivery.ind
    at: alice
    headers: { Message-ID: $accepted.Message-ID, X-Mms-Status: Retrieved, To: $bob.plmn }
    after: [retrieved]
    tests: [TP-E2E-03, TP-M4R-01]
  - { expect-none: M-Delivery.ind, at: alice, within: $timer.quiet, repeats: count, tests: [TP-M4R-07] }
"
    ));
}

#[test]
fn a_relay_that_dies() {
    insta::assert_snapshot!(read(
        "id: mm-outlives-the-home-relay
title: While the home relay is dead the MM is kept, and delivered once when it is back
topology: two-relays
steps:
  - kill: B
  - { send: MM4_forward.REQ, from: p, to: A, headers: { To: $bob.plmn, X-Mms-Ack-Request: Yes } }
  - any-of:
      - { expect: MM4_forward.RES, at: p, headers: { X-Mms-Request-Status-Code: Ok } }
      - { expect: MM4_forward.RES, at: p, headers: { X-Mms-Request-Status-Code: { in: [Error-network-problem, Error-unspecified] } }, ends-case: true }
      - { expect: reply, at: p, smtp: { code: { range: 400..499 } }, ends-case: true }
    tests: [TP-MRS-10]
  - start: B
  - { expect: M-Notification.ind, at: bob, within: $timer.failover, tests: [TP-MRS-09] }
  - { expect-none: M-Notification.ind, at: bob, within: $timer.quiet, tests: [TP-MRS-12] }
"
    ));
}

#[test]
fn smtp_word_by_word() {
    insta::assert_snapshot!(read(
        "id: empty-reverse-path
title: A message may come from nobody
topology: one-relay
steps:
  - dialogue: smtp
    from: p
    to: A
    lines:
      - { recv: 220 }
      - { send: \"EHLO $p.host\" }
      - { recv: 250, as: ehlo }
      - { send: \"MAIL FROM:<>\" }
      - { recv: 250, tests: [TP-SMT-22] }
      - { send: QUIT }
      - { recv: 221 }
"
    ));
}
