//! Parameters of media types and of Content-Disposition (WAP-230 §8.4.2.4, table 38).

use super::{Charset, Cursor, Fault, FaultKind, Form, media, write};
use crate::wire::finding::Findings;

/// What a parameter's typed value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Typed {
    Charset,
    /// Text, or a number where the sender felt like it.
    Text,
    Integer,
    /// Two digits of a quality factor as a uintvar.
    Quality,
    /// A media type by number or as text.
    Media,
    NoValue,
    Date,
}

/// Code, name, value.
const CODES: &[(u8, &str, Typed)] = &[
    (0x00, "q", Typed::Quality),
    (0x01, "charset", Typed::Charset),
    (0x02, "level", Typed::Text),
    (0x03, "type", Typed::Integer),
    (0x05, "name", Typed::Text),
    (0x06, "filename", Typed::Text),
    (0x07, "differences", Typed::Text),
    (0x08, "padding", Typed::Integer),
    (0x09, "type", Typed::Media),
    (0x0A, "start", Typed::Text),
    (0x0B, "start-info", Typed::Text),
    (0x0C, "comment", Typed::Text),
    (0x0D, "domain", Typed::Text),
    (0x0E, "max-age", Typed::Integer),
    (0x0F, "path", Typed::Text),
    (0x10, "secure", Typed::NoValue),
    (0x11, "sec", Typed::Integer),
    (0x12, "mac", Typed::Text),
    (0x13, "creation-date", Typed::Date),
    (0x14, "modification-date", Typed::Date),
    (0x15, "read-date", Typed::Date),
    (0x16, "size", Typed::Integer),
    (0x17, "name", Typed::Text),
    (0x18, "filename", Typed::Text),
    (0x19, "start", Typed::Text),
    (0x1A, "start-info", Typed::Text),
    (0x1B, "comment", Typed::Text),
    (0x1C, "domain", Typed::Text),
    (0x1D, "path", Typed::Text),
];

/// Codes from here on came with encoding version 1.4.
const FIRST_OF_1_4: u8 = 0x11;

/// More parameters than any value has.
const MAX_PARAMS: usize = 64;

/// Reads parameters to the end of the cursor. What cannot be read ends the list with a finding.
pub(super) fn read_params(cursor: &mut Cursor<'_>, findings: &mut Findings) -> Vec<(String, String)> {
    let mut params = Vec::new();
    while !cursor.is_empty() {
        let start = cursor.pos();
        if params.len() >= MAX_PARAMS {
            cursor.finish();
            let text = format!("more than {MAX_PARAMS} parameters");
            findings.error(
                "too-many-parameters",
                cursor.since(start),
                "WAP-230 §8.4.2.4",
                text,
            );
            break;
        }
        match read_param(cursor, findings) {
            Ok(param) => params.push(param),
            Err(fault) => {
                cursor.finish();
                fault.note(cursor.since(start), findings);
            }
        }
    }
    params
}

fn read_param(cursor: &mut Cursor<'_>, findings: &mut Findings) -> Result<(String, String), Fault> {
    let start = cursor.pos();
    if cursor.peek().is_some_and(|first| (0x20..0x80).contains(&first)) {
        let name = text_of(cursor.text_octets()?).to_ascii_lowercase();
        if name.is_empty() || !name.bytes().all(|octet| octet.is_ascii_graphic()) {
            let text = format!("{name:?} is no name of a parameter");
            findings.error(
                "parameter-name-form",
                cursor.since(start),
                "WAP-230 §8.4.2.4",
                text,
            );
        }
        return Ok((name, untyped(cursor)?));
    }
    let code = cursor.integer()?;
    let Some((code, name, typed)) = CODES
        .iter()
        .find(|(known, ..)| u64::from(*known) == code)
        .copied()
    else {
        findings.note(
            "parameter-unknown",
            cursor.since(start),
            "WAP-230 table 38",
            format!("no parameter has the number 0x{code:02X}"),
        );
        return Ok((format!("0x{code:02X}"), untyped(cursor)?));
    };
    if code >= FIRST_OF_1_4 {
        findings.warning(
            "wsp-1.4-parameter",
            cursor.since(start),
            "ENC 1.3 §7.1",
            format!("parameter {name} by its number 0x{code:02X} of encoding version 1.4"),
        );
    }
    let value = match typed {
        Typed::Charset => charset(cursor)?,
        Typed::Media => media_value(cursor)?,
        Typed::Quality => quality(cursor.uintvar()?),
        Typed::NoValue => {
            cursor.octet()?;
            String::new()
        }
        Typed::Date => {
            let (_, mut value) = cursor.value()?;
            number_of(&mut value)?
        }
        Typed::Text | Typed::Integer => untyped(cursor)?,
    };
    Ok((name.to_owned(), value))
}

/// Integer-value or Text-value: No-value, token text, or a string behind one quotation mark.
fn untyped(cursor: &mut Cursor<'_>) -> Result<String, Fault> {
    match cursor.peek() {
        Some(0) => {
            cursor.octet()?;
            Ok(String::new())
        }
        Some(0x20..0x80) => Ok(unquoted(text_of(cursor.text_octets()?))),
        _ => Ok(cursor.integer()?.to_string()),
    }
}

/// A number in any of the forms senders give it.
fn number_of(value: &mut Cursor<'_>) -> Result<String, Fault> {
    if let Ok(number) = value.clone().integer() {
        return Ok(number.to_string());
    }
    let mut inner = value.length_value()?;
    Ok(inner.long_integer()?.to_string())
}

fn charset(cursor: &mut Cursor<'_>) -> Result<String, Fault> {
    if cursor.peek().is_some_and(|first| (0x20..0x80).contains(&first)) {
        return untyped(cursor);
    }
    let number = cursor.integer()?;
    let name = u16::try_from(number)
        .ok()
        .and_then(|mib| Charset::from_mib(mib).name());
    Ok(match (name, number) {
        (Some(name), _) => name.to_owned(),
        (None, 0) => "*".to_owned(),
        (None, number) => number.to_string(),
    })
}

fn media_value(cursor: &mut Cursor<'_>) -> Result<String, Fault> {
    match cursor.value()? {
        (Form::Octet(octet), _) => Ok(media::essence_of_code(u64::from(octet & 0x7F))),
        (Form::Text, mut value) => Ok(unquoted(text_of(value.text_octets()?))),
        (Form::Length, value) => match value.rest() {
            [0] => Ok(String::new()),
            _ => Err(value.fault(FaultKind::Form)),
        },
    }
}

/// Q-value: 1–100 are two decimals minus one, 101–1099 three decimals minus 100 (WAP-230 §8.4.2.3).
fn quality(value: u32) -> String {
    match value {
        1..=100 => format!("0.{:02}", value - 1),
        101..=1099 => format!("0.{:03}", value - 100),
        _ => value.to_string(),
    }
}

fn text_of(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

/// Quoted-string has a mark at its beginning only; senders that put one at the end as well mean the same.
fn unquoted(text: String) -> String {
    match text.strip_prefix('"') {
        Some(inner) => inner.strip_suffix('"').unwrap_or(inner).to_owned(),
        None => text,
    }
}

/// Writes parameters with the numbers that encoding version 1.3 has for them, others by name. Text stands as it is, without the
/// quotation mark of Quoted-string, because deployed receivers take that mark for part of the text.
pub(super) fn write_params(out: &mut Vec<u8>, essence: &str, params: &[(String, String)]) {
    for (name, value) in params {
        match name.as_str() {
            "charset" => match Charset::from_name(value) {
                Some(charset) => {
                    out.push(0x81);
                    write::integer(out, u64::from(charset.mib()));
                }
                None => named(out, name, value),
            },
            "name" => coded(out, 0x85, value),
            "filename" => coded(out, 0x86, value),
            "start" => coded(out, 0x8A, value),
            "start-info" => coded(out, 0x8B, value),
            "type" if essence.starts_with("multipart/") => coded(out, 0x89, value),
            _ => named(out, name, value),
        }
    }
}

fn coded(out: &mut Vec<u8>, code: u8, value: &str) {
    out.push(code);
    write_value(out, value);
}

fn named(out: &mut Vec<u8>, name: &str, value: &str) {
    let number = name
        .strip_prefix("0x")
        .and_then(|hex| u8::from_str_radix(hex, 16).ok());
    match number {
        Some(code) if code < 0x80 => out.push(code | 0x80),
        _ => write::text(out, name),
    }
    write_value(out, value);
}

fn write_value(out: &mut Vec<u8>, value: &str) {
    if value.starts_with('"') {
        out.push(b'"');
    }
    write::text(out, value);
}
