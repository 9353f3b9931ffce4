//! PDU → octets.

use std::collections::HashSet;

use super::mime::{Plan, field_name, fold};
use super::transfer::Encoding;
use super::value::{self, Written};
use crate::wire::table;
use crate::wire::{Field, Pdu, Segment, Value};

const TYPE: &str = "X-Mms-Message-Type";
const VERSION: &str = "X-Mms-3GPP-MMS-Version";
const CONTENT_TYPE: &str = "Content-Type";
const TRANSFER_ENCODING: &str = "Content-Transfer-Encoding";

/// Encodes as named segments; joined they are the message, with CRLF line ends, not dot-stuffed.
///
/// Fields go out in the PDU's order, X-Mms-Message-Type after X-Mms-3GPP-MMS-Version, MIME's own last; the fields of an
/// address list are joined into one line. A field named X-Mms-Message-Type, Content-Type, MIME-Version or
/// Content-Transfer-Encoding replaces the one that would be written. The empty line after the header is the segment
/// `end-of-header`; a PDU without content has no segment `content`. [`Value::Octets`] is the text after `Name: `, exactly;
/// no other value can begin another header line.
pub fn segments(pdu: &Pdu) -> Vec<Segment> {
    let (mut out, body) = header(pdu);
    if let Some(plan) = body {
        let mut octets = Vec::with_capacity(plan.len());
        plan.write(&mut octets);
        out.push(segment("content", octets));
    }
    out
}

/// Encodes a PDU: the segments joined, but the content is written where it is going to stay.
pub fn encode(pdu: &Pdu) -> Vec<u8> {
    let (header, body) = header(pdu);
    let len: usize = header.iter().map(|s| s.octets.len()).sum();
    let mut out = Vec::with_capacity(len + body.as_ref().map_or(0, Plan::len));
    for segment in header {
        out.extend_from_slice(&segment.octets);
    }
    if let Some(plan) = body {
        plan.write(&mut out);
    }
    out
}

/// The segments up to and including `end-of-header`, and what is written after them.
fn header(pdu: &Pdu) -> (Vec<Segment>, Option<Plan<'_>>) {
    let mut out = Vec::new();
    let mut type_line = pdu
        .field(TYPE)
        .is_none()
        .then(|| segment(TYPE, fold(TYPE, &[pdu.kind.name().to_owned()])));
    if pdu.field(VERSION).is_none() {
        out.extend(type_line.take());
    }
    let body = pdu.content.as_ref().map(|content| {
        let wish = pdu.value(TRANSFER_ENCODING).map(transfer_encoding);
        Plan::of(content, wish)
    });
    let mut written = HashSet::new();
    for (index, field) in pdu.fields.iter().enumerate() {
        if let Some(octets) = line(pdu, index, body.is_some(), &mut written) {
            out.push(segment(&field.name, octets));
        }
        if field.name.eq_ignore_ascii_case(VERSION) {
            out.extend(type_line.take());
        }
    }
    if let Some(plan) = &body {
        mime_fields(pdu, plan, &mut out);
    }
    out.push(segment("end-of-header", b"\r\n".to_vec()));
    (out, body)
}

fn segment(name: &str, octets: Vec<u8>) -> Segment {
    Segment {
        name: name.to_owned(),
        octets,
    }
}

/// The line of a field; none if the line of its list is written already, or if MIME writes it.
fn line(pdu: &Pdu, index: usize, has_body: bool, lists: &mut HashSet<String>) -> Option<Vec<u8>> {
    let field = &pdu.fields[index];
    let name = field_name(&field.name);
    if has_body && is_written_by_mime(field) {
        return None;
    }
    let kind = table::field(&field.name).map(|def| def.kind);
    let exactly = matches!(field.value, Value::Octets(_));
    if !exactly && value::is_list(&field.name) {
        let same =
            |f: &&Field| f.name.eq_ignore_ascii_case(&field.name) && !matches!(f.value, Value::Octets(_));
        if !lists.insert(field.name.to_ascii_lowercase()) {
            return None;
        }
        let members = pdu.fields[index..]
            .iter()
            .filter(same)
            .map(|f| value::write(&f.value, kind));
        return Some(fold(&name, &comma_separated(members)));
    }
    Some(match value::write(&field.value, kind) {
        Written::Pieces(pieces) => fold(&name, &pieces),
        Written::Exactly(octets) => {
            let mut line = format!("{name}: ").into_bytes();
            line.extend(octets);
            if !line.ends_with(b"\r\n") {
                line.extend_from_slice(b"\r\n");
            }
            line
        }
    })
}

fn comma_separated(members: impl Iterator<Item = Written>) -> Vec<String> {
    let mut pieces: Vec<String> = members
        .filter_map(|member| match member {
            Written::Pieces(pieces) => Some(pieces.join(" ")),
            Written::Exactly(_) => None,
        })
        .filter(|address| !address.is_empty())
        .map(|address| address + ",")
        .collect();
    if let Some(last) = pieces.last_mut() {
        last.pop();
    }
    pieces
}

/// A transfer encoding that we know is written as what was really done; an unknown or exact one stays as the sender wants it.
fn is_written_by_mime(field: &Field) -> bool {
    field.name.eq_ignore_ascii_case(TRANSFER_ENCODING)
        && !matches!(field.value, Value::Octets(_))
        && Encoding::from_name(&field.value.text()).is_some()
}

/// The encoding that a field asks for; an unknown one leaves the octets as they are.
fn transfer_encoding(value: &Value) -> Encoding {
    let text = match value {
        Value::Octets(octets) => String::from_utf8_lossy(octets).trim().to_owned(),
        other => other.text(),
    };
    Encoding::from_name(&text).unwrap_or(Encoding::Binary)
}

fn mime_fields(pdu: &Pdu, body: &Plan<'_>, out: &mut Vec<Segment>) {
    if pdu.field("MIME-Version").is_none() {
        out.push(segment("MIME-Version", fold("MIME-Version", &["1.0".to_owned()])));
    }
    if pdu.field(CONTENT_TYPE).is_none() {
        out.push(segment(CONTENT_TYPE, fold(CONTENT_TYPE, &body.content_type)));
    }
    let kept = pdu
        .field(TRANSFER_ENCODING)
        .is_some_and(|f| !is_written_by_mime(f));
    if let Some(encoding) = body.transfer_encoding.filter(|_| !kept) {
        let octets = fold(TRANSFER_ENCODING, &[encoding.to_owned()]);
        out.push(segment(TRANSFER_ENCODING, octets));
    }
}
