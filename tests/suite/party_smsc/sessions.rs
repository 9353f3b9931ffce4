//! Bind, unbind, enquire_link, and what may be said when.

use std::sync::Arc;
use std::time::Duration;

use mmspec::party::Desk;
use mmspec::party::smsc::{Account, listen_and_tell};
use rusmpp::pdus::SubmitSmResp;
use rusmpp::values::InterfaceVersion;
use rusmpp::{Command, CommandId, CommandStatus, Pdu};

use super::esme::{Esme, PORTS, Smsc, receiver, submit, transceiver, transmitter};
use crate::party_support::any_port;

fn account() -> Account {
    Account {
        system_id: Some("relay".to_owned()),
        password: Some("secret".to_owned()),
        ..Account::default()
    }
}

#[tokio::test]
async fn who_is_not_known_is_not_let_in() {
    let smsc = Smsc::open(account()).await;
    let mut relay = Esme::connect(smsc.server.addr).await;
    let tries = [
        (transceiver("other", "secret"), CommandStatus::EsmeRinvsysid),
        (transceiver("relay", "wrong"), CommandStatus::EsmeRinvpaswd),
        (transceiver("relay", ""), CommandStatus::EsmeRinvpaswd),
        (transceiver("relay", "secret"), CommandStatus::EsmeRok),
        (transceiver("relay", "secret"), CommandStatus::EsmeRalybnd),
    ];
    for (bind, status) in tries {
        let answer = relay.ask(bind).await;
        assert_eq!(
            (answer.id(), answer.status()),
            (CommandId::BindTransceiverResp, status)
        );
    }
    let shown = format!("{:?}", account());
    assert!(!shown.contains("secret"), "{shown}");
}

#[tokio::test]
async fn the_answer_to_a_bind_says_which_version() {
    let smsc = Smsc::open(Account::default()).await;
    let mut relay = Esme::connect(smsc.server.addr).await;
    let answer = relay.ask(transceiver("relay", "")).await;
    let Some(Pdu::BindTransceiverResp(said)) = answer.pdu() else {
        panic!("{answer:?}");
    };
    assert_eq!(said.sc_interface_version(), Some(InterfaceVersion::Smpp3_4));
    // An ESME of an older version knows no optional parameters (SMPP 3.4 §3.3).
    let mut old = Esme::connect(smsc.server.addr).await;
    let mut bind = transceiver("relay", "");
    bind.interface_version = InterfaceVersion::Smpp3_3OrEarlier(0x33);
    let answer = old.ask(bind).await;
    let Some(Pdu::BindTransceiverResp(said)) = answer.pdu() else {
        panic!("{answer:?}");
    };
    assert_eq!(said.sc_interface_version(), None);
}

#[tokio::test]
async fn only_who_is_bound_as_a_transmitter_submits() {
    let mut smsc = Smsc::open(Account::default()).await;
    let message = || submit(&[&PORTS[..], b"x"].concat());
    let mut relay = Esme::connect(smsc.server.addr).await;
    assert_eq!(relay.ask(message()).await.status(), CommandStatus::EsmeRinvbndsts);
    relay.ask(receiver("relay")).await;
    assert_eq!(relay.ask(message()).await.status(), CommandStatus::EsmeRinvbndsts);
    assert!(smsc.nothing_came());
    let mut relay = Esme::connect(smsc.server.addr).await;
    assert_eq!(
        relay.ask(transmitter("relay")).await.status(),
        CommandStatus::EsmeRok
    );
    assert_eq!(relay.ask(message()).await.status(), CommandStatus::EsmeRok);
    assert_eq!(smsc.pushed().wsp, b"x");
}

#[tokio::test]
async fn enquire_link_and_unbind_are_answered() {
    let smsc = Smsc::open(Account::default()).await;
    let mut relay = smsc.bound().await;
    let answer = relay.ask(Pdu::EnquireLink).await;
    assert_eq!(
        (answer.id(), answer.status()),
        (CommandId::EnquireLinkResp, CommandStatus::EsmeRok)
    );
    let answer = relay.ask(Pdu::Unbind).await;
    assert_eq!(
        (answer.id(), answer.status()),
        (CommandId::UnbindResp, CommandStatus::EsmeRok)
    );
    assert!(relay.next().await.is_none(), "the connection is over");
}

#[tokio::test]
async fn a_silent_relay_is_asked_and_given_up() {
    let account = Account {
        silence: Some(Duration::from_secs(1)),
        ..Account::default()
    };
    let smsc = Smsc::open(account).await;
    let mut relay = smsc.bound().await;
    let mut unbound = Esme::connect(smsc.server.addr).await;
    let asked = relay.next().await.unwrap();
    assert_eq!(asked.id(), CommandId::EnquireLink);
    let answer = Command::new(
        CommandStatus::EsmeRok,
        asked.sequence_number(),
        Pdu::EnquireLinkResp,
    );
    relay.command(answer).await;
    assert_eq!(relay.next().await.unwrap().id(), CommandId::EnquireLink);
    assert!(relay.next().await.is_none(), "who does not answer is let go");
    assert!(unbound.next().await.is_none(), "who never binds is let go");
}

#[tokio::test]
async fn an_smsc_that_closes_unbinds() {
    let smsc = Smsc::open(Account::default()).await;
    let mut relay = smsc.bound().await;
    let mut unbound = Esme::connect(smsc.server.addr).await;
    unbound.ask(Pdu::EnquireLink).await;
    let addr = smsc.server.addr;
    drop(smsc.server);
    let asked = relay.next().await.unwrap();
    assert_eq!(asked.id(), CommandId::Unbind);
    assert!(relay.next().await.is_none());
    assert!(unbound.next().await.is_none());
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());
}

#[tokio::test]
async fn it_is_told_how_many_are_bound() {
    let (server, mut bound) = listen_and_tell(Arc::new(Desk::default()), "A", any_port(), Account::default())
        .await
        .unwrap();
    assert_eq!(*bound.borrow(), 0);
    let mut relay = Esme::connect(server.addr).await;
    relay.ask(transmitter("relay")).await;
    assert_eq!(*bound.borrow_and_update(), 1);
    drop(relay);
    bound.changed().await.unwrap();
    assert_eq!(*bound.borrow(), 0);
}

#[tokio::test]
async fn what_an_smsc_does_not_take_is_refused_and_answers_are_passed_over() {
    let smsc = Smsc::open(Account::default()).await;
    let mut relay = smsc.bound().await;
    for pdu in [
        Pdu::from(rusmpp::pdus::QuerySm::default()),
        Pdu::from(rusmpp::pdus::DeliverSm::default()),
        Pdu::from(rusmpp::pdus::SubmitMulti::default()),
    ] {
        let answer = relay.ask(pdu).await;
        assert_eq!(
            (answer.id(), answer.status()),
            (CommandId::GenericNack, CommandStatus::EsmeRinvcmdid)
        );
    }
    relay.send(SubmitSmResp::default()).await;
    relay.send(Pdu::GenericNack).await;
    assert_eq!(relay.ask(Pdu::EnquireLink).await.status(), CommandStatus::EsmeRok);
    assert!(relay.has_nothing_aside());
}
