//! The embedded relay as ESME; rusmpp, which shares nothing with its codec, is the SMSC.

use std::sync::Arc;

use bytes::Bytes;
use mmspec::relay::config::{Bind, Push, Smpp, SmppForm, Source};
use mmspec::relay::{Config, Relay};
use mmspec::wire::{Pdu, PduType, Value, mm1, push};
use rusmpp::pdus::{DeliverSm, QuerySm, SubmitSm};
use rusmpp::types::{COctetString, OctetString};
use rusmpp::values::EsmClass;
use rusmpp::{CommandId, CommandStatus};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::timeout;

use crate::relay_support::*;

fn smpp(smsc: &Smsc) -> Smpp {
    Smpp {
        enquire_link_ms: 60_000,
        ..Smpp::new(smsc.addr, "mmspec", "se cret")
    }
}

fn with(smpp: Smpp) -> Config {
    let mut config = config(local(), local());
    config.push = Push::Smpp(smpp);
    config
}

/// A relay that is bound.
async fn start(smpp: Smpp, smsc: &mut Smsc) -> Relay {
    let relay = Relay::start(with(smpp)).await.unwrap();
    smsc.bound().await;
    relay
}

/// An MM with so long a subject. Without one it hides its sender, too, and one short message has room for its notification.
fn mm(subject: usize) -> Pdu {
    let mut req = send_req("t1", BOB);
    if subject == 0 {
        req.remove("Subject");
        return req.with("X-Mms-Sender-Visibility", Value::token("Hide"));
    }
    let text = "s".repeat(subject);
    req.set("Subject", Value::Encoded { charset: None, text });
    req
}

/// More than one short message, less than three.
const LONG: usize = 60;

fn data(message: &SubmitSm) -> Vec<u8> {
    message.short_message().clone().into_bytes().to_vec()
}

/// source_addr, its type and plan.
fn source(message: &SubmitSm) -> (&str, u8, u8) {
    let address = message.source_addr.as_str().trim_end_matches('\0');
    let (ton, npi) = (message.source_addr_ton, message.source_addr_npi);
    (address, ton.into(), npi.into())
}

/// Number and value of each TLV.
fn tlvs(message: &SubmitSm) -> Vec<(u16, Vec<u8>)> {
    use rusmpp::encode::{Encode, Length};
    let octets = |tlv: &rusmpp::tlvs::Tlv| {
        let mut octets = vec![0; tlv.length()];
        tlv.encode(&mut octets);
        (u16::from_be_bytes([octets[0], octets[1]]), octets[4..].to_vec())
    };
    message.tlvs().iter().map(octets).collect()
}

#[track_caller]
fn is_notification(wsp: Vec<u8>) {
    let push = push::decode(&Bytes::from(wsp)).unwrap();
    assert!(push.findings.is_empty(), "{:?}", push.findings);
    let pdu = mm1::decode(&push.body).unwrap().pdu;
    assert_eq!(pdu.kind, PduType::NotificationInd);
}

/// The data behind headers of this length.
fn behind(headers: usize, messages: &[SubmitSm]) -> Vec<u8> {
    messages
        .iter()
        .flat_map(|m| data(m)[headers..].to_vec())
        .collect()
}

const PORTS: [u8; 6] = [0x05, 0x04, 0x0B, 0x84, 0x23, 0xF0];

#[tokio::test]
async fn a_notification_goes_out_as_short_messages_with_ports() {
    let mut smsc = Smsc::start().await;
    let relay = Relay::start(with(smpp(&smsc))).await.unwrap();
    let Was::Bound(command, system_id, password) = smsc.next().await else {
        panic!("a bind");
    };
    assert_eq!(command, CommandId::BindTransceiver);
    assert_eq!((system_id.as_str(), password.as_str()), ("mmspec", "se cret"));

    post(&relay, ALICE, &mm(0)).await;
    let one = smsc.submitted().await;
    assert_eq!(one.destination_addr.as_str().trim_end_matches('\0'), BOB);
    assert_eq!((u8::from(one.dest_addr_ton), u8::from(one.dest_addr_npi)), (1, 1));
    // Nobody is named: it is the relay that speaks, as far as there is room.
    assert_eq!(source(&one), ("system-user@mms.home", 5, 0));
    assert_eq!(u8::from(one.data_coding), 4);
    assert_eq!(u8::from(one.esm_class), 0x40);
    assert!(tlvs(&one).is_empty());
    assert_eq!(data(&one)[..7], [&[6][..], &PORTS].concat());
    assert!(data(&one).len() <= 140);
    is_notification(behind(7, &[one]));

    post(&relay, ALICE, &mm(LONG)).await;
    let parts = [smsc.submitted().await, smsc.submitted().await];
    for (number, part) in parts.iter().enumerate() {
        let head = [&[11][..], &PORTS, &[0x00, 0x03, 2, 2, number as u8 + 1]].concat();
        assert_eq!(data(part)[..12], head);
    }
    assert_eq!(source(&parts[0]), (ALICE, 1, 1));
    assert_eq!(data(&parts[0]).len(), 140);
    is_notification(behind(12, &parts));
    smsc.nothing().await;
    relay.stop().await;
}

#[tokio::test]
async fn a_header_that_counts_may_stand_in_one_alone_and_have_a_wide_reference() {
    let mut smsc = Smsc::start().await;
    let config = Smpp {
        form: SmppForm::UdhAlways,
        reference: 16,
        plus: false,
        data_coding: 0xF5,
        esm_class: 3,
        service_type: String::new(),
        part: Some(100),
        source: Some(Source {
            address: "1234".to_owned(),
            ton: 2,
            npi: 0,
        }),
        registered_delivery: 1,
        ..smpp(&smsc)
    };
    let relay = start(config, &mut smsc).await;
    post(&relay, ALICE, &mm(0)).await;
    let parts = [smsc.submitted().await, smsc.submitted().await];
    let one = &parts[0];
    assert_eq!(one.destination_addr.as_str().trim_end_matches('\0'), &BOB[1..]);
    assert_eq!(source(one), ("1234", 2, 0));
    assert_eq!(u8::from(one.data_coding), 0xF5);
    assert_eq!(u8::from(one.esm_class), 0x43);
    assert_eq!(u8::from(one.registered_delivery), 1);
    assert_eq!(
        data(one)[..13],
        [&[12][..], &PORTS, &[0x08, 0x04, 0, 1, 2, 1]].concat()
    );
    assert_eq!(data(one).len(), 113);
    is_notification(behind(13, &parts));
    relay.stop().await;

    let config = Smpp {
        form: SmppForm::UdhAlways,
        part: Some(200),
        ..smpp(&smsc)
    };
    while !matches!(smsc.next().await, Was::Gone(_)) {}
    let relay = start(config, &mut smsc).await;
    post(&relay, ALICE, &mm(0)).await;
    let one = smsc.submitted().await;
    assert_eq!(
        data(&one)[..12],
        [&[11][..], &PORTS, &[0x00, 0x03, 1, 1, 1]].concat()
    );
    is_notification(behind(12, &[one]));
    relay.stop().await;
}

#[tokio::test]
async fn ports_segments_and_the_datagram_may_stand_in_tlvs() {
    let ports = [(0x020A, vec![0x23, 0xF0]), (0x020B, vec![0x0B, 0x84])];
    for (form, subject, messages) in [
        (SmppForm::Tlv, 0, 1),
        (SmppForm::Tlv, 250, 1),
        (SmppForm::Payload, LONG, 1),
        (SmppForm::Sar, 0, 1),
        (SmppForm::Sar, LONG, 2),
    ] {
        let mut smsc = Smsc::start().await;
        let config = Smpp { form, ..smpp(&smsc) };
        let relay = start(config, &mut smsc).await;
        post(&relay, ALICE, &mm(subject)).await;
        let mut parts = Vec::new();
        for _ in 0..messages {
            parts.push(smsc.submitted().await);
        }
        smsc.nothing().await;
        let class = u8::from(parts[0].esm_class);
        let payload = |message: &SubmitSm| tlvs(message).pop().unwrap();
        match (form, subject) {
            (SmppForm::Tlv, 250) => {
                assert_eq!(tlvs(&parts[0])[..2], ports);
                assert!(data(&parts[0]).is_empty());
                let (tag, octets) = payload(&parts[0]);
                assert_eq!((tag, class), (0x0424, 0));
                is_notification(octets);
            }
            (SmppForm::Payload, _) => {
                let (tag, octets) = payload(&parts[0]);
                assert_eq!((tag, class, data(&parts[0]).len()), (0x0424, 0x40, 0));
                assert_eq!(octets[..7], [&[6][..], &PORTS].concat());
                is_notification(octets[7..].to_vec());
            }
            (SmppForm::Sar, LONG) => {
                for (number, part) in parts.iter().enumerate() {
                    let sar = [
                        (0x020C, vec![0, 1]),
                        (0x020E, vec![2]),
                        (0x020F, vec![number as u8 + 1]),
                    ];
                    assert_eq!(tlvs(part), [&ports[..], &sar].concat());
                }
                assert_eq!(data(&parts[0]).len(), 140);
                is_notification(behind(0, &parts));
            }
            _ => {
                assert_eq!((tlvs(&parts[0]).as_slice(), class), (&ports[..], 0));
                is_notification(behind(0, &parts));
            }
        }
        relay.stop().await;
    }
}

#[tokio::test]
async fn what_is_refused_for_now_is_sent_again_alone() {
    use CommandStatus::{EsmeRmsgqful, EsmeRok, EsmeRsyserr, EsmeRthrottled};
    let mut smsc = Smsc::start().await;
    let relay = start(smpp(&smsc), &mut smsc).await;
    smsc.at_submits([EsmeRthrottled, EsmeRok, EsmeRmsgqful, EsmeRsyserr].map(Trouble::With));
    post(&relay, ALICE, &mm(LONG)).await;
    let mut numbers = Vec::new();
    for _ in 0..5 {
        numbers.push(data(&smsc.submitted().await)[11]);
    }
    assert_eq!(numbers, [1, 1, 2, 2, 2]);
    smsc.nothing().await;
    relay.stop().await;
}

#[tokio::test]
async fn what_is_refused_for_good_is_given_up() {
    let mut smsc = Smsc::start().await;
    let mut config = with(smpp(&smsc));
    config.timers.notification_repeat_ms = vec![50, 50];
    let relay = Relay::start(config).await.unwrap();
    smsc.bound().await;
    smsc.at_submits([Trouble::With(CommandStatus::EsmeRinvdstadr)]);
    post(&relay, ALICE, &mm(LONG)).await;
    smsc.submitted().await;
    smsc.nothing().await;
    // Another one is none the worse for it.
    post(&relay, ALICE, &send_req("t2", ALICE)).await;
    smsc.submitted().await;
    relay.stop().await;
}

#[tokio::test]
async fn a_message_that_was_not_answered_is_sent_again() {
    let mut smsc = Smsc::start().await;
    let config = Smpp {
        response_ms: 1_000,
        ..smpp(&smsc)
    };
    let relay = start(config, &mut smsc).await;
    smsc.at_submits([Trouble::Silent]);
    post(&relay, ALICE, &mm(0)).await;
    let first = smsc.submitted().await;
    assert_eq!(data(&first), data(&smsc.submitted().await));
    smsc.nothing().await;
    relay.stop().await;
}

#[tokio::test]
async fn only_so_many_wait_for_an_answer_at_a_time() {
    let mut smsc = Smsc::start().await;
    let config = Smpp {
        window: 1,
        response_ms: 2_500,
        ..smpp(&smsc)
    };
    let relay = start(config, &mut smsc).await;
    smsc.at_submits([Trouble::Silent]);
    post(&relay, ALICE, &mm(0)).await;
    smsc.submitted().await;
    post(&relay, ALICE, &send_req("t2", BOB)).await;
    smsc.nothing().await;
    // Both go on when the first one is no longer waited for.
    smsc.submitted().await;
    smsc.submitted().await;
    relay.stop().await;
}

#[tokio::test]
async fn a_refused_bind_is_tried_again_and_pushes_wait_for_it() {
    let mut smsc = Smsc::start().await;
    smsc.at_binds([CommandStatus::EsmeRinvpaswd, CommandStatus::EsmeRthrottled].map(Trouble::With));
    let relay = Relay::start(with(smpp(&smsc))).await.unwrap();
    post(&relay, ALICE, &mm(0)).await;
    for refused in [true, true, false] {
        assert_eq!(smsc.bound().await, CommandId::BindTransceiver);
        if refused {
            assert!(matches!(smsc.next().await, Was::Gone(None)));
        }
    }
    is_notification(behind(7, &[smsc.submitted().await]));
    relay.stop().await;
}

fn deliver(class: u8, text: &'static [u8]) -> DeliverSm {
    DeliverSm::builder()
        .source_addr(COctetString::from_static_slice(b"15550100017\0").unwrap())
        .destination_addr(COctetString::from_static_slice(b"1234\0").unwrap())
        .esm_class(EsmClass::from(class))
        .short_message(OctetString::from_static_slice(text).unwrap())
        .build()
}

async fn logged(log: &mut UnboundedReceiver<String>, part: &str) {
    let found = async {
        while let Some(line) = log.recv().await {
            if line.contains(part) {
                return;
            }
        }
    };
    timeout(SOON, found).await.expect(part);
}

#[tokio::test]
async fn receipts_come_to_a_receiver_and_are_logged() {
    let mut smsc = Smsc::start().await;
    let config = Smpp {
        bind: Bind::ReceiverAndTransmitter,
        ..smpp(&smsc)
    };
    let (sender, mut log) = mpsc::unbounded_channel();
    let sink = Arc::new(move |line: &str| drop(sender.send(line.to_owned())));
    let relay = Relay::start_logging(with(config), sink).await.unwrap();
    let mut binds = [smsc.bound().await, smsc.bound().await];
    binds.sort();
    assert_eq!(binds, [CommandId::BindReceiver, CommandId::BindTransmitter]);
    logged(&mut log, "bind_receiver at").await;
    post(&relay, ALICE, &mm(0)).await;
    smsc.submitted().await;
    smsc.say(7, deliver(0x04, b"id:m1 stat:DELIVRD"));
    // Both sessions hear it in this test.
    for _ in 0..2 {
        assert_eq!(
            smsc.said().await,
            (CommandId::DeliverSmResp, 7, CommandStatus::EsmeRok)
        );
    }
    logged(&mut log, "receipt of 15550100017: id:m1 stat:DELIVRD").await;
    smsc.say(8, deliver(0, b"hello"));
    assert_eq!(smsc.said().await.1, 8);
    logged(&mut log, "15550100017 writes to 1234").await;
    relay.stop().await;
}

#[tokio::test]
async fn what_the_smsc_asks_is_answered() {
    let mut smsc = Smsc::start().await;
    let relay = start(smpp(&smsc), &mut smsc).await;
    // The bind is answered before anything else is asked.
    post(&relay, ALICE, &mm(0)).await;
    smsc.submitted().await;
    smsc.say(11, rusmpp::Pdu::EnquireLink);
    let ok = CommandStatus::EsmeRok;
    assert_eq!(smsc.said().await, (CommandId::EnquireLinkResp, 11, ok));
    smsc.say(12, QuerySm::default());
    assert_eq!(
        smsc.said().await,
        (CommandId::GenericNack, 12, CommandStatus::EsmeRinvcmdid)
    );
    smsc.say(13, rusmpp::Pdu::Unbind);
    assert_eq!(smsc.said().await, (CommandId::UnbindResp, 13, ok));
    assert!(matches!(smsc.next().await, Was::Gone(None)));
    smsc.bound().await;
    post(&relay, ALICE, &send_req("t2", BOB)).await;
    smsc.submitted().await;
    relay.stop().await;
}

#[tokio::test]
async fn a_silent_smsc_is_asked_and_left() {
    let mut smsc = Smsc::start().await;
    smsc.at_enquiries([Trouble::With(CommandStatus::EsmeRok), Trouble::Silent]);
    let config = Smpp {
        enquire_link_ms: 50,
        response_ms: 1_500,
        ..smpp(&smsc)
    };
    let relay = start(config, &mut smsc).await;
    for _ in 0..2 {
        assert_eq!(smsc.said().await.0, CommandId::EnquireLink);
    }
    assert!(matches!(smsc.next().await, Was::Gone(None)));
    smsc.bound().await;
    relay.stop().await;
}

#[tokio::test]
async fn who_stops_unbinds_and_who_is_killed_resets() {
    let mut smsc = Smsc::start().await;
    let relay = start(smpp(&smsc), &mut smsc).await;
    post(&relay, ALICE, &mm(0)).await;
    smsc.submitted().await;
    relay.stop().await;
    assert_eq!(smsc.said().await.0, CommandId::Unbind);
    assert!(matches!(smsc.next().await, Was::Gone(None)));

    let relay = start(smpp(&smsc), &mut smsc).await;
    post(&relay, ALICE, &mm(0)).await;
    smsc.submitted().await;
    relay.kill().await;
    let Was::Gone(Some(kind)) = smsc.next().await else {
        panic!("a reset");
    };
    assert_eq!(kind, std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn seeded_defects_work_through_smpp() {
    for (defect, octet, value) in [
        ("mm1.push.for-the-browser", 5, 0x82),
        ("mm1.push.media-type", 3, 0x83),
    ] {
        let mut smsc = Smsc::start().await;
        let mut config = with(smpp(&smsc));
        config.defects = vec![defect.to_owned()];
        let relay = Relay::start(config).await.unwrap();
        smsc.bound().await;
        post(&relay, ALICE, &mm(0)).await;
        assert_eq!(behind(7, &[smsc.submitted().await])[octet], value, "{defect}");
        relay.stop().await;
    }
    let mut smsc = Smsc::start().await;
    smsc.at_submits([Trouble::With(CommandStatus::EsmeRthrottled)]);
    let mut config = with(smpp(&smsc));
    config.defects = vec!["mm1.notification.lost-push-final".to_owned()];
    let relay = Relay::start(config).await.unwrap();
    smsc.bound().await;
    post(&relay, ALICE, &mm(0)).await;
    smsc.submitted().await;
    smsc.nothing().await;
    relay.stop().await;
}
