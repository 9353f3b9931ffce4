//! Kannel's sendsms: every parameter there and back, escapes exact to the octet, and what is odd in a request.

use bytes::Bytes;
use mmspec::wire::push::PORTS_UDH;
use mmspec::wire::push::kannel::table::{Kind, PARAMETERS};
use mmspec::wire::push::kannel::{Escapes, SendSms, decode, decode_capture, encode};
use proptest::prelude::*;

fn least() -> SendSms {
    SendSms::default()
        .with("to", "+15550100017")
        .with("udh", PORTS_UDH.to_vec())
        .with("text", vec![1, 6, 3, 0xBE, 0xAF, 0x84])
}

fn values(kind: Kind) -> Vec<Vec<u8>> {
    match kind {
        Kind::Text => vec!["a b+c&d=e%f/\u{e9}".as_bytes().to_vec(), Vec::new()],
        Kind::Numbers => vec![b"+15550100017".to_vec(), b"15550100017 +15550100018".to_vec()],
        Kind::Octets => vec![
            PORTS_UDH.to_vec(),
            [&PORTS_UDH[..], &[0, 0xFF, b' ', b'~']].concat(),
        ],
        Kind::Number(first, last) => [first, last].map(|n| n.to_string().into_bytes()).to_vec(),
    }
}

#[test]
fn every_parameter_comes_back_in_every_way_of_escaping() {
    let mut shown = Vec::new();
    for def in PARAMETERS {
        for name in def.names {
            for value in values(def.kind) {
                if def.names[0] == "coding" && value == b"0" {
                    continue;
                }
                let mut sms = least();
                sms.parameters.retain(|parameter| parameter.name != *name);
                let mut sms = sms.with(name, value);
                if def.names[0] == "coding" {
                    sms.parameters.last_mut().unwrap().value = Bytes::from_static(b"1");
                }
                for escapes in Escapes::ALL {
                    let query = encode(&sms, escapes);
                    let reading = decode(&query.into());
                    assert_eq!(reading.value, sms);
                    assert!(reading.findings.is_empty(), "{:?}", reading.findings);
                }
                let query = String::from_utf8(encode(&sms, Escapes::default())).unwrap();
                shown.push(query.rsplit('&').next().unwrap().to_owned());
            }
        }
    }
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn a_request_comes_in_many_forms() {
    let query = String::from_utf8(encode(&least(), Escapes::default())).unwrap();
    let form = "Content-Type: application/x-www-form-urlencoded";
    for capture in [
        query.clone(),
        format!("{query}\r\n"),
        format!("?{query}"),
        format!("/cgi-bin/sendsms?{query}"),
        format!("http://kannel.example:13013/cgi-bin/sendsms?{query}\n"),
        format!("GET /cgi-bin/sendsms?{query} HTTP/1.1\r\nHost: k\r\n\r\n"),
        format!("POST /cgi-bin/sendsms HTTP/1.1\r\n{form}\r\n\r\n{query}"),
    ] {
        let reading = decode_capture(&capture.clone().into()).unwrap();
        assert_eq!(reading.value, least(), "{capture}");
        assert!(reading.findings.is_empty(), "{capture} {:?}", reading.findings);
        for name in ["to", "udh", "text"] {
            let row = reading.fields.iter().find(|row| row.name == name).unwrap();
            assert!(
                capture[row.at.offset..][..row.at.len].starts_with(name),
                "{capture}"
            );
        }
    }
}

#[test]
fn what_is_odd_is_found() {
    let udh = "udh=%06%05%04%0B%84%23%F0";
    let cases: &[(&str, &[&str])] = &[
        (&format!("to=1&text=a&{udh}"), &[]),
        (&format!("to=1&text=%4&{udh}"), &["kannel-escape"]),
        (&format!("to=1&text=a&{udh}&own=1"), &["kannel-parameter-unknown"]),
        (&format!("to=1&to=2&text=a&{udh}"), &["kannel-parameter-twice"]),
        (
            &format!("user=1&username=2&to=1&text=a&{udh}"),
            &["kannel-parameter-twice"],
        ),
        (&format!("to=bob&text=a&{udh}"), &["kannel-receiver"]),
        (&format!("text=a&{udh}"), &["kannel-receiver-missing"]),
        (&format!("to=1&{udh}"), &["kannel-text-missing"]),
        ("to=1&text=a", &["kannel-ports"]),
        ("to=1&text=a&udh=%06%05%04%0B%85%23%F0", &["kannel-ports"]),
        (&format!("to=1&text=a&{udh}&mclass=4"), &["kannel-number"]),
        (&format!("to=1&text=a&{udh}&coding=2"), &["kannel-coding"]),
        (
            &format!("POST /sendsms HTTP/1.1\r\nContent-Type: text/plain\r\n\r\nto=1&text=a&{udh}"),
            &["kannel-content-type"],
        ),
    ];
    for (text, expected) in cases {
        let reading = decode_capture(&Bytes::from((*text).to_owned())).unwrap();
        let codes: Vec<&str> = reading.findings.iter().map(|f| f.code.as_str()).collect();
        assert_eq!(codes, *expected, "{text}");
        for finding in &reading.findings {
            assert!(finding.offset + finding.len <= text.len(), "{finding:?}");
        }
    }
    let many = decode(&"a&".repeat(5000).into());
    assert!(many.value.parameters.len() <= 4096);
    assert!(decode_capture(&Bytes::from_static(b"a=b&c")).is_err());
}

proptest! {
    #[test]
    fn any_values_come_back(values in prop::collection::vec((".*", any::<Vec<u8>>()), 0..8), way in 0_usize..8) {
        let mut sms = SendSms::default();
        for (name, value) in values {
            sms = sms.with(&format!("n{name}"), value);
        }
        let reading = decode(&encode(&sms, Escapes::ALL[way]).into());
        prop_assert_eq!(reading.value, sms);
    }

    #[test]
    fn any_octets_are_read(start in prop::sample::select(vec!["", "GET /s?", "POST /s HTTP/1.1\r\n\r\n", "to=%", "&=&"]), rest: Vec<u8>) {
        let octets = [start.as_bytes(), &rest].concat();
        if let Ok(reading) = decode_capture(&Bytes::from(octets.clone())) {
            for at in reading.fields.iter().map(|field| (field.at.offset, field.at.len))
                .chain(reading.findings.iter().map(|finding| (finding.offset, finding.len))) {
                prop_assert!(at.0 + at.1 <= octets.len());
            }
        }
    }
}
