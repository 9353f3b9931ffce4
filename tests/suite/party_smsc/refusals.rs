//! Answers that a case or an account wants.

use mmspec::party::smsc::Account;
use mmspec::party::{HttpRule, SmppRule};
use rusmpp::CommandStatus;
use rusmpp::types::OctetString;

use super::esme::{PORTS, Push, Smsc, datagram, segments, submit, text};

const MESSAGE: &[u8] = b"\x06\x05\x04\x0B\x84\x23\xF0push";

fn http(status: u16, times: u32) -> HttpRule {
    HttpRule { status, times }
}

fn smpp(status: u32, times: u32) -> SmppRule {
    SmppRule { status, times }
}

#[tokio::test]
async fn http_statuses_of_a_case_become_command_statuses() {
    let mut smsc = Smsc::open(Account::default()).await;
    let statuses = [503, 500, 404, 403, 429, 502, 202];
    smsc.guest
        .http_rules("bob", statuses.iter().map(|s| http(*s, 1)).collect());
    let mut relay = smsc.bound().await;
    let mut got = Vec::new();
    for status in statuses {
        let answer = relay.ask(submit(MESSAGE)).await.status();
        let push = smsc.pushed();
        assert_eq!((push.answered, push.wsp.as_slice()), (status, &b"push"[..]));
        got.push((answer, push.param("command_status").unwrap().to_owned()));
        assert_eq!(push.param("message_id").is_some(), status == 202);
    }
    let expected = [
        (CommandStatus::EsmeRthrottled, "ESME_RTHROTTLED"),
        (CommandStatus::EsmeRsyserr, "ESME_RSYSERR"),
        (CommandStatus::EsmeRsubmitfail, "ESME_RSUBMITFAIL"),
        (CommandStatus::EsmeRsubmitfail, "ESME_RSUBMITFAIL"),
        (CommandStatus::EsmeRthrottled, "ESME_RTHROTTLED"),
        (CommandStatus::EsmeRsyserr, "ESME_RSYSERR"),
        (CommandStatus::EsmeRok, "ESME_ROK"),
    ];
    assert_eq!(got, expected.map(|(status, name)| (status, name.to_owned())));
}

#[tokio::test]
async fn rules_of_smpp_come_first_and_are_told_as_http_too() {
    let mut smsc = Smsc::open(Account::default()).await;
    smsc.guest.http_rules("bob", vec![http(500, 1)]);
    smsc.guest
        .smpp_rules("bob", vec![smpp(0x14, 2), smpp(0x400, 1), smpp(0, 1)]);
    let mut relay = smsc.bound().await;
    let mut got = Vec::new();
    for _ in 0..6 {
        let answer = relay.ask(submit(MESSAGE)).await.status();
        got.push((u32::from(answer), smsc.pushed().answered));
    }
    let expected = [
        (0x14, 503),
        (0x14, 503),
        (0x400, 400),
        (0, 202),
        (8, 500),
        (0, 202),
    ];
    assert_eq!(got, expected);
}

/// A rule is for a push, not for each of its segments.
#[tokio::test]
async fn the_segment_that_completes_a_push_is_refused() {
    let whole = datagram(300);
    let parts = segments(&whole, 5);
    // What a relay may do after the refusal: the last segment again, or all of them.
    for again in [&parts[2..], &parts[..]] {
        let mut smsc = Smsc::open(Account::default()).await;
        smsc.guest.http_rules("bob", vec![http(503, 2)]);
        let mut relay = smsc.bound().await;
        let mut answers = Vec::new();
        for part in parts.iter().chain(again).chain(again) {
            answers.push(relay.ask(submit(part)).await.status() == CommandStatus::EsmeRok);
        }
        let refused: Vec<usize> = (0..answers.len()).filter(|at| !answers[*at]).collect();
        assert_eq!(refused, [2, 2 + again.len()]);
        let pushes: Vec<Push> = (0..3).map(|_| smsc.pushed()).collect();
        assert!(smsc.nothing_came());
        assert!(pushes.iter().all(|push| push.wsp == whole));
        let answered: Vec<u16> = pushes.iter().map(|push| push.answered).collect();
        assert_eq!(answered, [503, 503, 202]);
    }
}

#[tokio::test]
async fn an_account_may_be_throttled() {
    let account = Account {
        throttle: Some(3),
        ..Account::default()
    };
    let mut smsc = Smsc::open(account).await;
    let mut relay = smsc.bound().await;
    let mut sent = Vec::new();
    for _ in 0..40 {
        sent.push(relay.send(submit(MESSAGE)).await);
    }
    let mut taken = Vec::new();
    for sequence in sent {
        let status = relay.response(sequence).await.status();
        let push = smsc.pushed();
        let expected = if status == CommandStatus::EsmeRok {
            202
        } else {
            503
        };
        assert_eq!(push.answered, expected);
        taken.push(status);
    }
    assert_eq!(taken[..3], [CommandStatus::EsmeRok; 3]);
    assert!(taken.contains(&CommandStatus::EsmeRthrottled), "{taken:?}");
}

#[tokio::test]
async fn what_nobody_owns_is_unsolicited() {
    let mut smsc = Smsc::open(Account::default()).await;
    let mut relay = smsc.bound().await;
    let stranger = {
        let mut message = submit(MESSAGE);
        message.destination_addr = text("+15550100044");
        message
    };
    assert_eq!(relay.ask(stranger).await.status(), CommandStatus::EsmeRok);
    assert!(smsc.nothing_came());
    drop(smsc.guest);
    relay.ask(submit(MESSAGE)).await;
    let unsolicited = smsc.desk.unsolicited();
    assert_eq!(unsolicited.count, 2);
    let push = Push::of(unsolicited.first[0].clone());
    assert_eq!((push.place.as_str(), push.answered), ("smpp", 202));
}

/// What is no message at all is refused whatever the case says, and recorded.
#[tokio::test]
async fn what_cannot_be_taken_is_refused() {
    let mut smsc = Smsc::open(Account::default()).await;
    smsc.guest.http_rules("bob", vec![http(202, 0)]);
    let mut relay = smsc.bound().await;
    let mut nowhere = submit(MESSAGE);
    nowhere.destination_addr = text("");
    let mut empty = submit(&[]);
    empty.set_short_message(OctetString::empty());
    let only_a_header = submit(&PORTS);
    for (message, status) in [
        (nowhere, CommandStatus::EsmeRinvdstadr),
        (empty, CommandStatus::EsmeRinvmsglen),
        (only_a_header, CommandStatus::EsmeRinvmsglen),
    ] {
        assert_eq!(relay.ask(message).await.status(), status);
    }
    let told: Vec<(String, u16)> = (0..2)
        .map(|_| smsc.pushed())
        .map(|push| (push.param("command_status").unwrap().to_owned(), push.answered))
        .collect();
    assert_eq!(
        told,
        [
            ("ESME_RINVMSGLEN".to_owned(), 400),
            ("ESME_RINVMSGLEN".to_owned(), 400)
        ]
    );
    assert_eq!(smsc.desk.unsolicited().count, 1);
}
