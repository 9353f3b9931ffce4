//! Text as people read it: text-strings, and encoded-strings with a charset.

use std::ffi::CStr;

use super::charset::latin_1;
use super::cursor::QUOTE;
use super::{Charset, Cursor, Fault, FaultKind, Form};
use crate::wire::Span;
use crate::wire::finding::Findings;

/// Encoded-string-value (ENC 1.3 §7.3.19).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedString {
    /// None where the text came without a charset.
    pub charset: Option<Charset>,
    pub text: String,
}

/// Reads a text-string: ASCII, or what it is taken for with a finding.
pub fn read_text(cursor: &mut Cursor<'_>, findings: &mut Findings) -> Result<String, Fault> {
    let start = cursor.pos();
    let octets = cursor.text_octets()?;
    Ok(plain_text(octets, cursor.since(start), findings))
}

/// Reads a text-string from a cursor that covers exactly its octets.
#[inline]
pub fn read_whole_text(cursor: &mut Cursor<'_>, findings: &mut Findings) -> Result<String, Fault> {
    let at = cursor.to_end();
    Ok(plain_text(cursor.whole_text_octets()?, at, findings))
}

/// Reads an encoded-string from a cursor that covers exactly its octets.
#[inline]
pub fn read_encoded_string(
    form: Form,
    cursor: &mut Cursor<'_>,
    findings: &mut Findings,
) -> Result<EncodedString, Fault> {
    if form == Form::Text {
        return Ok(EncodedString {
            charset: None,
            text: read_whole_text(cursor, findings)?,
        });
    }
    if form != Form::Length || cursor.remaining() == 1 {
        return Ok(EncodedString {
            charset: None,
            text: read_whole_text(cursor, findings)?,
        });
    }
    read_with_charset(cursor, findings)
}

fn read_with_charset(cursor: &mut Cursor<'_>, findings: &mut Findings) -> Result<EncodedString, Fault> {
    let start = cursor.pos();
    let mut inner = cursor.length_value()?;
    let at = cursor.since(start);
    let Some(charset) = read_charset(&mut inner, findings)? else {
        let clause = "ENC 1.3 §7.3.19";
        findings.error(
            "charset-missing",
            at,
            clause,
            "a length, but no charset before the text",
        );
        return Ok(EncodedString {
            charset: None,
            text: read_text(&mut inner, findings)?,
        });
    };
    let octets = content_octets(&mut inner, charset, findings);
    let text = match charset.decode(octets) {
        Some(text) => text,
        None if !charset.is_read() => {
            return Err(Fault {
                offset: start,
                kind: FaultKind::Charset,
            });
        }
        None => {
            findings.error(
                "charset-mismatch",
                at,
                "ENC 1.3 §7.3.19",
                format!(
                    "the octets are not of the charset named (MIBenum {})",
                    charset.mib()
                ),
            );
            latin_1(octets)
        }
    };
    if text.contains('\0') {
        let problem = "a NUL within the text: receivers may take it for its end";
        findings.error("text-with-nul", at, "WAP-230 §8.4.2.1", problem);
    }
    Ok(EncodedString {
        charset: Some(charset),
        text,
    })
}

/// The charset before the text: a number, or by name, which some senders do. None where the text itself comes first.
fn read_charset(inner: &mut Cursor<'_>, findings: &mut Findings) -> Result<Option<Charset>, Fault> {
    let start = inner.pos();
    if inner.peek().is_some_and(|first| (0x20..0x80).contains(&first)) {
        let mut ahead = inner.clone();
        let Some(charset) = ahead
            .text_octets()
            .ok()
            .filter(|_| !ahead.is_empty())
            .and_then(|name| Charset::from_name(&latin_1(name)))
        else {
            return Ok(None);
        };
        *inner = ahead;
        findings.warning(
            "charset-by-name",
            inner.since(start),
            "ENC 1.3 §7.3.19",
            "the charset should be its number",
        );
        return Ok(Some(charset));
    }
    let mib = inner.integer()?;
    Ok(Some(match u16::try_from(mib) {
        // Any-charset, and numbers no charset has: what the octets are taken for shows below.
        Ok(0) | Err(_) => Charset::UTF_8,
        Ok(mib) => Charset::from_mib(mib),
    }))
}

/// The octets of the text without quote and terminator.
fn content_octets<'a>(inner: &mut Cursor<'a>, charset: Charset, findings: &mut Findings) -> &'a [u8] {
    let start = inner.pos();
    let octets = inner.rest();
    inner.finish();
    let at = inner.since(start);
    if charset.is_two_octet() {
        let octets = match octets {
            // A quote, unless 7F is the first half of a character: the number of octets tells.
            [QUOTE, rest @ ..]
                if matches!(rest, [0x80..=0xFF, ..]) && rest.ends_with(&[0, 0]) == (rest.len() % 2 == 0) =>
            {
                rest
            }
            _ => octets,
        };
        return match octets {
            [text @ .., 0, 0] if text.len() % 2 == 0 => text,
            [text @ .., 0] if text.len() % 2 == 0 => text,
            _ => octets,
        };
    }
    let len = CStr::from_bytes_until_nul(octets).ok().map(CStr::count_bytes);
    let unfinished = FaultKind::TextNotTerminated;
    match len {
        None => findings.error(unfinished.code(), at, unfinished.clause(), unfinished.to_string()),
        Some(len) if len + 1 < octets.len() => findings.error(
            "value-trailing-octets",
            Span {
                offset: start + len + 1,
                len: octets.len() - len - 1,
            },
            "ENC 1.3 §7.3.19",
            "octets follow the text within the length of its value",
        ),
        Some(_) => {}
    }
    let octets = &octets[..len.unwrap_or(octets.len())];
    match octets.split_first() {
        Some((&QUOTE, rest)) => rest,
        Some((first, _)) if *first >= 0x80 => {
            findings.warning(
                "text-not-quoted",
                at,
                "WAP-230 §8.4.2.1",
                "the first octet is above 127 and no 0x7F stands before it",
            );
            octets
        }
        _ => octets,
    }
}

/// Text without a charset is ASCII; deployed senders put UTF-8 there, and old ones ISO 8859-1.
#[inline]
fn plain_text(octets: &[u8], at: Span, findings: &mut Findings) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) if text.is_ascii() => text.to_owned(),
        _ => text_beyond_ascii(octets, at, findings),
    }
}

#[cold]
fn text_beyond_ascii(octets: &[u8], at: Span, findings: &mut Findings) -> String {
    findings.warning(
        "text-not-ascii",
        at,
        "ENC 1.3 §7.3.19",
        "octets above 127 in text that names no charset",
    );
    Charset::UTF_8.decode(octets).unwrap_or_else(|| latin_1(octets))
}
