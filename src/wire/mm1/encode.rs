//! Encoding an MM1 PDU.

use super::values::is_counted;
use super::{CONTENT_TYPE, MESSAGE_TYPE, unnamed_octet};
use crate::wire::table::{self, FieldDef, Kind};
use crate::wire::wsp::{self, Charset, write};
use crate::wire::{Content, Field, Interval, Pdu, PduType, Protocol, Segment, Value, compare};

const ABSOLUTE: u8 = 0x80;
const RELATIVE: u8 = 0x81;
const ADDRESS_PRESENT: u8 = 0x80;
const INSERT_ADDRESS: u8 = 0x81;

/// Encodes as named segments; joined they are the PDU. Message type, transaction id and version come first, Content-Type last,
/// then the body; all else stays in its order. A field X-Mms-Message-Type or Content-Type among [`Pdu::fields`] replaces what
/// `kind` and `content` would say. A status, text or location of M-Delete.conf that carries no count of its own gets count 1.
pub fn segments(pdu: &Pdu) -> Vec<Segment> {
    let is = |name: &'static str| move |field: &&Field| field.name.eq_ignore_ascii_case(name);
    let front = ["X-Mms-Message-Type", "X-Mms-Transaction-ID", "X-Mms-MMS-Version"];
    let mut out = Vec::with_capacity(pdu.fields.len() + 3);
    if !pdu.fields.iter().any(|field| is("X-Mms-Message-Type")(&field)) {
        out.extend(pdu.kind.octet().map(|octet| Segment {
            name: "X-Mms-Message-Type".to_owned(),
            octets: vec![MESSAGE_TYPE, octet],
        }));
    }
    for name in front {
        out.extend(
            pdu.fields
                .iter()
                .filter(is(name))
                .map(|field| segment(pdu.kind, field)),
        );
    }
    let at_their_place =
        |field: &&Field| !front.iter().any(|name| is(name)(field)) && !is("Content-Type")(field);
    out.extend(
        pdu.fields
            .iter()
            .filter(at_their_place)
            .map(|field| segment(pdu.kind, field)),
    );
    let replaced = out.len();
    out.extend(
        pdu.fields
            .iter()
            .filter(is("Content-Type"))
            .map(|field| segment(pdu.kind, field)),
    );
    content(pdu, replaced < out.len(), &mut out);
    out
}

/// Encodes a PDU.
pub fn encode(pdu: &Pdu) -> Vec<u8> {
    let segments = segments(pdu);
    let mut out = Vec::with_capacity(segments.iter().map(|segment| segment.octets.len()).sum());
    for segment in segments {
        out.extend_from_slice(&segment.octets);
    }
    out
}

fn content(pdu: &Pdu, type_is_written: bool, out: &mut Vec<Segment>) {
    let content_type = |octets: Vec<u8>| Segment {
        name: "Content-Type".to_owned(),
        octets,
    };
    let Some(content) = &pdu.content else {
        if pdu.kind == PduType::MboxViewConf && !type_is_written {
            // No message matched: `*/*` as a single zero (ENC 1.3 table 15).
            out.push(content_type(vec![CONTENT_TYPE, 0]));
        }
        return;
    };
    if !type_is_written {
        let mut octets = vec![CONTENT_TYPE];
        wsp::write_media_type(&mut octets, &content.media);
        out.push(content_type(octets));
    }
    out.push(Segment {
        name: "content".to_owned(),
        octets: body(content),
    });
}

fn body(content: &Content) -> Vec<u8> {
    if !content.media.is_multipart() {
        return content.body.to_vec();
    }
    let size: usize = content.parts.iter().map(|part| part.data.len() + 128).sum();
    let mut out = Vec::with_capacity(size);
    wsp::write_multipart(&mut out, &content.parts);
    out
}

fn segment(pdu: PduType, field: &Field) -> Segment {
    Segment {
        name: field.name.clone(),
        octets: field_octets(pdu, field),
    }
}

fn field_octets(pdu: PduType, field: &Field) -> Vec<u8> {
    let mut out = Vec::new();
    match table::field(&field.name) {
        Some(def) => match def.octet {
            Some(octet) => {
                out.push(octet);
                write_value(&mut out, def, pdu, &field.value);
            }
            // A field of MM4 alone travels as an application header.
            None => named(&mut out, def.name, &field.value),
        },
        None => match unnamed_octet(&field.name) {
            Some(octet) => {
                out.push(octet);
                any_value(&mut out, &field.value);
            }
            None => named(&mut out, &field.name, &field.value),
        },
    }
    out
}

/// Application-header (ENC 1.3 §7.2): token text and text-string.
fn named(out: &mut Vec<u8>, name: &str, value: &Value) {
    write::text(out, name);
    any_value(out, value);
}

fn any_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Octets(octets) => out.extend_from_slice(octets),
        Value::Token {
            octet: Some(octet), ..
        } => out.push(*octet),
        other => write::text(out, &other.text()),
    }
}

fn write_value(out: &mut Vec<u8>, def: &FieldDef, pdu: PduType, value: &Value) {
    match value {
        Value::Octets(octets) => out.extend_from_slice(octets),
        Value::Counted { count, value } => counted(out, *count, def, value),
        _ if is_counted(def, pdu) => counted(out, 1, def, value),
        _ => write_single(out, def, value),
    }
}

fn counted(out: &mut Vec<u8>, count: u64, def: &FieldDef, value: &Value) {
    with_length(out, |inner| {
        write::integer(inner, count);
        write_single(inner, def, value);
    });
}

fn write_single(out: &mut Vec<u8>, def: &FieldDef, value: &Value) {
    match value {
        Value::Text(text) | Value::Address(text) => write_text(out, def, text),
        Value::Encoded { charset, text } => match def.kind {
            Kind::Encoded | Kind::Address => write::encoded_string(out, charset.map(Charset::from_mib), text),
            _ => write_text(out, def, text),
        },
        Value::Token {
            octet: Some(octet), ..
        } => out.push(*octet),
        Value::Token { name, octet: None } => match (def.kind.token_octet(name), def.kind) {
            (Some(octet), _) => out.push(octet),
            (None, Kind::FieldName) => match table::field(name).and_then(|def| def.octet) {
                Some(octet) => out.push(octet),
                None => write::text(out, name),
            },
            (None, _) => write::text(out, name),
        },
        Value::Integer(number) => match def.kind {
            Kind::Integer => write::integer(out, *number),
            Kind::Interval => with_length(out, |inner| {
                inner.push(RELATIVE);
                write::long_integer(inner, *number);
            }),
            Kind::LongInteger | Kind::Date => write::long_integer(out, *number),
            _ => write::text(out, &number.to_string()),
        },
        Value::Date(seconds) | Value::Interval(Interval::Absolute(seconds)) if def.kind == Kind::Interval => {
            with_length(out, |inner| {
                inner.push(ABSOLUTE);
                write::long_integer(inner, u64::try_from(*seconds).unwrap_or(0));
            });
        }
        Value::Date(seconds) | Value::Interval(Interval::Absolute(seconds)) => {
            write::long_integer(out, u64::try_from(*seconds).unwrap_or(0));
        }
        Value::Interval(Interval::Relative(seconds)) => with_length(out, |inner| {
            inner.push(RELATIVE);
            write::long_integer(inner, *seconds);
        }),
        Value::InsertAddress => with_length(out, |inner| inner.push(INSERT_ADDRESS)),
        Value::Version { major, minor } => out.push(0x80 | (major & 7) << 4 | minor & 15),
        Value::MediaType(media) => wsp::write_media_type(out, media),
        Value::PreviouslySentBy { count, address } => with_length(out, |inner| {
            write::integer(inner, *count);
            write::encoded_string(inner, None, address);
        }),
        Value::PreviouslySentDate { count, date } => with_length(out, |inner| {
            write::integer(inner, *count);
            write::long_integer(inner, u64::try_from(*date).unwrap_or(0));
        }),
        Value::Flag { action, keyword } => with_length(out, |inner| {
            inner.push(octet_of(Value::FLAG_ACTIONS, action));
            write::encoded_string(inner, None, keyword);
        }),
        Value::Amount { unit, count } => with_length(out, |inner| {
            inner.push(octet_of(Value::AMOUNT_UNITS, unit));
            write::integer(inner, *count);
        }),
        Value::Element { name, params } => {
            with_length(out, |inner| super::element::write(inner, name, params))
        }
        Value::Counted { value, .. } => write_single(out, def, value),
        Value::Octets(octets) => out.extend_from_slice(octets),
    }
}

/// Text where the field has a value of another kind means what a case would mean by it; what does not fit is sent as text.
fn write_text(out: &mut Vec<u8>, def: &FieldDef, text: &str) {
    match def.kind {
        Kind::Encoded | Kind::Address => write::encoded_string(out, None, text),
        Kind::From => with_length(out, |inner| {
            inner.push(ADDRESS_PRESENT);
            write::encoded_string(inner, None, text);
        }),
        Kind::Text | Kind::Id | Kind::Uri => write::text(out, text),
        _ => match compare::value_of(Protocol::Mm1, def.name, text) {
            Ok(Value::Text(_) | Value::Address(_)) | Err(_) => write::text(out, text),
            Ok(value) => write_single(out, def, &value),
        },
    }
}

fn with_length(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let mut inner = Vec::new();
    write(&mut inner);
    write::value_length(out, inner.len());
    out.extend_from_slice(&inner);
}

/// The octet of a word that counts from 0x80, or the number it spells.
fn octet_of(words: &[&str], word: &str) -> u8 {
    match words
        .iter()
        .zip(0x80u8..)
        .find(|(known, _)| known.eq_ignore_ascii_case(word))
    {
        Some((_, octet)) => octet,
        None => unnamed_octet(word).unwrap_or(0x80),
    }
}
