//! MM1: every octet of the header has its row.

use bytes::Bytes;

use super::super::{Kind, Layer};

use crate::wire::wsp::{self, Cursor};
use crate::wire::{Content, Findings, Span, Undecodable, mm1};

const MESSAGE_TYPE: u8 = 0x8C;
const CONTENT_TYPE: u8 = 0x84;

pub(super) fn open(octets: &Bytes) -> Result<Layer, Undecodable> {
    let decoded = mm1::decode(octets)?;
    let mut layer = Layer::new(Kind::Mm1, decoded.pdu.kind.name(), octets);
    for field in &decoded.pdu.fields {
        layer.row(field.name.to_string(), field.value.text(), field.at);
    }
    rest(&mut layer, decoded.pdu.kind.name(), decoded.pdu.content.as_ref());
    layer.rows.sort_by_key(|row| row.at.offset);
    layer.findings = decoded.findings;
    layer.pdu = Some(decoded.pdu);
    Ok(layer)
}

/// Rows for what is no field of the PDU's own: its type, the content type, the body, octets that nothing could be made of.
fn rest(layer: &mut Layer, kind: &str, content: Option<&Content>) {
    let mut spans: Vec<Span> = layer.rows.iter().map(|row| row.at).collect();
    spans.sort_by_key(|span| span.offset);
    let mut at = 0;
    let end = Span {
        offset: layer.octets.len(),
        len: 0,
    };
    for span in spans.into_iter().chain([end]) {
        while at < span.offset {
            at = unnamed(layer, kind, content, at, span.offset);
        }
        at = at.max(span.offset + span.len);
    }
}

/// One row at an octet that no field has; where it ends.
fn unnamed(layer: &mut Layer, kind: &str, content: Option<&Content>, at: usize, end: usize) -> usize {
    let octets = layer.octets.clone();
    let span = |to: usize| Span {
        offset: at,
        len: to - at,
    };
    match octets[at] {
        MESSAGE_TYPE if at + 2 <= end => {
            layer.row("X-Mms-Message-Type", kind, span(at + 2));
            at + 2
        }
        CONTENT_TYPE => {
            let value = octets.slice(at + 1..end);
            let mut cursor = Cursor::new(&value);
            let read = wsp::read_media_type(&mut cursor, &mut Findings::default());
            let to = at + 1 + cursor.pos();
            match read {
                Ok(media) => layer.row("Content-Type", media.to_string(), span(to)),
                Err(fault) => layer.row("Content-Type", fault.kind.to_string(), span(to)),
            }
            to
        }
        _ => {
            let text = match content {
                Some(content) => summary(content, end - at),
                None => "not a field".to_owned(),
            };
            layer.row("(content)", text, span(end));
            end
        }
    }
}

fn summary(content: &Content, octets: usize) -> String {
    match content.parts.len() {
        0 => format!("{octets} octets"),
        1 => format!("1 part, {octets} octets"),
        n => format!("{n} parts, {octets} octets"),
    }
}
