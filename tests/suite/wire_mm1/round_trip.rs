//! Any legal PDU comes back as it was written, and no octets whatsoever make the decoder stumble.

use bytes::Bytes;
use mmspec::wire::table::{self, FieldDef, FieldUse, Kind, Presence};
use mmspec::wire::{
    Content, Field, Interval, MediaType, Part, Pdu, PduType, Protocol, Severity, Span, Value, mm1,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

fn text() -> BoxedStrategy<String> {
    prop_oneof![3 => "[ -~]{0,24}", 1 => "[^\0]{0,12}"].boxed()
}

fn encoded() -> impl Strategy<Value = Value> {
    let in_charset = |charset: u16, text: &'static str| {
        text.prop_map(move |text| Value::Encoded {
            charset: Some(charset),
            text,
        })
    };
    prop_oneof![
        "([ -~][\0-\x7F&&[^\0]]{0,20})?".prop_map(|text| Value::Encoded { charset: None, text }),
        in_charset(106, "[^\0]{0,12}"),
        in_charset(3, "[\x01-\x7F]{0,12}"),
        in_charset(4, "[\x01-\u{FF}]{0,12}"),
        in_charset(1000, "[^\0\u{10000}-\u{10FFFF}]{0,8}"),
        in_charset(1014, "[^\0]{0,8}"),
        in_charset(1015, "[^\0\u{FEFF}\u{FFFE}]{0,8}"),
    ]
}

/// A legal value of the field, in the form the decoder gives it.
fn value(def: &'static FieldDef, pdu: PduType) -> BoxedStrategy<Value> {
    let to_relay = table::pdu(pdu).to_relay;
    let single = match def.kind {
        Kind::Text | Kind::Uri => text().prop_map(Value::Text).boxed(),
        Kind::Id => "([!-;=-~][ -~]{0,20})?".prop_map(Value::Text).boxed(),
        Kind::Encoded => encoded().boxed(),
        Kind::From if to_relay => {
            prop_oneof![text().prop_map(Value::Address), Just(Value::InsertAddress)].boxed()
        }
        Kind::Address | Kind::From => text().prop_map(Value::Address).boxed(),
        Kind::Token(list) => select(list)
            .prop_map(move |(_, octet)| Value::Token {
                name: def.kind.token_name(octet).unwrap().into(),
                octet: Some(octet),
            })
            .boxed(),
        Kind::Class(list) => prop_oneof![
            select(list).prop_map(|(name, octet)| Value::Token {
                name: name.into(),
                octet: Some(octet)
            }),
            "x-[a-z]{1,10}".prop_map(|name| Value::Token {
                name: name.into(),
                octet: None
            }),
        ]
        .boxed(),
        Kind::LongInteger | Kind::Integer => any::<u64>().prop_map(Value::Integer).boxed(),
        Kind::Date => (0..i64::MAX).prop_map(Value::Date).boxed(),
        Kind::Interval if pdu == PduType::NotificationInd => relative().boxed(),
        Kind::Interval => prop_oneof![
            relative(),
            (0..i64::MAX).prop_map(|seconds| Value::Interval(Interval::Absolute(seconds))),
        ]
        .boxed(),
        Kind::Version => (0..8u8, 0..16u8)
            .prop_map(|(major, minor)| Value::Version { major, minor })
            .boxed(),
        Kind::MediaType => unreachable!("Content-Type is the content's"),
        Kind::PreviouslySentBy => (any::<u64>(), text())
            .prop_map(|(count, address)| Value::PreviouslySentBy { count, address })
            .boxed(),
        Kind::PreviouslySentDate => (any::<u64>(), 0..i64::MAX)
            .prop_map(|(count, date)| Value::PreviouslySentDate { count, date })
            .boxed(),
        Kind::Flags => (select(Value::FLAG_ACTIONS), text())
            .prop_map(|(action, keyword)| Value::Flag {
                action: action.to_owned(),
                keyword,
            })
            .boxed(),
        Kind::Amount => (select(Value::AMOUNT_UNITS), any::<u64>())
            .prop_map(|(unit, count)| Value::Amount {
                unit: unit.to_owned(),
                count,
            })
            .boxed(),
        Kind::Element => element().boxed(),
        Kind::FieldName => (0x81..0xC0u8)
            .prop_map(|octet| Value::Token {
                name: table::field_by_octet(octet).unwrap().name.into(),
                octet: Some(octet),
            })
            .boxed(),
        Kind::Octets => vec(any::<u8>(), 0..30)
            .prop_map(|octets| {
                let mut value = vec![octets.len() as u8];
                value.extend(octets);
                Value::Octets(value)
            })
            .boxed(),
    };
    let counted = matches!(pdu, PduType::MboxDeleteConf | PduType::DeleteConf)
        && matches!(
            def.name,
            "X-Mms-Response-Status" | "X-Mms-Response-Text" | "X-Mms-Content-Location"
        );
    if counted {
        return (any::<u64>(), single)
            .prop_map(|(count, value)| Value::Counted {
                count,
                value: Box::new(value),
            })
            .boxed();
    }
    single
}

fn element() -> impl Strategy<Value = Value> {
    let param = prop_oneof![
        select(&["text/plain", "image/jpeg", "application/smil", "x-own/x"])
            .prop_map(|media| ("type".to_owned(), media.to_owned())),
        (select(&["x-width", "0x05"]), text()).prop_map(|(name, value)| (name.to_owned(), value)),
    ];
    ("[!-~]{1,20}", vec(param, 0..3)).prop_map(|(name, params)| Value::Element { name, params })
}

fn relative() -> impl Strategy<Value = Value> {
    any::<u64>().prop_map(|seconds| Value::Interval(Interval::Relative(seconds)))
}

fn field(usage: &'static FieldUse, pdu: PduType) -> impl Strategy<Value = Vec<Field>> {
    let def = table::field(usage.field).unwrap();
    let most = if usage.repeatable { 3 } else { 1 };
    vec(value(def, pdu), 1..=most).prop_map(move |values| {
        values
            .into_iter()
            .map(|value| Field {
                name: def.name.into(),
                value,
                at: Span::default(),
            })
            .collect()
    })
}

fn media() -> impl Strategy<Value = MediaType> {
    let essence = prop_oneof![
        select(&[
            "text/plain",
            "image/jpeg",
            "application/smil",
            "text/css",
            "audio/amr",
            "text/x-vcard"
        ])
        .prop_map(str::to_owned),
        "x-[a-z]{1,8}/[a-z0-9.+-]{1,12}",
    ];
    let param = prop_oneof![
        select(&["utf-8", "us-ascii", "big5", "x-unheard-of"])
            .prop_map(|v| ("charset".to_owned(), v.to_owned())),
        (
            select(&["name", "filename", "start", "start-info", "x-own"]),
            "([^\0\"][^\0]{0,10})?"
        )
            .prop_map(|(name, value)| (name.to_owned(), value)),
    ];
    (essence, vec(param, 0..4)).prop_map(|(essence, params)| MediaType {
        essence: essence.into(),
        params,
    })
}

fn part() -> impl Strategy<Value = Part> {
    let header = prop_oneof![
        ("X-[a-z]{1,6}", "[ -!#-~][ -~]{0,10}"),
        Just((
            "Content-Disposition".to_owned(),
            "attachment; filename=\"a.jpg\"".to_owned()
        )),
    ];
    (
        media(),
        option::of("[!-;=?-~]{1,12}"),
        option::of("[!#-~]{1,12}"),
        vec(header, 0..3),
        vec(any::<u8>(), 0..200),
    )
        .prop_map(|(media, content_id, content_location, headers, data)| Part {
            media,
            content_id,
            content_location,
            headers,
            data: data.into(),
        })
}

fn content() -> impl Strategy<Value = Content> {
    let multipart = |essence: &'static str| {
        vec(part(), 0..5).prop_map(move |parts| Content {
            media: MediaType::new(essence).with("type", "application/smil"),
            parts,
            body: Bytes::new(),
        })
    };
    prop_oneof![
        multipart("multipart/related"),
        multipart("multipart/mixed"),
        multipart("multipart/alternative"),
        (media(), vec(any::<u8>(), 0..200)).prop_map(|(media, body)| Content::single(media, body)),
    ]
}

/// A PDU with all its mandatory fields, some of the others, in any order the standard allows.
fn pdu(kind: PduType) -> impl Strategy<Value = Pdu> {
    let def = table::pdu(kind);
    let uses = |wanted: bool| -> Vec<&'static FieldUse> {
        let of_content = ["X-Mms-Message-Type", "Content-Type"];
        let is_wanted = move |usage: &&FieldUse| {
            let must = usage.presence == Presence::Mandatory || usage.field == "To";
            must == wanted && !of_content.contains(&usage.field)
        };
        def.fields.iter().filter(is_wanted).collect()
    };
    let (must, may) = (uses(true), uses(false));
    let most = may.len();
    let content: BoxedStrategy<Option<Content>> = if def.has_content {
        content().prop_map(Some).boxed()
    } else {
        Just(None).boxed()
    };
    let own = vec(("X-Own-[a-z]{1,6}", "[ -~]{0,10}"), 0..3);
    subsequence(may, 0..=most)
        .prop_flat_map(move |some| {
            let chosen = must
                .iter()
                .chain(&some)
                .map(|usage| field(usage, kind))
                .collect::<Vec<_>>();
            chosen.prop_map(|fields| fields.concat()).prop_shuffle()
        })
        .prop_flat_map(move |fields| (Just(fields), own.clone(), content.clone()))
        .prop_map(move |(mut fields, own, content)| {
            for (name, value) in own {
                fields.push(Field {
                    name: name.into(),
                    value: Value::Text(value),
                    at: Span::default(),
                });
            }
            let place = |field: &Field| match field.name.as_str() {
                "X-Mms-Transaction-ID" => 0,
                "X-Mms-MMS-Version" => 1,
                _ => 2,
            };
            fields.sort_by_key(place);
            Pdu {
                kind,
                fields,
                content,
            }
        })
}

fn any_pdu() -> impl Strategy<Value = Pdu> {
    let kinds: Vec<PduType> = PduType::ALL
        .iter()
        .copied()
        .filter(|kind| kind.protocol() == Protocol::Mm1)
        .collect();
    select(kinds).prop_flat_map(pdu)
}

/// Addresses and texts without a charset get UTF-8 when they need one; where fields stood does not matter here.
fn comparable(mut pdu: Pdu) -> Pdu {
    for field in &mut pdu.fields {
        field.at = Span::default();
    }
    pdu
}

/// What is asked of fields in relation to each other, and of which values generated one by one know nothing.
const BETWEEN_FIELDS: &[&str] = &["condition-missing", "count-without-status", "report-of-auto"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn any_legal_pdu_comes_back(pdu in any_pdu()) {
        let octets = Bytes::from(mm1::encode(&pdu));
        let joined: Vec<u8> = mm1::segments(&pdu).into_iter().flat_map(|segment| segment.octets).collect();
        prop_assert_eq!(&octets, &joined);
        let decoded = mm1::decode(&octets).unwrap();
        let errors: Vec<_> = decoded.findings.iter().filter(|f| f.severity == Severity::Error && !BETWEEN_FIELDS.contains(&&*f.code)).collect();
        prop_assert!(errors.is_empty(), "{:?}", errors);
        let fields = &decoded.pdu.fields;
        prop_assert!(fields.is_sorted_by(|a, b| a.at.offset + a.at.len <= b.at.offset));
        prop_assert_eq!(comparable(decoded.pdu), pdu);
    }

    #[test]
    fn mutated_octets_never_make_it_stumble(pdu in any_pdu(), faults in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), cut in any::<prop::sample::Index>()) {
        let mut octets = mm1::encode(&pdu);
        for (at, octet) in faults {
            let at = at.index(octets.len());
            octets[at] = octet;
        }
        octets.truncate(cut.index(octets.len() * 2).max(2).min(octets.len()));
        survives(octets)?;
    }

    #[test]
    fn no_octets_whatsoever_make_it_stumble(kind in 0x80..0x98u8, octets in vec(prop_oneof![any::<u8>(), 0x80..0xC0u8, 0..0x20u8], 0..300)) {
        survives([&[0x8C, kind], &octets[..]].concat())?;
    }
}

/// Decodes, and holds that everything said about the octets lies within them.
fn survives(octets: Vec<u8>) -> Result<(), TestCaseError> {
    let octets = Bytes::from(octets);
    let Ok(decoded) = mm1::decode(&octets) else {
        return Ok(());
    };
    for finding in &decoded.findings {
        prop_assert!(finding.offset + finding.len <= octets.len(), "{:?}", finding);
    }
    for field in &decoded.pdu.fields {
        prop_assert!(field.at.offset + field.at.len <= octets.len(), "{:?}", field);
    }
    // What was made of it can be written and read again.
    let again = Bytes::from(mm1::encode(&decoded.pdu));
    prop_assert!(mm1::decode(&again).is_ok());
    Ok(())
}

#[test]
fn a_pdu_made_of_faults_costs_no_more_than_it_weighs() {
    for repeated in [&[0x86, 0x9F][..], &[0xC5, 0x80], &[0x96, 0x00], b"x\0\0"] {
        let mut octets = vec![0x8C, 0x80];
        octets.extend(repeated.repeat(200_000));
        let decoded = mm1::decode(&Bytes::from(octets)).unwrap();
        assert!(decoded.pdu.fields.len() <= 4096 && decoded.findings.len() <= 201);
    }
    // 200,000 parameters of Content-Type, then as many headers of a part, then as many parts.
    let mut octets = vec![0x8C, 0x80, 0x84, 0x1F, 0xA4, 0xCF, 0x41, 0xA3];
    octets.extend(b"x\0\0".repeat(200_000));
    let decoded = mm1::decode(&Bytes::from(octets)).unwrap();
    assert!(decoded.pdu.content.unwrap().media.params.len() <= 64);
    let mut octets = vec![0x8C, 0x80, 0x84, 0xA3, 0x01, 0xA4, 0xCF, 0x41, 0x00, 0x83];
    octets.extend(b"x\0\0".repeat(200_000));
    let decoded = mm1::decode(&Bytes::from(octets)).unwrap();
    assert!(decoded.pdu.content.unwrap().parts[0].headers.len() <= 64);
    let mut octets = vec![0x8C, 0x80, 0x84, 0xA3, 0x01];
    octets.extend([0, 0].repeat(200_000));
    let decoded = mm1::decode(&Bytes::from(octets)).unwrap();
    assert!(decoded.pdu.content.unwrap().parts.len() <= 4096 && decoded.findings.len() <= 201);
}
