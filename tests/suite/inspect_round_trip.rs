//! Whatever is decoded is made again, octet for octet: PDUs of every type with every field, and octets of no sense.

use bytes::Bytes;
use mmspec::inspect::{Contents, Input, decode, encode, to_json, to_yaml};
use mmspec::wire::table::{self, FieldDef, Kind, PduDef};
use mmspec::wire::{Content, Interval, MediaType, Part, Pdu, Protocol, Value, mm1, mm4, push};
use proptest::prelude::*;

fn values(def: &PduDef, field: &FieldDef) -> Vec<Value> {
    match field.kind {
        Kind::Text | Kind::Id | Kind::Uri => ["plain", "hex:00", "a$b ${c} # \"d\": e, [f]"]
            .map(Value::text_of)
            .to_vec(),
        Kind::Encoded => vec![
            Value::Encoded {
                charset: None,
                text: "words, 世界 \u{1b}".into(),
            },
            Value::Encoded {
                charset: Some(4),
                text: "Grüße".into(),
            },
        ],
        Kind::Address | Kind::From if def.kind.protocol() == Protocol::Mm1 => {
            vec![Value::Address("+15550100001/TYPE=PLMN".into())]
        }
        Kind::Address | Kind::From => vec![Value::Address("a@b.example".into())],
        Kind::Token(list) | Kind::Class(list) => list.iter().map(|(name, _)| Value::token(name)).collect(),
        Kind::LongInteger | Kind::Integer => [0, 200, 70_000].map(Value::Integer).to_vec(),
        Kind::Date => vec![Value::Date(1_700_000_000)],
        Kind::Interval => [Interval::Relative(60), Interval::Absolute(1_700_000_000)]
            .map(Value::Interval)
            .to_vec(),
        Kind::Version => vec![Value::Version { major: 1, minor: 0 }],
        Kind::PreviouslySentBy => vec![Value::PreviouslySentBy {
            count: 2,
            address: "a@b.example".into(),
        }],
        Kind::PreviouslySentDate => vec![Value::PreviouslySentDate {
            count: 2,
            date: 1_700_000_000,
        }],
        Kind::Flags => vec![Value::Flag {
            action: "Remove".into(),
            keyword: "old".into(),
        }],
        Kind::Amount => vec![Value::Amount {
            unit: "Octets".into(),
            count: 9,
        }],
        Kind::Element => vec![Value::Element {
            name: "<pic>".into(),
            params: vec![("type".into(), "image/jpeg".into())],
        }],
        Kind::FieldName => vec![Value::token("Subject")],
        Kind::MediaType | Kind::Octets => vec![Value::Octets(vec![0x02, 0x81, 0x82])],
    }
}

fn contents() -> Vec<Content> {
    let part = |media: &str, data: &[u8]| Part {
        media: MediaType::parse(media),
        content_id: Some("id".into()),
        content_location: Some("at".into()),
        headers: vec![("X-Own".into(), "value".into())],
        data: Bytes::copy_from_slice(data),
    };
    let every: Vec<u8> = (0..=255).collect();
    vec![
        Content::single(
            MediaType::parse("text/plain; charset=utf-8"),
            "words\r\n".as_bytes(),
        ),
        Content {
            media: MediaType::parse("multipart/related; start=\"<id>\""),
            parts: vec![
                part("text/plain", b"\ttext $x\r\n"),
                part("application/octet-stream", &every),
            ],
            body: Bytes::new(),
        },
    ]
}

fn comes_back(octets: Vec<u8>) -> String {
    let input = Input::raw("x", octets);
    let decoded = decode(&input, None).unwrap();
    let yaml = to_yaml(&decoded).unwrap();
    let made = encode("x.yaml", &yaml, &Contents::new(), &|_| Err(String::new()));
    let made = made.unwrap_or_else(|problems| panic!("{yaml}\n{problems:?}"));
    assert!(
        made == input.octets,
        "{yaml}\n{}\n{}",
        hex::encode(&made),
        hex::encode(&input.octets)
    );
    yaml
}

#[test]
fn every_pdu_with_every_field_comes_back() {
    for def in table::pdus() {
        let mut shapes = Vec::new();
        for usage in def
            .fields
            .iter()
            .filter(|u| !["X-Mms-Message-Type", "Content-Type"].contains(&u.field))
        {
            let field = table::field(usage.field).unwrap();
            shapes.extend(
                values(def, field)
                    .into_iter()
                    .map(|value| Pdu::new(def.kind).with(field.name, value)),
            );
        }
        if def.has_content {
            shapes.extend(contents().into_iter().map(|content| {
                let mut pdu = Pdu::new(def.kind).with("X-Mms-Transaction-ID", Value::text_of("t"));
                pdu.content = Some(content);
                pdu
            }));
        }
        for pdu in shapes {
            let yaml = match def.kind.protocol() {
                Protocol::Mm1 => {
                    comes_back(push::encode(3, &mm1::encode(&pdu)));
                    comes_back(mm1::encode(&pdu))
                }
                Protocol::Mm4 => comes_back(mm4::encode(&pdu)),
            };
            assert!(!yaml.contains("raw:") && yaml.starts_with("pdu:"), "{yaml}");
        }
    }
}

proptest! {
    #[test]
    fn any_octets_come_back(start in prop::sample::select(vec![&b"\x8C\x84"[..], b"\x01\x06\x03\xBE\xAF\x84\x8C\x82", b"X-Mms-Message-Type: MM4_forward.RES\r\nX: "]), rest: Vec<u8>) {
        comes_back([start, &rest].concat());
    }

    #[test]
    fn nothing_panics(octets: Vec<u8>) {
        let input = Input::detect("x", octets);
        if let Ok(decoded) = decode(&input, None) {
            to_json(&input, &decoded, true).unwrap();
        }
    }
}
