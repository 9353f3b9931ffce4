//! WSP push and what it carries.

use bytes::Bytes;

use super::super::{Kind, Layer};
use super::carry;

use crate::wire::wsp::{self, Cursor};
use crate::wire::{Findings, Span, Undecodable, push};

pub(super) fn open(octets: &Bytes) -> Result<Layer, Undecodable> {
    let pushed = push::decode(octets)?;
    let mut layer = Layer::new(Kind::Wsp, "WSP push", octets);
    rows(&mut layer, &pushed);
    layer.findings = pushed.findings;
    carry(&mut layer, Kind::Mm1, &pushed.body);
    Ok(layer)
}

fn rows(layer: &mut Layer, pushed: &push::Push) {
    let span = |offset, len| Span { offset, len };
    let kind = if pushed.pdu_type == 0x06 {
        "Push"
    } else {
        "ConfirmedPush"
    };
    layer.row("TID", pushed.tid.to_string(), span(0, 1));
    layer.row("Type", kind, span(1, 1));
    let octets = layer.octets.clone();
    let mut cursor = Cursor::new(&octets);
    let _ = cursor.octet().and_then(|_| cursor.octet());
    let start = cursor.pos();
    let Ok(len) = cursor.uintvar() else { return };
    layer.row("HeadersLen", len.to_string(), cursor.since(start));
    let Ok(mut head) = cursor.sub(len as usize) else {
        return;
    };
    let start = head.pos();
    let mut unheard = Findings::default();
    let Ok(media) = wsp::read_media_type(&mut head, &mut unheard) else {
        return;
    };
    layer.row("Content-Type", media.to_string(), head.since(start));
    for header in wsp::read_headers(&mut head, &mut unheard) {
        layer.row(header.name, header.value, header.at);
    }
    let body = span(octets.len() - pushed.body.len(), pushed.body.len());
    layer.row("(data)", format!("{} octets", body.len), body);
}
