//! What we write on MM4 we read back, and an independent MIME reader reads the same octets.

use bytes::Bytes;
use mail_parser::decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode};
use mail_parser::{Encoding, MessageParser, MimeHeaders, PartType};
use mmspec::wire::table::{self, Kind};
use mmspec::wire::{
    Content, Decoded, Interval, MediaType, Part, Pdu, PduType, Protocol, Segment, Value, mm4,
};
use proptest::prelude::*;

fn decoded(pdu: &Pdu) -> Decoded {
    mm4::decode(&mm4::encode(pdu).into()).unwrap()
}

/// Fields of MIME, which the encoder adds on its own.
fn without_mime(mut pdu: Pdu) -> Pdu {
    for name in ["MIME-Version", "Content-Transfer-Encoding"] {
        pdu.remove(name);
    }
    for field in &mut pdu.fields {
        field.at = mmspec::wire::Span::default();
    }
    pdu
}

fn seconds() -> impl Strategy<Value = i64> {
    0_i64..4_102_444_800
}

fn address() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\+1555[0-9]{7}/TYPE=PLMN",
        "\\+1555[0-9]{7}/TYPE=PLMN@mms\\.[a-z]{1,8}\\.example",
        "\"[A-Za-z, ]{1,12}\" <\\+1555[0-9]{7}>",
        "[a-z]{1,8}@[a-z]{1,8}\\.example",
    ]
}

fn value(kind: Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Address | Kind::From => address().prop_map(Value::Address).boxed(),
        Kind::Token(list) | Kind::Class(list) => proptest::sample::select(list)
            .prop_map(move |(_, octet)| Value::token(kind.token_name(octet).unwrap()))
            .boxed(),
        Kind::Date => seconds().prop_map(Value::Date).boxed(),
        Kind::Interval => prop_oneof![
            any::<u32>().prop_map(|s| Value::Interval(Interval::Relative(s.into()))),
            seconds().prop_map(|s| Value::Interval(Interval::Absolute(s))),
        ]
        .boxed(),
        Kind::Integer | Kind::LongInteger => any::<u64>().prop_map(Value::Integer).boxed(),
        Kind::Encoded => prop_oneof!["\\PC{0,120}", "[ -~\\r\\n\\t]{0,120}"]
            .prop_map(|text| {
                let plain = text.bytes().all(|b| (b' '..=b'~').contains(&b))
                    && text.trim() == text
                    && !text.contains("=?");
                let charset = (!plain).then_some(106);
                Value::Encoded { charset, text }
            })
            .boxed(),
        Kind::Text => "[!-<>-~][ -<>-~]{0,100}[!-<>-~]".prop_map(Value::Text).boxed(),
        Kind::PreviouslySentBy => (any::<u8>(), address())
            .prop_map(|(count, address)| Value::PreviouslySentBy {
                count: count.into(),
                address,
            })
            .boxed(),
        Kind::PreviouslySentDate => (any::<u8>(), seconds())
            .prop_map(|(count, date)| Value::PreviouslySentDate {
                count: count.into(),
                date,
            })
            .boxed(),
        _ => "\"?[!-~]{1,60}\"?".prop_map(Value::Text).boxed(),
    }
}

/// A PDU with every field it may have, each present or not.
fn pdu(kind: PduType) -> BoxedStrategy<Pdu> {
    let fields: Vec<_> = table::pdu(kind)
        .fields
        .iter()
        .filter(|usage| !["X-Mms-Message-Type", "Content-Type", "MIME-Version"].contains(&usage.field))
        .map(|usage| {
            let most = if usage.repeatable { 4 } else { 2 };
            let value = value(table::field(usage.field).unwrap().kind);
            (Just(usage.field), proptest::collection::vec(value, 0..most))
        })
        .collect();
    let content = if table::pdu(kind).has_content {
        proptest::option::of(content()).boxed()
    } else {
        Just(None).boxed()
    };
    (fields, content)
        .prop_map(move |(fields, content)| {
            let mut pdu = Pdu::new(kind);
            for (name, values) in fields {
                for value in values {
                    pdu.push(name, value);
                }
            }
            pdu.content = content;
            pdu
        })
        .boxed()
}

fn mm4_pdu() -> impl Strategy<Value = Pdu> {
    let mm4: Vec<PduType> = PduType::ALL
        .iter()
        .copied()
        .filter(|t| t.protocol() == Protocol::Mm4)
        .collect();
    proptest::sample::select(mm4).prop_flat_map(pdu)
}

/// Octets with many line ends, dashes and NULs, or text.
fn data() -> impl Strategy<Value = Bytes> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..300),
        proptest::collection::vec(proptest::sample::select(b"\r\n-=. \0a\xE9".to_vec()), 0..300),
        "[ -~]{0,80}(\r\n[ -~]{0,80}){0,5}".prop_map(String::into_bytes),
        Just(vec![b'x'; 3000]),
    ]
    .prop_map(Bytes::from)
}

fn media() -> impl Strategy<Value = MediaType> {
    let essence = proptest::sample::select(vec![
        "text/plain",
        "image/jpeg",
        "application/smil",
        "audio/amr",
        "text/x-vcard",
    ]);
    (essence, proptest::option::of("[ -~]{1,12}|\\PC{1,8}")).prop_map(|(essence, name)| {
        let media = MediaType::new(essence);
        match name {
            Some(name) => media.with("name", &name),
            None => media,
        }
    })
}

fn part() -> impl Strategy<Value = Part> {
    let id = proptest::option::of("[a-zA-Z0-9.@_-]{1,20}");
    let location = proptest::option::of("[a-z]{1,8}\\.[a-z]{3}|\\PC{1,20}");
    let wish = proptest::option::of(proptest::sample::select(vec![
        "7bit",
        "binary",
        "base64",
        "quoted-printable",
    ]));
    (media(), id, location, data(), wish).prop_map(|(media, content_id, content_location, data, wish)| Part {
        media,
        content_id,
        content_location,
        headers: wish
            .map(|encoding| vec![("Content-Transfer-Encoding".to_owned(), encoding.to_owned())])
            .unwrap_or_default(),
        data,
    })
}

fn content() -> impl Strategy<Value = Content> {
    let multipart = proptest::collection::vec(part(), 1..5).prop_map(|parts| Content {
        media: MediaType::new("multipart/related")
            .with("start", "<smil>")
            .with("type", "application/smil"),
        parts,
        body: Bytes::new(),
    });
    let single = (media(), data()).prop_map(|(media, body)| Content::single(media, body));
    prop_oneof![3 => multipart, 1 => single]
}

/// The wish for an encoding is consumed by encoding.
fn without_wishes(mut content: Content) -> Content {
    for part in &mut content.parts {
        part.headers.clear();
    }
    content
}

fn name_lines(segments: &[Segment]) -> Vec<u8> {
    segments.iter().flat_map(|s| s.octets.clone()).collect()
}

proptest! {
    #[test]
    fn every_pdu_comes_back(pdu in mm4_pdu()) {
        let octets = mm4::encode(&pdu);
        prop_assert_eq!(name_lines(&mm4::segments(&pdu)), octets.clone());
        let decoded = mm4::decode(&octets.into()).unwrap();
        let mut expected = pdu;
        expected.content = expected.content.map(without_wishes);
        prop_assert_eq!(without_mime(decoded.pdu), expected);
    }

    #[test]
    fn what_we_write_has_no_findings_of_form(pdu in mm4_pdu()) {
        let binary = pdu.content.iter().flat_map(|c| &c.parts).any(|p| p.headers.iter().any(|(_, v)| v == "binary"));
        let octets = mm4::encode(&pdu);
        if !binary {
            prop_assert!(octets.split(|b| *b == b'\n').all(|line| line.len() <= 999), "a line is too long");
            prop_assert!(octets.is_ascii());
        }
        for finding in mm4::decode(&octets.into()).unwrap().findings {
            prop_assert_eq!(finding.code.as_str(), "missing-mandatory");
        }
    }

    #[test]
    fn encoding_is_stable(content in content()) {
        prop_assert_eq!(mm4::mime::encode(&content), mm4::mime::encode(&content.clone()));
    }

    #[test]
    fn an_independent_reader_finds_the_same_octets(content in content()) {
        let pdu = Pdu { content: Some(content.clone()), ..Pdu::new(PduType::Mm4ForwardReq) };
        let octets = mm4::encode(&pdu);
        let message = MessageParser::new().parse(&octets).unwrap();
        if content.media.is_multipart() {
            let root = message.part(0).unwrap();
            let PartType::Multipart(ids) = &root.body else { panic!("no multipart") };
            prop_assert_eq!(ids.len(), content.parts.len());
            for (id, part) in ids.iter().zip(&content.parts) {
                let read = message.part(*id).unwrap();
                prop_assert_eq!(octets_of(read, &octets), part.data.to_vec());
                prop_assert_eq!(read.content_id(), part.content_id.as_deref());
            }
        } else {
            prop_assert_eq!(octets_of(message.part(0).unwrap(), &octets), content.body.to_vec());
        }
    }

    #[test]
    fn no_value_begins_another_header(name in "\\PC{1,10}|[\\r\\n:a-z]{1,10}", text in "[\\r\\n:a-zA-Z\u{85}]{0,40}") {
        for value in [
            Value::text_of(&text),
            Value::Address(text.clone()),
            Value::token(&text),
            Value::Encoded { charset: None, text: text.clone() },
            Value::PreviouslySentBy { count: 0, address: text.clone() },
        ] {
            for field in [name.as_str(), "To", "X-Mms-Transaction-ID", "X-Mms-Priority", "X-Other"] {
                let pdu = Pdu::new(PduType::Mm4ForwardRes).with(field, value.clone());
                let header = mm4::encode(&pdu);
                let starts = header
                    .split_inclusive(|b| *b == b'\n')
                    .filter(|line| !line.starts_with(b" ") && *line != b"\r\n")
                    .count();
                prop_assert_eq!(starts, 2, "{:?}", String::from_utf8_lossy(&header));
                prop_assert!(header.ends_with(b"\r\n\r\n"));
            }
        }
    }

    #[test]
    fn any_octets_are_survived(octets in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = mm4::decode(&octets.into());
    }

    #[test]
    fn a_damaged_pdu_is_survived(pdu in mm4_pdu(), cut in any::<prop::sample::Index>(), flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8)) {
        let mut octets = mm4::encode(&pdu);
        for (at, octet) in flips {
            let at = at.index(octets.len());
            octets[at] = octet;
        }
        octets.truncate(cut.index(octets.len()));
        if let Ok(decoded) = mm4::decode(&octets.clone().into()) {
            for finding in &decoded.findings {
                prop_assert!(finding.offset + finding.len <= octets.len(), "{finding:?}");
            }
            for field in &decoded.pdu.fields {
                prop_assert!(octets[field.at.offset..].len() >= field.at.len);
            }
            mm4::encode(&decoded.pdu);
        }
    }
}

/// The octets of a part by mail-parser's own offsets and decoders; of text it would otherwise only show a UTF-8 conversion.
fn octets_of(part: &mail_parser::MessagePart<'_>, message: &[u8]) -> Vec<u8> {
    let raw = &message[part.raw_body_offset() as usize..part.raw_end_offset() as usize];
    match (&part.body, part.encoding) {
        (PartType::Binary(octets) | PartType::InlineBinary(octets), _) => octets.to_vec(),
        (_, Encoding::Base64) => base64_decode(raw).unwrap(),
        (_, Encoding::QuotedPrintable) => quoted_printable_decode(raw).unwrap(),
        (_, Encoding::None) => raw.to_vec(),
    }
}

#[test]
fn a_nested_multipart_stays_as_it_is() {
    let inner = Bytes::from_static(b"--in\r\nContent-Type: text/plain\r\n\r\na\r\n--in\r\n\r\nb\r\n--in--");
    let content = Content {
        media: MediaType::new("multipart/mixed"),
        parts: vec![Part {
            media: MediaType::new("multipart/alternative").with("boundary", "in"),
            data: inner.clone(),
            ..Part::default()
        }],
        body: Bytes::new(),
    };
    let pdu = Pdu {
        content: Some(content.clone()),
        ..Pdu::new(PduType::Mm4ForwardReq)
    };
    assert_eq!(decoded(&pdu).pdu.content, Some(content));
}

#[test]
fn a_boundary_that_occurs_in_a_part_is_not_used() {
    let part = |data: Vec<u8>| Part {
        media: MediaType::new("text/plain"),
        data: data.into(),
        ..Part::default()
    };
    let of = |data: &[u8]| Content {
        media: MediaType::new("multipart/mixed").with("boundary", "mine"),
        parts: vec![part(data.to_vec())],
        body: Bytes::new(),
    };
    let named = |content: &Content| mm4::mime::encode(content).content_type.join(" ");
    assert_eq!(named(&of(b"a")), "multipart/mixed; boundary=mine");
    let content = of(b"--mine\r\n");
    assert!(!named(&content).contains("mine"));
    let (read, findings) =
        mm4::mime::decode(&named(&content), None, &mm4::mime::encode(&content).octets.into());
    assert_eq!(read.parts, content.parts);
    assert_eq!(findings, []);
}

#[test]
fn every_octet_survives_in_every_encoding() {
    let every: Vec<u8> = (0..=255)
        .chain(*b"\r\n.\r\n\n\r\0 \t\r\n =\r\nFrom \r\n")
        .collect();
    for encoding in ["7bit", "binary", "base64", "quoted-printable"] {
        let part = Part {
            media: MediaType::new("application/octet-stream"),
            headers: vec![("Content-Transfer-Encoding".to_owned(), encoding.to_owned())],
            data: every.clone().into(),
            ..Part::default()
        };
        let content = Content {
            media: MediaType::new("multipart/mixed"),
            parts: vec![part],
            body: Bytes::new(),
        };
        let pdu = Pdu {
            content: Some(content),
            ..Pdu::new(PduType::Mm4ForwardReq)
        };
        assert_eq!(
            decoded(&pdu).pdu.content.unwrap().parts[0].data,
            every,
            "{encoding}"
        );
    }
}
