use bytes::Bytes;
use mmspec::wire::MediaType;
use mmspec::wire::push::pap::{Element, Entity, MESSAGES, Message, Pap, decode, encode};
use proptest::prelude::*;

/// A message with everything that it may have.
fn filled(message: &Message) -> Pap {
    let mut control = Element::new(message.element);
    for (name, _) in message.attributes {
        control = control.with(name, &format!("the <{name}> & \"more\""));
    }
    for (name, attributes) in message.children {
        let child = attributes.iter().fold(Element::new(name), |child, name| {
            child.with(name, "WAPPUSH=+15550100017/TYPE=PLMN@ppg.example")
        });
        control = control.holding(child);
    }
    let mut pap = Pap::new(control);
    pap.product = Some("a relay".into());
    if message.has_content {
        pap.content = Some(Entity {
            media: MediaType::new("application/vnd.wap.mms-message"),
            headers: vec![("X-Wap-Application-Id".into(), "x-wap-application:mms.ua".into())],
            body: Bytes::from_static(b"\x8C\x82\r\n--pap-entity\r\n\0"),
        });
    }
    pap
}

fn without_places(mut element: Element) -> Element {
    element.at = Default::default();
    element.children = element.children.into_iter().map(without_places).collect();
    element
}

fn codes(content_type: Option<&str>, body: &str) -> Vec<String> {
    let (_, findings) = decode(content_type, &Bytes::copy_from_slice(body.as_bytes())).unwrap();
    findings.into_iter().map(|f| f.code).collect()
}

#[test]
fn every_message_comes_back_with_everything_it_may_have() {
    let mut shown = String::new();
    for message in MESSAGES {
        let pap = filled(message);
        let (content_type, body) = encode(&pap);
        shown.push_str(&format!(
            "{content_type}\n{}\n\n",
            body.escape_ascii().to_string().replace("\\n", "\n")
        ));
        for content_type in [Some(content_type.as_str()), None] {
            let (read, findings) = decode(content_type, &Bytes::from(body.clone())).unwrap();
            assert!(findings.is_empty(), "{}: {findings:?}", message.element);
            assert_eq!(without_places(read.control), pap.control);
            assert_eq!((&read.product, &read.content), (&pap.product, &pap.content));
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn the_recipient_is_found_in_each_form() {
    let to = |value: &str| {
        Pap::new(Element::new("push-message").holding(Element::new("address").with("address-value", value)))
            .recipient()
    };
    let number = Some("+15550100017".to_owned());
    assert_eq!(to("WAPPUSH=+15550100017/TYPE=PLMN@ppg.example"), number);
    assert_eq!(to("wappush=+15550100017/type=plmn@ppg.example"), number);
    assert_eq!(to("+15550100017/TYPE=PLMN"), number);
    assert_eq!(
        to("WAPPUSH=alice%40example.com/TYPE=USER@ppg.example"),
        Some("alice%40example.com".into())
    );
    assert_eq!(Pap::new(Element::new("push-message")).recipient(), None);
}

#[test]
fn what_is_odd_is_found() {
    assert_eq!(
        codes(None, "<pap><push-response push-id='1'></pap>"),
        ["xml-not-closed"]
    );
    assert_eq!(
        codes(None, "<pap><push-response push-id='1'/><x/></pap>"),
        ["pap-root"]
    );
    assert_eq!(codes(None, "<push-response push-id='1'/>"), ["pap-root"]);
    assert_eq!(
        codes(None, "<pap><push-response/></pap>"),
        ["pap-attribute-missing"]
    );
    assert_eq!(codes(None, "<pap><hello/></pap>"), ["pap-message-unknown"]);
    assert_eq!(
        codes(None, "<pap><push-response push-id='1' x='1'/></pap>"),
        ["pap-attribute-unknown"]
    );
    assert_eq!(
        codes(None, "<pap><push-response push-id='1'><x/></push-response></pap>"),
        ["pap-element-unknown"]
    );
    assert_eq!(
        codes(None, "<pap><cancel-message push-id='1'/></pap>"),
        ["pap-address-missing"]
    );
    let push = "<pap><push-message push-id='1'><address address-value='a'/></push-message></pap>";
    assert_eq!(codes(None, push), ["pap-content"]);
    let multipart = format!(
        "--b\r\nContent-Type: text/plain\r\n\r\n{push}\r\n--b\r\n\r\nx\r\n--b\r\n\r\n\r\n--b\r\n\r\n\r\n--b--"
    );
    let found = codes(None, &multipart);
    assert!(
        found.contains(&"pap-control-type".into()) && found.contains(&"pap-too-many-entities".into()),
        "{found:?}"
    );
    assert!(codes(None, &format!("<pap>{}", "<a>".repeat(100))).contains(&"xml-too-large".into()));
    assert!(
        codes(None, "<pap><push-response push-id='1' push-id='2'/></pap>")
            .contains(&"xml-not-well-formed".into())
    );
    assert!(decode(None, &Bytes::from_static(b"hello")).is_err());
}

#[test]
fn entities_do_not_grow() {
    let bomb = "<!DOCTYPE pap [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><pap><push-response push-id='&b;'>&b;&lt;</push-response></pap>";
    let (read, _) = decode(None, &Bytes::copy_from_slice(bomb.as_bytes())).unwrap();
    assert_eq!(read.control.attribute("push-id"), Some("&b;"));
    assert_eq!(read.control.text, "&b;<");
}

proptest! {
    #[test]
    fn content_comes_back_octet_for_octet(body in prop::collection::vec(any::<u8>(), 0..300), id in "[ -~]{0,20}") {
        let mut pap = filled(&MESSAGES[0]);
        pap.control.attributes[0].1 = id;
        if let Some(content) = &mut pap.content {
            content.body = body.into();
        }
        let (content_type, octets) = encode(&pap);
        let (read, _) = decode(Some(&content_type), &Bytes::from(octets)).unwrap();
        prop_assert_eq!(read.content, pap.content);
        prop_assert_eq!(without_places(read.control), pap.control);
    }
}
