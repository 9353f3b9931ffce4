//! What lint says: one snapshot for each family of mistakes.

use mmspec::case::{Library, load, load_all};

use crate::case_support::{library, rendered, steps};

/// The errors of every case, each under its text.
fn errors(cases: &[&str]) -> String {
    let library = library();
    let all: Vec<String> = cases
        .iter()
        .map(|text| match load("case.yaml", text, library) {
            Ok(_) => panic!("nothing wrong with\n{text}"),
            Err(problems) => rendered(&problems),
        })
        .collect();
    all.join("\n\n──────\n\n")
}

/// The same for cases that differ in their steps only.
fn step_errors(cases: &[&str]) -> String {
    let texts: Vec<String> = cases.iter().map(|lines| steps(lines)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    errors(&texts)
}

#[test]
fn yaml() {
    insta::assert_snapshot!(errors(&[
        "",
        "id: [a",
        "id: a\nid: b\ntitle: t\ntopology: one-relay\nsteps: []\n",
        "id: a\n---\nid: b\n",
        "id: !!str a\n",
        "? [a]\n: b\n",
        "- just\n- a list\n",
        "id: a\ntitle: *missing\n",
    ]));
}

#[test]
fn the_case_itself() {
    insta::assert_snapshot!(errors(&[
        "id: a b\ntitle: t\ntopology: one-relay\nstep: []\n",
        "id: a\ntitle: t\ntopology: one-realy\nsteps: []\n",
        "id: a\ntitle: t\ntopology: hub\nnodes: { hub: { kind: relay }, q: { kind: application } }\nsteps: []\n",
        "id: a\ntitle: t\ntopology: one-relay\nrequires: [MM4 inbound]\ncost: heavy\nsteps: []\n",
        "id: a\ntitle: t\ntopology: one-relay\nnodes: { A: { home: A }, dave: { home: B }, erin: { peer: bob } }\nsteps: []\n",
    ]));
}

#[test]
fn steps_and_verbs() {
    insta::assert_snapshot!(step_errors(&[
        "  - snd: M-Send.req\n    from: alice\n",
        "  - { send: M-Send.req, expect: M-Send.conf, from: alice }\n",
        "  - { send: M-Send.req, from: alice, header: { To: x } }\n",
        "  - { send: M-Sent.req, from: alice }\n",
        "  - { send: M-Send.req }\n",
        "  - { send: M-Send.req, from: carol }\n  - { send: MM4_forward.REQ, from: alice }\n  - { send: M-Send.req, from: alcie, to: B }\n",
        "  - { send: M-Send.req, from: alice, rcpt-to: [$bob.mailbox] }\n",
        "  - send:\n",
        "  - just text\n",
        "  - { kill: C }\n  - { use: retrieve }\n  - { use: fetch, with: { ta: bob } }\n",
        "  - { set: p }\n  - { set: p, smtp: [{ at: date, reply: later }, { at: rcpt, reply: '451' , drop: true }] }\n  - { set: alice, acknowledge: no }\n  - { set: p, acknowledge: Error-network-problems }\n",
        "  - { set: bob, smpp: [{ status: ESME_RMSGQFULL }, { status: sometimes, times: 1 }, { times: 1 }] }\n  - { set: p, smpp: [] }\n  - { set: alice, smpp: [], http: [] }\n",
        "  - { dialogue: lmtp, from: p, lines: [] }\n  - { dialogue: smtp, from: p, lines: [{ receive: 220 }, { recv: 250, test: [TP-SMT-01] }] }\n",
        "  - repeat: { times: 0, steps: [] }\n",
        "  - any-of: [{ expect: M-Send.conf, at: alice }]\n",
    ]));
}

#[test]
fn expectations() {
    insta::assert_snapshot!(step_errors(&[
        "  - { expect: M-Send.req, at: bob, tests: [TP-SUB-01] }\n",
        "  - { expect: M-Send.conf, at: p, tests: [TP-SUB-01] }\n",
        "  - { expect: MM4_forward.REQ, at: alice, tests: [TP-SUB-01] }\n",
        "  - { expect: MM4_forward.REQ, at: carol, tests: [TP-SUB-01] }\n",
        "  - { expect: MM4_forward.REQ, on: A-B, tests: [TP-SUB-01] }\n",
        "  - { expect: M-Send.conf, tests: [TP-SUB-01] }\n",
        "  - { expect: M-Send.conf, at: alice, tests: [TP-SUB-1, TP-SUB-99, TP-SUB-01, TP-SUB-01] }\n",
        "  - { expect: M-Send.conf, at: alice, within: soon, times: many, ends-case: perhaps }\n",
        "  - { expect: reply, at: alice, where: { To: x }, smtp: { codes: 250 }, push: { topic: x } }\n",
        "  - { expect: M-Notification.ind, at: bob, after: [nothing], same: [Nonsense] }\n",
        "  - { expect: M-Notification.ind, at: bob, content: { same: hello }, should: { header: {} } }\n  - { expect: M-Retrieve.conf, at: bob, content: helo }\n",
    ]));
}

#[test]
fn fields_and_values() {
    insta::assert_snapshot!(step_errors(&[
        "  - { send: M-Send.req, from: alice, headers: { Two: $bob.plmn, X-Mms-Read-Reply: Yes, X-Mms-Priority: Urgent } }\n",
        "  - { send: MM4_forward.REQ, from: p, headers: { X-Mms-Read-Report: Yes } }\n",
        "  - { expect: M-Send.conf, at: alice, headers: { X-Mms-Response-Status: OK-ish, X-Unheard-Of: a, X-Mms-Request-Status-Code: Ok } }\n",
        "  - { expect: M-Send.conf, at: alice, headers: { X-Mms-Response-Status: { in: [Ok, Error-permanent-service-denid] } } }\n",
        "  - { expect: M-Send.conf, at: alice, headers: { Message-ID: { matches: \"a(\" } } }\n",
        "  - { expect: M-Send.conf, at: alice, http: { status: { range: 4xx } } }\n",
        "  - { expect: M-Send.conf, at: alice, headers: { Message-ID: { octets: \"8G\" } } }\n",
        "  - { expect: M-Send.conf, at: alice, headers: { Message-ID: { equal: x }, X-Mms-Response-Text: {} } }\n",
        "  - { expect: M-Retrieve.conf, at: bob, headers: { Date: { instant: now } } }\n",
        "  - { send: M-Send.req, from: alice, damage: { cut-in: Frmo } }\n",
        "  - { send: M-Send.req, from: alice, damage: { cut-in: From, omit: To } }\n",
        "  - { send: M-Send.req, from: alice, damage: { octets: { field: From } } }\n",
    ]));
}

#[test]
fn references() {
    insta::assert_snapshot!(step_errors(&[
        "  - { send: M-Send.req, from: alice, headers: { To: $bbo.plmn } }\n",
        "  - { send: M-Send.req, from: alice, headers: { To: $bob.plnm, Subject: \"$bob\" } }\n",
        "  - { send: M-Send.req, from: $alice, headers: { To: $carol.enum } }\n",
        "  - { send: M-Send.req, from: alice, as: submit }\n  - { expect: M-Send.conf, at: alice, headers: { X-Mms-Transaction-ID: $sumbit.X-Mms-Transaction-ID, Message-ID: $submit.Mesage-ID } }\n",
        "  - { send: M-Send.req, from: alice, headers: { Subject: \"5$ please\", Date: \"${now+soon}\" } }\n",
        "  - { expect: M-Send.conf, at: alice, within: $timer.quite }\n",
        "  - { send: M-Send.req, from: alice, as: bob }\n  - { send: M-Send.req, from: alice, as: x }\n  - { send: M-Send.req, from: alice, as: x }\n",
        "  - repeat: { times: 2, steps: [{ send: M-Send.req, from: alice, as: submit }] }\n  - { expect: M-Send.conf, at: alice, headers: { X-Mms-Transaction-ID: $submit.X-Mms-Transaction-ID } }\n",
        "  - { use: fetch, with: { at: bob } , as: got }\n  - { expect: M-Delivery.ind, at: alice, headers: { To: $got.retrival.To, Date: $got.Dat } }\n",
        "  - parallel:\n      - { send: M-Send.req, from: alice, as: one }\n      - { expect: M-Send.conf, at: alice, headers: { X-Mms-Transaction-ID: $one.X-Mms-Transaction-ID }, tests: [TP-SUB-02] }\n",
        "  - { send: repeat, of: $nothing, from: alice }\n",
    ]));
}

#[test]
fn rows() {
    let case = |rows: &str, steps: &str| {
        format!("id: t\ntitle: t\ntopology: one-relay\nexamples:\n{rows}steps:\n{steps}")
    };
    let texts = [
        case("  - { size: 1 }\n", "  - { kill: A }\n"),
        case(
            "  - { name: a, who: alice }\n  - { name: a, whom: bob }\n",
            "  - { send: M-Send.req, from: alice, headers: { To: $who.plmn } }\n  - { expect: M-Send.conf, at: alice, tests: [TP-SUB-01] }\n",
        ),
        case(
            "  - { name: a, unused: 1 }\n",
            "  - { send: M-Send.req, from: alice }\n  - { expect: M-Send.conf, at: alice, tests: [TP-SUB-01] }\n",
        ),
        case(
            "  - { name: a, list: [1] }\n  - { name: b, list: x }\n",
            "  - { send: M-Send.req, from: alice, headers: { Subject: \"a $list\" } }\n",
        ),
        case("  - { name: a, timer: 1 }\n", "  - { kill: A }\n"),
        case("  - { name: a, bob: 1 }\n", "  - { kill: A }\n"),
    ];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    insta::assert_snapshot!(errors(&texts));
}

#[test]
fn the_case_as_a_whole() {
    insta::assert_snapshot!(step_errors(&[
        "  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn } }\n  - { expect: M-Send.conf, at: alice }\n",
        "  - { expect: M-Delivery.ind, at: alice, ends-case: true, tests: [TP-DRP-01] }\n  - { kill: A }\n",
    ]));
}

#[test]
fn always() {
    let case = |rule: &str| format!("id: t\ntitle: t\nkind: always\nrules:\n  - {rule}\n");
    let texts = [
        case("{ for-every: M-Send.req, headers: { To: present }, tests: [TP-SUB-01] }"),
        case("{ for-every: M-Send.conf, tests: [TP-SUB-01] }"),
        case("{ for-every: M-Send.conf, unique: Mesage-ID, tests: [TP-SUB-01] }"),
        case("{ for-every: M-Send.conf, unique: Message-ID }"),
    ];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    insta::assert_snapshot!(errors(&texts));
}

#[test]
fn links_and_their_shapes() {
    insta::assert_snapshot!(step_errors(&[
        "  - { set: A-q, shape: { rate: 9600bps } }\n",
        "  - { set: A-B, shape: { rate: 9600bps } }\n",
        "  - { set: carol, shape: { rate: 9600bps } }\n",
        "  - { set: p, radio: GPRS }\n",
        "  - { set: bob, radio: GRPS }\n",
        "  - { set: bob, radio: GPRS, shape: usual }\n",
        "  - { set: bob, shape: { rate: fast, loss: 100%, delay: 1, cut-after: soon } }\n",
        "  - { set: bob, shape: { rat: 9600bps } }\n",
        "  - { set: bob, shape: {} }\n",
        "  - { set: bob, shape: unusual }\n",
        "  - { set: bob, shape: { cut-after: end-of-data } }\n",
        "  - { set: A-p, shape: { cut-after: end-of-data, direction: up } }\n",
        "  - { set: A-p, shape: { pushes: lost } }\n",
        "  - { set: A-p, shape: { state: down, delay: 1s } }\n",
        "  - { set: A-p, shape: { state: stalled, direction: up } }\n",
        "  - { set: bob, shape: { pushes: lost, delay: 1s, times: 1 } }\n",
        "  - { expect: loss, at: bob }\n",
        "  - { set: A-p, shape: { state: down } }\n  - { expect: loss, at: bob }\n",
        "  - { set: A-p, shape: { state: down } }\n  - { expect: MM4_forward.REQ, on: A-p, tests: [TP-M4O-01] }\n",
    ]));
}

#[test]
fn ids_are_unique_across_files() {
    let case = steps("  - { expect: M-Send.conf, at: alice, tests: [TP-SUB-01] }\n");
    let (scripts, problems) = load_all(
        [("one.yaml", case.as_str()), ("two.yaml", case.as_str())],
        library(),
    );
    assert_eq!(scripts.len(), 2);
    insta::assert_snapshot!(rendered(&problems));
}

#[test]
fn groups_are_checked_where_they_are_used() {
    let mut library = Library::default();
    let text = "odd:
  about: odd
  with: [at, { size: ~ }]
  steps:
    - { expect: M-Notification.ind, at: $at, headers: { X-Mms-Message-Sice: $size } }
";
    library.add_groups("groups.yaml", text).unwrap();
    let case = steps("  - { use: odd, with: { at: bob } }\n");
    insta::assert_snapshot!(rendered(&load("case.yaml", &case, &library).unwrap_err()));
    let twice = library.add_groups("more.yaml", "odd: { about: a, steps: [] }\nbad: { steps: x }\n");
    insta::assert_snapshot!("groups_files", rendered(&twice.unwrap_err()));
}

#[test]
fn aliases_do_not_explode() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..9 {
        let last = n - 1;
        bomb.push_str(&format!(
            "a{n}: &a{n} [*a{last}, *a{last}, *a{last}, *a{last}, *a{last}, *a{last}, *a{last}, *a{last}]\n"
        ));
    }
    let problems = load("bomb.yaml", &bomb, library()).unwrap_err();
    assert!(problems[0].message.contains("values"), "{}", problems[0]);
    let deep = "[".repeat(200);
    assert!(load("deep.yaml", &deep, library()).is_err());
    let large = "x".repeat(2 << 20);
    assert!(load("large.yaml", &large, library()).is_err());
}

#[test]
fn colour_is_added_only_when_asked_for() {
    let problems = load("case.yaml", "id: [a", library()).unwrap_err();
    assert!(problems[0].render(true).contains('\u{1b}'));
    assert!(!problems[0].render(false).contains('\u{1b}'));
}
