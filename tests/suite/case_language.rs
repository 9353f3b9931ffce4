//! What a case means once it is read.

use mmspec::case::steps::answers_expected;
use mmspec::case::{
    Action, Behaviour, Body, Catalogue, ContentDemand, Expect, Line, Matcher, Phase, Place, Script, Selector,
    Send, Step, explain, split_reference,
};
use mmspec::wire::PduType;
use mmspec::wire::damage::Damage;

use crate::case_support::{script, scripts, steps};

fn sends(script: &Script) -> Vec<&Send> {
    let send = |step: &'_ Step| matches!(step.action, Action::Send(_));
    script
        .steps()
        .filter(|s| send(s))
        .filter_map(|s| match &s.action {
            Action::Send(send) => Some(&**send),
            _ => None,
        })
        .collect()
}

fn expects(script: &Script) -> Vec<&Expect> {
    script
        .steps()
        .filter_map(|s| match &s.action {
            Action::Expect(expect) => Some(&**expect),
            _ => None,
        })
        .collect()
}

fn captures(script: &Script) -> Vec<&str> {
    script.steps().filter_map(|s| s.capture.as_deref()).collect()
}

#[test]
fn scalars_stay_the_text_they_were_written_as() {
    let script = script(&steps(
        "  - { send: M-Send.req, from: alice, headers: { To: +15550100, X-Mms-MMS-Version: 1.0, X-Mms-Delivery-Report: Yes, Subject: 0x1F } }
  - { expect: M-Send.conf, at: alice, tests: [TP-SUB-01] }",
    ));
    let values: Vec<&str> = sends(&script)[0]
        .headers
        .iter()
        .map(|h| h.values[0].raw.as_str())
        .collect();
    assert_eq!(values, ["+15550100", "1.0", "Yes", "0x1F"]);
}

#[test]
fn places_are_counted_in_characters() {
    let script = script(&steps(
        "  - { send: M-Send.req, from: alice, headers: { Subject: \"Grüße 🎉\", To: $bob.plmn } }
  - { expect: M-Send.conf, at: alice, tests: [TP-SUB-01] }",
    ));
    let to = &sends(&script)[0].headers[1];
    assert_eq!(to.source.to_string(), "case.yaml:5:69");
    assert_eq!((to.source.len, to.values[0].source.column), (2, 73));
    let expect = script.steps().nth(1).unwrap();
    assert_eq!(
        (expect.source.line, expect.source.column, expect.source.len),
        (6, 7, 6)
    );
}

#[test]
fn nothing_omits_and_lists_repeat() {
    let script = script(&steps(
        "  - { send: M-Send.req, from: alice, headers: { To: [$bob.plmn, $carol.plmn], Date: ~, Subject: }, damage: ~ }
  - { expect: M-Send.conf, at: alice, headers: { Subject: ~, From: absent, X-Mms-Response-Text: { equals: absent } }, tests: [TP-SUB-01] }",
    ));
    let counts: Vec<usize> = sends(&script)[0].headers.iter().map(|h| h.values.len()).collect();
    assert_eq!(counts, [2, 0, 0]);
    assert!(sends(&script)[0].damage.is_none());
    let demands = &expects(&script)[0].demands.headers;
    assert!(matches!(demands[0].matcher, Matcher::Absent));
    assert!(matches!(demands[1].matcher, Matcher::Absent));
    assert!(matches!(&demands[2].matcher, Matcher::Equals(t) if t.raw == "absent"));
}

#[test]
fn rows_fill_whole_values_parts_of_texts_nodes_and_fields() {
    let scripts = scripts(
        "id: rows
title: t
topology: one-relay
examples:
  - { name: one, who: alice, tests: [TP-SUB-01], damage: { cut-at: 17 }, field: Subject, n: 5, demand: present }
  - { name: two, who: bob, tests: [TP-SUB-02, TP-SUB-03], damage: ~, field: Date, n: 6, demand: { range: 1..9 } }
steps:
  - { send: M-Send.req, from: $who, headers: { To: $who.plmn, $field: \"n$$ $n.\" }, damage: $damage }
  - { expect: M-Send.conf, at: $who, headers: { X-Mms-Response-Text: $demand }, tests: $tests }",
    );
    let ids: Vec<&str> = scripts.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids, ["rows[one]", "rows[two]"]);
    let first = sends(&scripts[0])[0];
    assert_eq!(first.from, "alice");
    assert_eq!(first.damage, Some(Damage::CutAt(17)));
    let headers: Vec<(&str, &str)> = first
        .headers
        .iter()
        .map(|h| (h.name.as_str(), h.values[0].raw.as_str()))
        .collect();
    assert_eq!(headers, [("To", "${alice.plmn}"), ("Subject", "n$$ 5.")]);
    let second = expects(&scripts[1])[0];
    assert!(matches!(second.demands.headers[0].matcher, Matcher::Range { .. }));
    assert_eq!(second.tests.len(), 2);
    assert_eq!(
        second.tests[0].source.line, 6,
        "the place of a row's value is in the row"
    );
}

#[test]
fn matchers_of_every_kind_are_read() {
    let script = script(&steps(
        "  - { send: MM4_forward.REQ, from: p, headers: { To: $bob.plmn, X-Own: a } }
  - expect: M-Retrieve.conf
    at: bob
    headers:
      To: [$bob.plmn, $alice.plmn]
      Cc: { set: [$carol.plmn] }
      Subject: { not: { matches: \"^x$\" }, present: }
      X-Mms-Priority: { in: [Low, High] }
      X-Mms-Message-Class: { octets: \"8a 80\" }
      Date: { instant: now, within: 5s }
      X-Own: a
      X-Mms-Ack-Request: absent
    content: picture-and-text
    findings: { none: [header-order] }
    push: { application-id: { in: [\"4\", x] } }
    tests: TP-RET-01",
    ));
    let expect = expects(&script)[0];
    let kinds: Vec<String> = expect
        .demands
        .headers
        .iter()
        .map(|d| {
            format!("{:?}", d.matcher)
                .split([' ', '(', '{'])
                .next()
                .unwrap_or_default()
                .to_owned()
        })
        .collect();
    assert_eq!(
        kinds,
        ["Set", "Set", "All", "In", "Octets", "Instant", "Equals", "Absent"]
    );
    assert!(matches!(expect.demands.content, Some(ContentDemand::Same { .. })));
    assert_eq!(expect.demands.no_findings[0].0, "header-order");
}

#[test]
fn groups_keep_their_names_to_themselves() {
    let script = script(&steps(
        "  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn }, as: notification }
  - { use: submit, with: { from: alice, to: $notification.To, content: $notification } }
  - { use: retrieve-at-once, with: { at: bob }, as: first }
  - { use: fetch, with: { at: bob }, as: second }
  - { expect-none: M-Delivery.ind, at: alice, within: $timer.quiet, tests: [TP-DRP-06] }
  - expect: reply
    at: bob
    smtp: { text: { in: [$first.notification.Subject, $second.Subject, $first.response.X-Mms-Status] } }
    tests: [TP-ACK-01]",
    ));
    assert_eq!(
        captures(&script),
        [
            "notification",
            "submit/request",
            "submit/accepted",
            "first/notification",
            "first/get",
            "first/retrieval",
            "first/response",
            "second/notification",
            "second/get",
            "second/retrieval",
        ]
    );
    let submitted = sends(&script)[1];
    assert_eq!(submitted.headers[0].values[0].raw, "${notification.To}");
    assert_eq!(submitted.content.as_ref().unwrap().raw, "${notification}");
    assert_eq!(submitted.headers[0].source.line, 6, "the place is the case's");
    let references = match &expects(&script).last().unwrap().demands.smtp[0].matcher {
        Matcher::In(values) => values.iter().map(|v| v.raw.clone()).collect::<Vec<_>>(),
        _ => Vec::new(),
    };
    assert_eq!(
        references,
        [
            "${first/notification.Subject}",
            "${second/retrieval.Subject}",
            "${first/response.X-Mms-Status}"
        ]
    );
    assert_eq!(
        split_reference("first/notification.Subject"),
        ("first/notification", Some("Subject"))
    );
}

#[test]
fn repetitions_are_written_out_with_a_name_for_every_round() {
    let script = script(&steps(
        "  - repeat:
      times: 2
      steps:
        - { send: M-Send.req, from: alice, headers: { To: $bob.plmn, Subject: \"number $i\" }, as: submit }
        - { expect: M-Send.conf, at: alice, headers: { X-Mms-Transaction-ID: $submit.X-Mms-Transaction-ID }, as: conf, tests: [TP-SUB-02] }
        - { use: fetch, with: { at: bob }, as: got }
  - { expect-none: M-Notification.ind, at: bob, where: { Subject: \"${submit#2.Subject}\" }, tests: [TP-NTF-13] }",
    ));
    let subjects: Vec<&str> = sends(&script)
        .iter()
        .filter_map(|s| s.headers.get(1))
        .map(|h| h.values[0].raw.as_str())
        .collect();
    assert_eq!(subjects, ["number 1", "number 2"]);
    assert_eq!(
        captures(&script),
        [
            "submit#1",
            "conf#1",
            "got#1/notification",
            "got#1/get",
            "got#1/retrieval",
            "submit#2",
            "conf#2",
            "got#2/notification",
            "got#2/get",
            "got#2/retrieval",
        ]
    );
    let Matcher::Equals(echo) = &expects(&script)[0].demands.headers[0].matcher else {
        panic!("an equality");
    };
    assert_eq!(echo.raw, "${submit#1.X-Mms-Transaction-ID}");
    let ids: Vec<u32> = script.steps().map(|s| s.id.0).collect();
    assert!(ids.windows(2).all(|w| w[0] < w[1]), "{ids:?}");
}

#[test]
fn lanes_are_lists_maps_or_single_steps() {
    let script = script(&steps(
        "  - parallel:
      - { expect-none: M-Notification.ind, at: bob, tests: [TP-NTF-13] }
      - [{ send: M-Send.req, from: alice, headers: { To: $bob.plmn } }, { expect: M-Send.conf, at: alice, as: conf }]
      - { steps: [{ kill: A }, { start: A }] }
  - { expect: M-Delivery.ind, at: alice, headers: { Message-ID: $conf.Message-ID } }",
    ));
    let Body::Scenario(steps) = &script.body else {
        panic!("steps")
    };
    let Action::Parallel(lanes) = &steps[0].action else {
        panic!("lanes")
    };
    assert_eq!(lanes.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2, 2]);
    assert_eq!(script.steps().count(), 7);
}

#[test]
fn expectations_have_names_that_survive_edits() {
    let script = script(&steps(
        "  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn } }
  - { expect: M-Send.conf, at: alice }
  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn } }
  - { expect: M-Send.conf, at: alice, as: second }
  - any-of:
      - { expect: M-Notification.ind, at: bob }
      - { expect: M-Delivery.ind, at: alice }
    tests: [TP-NTF-01]
  - { expect-none: M-Notification.ind, at: bob }
  - { dialogue: smtp, from: p, lines: [{ recv: 220 }, { recv: 250, as: ehlo }, { recv: 221 }] }",
    ));
    let names: Vec<String> = script.expectation_ids().into_values().collect();
    assert_eq!(
        names,
        [
            "M-Send.conf@alice#1",
            "second",
            "M-Notification.ind@bob#1",
            "no-M-Notification.ind@bob#1",
            "reply@p#1",
            "ehlo",
            "reply@p#3"
        ]
    );
}

#[test]
fn a_send_knows_whether_its_answer_is_expected() {
    let script = script(&steps(
        "  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn } }
  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn }, as: second }
  - { expect: M-Send.conf, at: alice }
  - { send: M-Send.req, from: bob, headers: { To: $bob.plmn } }
  - { send: MM4_forward.REQ, from: p, headers: { To: $bob.plmn, X-Mms-Ack-Request: Yes } }
  - { expect: MM4_forward.RES, at: p }
  - { send: repeat, of: $second, from: alice }
  - { expect-none: M-Send.conf, at: alice }
  - { send: M-Forward.req, from: bob, headers: { To: $alice.plmn } }
  - any-of: [{ expect: M-Send.conf, at: bob }, { expect: M-Forward.conf, at: bob }]
    tests: [TP-FWD-12]
  - { send: M-Acknowledge.ind, from: bob }
  - { expect: reply, at: bob, http: { status: { range: 200..299 } } }",
    ));
    let expected: Vec<u32> = answers_expected(&script).into_iter().map(|id| id.0).collect();
    // The first submission and the MM4 forward wait for themselves; so does bob's, whose answer alice does not see.
    assert_eq!(expected, [1, 6, 8, 10]);
}

#[test]
fn setup_comes_first_and_is_marked() {
    let script = script(
        "id: t
title: t
topology: two-mmse
nodes: { q: {}, erin: { peer: q }, dave: { home: B } }
setup:
  - { send: M-Send.req, from: dave, headers: { To: $erin.plmn } }
steps:
  - { expect: MM4_forward.REQ, on: A-B, tests: [TP-M4O-01] }
  - { expect: MM4_forward.REQ, at: q, after: [], times: 2, same: [content, Date] }",
    );
    assert_eq!(script.phase(Phase::Setup).count(), 1);
    let expects = expects(&script);
    assert_eq!(expects[0].place, Place::On("A-B".to_owned()));
    assert_eq!(expects[1].times, 2);
    assert_eq!(expects[1].select, Selector::Pdu(PduType::Mm4ForwardReq));
}

#[test]
fn dialogues_have_lines_of_four_kinds() {
    let script = script(&steps(
        "  - dialogue: smtp
    from: p
    lines:
      - { recv: 220, tests: [TP-SMT-01] }
      - { send: \"EHLO $p.host\" }
      - { recv: { range: 200..299 }, text: { matches: SIZE } }
      - { message: MM4_forward.REQ, headers: { To: $bob.plmn }, content: hello, as: forward }
      - { raw: \"QUIT\\r\\n\" }",
    ));
    let step = script.steps().next().unwrap();
    let Action::Dialogue(dialogue) = &step.action else {
        panic!("a dialogue")
    };
    assert_eq!(dialogue.lines.len(), 5);
    assert!(matches!(&dialogue.lines[4], Line::Raw { text, .. } if text.raw == "QUIT\r\n"));
    let Line::Recv { demands, .. } = &dialogue.lines[2] else {
        panic!("a reply")
    };
    assert_eq!(
        demands.iter().map(|d| d.name.as_str()).collect::<Vec<_>>(),
        ["code", "text"]
    );
}

#[test]
fn aliases_are_followed() {
    let script = script(&steps(
        "  - { send: M-Send.req, from: alice, headers: &h { To: $bob.plmn } }
  - { send: M-Send.req, from: bob, headers: *h }
  - { expect: M-Send.conf, at: bob, tests: [TP-SUB-01] }",
    ));
    assert_eq!(sends(&script)[1].headers[0].name, "To");
}

#[test]
fn always_cases_have_rules() {
    let script = script(
        "id: always
title: t
kind: always
rules:
  - { for-every: [M-Send.conf, M-Forward.conf], headers: { Message-ID: present }, tests: [TP-SUB-03] }
  - { for-every: M-Notification.ind, unique: X-Mms-Transaction-ID, as: fresh, tests: [TP-NTF-15] }",
    );
    assert_eq!(script.rules().len(), 2);
    let names: Vec<String> = script.expectation_ids().into_values().collect();
    assert_eq!(names, ["M-Send.conf+M-Forward.conf@any#1", "fresh"]);
    assert_eq!(script.purposes(), ["TP-SUB-03", "TP-NTF-15"]);
}

/// What an SMSC answers can only be said where there is one.
#[test]
fn rules_for_an_smsc_require_one() {
    let script = script(&steps(
        "  - parallel:
      - { set: bob, smpp: [{ status: ESME_RMSGQFUL, times: 2 }, { status: 0x58, times: 1 }, { status: 1025 }] }
  - { set: bob, smpp: [] }
  - { expect: M-Notification.ind, at: bob, tests: [TP-NTF-01] }",
    ));
    assert_eq!(script.requires, ["push.smpp"]);
    let mut told = script.steps().filter_map(|step| match &step.action {
        Action::Set(set) => match &set.behaviour {
            Behaviour::Smpp(rules) => Some(rules.iter().map(|r| (r.status, r.times)).collect::<Vec<_>>()),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(told.next(), Some(vec![(0x14, 2), (0x58, 1), (1025, 0)]));
    assert_eq!(told.next(), Some(Vec::new()));
    let read_aloud = explain(&script, &Catalogue::default());
    let said = "from now on an SMSC answers messages for bob with ESME_RMSGQFUL 2 times, ESME_RTHROTTLED 1 times, 0x00000401";
    assert!(read_aloud.contains(said), "{read_aloud}");
}
