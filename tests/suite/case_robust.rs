//! No text makes the parser panic, and no diagnostic fails to render.

use mmspec::case::load;
use proptest::prelude::*;

use crate::case_support::{library, rendered};

const CASE: &str = "id: t
title: Grüße
topology: two-mmse
nodes: { dave: { home: A }, q: {} }
examples:
  - { name: one, tests: [TP-BAD-02], damage: { cut-in: From } }
setup:
  - { set: p, smtp: [{ at: end-of-data, reply: \"451 later\", times: 2 }] }
steps:
  - { send: M-Send.req, from: alice, headers: { To: [$bob.plmn, $carol.plmn], Subject: \"🎉 $$\" }, damage: $damage, as: submit }
  - any-of:
      - { expect: M-Send.conf, at: alice, headers: { X-Mms-Response-Status: { not: Ok } }, should: { headers: { Message-ID: ~ } } }
      - { expect: reply, at: alice, http: { status: { range: 400..499 } }, ends-case: true }
    tests: $tests
  - { use: retrieve-at-once, with: { at: bob }, as: retrieved }
  - repeat: { times: 2, steps: [{ send: repeat, of: $submit, from: alice, as: again }] }
  - dialogue: smtp
    from: p
    lines: [{ recv: 220 }, { send: \"EHLO $p.host\" }, { message: MM4_forward.REQ }, { recv: 250, tests: [TP-SMT-01] }]
";

fn survives(text: &str) {
    if let Err(problems) = load("case.yaml", text, library()) {
        assert!(!problems.is_empty());
        assert!(!rendered(&problems).is_empty());
    }
}

#[test]
fn the_unharmed_case_is_right() {
    assert!(load("case.yaml", CASE, library()).is_ok());
}

#[test]
fn every_prefix_is_survived() {
    for (end, _) in CASE.char_indices() {
        survives(&CASE[..end]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_is_survived(text in any::<String>()) {
        survives(&text);
    }

    #[test]
    fn yaml_like_text_is_survived(text in "([a-z$:{}\\[\\]\\-~&*!|>'\"#,. \\r\\n\\t]|send|expect|steps|id: )*") {
        survives(&text);
    }

    #[test]
    fn a_harmed_case_is_survived(
        at in 0usize..CASE.len(),
        len in 0usize..40,
        put in "[a-z$:{}\\[\\]~ \n\"ü]{0,8}",
    ) {
        let floor = |mut at: usize| {
            while !CASE.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = floor(at);
        let end = floor((at + len).min(CASE.len())).max(start);
        survives(&format!("{}{put}{}", &CASE[..start], &CASE[end..]));
    }
}
