//! X-Mms-Element-Descriptor (ENC 1.3 §7.3.18): the reference of a content element, then parameters.

use crate::wire::finding::Findings;
use crate::wire::wsp::{self, Cursor, Fault, FaultKind, Form, write};
use crate::wire::{MediaType, Value};

/// The number of the parameter Type, the only one that has a number here. It is not that of WSP.
const TYPE: u64 = 0x02;

/// More parameters than any element has.
const MAX_PARAMS: usize = 64;

/// Reads a descriptor from a cursor that covers exactly its octets.
pub(super) fn read(value: &mut Cursor<'_>, findings: &mut Findings) -> Result<Value, Fault> {
    let mut inner = value.length_value()?;
    let name = wsp::read_text(&mut inner, findings)?;
    let mut params = Vec::new();
    while !inner.is_empty() {
        if params.len() >= MAX_PARAMS {
            return Err(inner.fault(FaultKind::Form));
        }
        params.push(read_param(&mut inner, findings)?);
    }
    Ok(Value::Element { name, params })
}

fn read_param(inner: &mut Cursor<'_>, findings: &mut Findings) -> Result<(String, String), Fault> {
    let start = inner.pos();
    let name = match inner.value()? {
        (Form::Text, mut text) => wsp::read_text(&mut text, findings)?.to_ascii_lowercase(),
        (_, mut number) => match number.integer()? {
            TYPE => "type".to_owned(),
            other => {
                let text = format!("no parameter of an element has the number 0x{other:02X}");
                findings.note("parameter-unknown", inner.since(start), "ENC 1.3 §7.3.18", text);
                format!("0x{other:02X}")
            }
        },
    };
    let value = match inner.peek() {
        _ if name == "type" => wsp::read_media_type(inner, findings)?.to_string(),
        Some(0x01..0x20 | 0x80..) => inner.integer()?.to_string(),
        _ => wsp::read_text(inner, findings)?,
    };
    Ok((name, value))
}

/// Writes a descriptor without its length.
pub(super) fn write(out: &mut Vec<u8>, name: &str, params: &[(String, String)]) {
    write::text(out, name);
    for (name, value) in params {
        let number = name
            .strip_prefix("0x")
            .and_then(|hex| u64::from_str_radix(hex, 16).ok());
        match number {
            _ if name == "type" => {
                write::integer(out, TYPE);
                media(out, value);
                continue;
            }
            Some(number) => write::integer(out, number),
            None => write::text(out, name),
        }
        write::text(out, value);
    }
}

/// A media type, by its number where it has one to send.
fn media(out: &mut Vec<u8>, value: &str) {
    let parsed = MediaType::parse(value);
    if parsed.to_string() == value {
        wsp::write_media_type(out, &parsed);
    } else {
        write::text(out, value);
    }
}
