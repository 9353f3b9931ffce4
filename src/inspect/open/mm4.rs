//! MM4: every header line has its row, the fields of MIME too.

use std::collections::HashSet;

use bytes::Bytes;

use super::super::{Kind, Layer};
use crate::wire::{Span, Undecodable, mm4};

pub(super) fn open(octets: &Bytes) -> Result<Layer, Undecodable> {
    let decoded = mm4::decode(octets)?;
    let mut layer = Layer::new(Kind::Mm4, decoded.pdu.kind.name(), octets);
    for field in &decoded.pdu.fields {
        // The addresses of a list are fields of their own and stand on one line.
        match layer.rows.last_mut() {
            Some(last) if last.at == field.at => {
                last.text.push_str(", ");
                last.text.push_str(&field.value.text());
            }
            _ => layer.row(field.name.to_string(), field.value.text(), field.at),
        }
    }
    let body = other_lines(&mut layer);
    layer.rows.sort_by_key(|row| row.at.offset);
    if body < octets.len() {
        let at = Span {
            offset: body,
            len: octets.len() - body,
        };
        layer.row("(content)", format!("{} octets", at.len), at);
    }
    layer.findings = decoded.findings;
    layer.pdu = Some(decoded.pdu);
    Ok(layer)
}

/// Rows for header lines that are no field of the PDU's own; where the body begins.
fn other_lines(layer: &mut Layer) -> usize {
    let octets = layer.octets.clone();
    let mut at = 0;
    let known: HashSet<usize> = layer.rows.iter().map(|row| row.at.offset).collect();
    let mut open: Option<(String, Span)> = None;
    loop {
        let rest = &octets[at.min(octets.len())..];
        let len = rest
            .iter()
            .position(|b| *b == b'\n')
            .map_or(rest.len(), |lf| lf + 1);
        let text = trimmed(&rest[..len]);
        let folded = matches!(text.first(), Some(b' ' | b'\t'));
        if let (true, Some((_, span))) = (folded && !text.is_empty(), &mut open) {
            span.len = at + text.len() - span.offset;
        } else {
            if let Some((name, span)) = open.take().filter(|(_, span)| !known.contains(&span.offset)) {
                close(layer, name, span);
            }
            if text.is_empty() {
                return (at + len).min(octets.len());
            }
            let span = Span {
                offset: at,
                len: text.len(),
            };
            let name = text.iter().position(|b| *b == b':').map(|colon| &text[..colon]);
            open = Some((
                name.map_or_else(
                    || "(not a field)".to_owned(),
                    |name| String::from_utf8_lossy(name).trim_end().to_owned(),
                ),
                span,
            ));
        }
        at += len;
    }
}

fn close(layer: &mut Layer, name: String, span: Span) {
    let text = String::from_utf8_lossy(layer.octets_of(span)).into_owned();
    let value = match text.split_once(':') {
        Some((_, value)) => unfolded(value),
        None => text,
    };
    layer.row(name, value, span);
}

fn unfolded(value: &str) -> String {
    let lines: Vec<&str> = value
        .split(['\r', '\n'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join(" ")
}

fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
