//! Each carrier brings the same push to the same shape.

use bytes::Bytes;
use mmspec::wire::push::kannel::SendSms;
use mmspec::wire::push::pap::{Element, Pap, plmn_address};
use mmspec::wire::push::segments::{Reassembler, Reference, SMS_OCTETS, Taken, split};
use mmspec::wire::push::smpp::{self, Carriage, Pdu, Segmentation, Smpp, carry, command_by_name};
use mmspec::wire::push::sms::{self, Address, Tpdu};
use mmspec::wire::push::udh::Ports;
use mmspec::wire::push::{self, Carried, PORTS_UDH, Pushed};
use mmspec::wire::{MediaType, Part};

const NUMBER: &str = "+15550100017";
const PDU: &[u8] = &[0x8C, 0x82, 0x98, b't', 0, 0x8D, 0x93];
const PORTS: Ports = Ports {
    destination: 2948,
    source: 9200,
};

fn datagram() -> Bytes {
    push::encode(1, PDU).into()
}

fn pushed(carried: &Carried) -> Pushed {
    assert!(carried.findings.is_empty(), "{:?}", carried.findings);
    match Reassembler::default().take_carried(carried) {
        Taken::Whole(datagram) => Pushed::of_datagram(&carried.recipient, &datagram.into()).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn submit_sm(user_data: Vec<u8>) -> Bytes {
    let pdu = Pdu::new(command_by_name("submit_sm").unwrap())
        .with("destination_addr", Smpp::Text(NUMBER.to_owned()))
        .with("esm_class", Smpp::Number(0x40))
        .with("data_coding", Smpp::Number(0xF5))
        .with("short_message", Smpp::Octets(user_data.into()));
    smpp::encode(&pdu).into()
}

#[test]
fn every_carrier_brings_the_same_push() {
    let user_data = [&PORTS_UDH[..], &datagram()].concat();
    let octets = Bytes::from(sms::encode(&Tpdu::submit(
        Address::number(NUMBER),
        1,
        user_data.clone(),
    )));
    let (tpdu, _) = sms::decode(sms::Kind::Submit, &octets).unwrap();
    let by_sms = Carried::of_sms(&tpdu);
    assert_eq!(octets[by_sms.offset..], datagram()[..]);
    let by_smpp = smpp::carried(&smpp::decode(&submit_sm(user_data)).unwrap().0).unwrap();
    let request = SendSms::default()
        .with("to", NUMBER)
        .with("text", datagram())
        .with("udh", PORTS_UDH.to_vec());
    let [by_kannel]: [Carried; 1] = Carried::of_kannel(&request).try_into().unwrap();
    let part = Part {
        media: MediaType::new("application/vnd.wap.mms-message"),
        headers: vec![("X-Wap-Application-Id".to_owned(), "4".to_owned())],
        data: Bytes::from_static(PDU),
        ..Part::default()
    };
    let address = Element::new("address").with("address-value", &plmn_address(NUMBER, "ppg.example"));
    let message = Element::new("push-message").with("push-id", "1").child(address);
    let by_pap = Pushed::of_pap(&Pap {
        content: Some(part),
        ..Pap::new(message)
    });

    let expected = Pushed {
        recipient: NUMBER.to_owned(),
        content_type: "application/vnd.wap.mms-message".to_owned(),
        application_id: Some("4".to_owned()),
        headers: vec![("X-Wap-Application-Id".to_owned(), "4".to_owned())],
        pdu: Bytes::from_static(PDU),
        findings: Vec::new(),
    };
    assert_eq!(by_pap, std::slice::from_ref(&expected));
    for carried in [by_sms, by_smpp, by_kannel] {
        assert_eq!(carried.ports, Some(PORTS));
        assert_eq!(pushed(&carried), expected);
    }
}

#[test]
fn segments_of_any_carrier_go_together() {
    let long = Bytes::from(push::encode(1, &[PDU, &[b'x'; 300]].concat()));
    let parts = split(&long, Some(PORTS), Reference::Narrow(9), true, SMS_OCTETS).unwrap();
    let mut reassembler = Reassembler::default();
    let mut last = Taken::Waiting;
    for user_data in parts.into_iter().rev() {
        let carried = smpp::carried(&smpp::decode(&submit_sm(user_data)).unwrap().0).unwrap();
        last = reassembler.take_carried(&carried);
    }
    assert_eq!(last, Taken::Whole(long.to_vec()));
}

#[test]
fn a_request_may_name_several_recipients() {
    let request = SendSms::default()
        .with("to", "+15550100017 15550100018")
        .with("from", "relay")
        .with("text", datagram())
        .with("udh", PORTS_UDH.to_vec());
    let to: Vec<String> = Carried::of_kannel(&request)
        .into_iter()
        .map(|carried| {
            assert_eq!((&carried.data, carried.sender.as_str()), (&datagram(), "relay"));
            carried.recipient
        })
        .collect();
    assert_eq!(to, ["+15550100017", "15550100018"]);
}

#[test]
fn an_sms_names_one_end() {
    let user_data = [&PORTS_UDH[..], &datagram()].concat();
    let deliver = Tpdu::deliver(
        Address::number(NUMBER),
        [0x62, 0x11, 0x42, 0x31, 0, 0, 0],
        user_data,
    );
    let carried = Carried::of_sms(&deliver);
    assert_eq!(
        (carried.recipient.as_str(), carried.sender.as_str()),
        ("", NUMBER)
    );
}

#[test]
fn what_is_no_push_is_found() {
    let codes = |carried: Carried| -> Vec<String> { carried.findings.into_iter().map(|f| f.code).collect() };
    let mut text = Tpdu::submit(Address::number(NUMBER), 1, b"hello".to_vec());
    (text.first, text.dcs) = (0x01, 0x08);
    assert_eq!(
        codes(Carried::of_sms(&text)),
        ["push-port-missing", "push-data-coding"]
    );
    for dcs in [0x04, 0x15, 0x44, 0xF5] {
        let mut push = Tpdu::submit(Address::number(NUMBER), 1, PORTS_UDH.to_vec());
        push.dcs = dcs;
        assert!(codes(Carried::of_sms(&push)).is_empty(), "{dcs:#x}");
    }
    let request = SendSms::default().with("to", NUMBER).with("text", "x");
    let [carried]: [Carried; 1] = Carried::of_kannel(&request).try_into().unwrap();
    assert_eq!(codes(carried), ["kannel-ports"]);
    assert!(Carried::of_kannel(&SendSms::default().with("text", "x")).is_empty());
    assert!(Pushed::of_pap(&Pap::new(Element::new("push-response"))).is_empty());
}

#[test]
fn what_is_put_into_short_messages_is_found_there() {
    let each = Pdu::new(command_by_name("submit_sm").unwrap())
        .with("destination_addr", Smpp::Text(NUMBER.to_owned()))
        .with("data_coding", Smpp::Number(4));
    let carriages = [
        Carriage::Header { always: false },
        Carriage::Header { always: true },
        Carriage::Tlv,
        Carriage::Payload,
        Carriage::Sar,
    ];
    let long: Vec<u8> = (0..3_000u32).map(|n| (n % 251) as u8).collect();
    for carriage in carriages {
        for reference in [Reference::Narrow(9), Reference::Wide(0x109)] {
            for part in [None, Some(60)] {
                for length in [1, 60, 61, 128, 133, 134, 140, 141, 254, 255, 3_000] {
                    let cut = Segmentation { reference, part };
                    let datagram = &long[..length];
                    let what = format!("{carriage:?} {cut:?} {length}");
                    let messages = carry(&each, datagram, PORTS, carriage, cut).expect(&what);
                    let mut reassembler = Reassembler::default();
                    let mut whole = None;
                    for message in &messages {
                        let (read, findings) = smpp::decode(&smpp::encode(message).into()).unwrap();
                        assert!(findings.is_empty(), "{what}: {findings:?}");
                        let carried = smpp::carried(&read).unwrap();
                        assert!(carried.findings.is_empty(), "{what}: {:?}", carried.findings);
                        assert_eq!(carried.ports, Some(PORTS), "{what}");
                        match reassembler.take_carried(&carried) {
                            Taken::Whole(datagram) => whole = Some(datagram),
                            other => assert_eq!(other, Taken::Waiting, "{what}"),
                        }
                    }
                    assert_eq!(whole.as_deref(), Some(datagram), "{what}");
                }
            }
        }
    }
    let cut = |part| Segmentation {
        reference: Reference::Narrow(1),
        part,
    };
    let count = |length: usize, carriage| {
        let messages = carry(&each, &long[..length], PORTS, carriage, cut(None));
        messages.map(|messages| messages.len())
    };
    let header = Carriage::Header { always: false };
    assert_eq!((count(133, header), count(134, header)), (Some(1), Some(2)));
    assert_eq!((count(256, header), count(257, header)), (Some(2), Some(3)));
    assert_eq!(
        (count(140, Carriage::Sar), count(141, Carriage::Sar)),
        (Some(1), Some(2))
    );
    for part in [0, 255] {
        for carriage in [header, Carriage::Sar] {
            assert_eq!(carry(&each, &long, PORTS, carriage, cut(Some(part))), None);
        }
    }
    assert_eq!(carry(&each, &long, PORTS, header, cut(Some(5))), None);
}

#[test]
fn statuses_that_may_pass_are_told_from_those_that_stay() {
    for later in [0x08, 0x14, 0x58, 0x64, 0x400, 0x4FF] {
        assert!(smpp::is_transient(later), "{later:#x}");
    }
    for never in [0x01, 0x0A, 0x0B, 0x15, 0x43, 0x65, 0xC3] {
        assert!(!smpp::is_transient(never), "{never:#x}");
    }
}
