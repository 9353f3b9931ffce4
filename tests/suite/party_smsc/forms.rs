//! Every form in which relays put a push into short messages.

use mmspec::party::smsc::Account;
use rusmpp::pdus::{DataSm, SubmitSm};
use rusmpp::tlvs::MessageSubmissionRequestTlvValue as Optional;
use rusmpp::types::AnyOctetString;
use rusmpp::values::{DataCoding, EsmClass, MessagePayload, ServiceType, Ton};
use rusmpp::{CommandId, CommandStatus};

use super::esme::{BOB, Esme, PORTS, Push, Smsc, datagram, segments, submit, text};

const WSP: &[u8] = &[1, 6, 3, 0xBE, 0xAF, 0x84, 0x8C, 0x82, 0, 0xFF];

/// What arrived of one message.
async fn of(message: SubmitSm) -> Push {
    let mut smsc = Smsc::open(Account::default()).await;
    let mut relay = smsc.bound().await;
    assert_eq!(relay.ask(message).await.status(), CommandStatus::EsmeRok);
    let push = smsc.pushed();
    assert!(smsc.nothing_came());
    push
}

/// What arrived of these messages in this order.
async fn of_several(messages: impl IntoIterator<Item = SubmitSm>) -> Push {
    let mut smsc = Smsc::open(Account::default()).await;
    let mut relay = smsc.bound().await;
    let mut messages = messages.into_iter().peekable();
    while let Some(message) = messages.next() {
        assert_eq!(relay.ask(message).await.status(), CommandStatus::EsmeRok);
        if messages.peek().is_some() {
            assert!(smsc.nothing_came(), "a push before its last segment");
        }
    }
    smsc.pushed()
}

fn with_tlvs(mut message: SubmitSm, tlvs: Vec<Optional>) -> SubmitSm {
    message.set_tlvs(tlvs);
    message
}

/// A message without a user data header: its ports are optional parameters.
fn plain(data: &[u8]) -> SubmitSm {
    let mut message = submit(data);
    message.esm_class = EsmClass::from(0);
    message
}

fn ports() -> Vec<Optional> {
    vec![Optional::DestPort(2948), Optional::SourcePort(9200)]
}

#[tokio::test]
async fn one_short_message_is_told_in_full() {
    let push = of(submit(&[&PORTS, WSP].concat())).await;
    assert_eq!((push.place.as_str(), push.answered), ("bob", 202));
    assert_eq!((push.recipient.as_str(), push.wsp.as_slice()), (BOB, WSP));
    let expected = [
        ("system_id", "relay"),
        ("command", "submit_sm"),
        ("service_type", "WAP"),
        ("source_addr_ton", "1"),
        ("source_addr_npi", "1"),
        ("source_addr", "+15550100099"),
        ("dest_addr_ton", "1"),
        ("dest_addr_npi", "1"),
        ("destination_addr", BOB),
        ("esm_class", "0x40"),
        ("data_coding", "0xF5"),
        ("udh", "0605040b8423f0"),
        ("segments", "1"),
        ("message_id", "0000000001"),
        ("command_status", "ESME_ROK"),
    ];
    let params: Vec<(&str, &str)> = push
        .params
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    assert_eq!(params, expected);
}

/// As Kannel's bearerbox submits it: no service_type, an alphanumeric sender, no `+`, another message mode and coding.
#[tokio::test]
async fn as_kannel_submits_it() {
    let mut message = submit(&[&PORTS, WSP].concat());
    message.service_type = ServiceType::default();
    message.source_addr_ton = Ton::NetworkSpecific;
    message.source_addr = text("13013");
    message.destination_addr = text("15550100017");
    message.esm_class = EsmClass::from(0x43);
    message.data_coding = DataCoding::from(4);
    let push = of(message).await;
    assert_eq!(
        (push.place.as_str(), push.recipient.as_str(), push.wsp.as_slice()),
        ("bob", "15550100017", WSP)
    );
    assert_eq!(push.param("service_type"), None);
    assert!(push.notes().is_empty(), "{:?}", push.notes());
}

/// Some relays write the concatenation element even if there is nothing to concatenate.
#[tokio::test]
async fn a_single_segment_is_whole() {
    let push = of(submit(&segments(WSP, 7)[0])).await;
    assert_eq!((push.wsp.as_slice(), push.param("segments")), (WSP, Some("1")));
}

#[tokio::test]
async fn segments_come_in_any_order_and_twice() {
    let whole = datagram(300);
    let parts = segments(&whole, 7);
    for order in [&[0, 1, 2][..], &[2, 0, 1], &[1, 1, 2, 2, 1, 0]] {
        let push = of_several(order.iter().map(|at| submit(&parts[*at]))).await;
        assert_eq!(push.wsp, whole, "{order:?}");
        assert_eq!(push.param("segments"), Some("3"));
        let again = order.len() > 3;
        assert_eq!(push.notes().contains(&"segment 2 came again"), again);
    }
}

#[tokio::test]
async fn a_wide_reference_and_elements_the_other_way_round() {
    let whole = datagram(200);
    let part = |number: u8, data: &[u8]| {
        let header = [0x0C, 8, 4, 1, 7, 2, number, 5, 4, 0x0B, 0x84, 0x23, 0xF0];
        submit(&[&header[..], data].concat())
    };
    let push = of_several([part(2, &whole[127..]), part(1, &whole[..127])]).await;
    assert_eq!(push.wsp, whole);
    assert!(push.notes().is_empty(), "{:?}", push.notes());
}

#[tokio::test]
async fn ports_as_optional_parameters() {
    let push = of(with_tlvs(plain(WSP), ports())).await;
    assert_eq!(push.wsp, WSP);
    assert_eq!(
        (push.param("destination_port"), push.param("source_port")),
        (Some("2948"), Some("9200"))
    );
    assert!(push.notes().is_empty(), "{:?}", push.notes());
}

#[tokio::test]
async fn a_long_datagram_as_message_payload() {
    let whole = datagram(5000);
    let payload = |octets: &[u8]| {
        let payload = AnyOctetString::from_slice(octets);
        Optional::MessagePayload(MessagePayload::new(payload))
    };
    let with_ports = [ports(), vec![payload(&whole)]].concat();
    let push = of(with_tlvs(plain(&[]), with_ports)).await;
    assert_eq!((push.wsp.len(), push.param("message_payload")), (5000, None));
    assert_eq!(push.wsp, whole);

    let header_in_it = payload(&[&PORTS[..], &whole].concat());
    let push = of(with_tlvs(submit(&[]), vec![header_in_it])).await;
    assert_eq!(push.wsp, whole);
    assert_eq!(push.param("udh"), Some("0605040b8423f0"));
}

#[tokio::test]
async fn segments_as_optional_parameters() {
    let whole = datagram(250);
    let part = |number: u8, data: &[u8]| {
        let place = vec![
            Optional::SarMsgRefNum(515),
            Optional::SarTotalSegments(2),
            Optional::SarSegmentSeqnum(number),
        ];
        with_tlvs(plain(data), [ports(), place].concat())
    };
    let push = of_several([part(2, &whole[140..]), part(1, &whole[..140])]).await;
    assert_eq!(push.wsp, whole);
    assert!(push.notes().is_empty(), "{:?}", push.notes());
}

#[tokio::test]
async fn what_is_odd_is_noted_once() {
    let whole = datagram(200);
    let parts = segments(&whole, 7).into_iter().map(|mut part| {
        part[4] = 0x85;
        let mut message = submit(&part);
        message.data_coding = DataCoding::from(0);
        message
    });
    let push = of_several(parts).await;
    assert_eq!(
        push.notes(),
        [
            "data_coding 0x00 is not 8-bit data",
            "the message goes to port 2949, not to 2948"
        ]
    );
}

/// References are counted for each receiver, or over all; and relays use them again.
#[tokio::test]
async fn references_are_kept_apart() {
    let mut smsc = Smsc::open(Account::default()).await;
    smsc.guest.claim_number("+15550100018", "dave");
    let mut relay = smsc.bound().await;
    let (one, two) = (datagram(200), datagram(250)[50..].to_vec());
    let to_dave = |part: &[u8]| {
        let mut message = submit(part);
        message.destination_addr = text("+15550100018");
        message
    };
    let (first, second) = (segments(&one, 9), segments(&two, 9));
    for message in [
        submit(&first[0]),
        to_dave(&second[0]),
        to_dave(&second[1]),
        submit(&first[1]),
        // The same reference again, for the next datagram.
        submit(&second[0]),
        submit(&second[1]),
    ] {
        relay.ask(message).await;
    }
    let got: Vec<(String, Vec<u8>)> = (0..3)
        .map(|_| smsc.pushed())
        .map(|push| (push.place, push.wsp))
        .collect();
    assert_eq!(
        got,
        [
            ("dave".to_owned(), two.clone()),
            ("bob".to_owned(), one),
            ("bob".to_owned(), two)
        ]
    );
}

/// A notification that is repeated under the same reference is another push.
#[tokio::test]
async fn a_datagram_that_is_sent_again_arrives_again() {
    let mut smsc = Smsc::open(Account::default()).await;
    let mut relay = smsc.bound().await;
    for _ in 0..2 {
        for part in segments(&datagram(200), 1) {
            relay.ask(submit(&part)).await;
        }
        assert_eq!(smsc.pushed().wsp, datagram(200));
    }
    assert!(smsc.nothing_came());
}

/// A relay with several connections may spread segments over them.
#[tokio::test]
async fn segments_over_two_sessions() {
    let mut smsc = Smsc::open(Account::default()).await;
    let parts = segments(&datagram(200), 1);
    let mut relays: [Esme; 2] = [smsc.bound().await, smsc.bound().await];
    relays[0].ask(submit(&parts[0])).await;
    relays[1].ask(submit(&parts[1])).await;
    assert_eq!(smsc.pushed().wsp, datagram(200));
}

/// A relay may use data_sm, which has no short_message.
#[tokio::test]
async fn as_data_sm() {
    let mut smsc = Smsc::open(Account::default()).await;
    let mut relay = smsc.bound().await;
    let mut message = DataSm::builder()
        .source_addr(text("relay"))
        .destination_addr(text(BOB))
        .data_coding(DataCoding::from(4))
        .build();
    let payload = MessagePayload::new(AnyOctetString::from_slice(WSP));
    message.set_tlvs([ports(), vec![Optional::MessagePayload(payload)]].concat());
    let answer = relay.ask(message).await;
    assert_eq!(
        (answer.id(), answer.status()),
        (CommandId::DataSmResp, CommandStatus::EsmeRok)
    );
    let push = smsc.pushed();
    assert_eq!(
        (push.wsp.as_slice(), push.param("command")),
        (WSP, Some("data_sm"))
    );
    assert!(push.notes().is_empty(), "{:?}", push.notes());
}
