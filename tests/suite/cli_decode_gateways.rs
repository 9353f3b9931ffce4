//! `mmspec decode --yaml` and `mmspec encode` of what a relay hands to a gateway, and of streams: there and back.

use bytes::Bytes;
use mmspec::inspect::{Contents, Input, decode, encode, to_json, to_yaml};
use mmspec::wire::push::kannel::{self, Escapes, SendSms};
use mmspec::wire::push::pap::{self, Element, Pap, plmn_address, table};
use mmspec::wire::push::{self, PORTS_UDH};
use mmspec::wire::{MediaType, Part, Pdu, PduType, Value, mm1};
use predicates::prelude::*;
use predicates::str::contains;
use proptest::prelude::*;

use crate::cli_commands::mmspec;

fn notification() -> Bytes {
    let pdu = Pdu::new(PduType::NotificationInd)
        .with("X-Mms-Transaction-ID", Value::text_of("t-1"))
        .with("X-Mms-MMS-Version", Value::Version { major: 1, minor: 3 });
    mm1::encode(&pdu).into()
}

fn pap_push() -> Pap {
    let address = Element::new("address").with("address-value", &plmn_address("+15550100017", "ppg.example"));
    let quality = Element::new("quality-of-service").with("delivery-method", "unconfirmed");
    let message = Element::new("push-message")
        .with("push-id", "1@relay.example")
        .child(address)
        .child(quality);
    let mut pap = Pap::new(message);
    pap.content = Some(Part {
        media: MediaType::new("application/vnd.wap.mms-message"),
        headers: vec![(
            "X-Wap-Application-Id".to_owned(),
            "x-wap-application:mms.ua".to_owned(),
        )],
        data: notification(),
        ..Part::default()
    });
    pap
}

fn sendsms() -> SendSms {
    SendSms::default()
        .with("username", "u")
        .with("password", "p w")
        .with("text", push::encode(7, &notification()))
        .with("to", "+15550100017")
        .with("udh", PORTS_UDH.to_vec())
}

fn made(yaml: &str) -> Option<Vec<u8>> {
    encode("x", yaml, &Contents::new(), &|_| Err(String::new())).ok()
}

/// The text of a recipe, which makes the octets again and does not resort to the whole of them.
fn comes_back(octets: Vec<u8>) -> String {
    let input = Input::raw("x", octets);
    let yaml = to_yaml(&decode(&input, None).unwrap()).unwrap();
    assert_eq!(made(&yaml).unwrap(), input.octets, "{yaml}");
    assert!(!yaml.starts_with("octets"), "{yaml}");
    yaml
}

#[test]
fn every_message_of_pap_comes_back() {
    for name in table::MESSAGES {
        let mut pap = Pap::new(Element::new(*name).with("push-id", "1 <2>"));
        if *name == "push-message" {
            pap = pap_push();
            pap.capabilities = Some(Part {
                media: MediaType::new("application/rdf+xml"),
                data: Bytes::from_static(b"<rdf:RDF/>"),
                ..Part::default()
            });
        }
        if table::element(name).unwrap().attribute("push-id").is_none() {
            pap.message.attributes.clear();
        }
        comes_back(pap::encode(&pap).body);
    }
    let result = Element::new("cancel-result")
        .with("code", "1000")
        .child(Element::new("address").with("address-value", "a"));
    let nested = Element::new("cancel-response").with("push-id", "1").child(result);
    let yaml = comes_back(pap::encode(&Pap::new(nested)).body);
    assert!(yaml.contains("address-value: a"), "{yaml}");
}

#[test]
fn every_form_of_sendsms_comes_back() {
    for escapes in Escapes::ALL {
        let query = kannel::encode(&sendsms(), escapes);
        for before in [
            &b""[..],
            b"/cgi-bin/sendsms?",
            b"http://k.example:13013/cgi-bin/sendsms?",
        ] {
            let yaml = comes_back([before, &query[..]].concat());
            assert!(yaml.contains("M-Notification.ind"), "{yaml}");
        }
        comes_back(
            [
                b"GET /cgi-bin/sendsms?",
                &query[..],
                b" HTTP/1.1\r\nHost: k\r\n\r\n",
            ]
            .concat(),
        );
        let post =
            b"POST /cgi-bin/sendsms HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n";
        comes_back([&post[..], &query].concat());
    }
}

/// A stream that is cut within a PDU, and one that ends in octets that are none.
fn streams() -> Vec<Vec<u8>> {
    let pdu =
        made("smpp: { command: submit_sm, params: { destination_addr: '1' }, octets: '01 02' }").unwrap();
    let bind = made("smpp: { command: bind_transceiver, params: { system_id: relay } }").unwrap();
    let whole = [&bind[..], &pdu, &pdu].concat();
    let cut = whole[..whole.len() - 3].to_vec();
    let more = [&whole[..], &[0, 0, 0]].concat();
    vec![whole, cut, more]
}

#[test]
fn a_stream_comes_back() {
    for stream in streams() {
        let yaml = comes_back(stream);
        assert!(
            yaml.starts_with("stream:") && yaml.contains("bind_transceiver"),
            "{yaml}"
        );
    }
}

#[test]
fn a_captured_pap_request_is_unwrapped() {
    let written = pap::encode(&pap_push());
    let head = format!(
        "POST /pap HTTP/1.1\r\nHost: ppg.example\r\nContent-Type: {}\r\n\r\n",
        written.content_type
    );
    let (_dir, mut command) = mmspec();
    command
        .args(["decode", "-"])
        .write_stdin([head.as_bytes(), &written.body].concat())
        .assert()
        .code(0)
        .stdout(
            contains("PAP push-message")
                .and(contains("Host: ppg.example"))
                .and(contains(
                    "address-value: WAPPUSH=+15550100017/TYPE=PLMN@ppg.example",
                ))
                .and(contains("X-Wap-Application-Id: x-wap-application:mms.ua"))
                .and(contains("M-Notification.ind")),
        );
}

#[test]
fn what_is_wrong_in_a_recipe_has_its_place_and_its_mending() {
    for (yaml, place, mending) in [
        ("pap: { message: push }", "1:17", "push-message"),
        (
            "pap: { message: ccq-message, attributes: { id: 1 } }",
            "1:48",
            "query-id",
        ),
        (
            "pap: { message: ccq-message, elements: [{ adress: {} }] }",
            "1:43",
            "address",
        ),
        (
            "pap: { message: ccq-message, elements: [{}] }",
            "1:41",
            "one element",
        ),
        ("pap: { message: ccq-message, version: 3.0 }", "1:39", "1.0"),
        ("kannel: { params: [], escapes: [x] }", "1:33", "lower"),
        ("kannel: { params: [to: { octet: 1 }] }", "1:26", "octets"),
        ("stream: [{ octets: 0 }]", "1:20", "two hex digits"),
    ] {
        mmspec()
            .1
            .args(["encode", "-"])
            .write_stdin(yaml)
            .assert()
            .code(2)
            .stdout("")
            .stderr(contains(format!(":{place}")).and(contains(mending)));
    }
}

proptest! {
    #[test]
    fn any_octets_come_back(which in 0_usize..5, cut in 3_usize..400, at in 0_usize..400, octet: u8, rest: Vec<u8>) {
        let mut all = streams();
        all.push(pap::encode(&pap_push()).body);
        all.push(kannel::encode(&sendsms(), Escapes::default()));
        let mut octets = all.swap_remove(which);
        octets.truncate(cut);
        octets.extend(rest);
        let len = octets.len();
        octets[at % len] = octet;
        let input = Input::raw("x", octets);
        if let Ok(decoded) = decode(&input, None) {
            to_json(&input, &decoded, true).unwrap();
            let yaml = to_yaml(&decoded).unwrap();
            prop_assert_eq!(made(&yaml).unwrap(), input.octets.to_vec(), "{}", yaml);
        }
    }
}
