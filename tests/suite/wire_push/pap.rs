//! PAP: every message, element and attribute there and back, and what is odd in a message.

use bytes::Bytes;
use mmspec::wire::push::pap::table::{self, AttributeDef, CODES, ELEMENTS, Kind, MESSAGES};
use mmspec::wire::push::pap::{
    Address, Element, Pap, Version, decode, decode_capture, encode, encode_control, plmn_address,
};
use mmspec::wire::{MediaType, Part};
use proptest::prelude::*;

const PDU: &[u8] = b"\x8C\x82\x98t-1\0\x8D\x93\r\n--\0\xFF";

fn value(def: &AttributeDef) -> Vec<String> {
    match def.kind {
        Kind::Text => vec!["words, <&\"'> \u{e9} \t".to_owned()],
        Kind::Words(words) => words.iter().map(|word| (*word).to_owned()).collect(),
        Kind::Date => vec!["2001-02-28T12:00:00Z".to_owned()],
        Kind::Code => CODES.iter().map(|(code, _)| code.to_string()).collect(),
        Kind::Address => vec![plmn_address("+15550100017", "ppg.example")],
    }
}

/// An element with what it must have, and nothing else.
fn least(name: &'static str) -> Element {
    let def = table::element(name).unwrap();
    let mut element = Element::new(name);
    for attribute in def.attributes.iter().filter(|attribute| attribute.required) {
        element = element.with(attribute.name, &value(attribute)[0]);
    }
    for child in def.children.iter().filter(|child| child.required) {
        element = element.child(least(child.name));
    }
    element
}

fn content() -> Part {
    Part {
        media: MediaType::new("application/vnd.wap.mms-message"),
        headers: vec![(
            "X-Wap-Application-Id".to_owned(),
            "x-wap-application:mms.ua".to_owned(),
        )],
        data: Bytes::from_static(PDU),
        ..Part::default()
    }
}

fn message(element: Element) -> Pap {
    let mut pap = Pap::new(element);
    if pap.message.name == "push-message" {
        pap.content = Some(content());
    }
    pap
}

fn comes_back(pap: &Pap) -> String {
    let written = encode(pap);
    let reading = decode(Some(&written.content_type), &written.body.clone().into()).unwrap();
    assert_eq!(reading.value, *pap, "{}", written.body.escape_ascii());
    assert!(reading.findings.is_empty(), "{:?}", reading.findings);
    for field in &reading.fields {
        assert!(field.at.offset + field.at.len <= written.body.len(), "{field:?}");
    }
    String::from_utf8_lossy(&encode_control(pap)).into_owned()
}

/// A message in which an element of that name stands.
fn around(element: Element) -> Element {
    if MESSAGES.contains(&&*element.name) {
        return element;
    }
    let parent = ELEMENTS
        .iter()
        .find(|def| def.child(&element.name).is_some())
        .unwrap();
    let mut outer = least(parent.name);
    outer.children.retain(|child| child.name != element.name);
    outer.children.push(element);
    outer
        .children
        .sort_by_key(|child| parent.children.iter().position(|def| child.name == def.name));
    around(outer)
}

#[test]
fn every_message_comes_back_and_looks_like_this() {
    let shown: Vec<String> = MESSAGES
        .iter()
        .map(|name| comes_back(&message(least(name))))
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn every_attribute_and_each_of_its_words_comes_back() {
    let mut shown = Vec::new();
    for def in ELEMENTS {
        for attribute in def.attributes {
            for value in value(attribute) {
                let mut element = least(def.name);
                element.attributes.retain(|(name, _)| name != attribute.name);
                let element = element.with(attribute.name, &value);
                let text = comes_back(&message(around(element)));
                let line = text
                    .lines()
                    .find(|line| line.trim_start().starts_with(&format!("<{} ", def.name)));
                shown.push(line.unwrap().trim().to_owned());
            }
        }
    }
    shown.dedup();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn every_element_stands_wherever_it_may() {
    for def in ELEMENTS {
        for child in def.children {
            for count in 0..=if child.repeatable { 3 } else { 1 } {
                if count == 0 && child.required {
                    continue;
                }
                let mut element = least(def.name);
                element.children.retain(|other| other.name != child.name);
                element.children.extend((0..count).map(|_| least(child.name)));
                let order = |other: &Element| def.children.iter().position(|def| other.name == def.name);
                element.children.sort_by_key(order);
                comes_back(&message(around(element)));
            }
        }
    }
}

#[test]
fn versions_and_the_name_of_a_product_come_back() {
    for version in Version::ALL {
        let mut pap = message(least("push-message"));
        pap.version = version;
        pap.product_name = Some("A \"B\"".to_owned());
        let text = comes_back(&pap);
        assert!(text.contains(&format!("DTD PAP {version}//EN")), "{text}");
    }
}

#[test]
fn entities_are_binary_and_may_be_three() {
    let mut pap = message(least("push-message"));
    pap.capabilities = Some(Part {
        media: MediaType::new("application/rdf+xml"),
        data: Bytes::from_static(b"<rdf:RDF/>"),
        ..Part::default()
    });
    comes_back(&pap);
    let written = encode(&pap);
    insta::assert_snapshot!(format!(
        "{}\n\n{}",
        written.content_type,
        written
            .body
            .escape_ascii()
            .to_string()
            .replace("\\r\\n", "\n")
            .replace("\\n", "\n")
    ));
}

fn codes(octets: &[u8]) -> Vec<String> {
    let reading = decode_capture(&Bytes::copy_from_slice(octets)).unwrap();
    for finding in &reading.findings {
        assert!(finding.offset + finding.len <= octets.len(), "{finding:?}");
    }
    reading.findings.into_iter().map(|finding| finding.code).collect()
}

const HEAD: &str = "<!DOCTYPE pap PUBLIC \"-//WAPFORUM//DTD PAP 1.0//EN\" \"x\">\n";

#[test]
fn what_is_odd_in_a_document_is_found() {
    let query = "<statusquery-message push-id=\"1\"/>";
    let cases: &[(&str, &[&str])] = &[
        (&format!("{HEAD}<pap>{query}</pap>"), &[]),
        (&format!("<pap>{query}</pap>"), &["pap-doctype-missing"]),
        (
            &format!("<!DOCTYPE pap>\n<pap>{query}</pap>"),
            &["pap-version-unknown"],
        ),
        (&format!("{HEAD}<pop>{query}</pop>"), &["pap-root"]),
        (&format!("{HEAD}<pap>{query}"), &["pap-xml-invalid"]),
        (&format!("{HEAD}<pap>{query}</pop>"), &["pap-xml-invalid"]),
        (
            &format!("{HEAD}<pap>{query}{query}</pap>"),
            &["pap-element-repeated"],
        ),
        (&format!("{HEAD}<pap>words{query}</pap>"), &["pap-text"]),
        (&format!("{HEAD}<pap>&lt;{query}</pap>"), &["pap-text"]),
        (
            &format!("{HEAD}<pap x=\"1\">{query}</pap>"),
            &["pap-attribute-unknown"],
        ),
        (
            &format!("{HEAD}<pap><statusquery-message/></pap>"),
            &["pap-attribute-missing"],
        ),
        (
            &format!("{HEAD}<pap><statusquery-message push-id=\"1\" push-id=\"2\"/></pap>"),
            &["pap-attribute-twice"],
        ),
        (
            &format!("{HEAD}<pap><statusquery-message push-id=\"&x;\"/></pap>"),
            &["pap-entity"],
        ),
        (
            &format!("{HEAD}<pap><statusquery-message push-id=\"&#1;\"/></pap>"),
            &["pap-character"],
        ),
        (
            &format!("{HEAD}<pap><statusquery-message push-id=\"1\"><own/></statusquery-message></pap>"),
            &["pap-element-unknown"],
        ),
        (
            &format!(
                "{HEAD}<pap><statusquery-message push-id=\"1\"><quality-of-service/></statusquery-message></pap>"
            ),
            &["pap-element-misplaced"],
        ),
        (
            &format!("{HEAD}<pap><cancel-response push-id=\"1\"/></pap>"),
            &["pap-element-missing"],
        ),
        (
            &format!(
                "{HEAD}<pap><cancel-response push-id=\"1\"><cancel-result code=\"1\"/></cancel-response></pap>"
            ),
            &["pap-attribute-value"],
        ),
        (
            &format!("{HEAD}<pap><push-response push-id=\"1\" reply-time=\"2001-02-30T12:00:00Z\"/></pap>"),
            &["pap-attribute-value"],
        ),
        (
            &format!(
                "{HEAD}<pap><push-response push-id=\"1\"><response-result code=\"1001\"/><progress-note stage=\"1\"/></push-response></pap>"
            ),
            &["pap-element-order"],
        ),
        (
            &format!(
                "{HEAD}<pap><statusquery-message push-id=\"1\"><address address-value=\"+15550100017\"/></statusquery-message></pap>"
            ),
            &["pap-address-form"],
        ),
        (
            "<!DOCTYPE pap PUBLIC \"-//WAPFORUM//DTD PAP 2.0//EN\" \"x\" [<!ENTITY a \"b\">]><pap><statusquery-message push-id=\"&a;\"/></pap>",
            &["pap-entity", "pap-entity"],
        ),
        (
            &format!(
                "{HEAD}<pap><push-message push-id=\"1\" replace-push-id=\"2\"><address address-value=\"WAPPUSH=1/TYPE=PLMN@p\"/></push-message></pap>"
            ),
            &["pap-attribute-newer", "pap-content-missing"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(codes(text.as_bytes()), *expected, "{text}");
    }
    let latin = [
        HEAD.as_bytes(),
        b"<pap><statusquery-message push-id=\"\xE9\"/></pap>",
    ]
    .concat();
    assert_eq!(codes(&latin), ["pap-charset"]);
    let deep = format!("{HEAD}<pap>{}", "<address>".repeat(5000));
    assert!(codes(deep.as_bytes()).contains(&"pap-too-much".to_owned()));
}

#[test]
fn what_is_odd_in_the_entities_is_found() {
    let written = encode(&message(least("push-message")));
    let body = String::from_utf8_lossy(&written.body).into_owned();
    let capture = |head: &str, from: &str, to: &str| {
        format!(
            "POST /pap HTTP/1.1\r\nContent-Type: {head}\r\n\r\n{}",
            body.replace(from, to)
        )
    };
    let right = written.content_type.as_str();
    let mixed = right.replace("related", "mixed");
    let untyped = right.replace("application/xml", "text/html");
    let cases: &[(String, &[&str])] = &[
        (capture(right, "", ""), &[]),
        (capture(&mixed, "", ""), &["pap-not-related"]),
        (capture(&untyped, "", ""), &["pap-type-parameter"]),
        (
            capture(right, "Content-Type: application/xml", "Content-Type: text/xml"),
            &["pap-control-content-type"],
        ),
        (
            capture(right, "X-Wap-Application-Id", "X-Own"),
            &["push-application-id-missing"],
        ),
        (capture(right, "mms.ua", "wml.ua"), &["push-application-id"]),
        (
            capture(right, "vnd.wap.mms-message", "x-own"),
            &["push-content-type"],
        ),
        (
            capture(right, "push-message", "cancel-message"),
            &["pap-entity-surplus"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(codes(text.as_bytes()), *expected, "{text}");
    }
    assert!(
        codes(&written.body).is_empty(),
        "the boundary is found without a header"
    );
}

#[test]
fn addresses_are_taken_apart() {
    for (text, client, kind, gateway, number) in [
        (
            "WAPPUSH=+15550100017/TYPE=PLMN@ppg.example",
            "+15550100017",
            Some("PLMN"),
            Some("ppg.example"),
            true,
        ),
        (
            "WAPPUSH=15550100017/TYPE=PLMN",
            "15550100017",
            Some("PLMN"),
            None,
            true,
        ),
        (
            "wappush=bob%40mail.example/type=USER@ppg.example",
            "bob@mail.example",
            Some("USER"),
            Some("ppg.example"),
            false,
        ),
        ("USER=bob@ppg.example", "bob", None, Some("ppg.example"), false),
        (
            "WAPPUSH=10.0.0.1/TYPE=IPv4@p",
            "10.0.0.1",
            Some("IPv4"),
            Some("p"),
            false,
        ),
        ("bob@mail.example", "bob@mail.example", None, None, false),
        ("+15550100017", "+15550100017", None, None, true),
        ("WAPPUSH=%zz/TYPE=USER", "%zz", Some("USER"), None, false),
        ("", "", None, None, false),
    ] {
        let address = Address::parse(text);
        assert_eq!(
            (&*address.client, address.kind, address.gateway),
            (client, kind, gateway),
            "{text}"
        );
        assert_eq!(address.number().is_some(), number, "{text}");
    }
}

#[test]
fn what_is_no_pap_is_refused() {
    for octets in [
        &b""[..],
        b"words",
        b"<html/>",
        b"<pap/>",
        b"--x\r\n",
        b"POST / HTTP/1.1\r\n\r\n",
    ] {
        let refusal = decode_capture(&Bytes::copy_from_slice(octets)).unwrap_err();
        assert!(refusal.offset <= octets.len());
    }
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let words = [
        "<pap>",
        "</pap>",
        "<push-message push-id=\"1\">",
        "<address address-value='",
        "/>",
        "&#65;",
        "&a;",
        "<!DOCTYPE pap [",
        "]>",
        "--b\r\n",
        "\r\n\r\n",
        "Content-Type: multipart/related; boundary=b\r\n",
        "POST /p HTTP/1.1\r\n",
        "<![CDATA[",
        "<!--",
        "<?x",
        "\"",
    ];
    let word = prop::sample::select(words.to_vec()).prop_map(|word| word.as_bytes().to_vec());
    let any = prop::collection::vec(any::<u8>(), 0..8);
    prop::collection::vec(prop_oneof![3 => word, 1 => any], 0..24).prop_map(|all| all.concat())
}

proptest! {
    #[test]
    fn nothing_panics_and_every_place_is_within(octets in prop_oneof![pieces(), any::<Vec<u8>>()]) {
        match decode_capture(&Bytes::from(octets.clone())) {
            Ok(reading) => {
                for at in reading.fields.iter().map(|field| (field.at.offset, field.at.len))
                    .chain(reading.findings.iter().map(|finding| (finding.offset, finding.len))) {
                    prop_assert!(at.0 + at.1 <= octets.len());
                }
                let _ = encode(&reading.value);
            }
            Err(refusal) => prop_assert!(refusal.offset <= octets.len()),
        }
    }

    #[test]
    fn any_value_and_any_octets_come_back(id in "[^\\p{C}]*", data: Vec<u8>) {
        let mut pap = message(least("push-message"));
        pap.message.attributes[0].1 = id;
        pap.content.as_mut().unwrap().data = data.into();
        comes_back(&pap);
    }
}
