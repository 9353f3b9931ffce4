//! Encoding an MM1 PDU.

use super::values::is_counted;
use super::{CONTENT_TYPE, MESSAGE_TYPE, TRANSACTION_ID, VERSION, unnamed_octet};
use crate::wire::table::{self, FieldDef, Kind};
use crate::wire::wsp::write::{self, with_length};
use crate::wire::wsp::{self, Charset};
use crate::wire::{Content, Field, Interval, MediaType, Pdu, PduType, Protocol, Segment, Value, compare};

const ABSOLUTE: u8 = 0x80;
const RELATIVE: u8 = 0x81;
const ADDRESS_PRESENT: u8 = 0x80;
const INSERT_ADDRESS: u8 = 0x81;

/// Encodes as named segments; joined they are the PDU. Message type, transaction id and version come first, Content-Type last,
/// then the body; all else stays in its order. A field X-Mms-Message-Type or Content-Type among [`Pdu::fields`] replaces what
/// `kind` and `content` would say. A status, text or location of M-Delete.conf that carries no count of its own gets count 1.
pub fn segments(pdu: &Pdu) -> Vec<Segment> {
    let mut out = Vec::with_capacity(pdu.fields.len() + 3);
    each_piece(pdu, |piece| {
        let mut draft = Draft::default();
        piece.write(pdu.kind, &mut draft);
        out.push(Segment {
            name: piece.name().to_owned(),
            octets: draft.into_octets(),
        });
    });
    out
}

/// Encodes a PDU: the segments joined. Bodies are copied once, into memory of exactly the size of the PDU.
pub fn encode(pdu: &Pdu) -> Vec<u8> {
    let mut draft = Draft::default();
    draft.head.reserve(USUAL_HEAD);
    each_piece(pdu, |piece| piece.write(pdu.kind, &mut draft));
    draft.into_octets()
}

/// Room for all of most PDUs but the bodies, in octets.
const USUAL_HEAD: usize = 480;

/// A PDU on its way out. Bodies are borrowed until the size of the whole is known.
#[derive(Default)]
struct Draft<'a> {
    /// Everything but the bodies.
    head: Vec<u8>,
    /// Each body and how much of the head stands before it.
    bodies: Vec<(usize, &'a [u8])>,
}

impl<'a> Draft<'a> {
    fn body(&mut self, octets: &'a [u8]) {
        self.bodies.push((self.head.len(), octets));
    }

    fn into_octets(self) -> Vec<u8> {
        let size = self.head.len() + self.bodies.iter().map(|(_, body)| body.len()).sum::<usize>();
        let mut out = Vec::with_capacity(size);
        let mut from = 0;
        for (to, body) in self.bodies {
            out.extend_from_slice(&self.head[from..to]);
            out.extend_from_slice(body);
            from = to;
        }
        out.extend_from_slice(&self.head[from..]);
        out
    }
}

/// What becomes a segment.
enum Piece<'a> {
    MessageType(u8),
    Field(&'a Field, Option<&'static FieldDef>),
    ContentType(&'a MediaType),
    /// `*/*` as a single zero (ENC 1.3 table 15).
    NoContent,
    Body(&'a Content),
}

impl<'a> Piece<'a> {
    fn name(&self) -> &'a str {
        match self {
            Piece::MessageType(_) => "X-Mms-Message-Type",
            Piece::Field(field, _) => &field.name,
            Piece::ContentType(_) | Piece::NoContent => "Content-Type",
            Piece::Body(_) => "content",
        }
    }

    fn write(&self, pdu: PduType, out: &mut Draft<'a>) {
        match self {
            Piece::MessageType(octet) => out.head.extend_from_slice(&[MESSAGE_TYPE, *octet]),
            Piece::Field(field, def) => write_field(&mut out.head, pdu, field, *def),
            Piece::ContentType(media) => {
                out.head.push(CONTENT_TYPE);
                wsp::write_media_type(&mut out.head, media);
            }
            Piece::NoContent => out.head.extend_from_slice(&[CONTENT_TYPE, 0]),
            Piece::Body(content) if content.media.is_multipart() => {
                wsp::write_part_count(&mut out.head, content.parts.len());
                for part in &content.parts {
                    wsp::write_part_head(&mut out.head, part);
                    out.body(&part.data);
                }
            }
            Piece::Body(content) => out.body(&content.body),
        }
    }
}

/// Goes through the pieces of a PDU in the order of the wire.
fn each_piece<'a>(pdu: &'a Pdu, mut take: impl FnMut(Piece<'a>)) {
    let mut fields: Vec<(Place, &Field, Option<&'static FieldDef>)> = Vec::with_capacity(pdu.fields.len());
    fields.extend(pdu.fields.iter().map(|field| {
        let def = table::field(&field.name);
        (Place::of(def), field, def)
    }));
    fields.sort_by_key(|(place, ..)| *place);
    if fields
        .first()
        .is_none_or(|(place, ..)| *place != Place::MessageType)
    {
        pdu.kind
            .octet()
            .into_iter()
            .for_each(|octet| take(Piece::MessageType(octet)));
    }
    let type_is_written = fields
        .last()
        .is_some_and(|(place, ..)| *place == Place::ContentType);
    for (_, field, def) in fields {
        take(Piece::Field(field, def));
    }
    match &pdu.content {
        Some(content) => {
            if !type_is_written {
                take(Piece::ContentType(&content.media));
            }
            take(Piece::Body(content));
        }
        // No message matched.
        None if pdu.kind == PduType::MboxViewConf && !type_is_written => take(Piece::NoContent),
        None => {}
    }
}

/// Where a field stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    MessageType,
    TransactionId,
    Version,
    Free,
    ContentType,
}

impl Place {
    fn of(def: Option<&FieldDef>) -> Place {
        match def.and_then(|def| def.octet) {
            Some(MESSAGE_TYPE) => Place::MessageType,
            Some(TRANSACTION_ID) => Place::TransactionId,
            Some(VERSION) => Place::Version,
            Some(CONTENT_TYPE) => Place::ContentType,
            _ => Place::Free,
        }
    }
}

fn write_field(out: &mut Vec<u8>, pdu: PduType, field: &Field, def: Option<&FieldDef>) {
    match def {
        Some(def) => match def.octet {
            Some(octet) => {
                out.push(octet);
                write_value(out, def, pdu, &field.value);
            }
            // A field of MM4 alone travels as an application header.
            None => named(out, def.name, &field.value),
        },
        None => match unnamed_octet(&field.name) {
            Some(octet) => {
                out.push(octet);
                any_value(out, &field.value);
            }
            None => named(out, &field.name, &field.value),
        },
    }
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
