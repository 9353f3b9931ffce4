//! Delivery receipts.

use mmspec::party::smsc::Account;
use mmspec::party::{Pushes, SmppRule};
use rusmpp::pdus::{DeliverSm, DeliverSmResp};
use rusmpp::tlvs::TlvValue;
use rusmpp::values::{InterfaceVersion, MessageState};
use rusmpp::{Command, CommandId, CommandStatus, Pdu};

use super::esme::{
    BOB, Esme, Smsc, datagram, receiver, registered, segments, text, transceiver, transmitter,
};

const MESSAGE: &[u8] = b"\x06\x05\x04\x0B\x84\x23\xF0push";

/// What a receipt says, in its text and in its optional parameters.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    id: String,
    stat: String,
    state: Option<MessageState>,
}

fn told(command: &Command) -> Told {
    let deliver = deliver_of(command);
    assert_eq!(u8::from(deliver.esm_class), 0x04);
    assert_eq!(deliver.source_addr, text(BOB));
    assert_eq!(deliver.destination_addr, text("+15550100099"));
    let said = String::from_utf8(deliver.short_message().clone().into_bytes().to_vec()).unwrap();
    let field = |name: &str| {
        let rest = said
            .split_once(name)
            .unwrap_or_else(|| panic!("no {name} in {said}"))
            .1;
        rest.split(' ').next().unwrap().to_owned()
    };
    for date in ["submit date:", "done date:"] {
        let date = field(date);
        assert!(
            date.len() == 10 && date.bytes().all(|b| b.is_ascii_digit()),
            "{said}"
        );
    }
    let id = field("id:");
    let mut state = None;
    for tlv in deliver.tlvs() {
        match tlv.value() {
            Some(TlvValue::MessageState(value)) => state = Some(*value),
            Some(TlvValue::ReceiptedMessageId(value)) => assert_eq!(*value, text(&id)),
            other => panic!("{other:?}"),
        }
    }
    Told {
        id,
        stat: field("stat:"),
        state,
    }
}

fn deliver_of(command: &Command) -> &DeliverSm {
    match command.pdu() {
        Some(Pdu::DeliverSm(deliver)) => deliver,
        other => panic!("no deliver_sm: {other:?}"),
    }
}

fn delivered(id: &str) -> Told {
    Told {
        id: id.to_owned(),
        stat: "DELIVRD".to_owned(),
        state: Some(MessageState::Delivered),
    }
}

fn id_of(answer: &Command) -> String {
    match answer.pdu() {
        Some(Pdu::SubmitSmResp(said)) => said.message_id().as_str().trim_end_matches('\0').to_owned(),
        other => panic!("{other:?}"),
    }
}

/// The next receipt, which is answered.
async fn receipt(relay: &mut Esme) -> Told {
    let command = relay.next().await.unwrap();
    let answer = Command::new(
        CommandStatus::EsmeRok,
        command.sequence_number(),
        DeliverSmResp::default(),
    );
    relay.command(answer).await;
    told(&command)
}

/// Nothing came that was not asked for, up to an answer that the SMSC gives now.
async fn nothing_told(relay: &mut Esme) {
    relay.ask(Pdu::EnquireLink).await;
    assert!(relay.has_nothing_aside());
}

#[tokio::test]
async fn a_receipt_follows_the_answer_when_it_was_asked_for() {
    let smsc = Smsc::open(Account::default()).await;
    let mut relay = smsc.bound().await;
    let answer = relay.ask(registered(MESSAGE, 1)).await;
    assert!(relay.has_nothing_aside(), "no receipt before the answer");
    assert_eq!(receipt(&mut relay).await, delivered(&id_of(&answer)));
    // 0: none; 2: only of a failure.
    relay.ask(registered(MESSAGE, 0)).await;
    relay.ask(registered(MESSAGE, 2)).await;
    nothing_told(&mut relay).await;
}

#[tokio::test]
async fn each_segment_that_asked_has_its_receipt_when_all_are_there() {
    let smsc = Smsc::open(Account::default()).await;
    let mut relay = smsc.bound().await;
    let parts = segments(&datagram(300), 1);
    let mut ids = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        nothing_told(&mut relay).await;
        let answer = relay.ask(registered(part, u8::from(at != 1))).await;
        ids.push(id_of(&answer));
    }
    assert_eq!(receipt(&mut relay).await, delivered(&ids[0]));
    assert_eq!(receipt(&mut relay).await, delivered(&ids[2]));
    nothing_told(&mut relay).await;
}

#[tokio::test]
async fn a_refused_message_has_none() {
    let smsc = Smsc::open(Account::default()).await;
    smsc.guest.smpp_rules(
        "bob",
        vec![SmppRule {
            status: 0x14,
            times: 1,
        }],
    );
    let mut relay = smsc.bound().await;
    relay.ask(registered(MESSAGE, 1)).await;
    nothing_told(&mut relay).await;
    let answer = relay.ask(registered(MESSAGE, 1)).await;
    assert_eq!(receipt(&mut relay).await, delivered(&id_of(&answer)));
}

#[tokio::test]
async fn the_receipt_of_a_kept_push_comes_when_it_arrives() {
    let mut smsc = Smsc::open(Account::default()).await;
    smsc.guest.pushes("bob", Pushes::Kept);
    let mut relay = smsc.bound().await;
    let answer = relay.ask(registered(MESSAGE, 1)).await;
    nothing_told(&mut relay).await;
    smsc.guest.pushes("bob", Pushes::Arrive);
    assert_eq!(receipt(&mut relay).await, delivered(&id_of(&answer)));
    // What was kept, and then the push.
    assert!(smsc.arrivals.try_recv().is_ok());
    assert_eq!(smsc.push().await.wsp, b"push");
}

#[tokio::test]
async fn a_lost_push_has_no_receipt() {
    let smsc = Smsc::open(Account::default()).await;
    smsc.guest.pushes("bob", Pushes::Lost { times: 1 });
    let mut relay = smsc.bound().await;
    relay.ask(registered(MESSAGE, 1)).await;
    nothing_told(&mut relay).await;
    let answer = relay.ask(registered(MESSAGE, 1)).await;
    assert_eq!(receipt(&mut relay).await, delivered(&id_of(&answer)));
}

#[tokio::test]
async fn a_number_that_nobody_has_is_undeliverable() {
    let smsc = Smsc::open(Account::default()).await;
    drop(smsc.guest);
    let mut relay = Esme::connect(smsc.server.addr).await;
    relay.ask(transceiver("relay", "")).await;
    for registered_delivery in [1, 2] {
        let answer = relay.ask(registered(MESSAGE, registered_delivery)).await;
        let expected = Told {
            id: id_of(&answer),
            stat: "UNDELIV".to_owned(),
            state: Some(MessageState::Undeliverable),
        };
        assert_eq!(receipt(&mut relay).await, expected);
    }
}

#[tokio::test]
async fn a_transmitter_has_its_receipts_through_a_receiver_of_its_name() {
    let smsc = Smsc::open(Account::default()).await;
    let mut transmits = Esme::connect(smsc.server.addr).await;
    transmits.ask(transmitter("relay")).await;
    let mut other = Esme::connect(smsc.server.addr).await;
    other.ask(receiver("other")).await;
    // Receipts wait for somebody who takes them.
    let first = id_of(&transmits.ask(registered(MESSAGE, 1)).await);
    let mut receives = Esme::connect(smsc.server.addr).await;
    receives.ask(receiver("relay")).await;
    assert_eq!(receipt(&mut receives).await, delivered(&first));
    let second = id_of(&transmits.ask(registered(MESSAGE, 1)).await);
    assert_eq!(receipt(&mut receives).await, delivered(&second));
    nothing_told(&mut other).await;
    nothing_told(&mut transmits).await;
}

#[tokio::test]
async fn what_a_session_did_not_answer_is_for_the_next_one() {
    let smsc = Smsc::open(Account::default()).await;
    let mut relay = smsc.bound().await;
    let id = id_of(&relay.ask(registered(MESSAGE, 1)).await);
    assert_eq!(told(&relay.next().await.unwrap()), delivered(&id));
    drop(relay);
    let mut relay = smsc.bound().await;
    assert_eq!(receipt(&mut relay).await, delivered(&id));
    nothing_told(&mut relay).await;
}

/// Sixteen may be unanswered; the others wait.
#[tokio::test]
async fn receipts_have_a_window() {
    let smsc = Smsc::open(Account::default()).await;
    let mut relay = smsc.bound().await;
    for _ in 0..20 {
        relay.ask(registered(MESSAGE, 1)).await;
    }
    let mut open = Vec::new();
    for _ in 0..16 {
        open.push(relay.next().await.unwrap());
    }
    nothing_told(&mut relay).await;
    for command in &open {
        let answer = Command::new(
            CommandStatus::EsmeRok,
            command.sequence_number(),
            DeliverSmResp::default(),
        );
        relay.command(answer).await;
    }
    for _ in 0..4 {
        receipt(&mut relay).await;
    }
    nothing_told(&mut relay).await;
}

#[tokio::test]
async fn an_old_esme_gets_the_text_alone() {
    let smsc = Smsc::open(Account::default()).await;
    let mut relay = Esme::connect(smsc.server.addr).await;
    let mut bind = transceiver("relay", "");
    bind.interface_version = InterfaceVersion::Smpp3_3OrEarlier(0x33);
    relay.ask(bind).await;
    let id = id_of(&relay.ask(registered(MESSAGE, 1)).await);
    let command = relay.next().await.unwrap();
    assert_eq!(command.id(), CommandId::DeliverSm);
    let got = told(&command);
    assert_eq!((got.id, got.state), (id, None));
}
