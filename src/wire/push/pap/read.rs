//! Octets → PAP: the entities of the message, and what each is.

use bytes::Bytes;

use super::super::reading::{Reading, Sheet};
use super::super::request::Request;
use super::control;
use super::document::Pap;
use crate::wire::push::wsp;
use crate::wire::{MediaType, Part, Span, Undecodable, mm4};

/// Media types of the control document.
const XML: &[&str] = &["application/xml", "text/xml"];
const PUSH_MESSAGE: &str = "push-message";
const CLAUSE: &str = "WAP-247 §8";

/// What is wrong in mail alone: HTTP carries any octets, and lines of any length.
const OF_MAIL: &[&str] = &["bare-lf", "eight-bit-body", "line-too-long"];

/// Decodes the body of an HTTP request or response by its Content-Type; where that is not known, by how it begins.
///
/// # Errors
/// There is no control document, or it has no message.
pub fn decode(content_type: Option<&str>, body: &Bytes) -> Result<Reading<Pap>, Undecodable> {
    read(content_type, body, 0, Sheet::default())
}

/// Decodes a capture: an HTTP request or response, a MIME entity, or the body alone.
///
/// # Errors
/// As [`decode`].
pub fn decode_capture(octets: &Bytes) -> Result<Reading<Pap>, Undecodable> {
    let mut sheet = Sheet::default();
    // The first line of a multipart without a header may look like anything.
    let request = if begins_multipart(octets) || begins_xml(octets) {
        None
    } else {
        Request::read(octets)
    };
    let Some(request) = request else {
        return read(None, octets, 0, sheet);
    };
    if let (Some(method), Some((target, at))) = (&request.method, &request.target) {
        let at = Span {
            offset: 0,
            len: at.offset + at.len,
        };
        let text = String::from_utf8_lossy(target);
        sheet.row("(request)", format!("{method} {text}"), at);
    }
    for (name, value, at) in &request.headers {
        sheet.row(name.clone(), value.clone(), *at);
    }
    read(
        request.header("Content-Type"),
        &request.body,
        request.body_at,
        sheet,
    )
}

fn begins_multipart(octets: &[u8]) -> bool {
    octets.trim_ascii_start().starts_with(b"--")
}

fn begins_xml(octets: &[u8]) -> bool {
    octets
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(octets)
        .trim_ascii_start()
        .starts_with(b"<")
}

fn read(
    content_type: Option<&str>,
    body: &Bytes,
    base: usize,
    mut sheet: Sheet,
) -> Result<Reading<Pap>, Undecodable> {
    let media = content_type.map(MediaType::parse);
    let multipart = media.as_ref().map_or_else(
        || begins_multipart(body),
        |media| media.is_multipart() || !begins_xml(body) && begins_multipart(body),
    );
    let start = Span { offset: base, len: 0 };
    let mut pap = Pap::default();
    let mut parts = Vec::new();
    let (document, document_at) = if multipart {
        let named = content_type.filter(|_| media.as_ref().is_some_and(|m| m.param("boundary").is_some()));
        let guessed = named.map_or_else(|| related(body), str::to_owned);
        let (content, mut faults) = mm4::mime::decode(&guessed, None, body);
        faults.retain(|fault| !OF_MAIL.contains(&fault.code.as_str()));
        for fault in faults {
            let at = Span {
                offset: base + fault.offset,
                len: fault.len,
            };
            sheet
                .findings
                .add(&fault.code, fault.severity, at, &fault.clause, fault.text);
        }
        check_related(media.as_ref(), start, &mut sheet);
        let mut all = content.parts.into_iter();
        let Some(control) = all.next() else {
            return Err(Undecodable {
                offset: base,
                reason: "a multipart without a part".to_owned(),
            });
        };
        let at = offset_within(body, &control.data).map(|offset| base + offset);
        check_control(&control.media, at.unwrap_or(base), &mut sheet);
        parts.extend(all);
        (control.data, at)
    } else {
        if let Some(media) = &media {
            check_control(media, base, &mut sheet);
        }
        (body.clone(), Some(base))
    };
    let control = control::read(&document, document_at, &mut sheet);
    pap.version = control.version;
    pap.product_name = control.product_name;
    let Some(message) = control.message else {
        return Err(Undecodable {
            offset: document_at.unwrap_or(base),
            reason: "there is no PAP control document with a message".to_owned(),
        });
    };
    pap.message = message;
    let end = document_at.map_or(0, |at| at - base + document.len());
    entities(&mut pap, parts, body, base, end, &mut sheet);
    Ok(sheet.with(pap))
}

/// A Content-Type for a multipart that came without one: its boundary is the first line.
fn related(body: &[u8]) -> String {
    let text = body.trim_ascii_start();
    let line = text
        .split(|b| matches!(b, b'\r' | b'\n'))
        .next()
        .unwrap_or_default();
    let boundary = String::from_utf8_lossy(line.strip_prefix(b"--").unwrap_or(line));
    let media = MediaType::new("multipart/related").with("boundary", boundary.trim_end());
    media.to_string()
}

fn check_related(media: Option<&MediaType>, at: Span, sheet: &mut Sheet) {
    let Some(media) = media else { return };
    if &*media.essence != "multipart/related" {
        let text = format!(
            "the entities stand in {}, not in multipart/related",
            media.essence
        );
        sheet.findings.error("pap-not-related", at, CLAUSE, text);
    }
    if !media
        .param("type")
        .is_some_and(|kind| XML.iter().any(|xml| kind.eq_ignore_ascii_case(xml)))
    {
        let text = "the parameter `type` is not application/xml";
        sheet.findings.warning("pap-type-parameter", at, CLAUSE, text);
    }
}

fn check_control(media: &MediaType, at: usize, sheet: &mut Sheet) {
    if &*media.essence != XML[0] {
        let at = Span { offset: at, len: 0 };
        let text = format!("the control entity is {}, not application/xml", media.essence);
        sheet
            .findings
            .warning("pap-control-content-type", at, CLAUSE, text);
    }
}

fn entities(pap: &mut Pap, parts: Vec<Part>, body: &Bytes, base: usize, mut end: usize, sheet: &mut Sheet) {
    let push = &*pap.message.name == PUSH_MESSAGE;
    // Capabilities that are asked for come with the answer.
    let answer = &*pap.message.name == "ccq-response";
    let mut parts = parts.into_iter().peekable();
    if push {
        match parts.next() {
            Some(part) => {
                end = rows(&part, "(content)", body, base, end, sheet);
                check_content(&part, body, base, sheet);
                pap.content = Some(part);
            }
            None => {
                let at = Span {
                    offset: base + body.len(),
                    len: 0,
                };
                let text = "a push-message without what is to be pushed";
                sheet.findings.error("pap-content-missing", at, CLAUSE, text);
            }
        }
    }
    if let Some(part) = parts.next_if(|_| push || answer) {
        end = rows(&part, "(capabilities)", body, base, end, sheet);
        pap.capabilities = Some(part);
    }
    for part in parts {
        let at = offset_within(body, &part.data).map_or_else(Span::default, |offset| Span {
            offset: base + offset,
            len: part.data.len(),
        });
        let text = format!("{} has no entity here", pap.message.name);
        sheet.findings.warning("pap-entity-surplus", at, CLAUSE, text);
        end = rows(&part, "(surplus)", body, base, end, sheet);
    }
}

/// Rows for the header of an entity and for its octets; where it ends in the body.
fn rows(part: &Part, name: &'static str, body: &Bytes, base: usize, from: usize, sheet: &mut Sheet) -> usize {
    let own = [
        ("Content-Type", Some(part.media.to_string())),
        ("Content-ID", part.content_id.clone()),
        ("Content-Location", part.content_location.clone()),
    ];
    let own = own
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let headers: Vec<(String, String)> = own.chain(part.headers.iter().cloned()).collect();
    let Some(data) = offset_within(body, &part.data).filter(|at| *at >= from) else {
        for (name, value) in headers {
            sheet.row(name, value, Span::default());
        }
        sheet.row(name, format!("{} octets", part.data.len()), Span::default());
        return from;
    };
    let lines = lines(body, from, data);
    for (name, value) in headers {
        let place = lines.iter().find(|at| {
            let line = &body[at.offset..at.offset + at.len];
            let head = line.get(..name.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(name.as_bytes()))
                && line[name.len()..].trim_ascii_start().starts_with(b":")
        });
        if let Some(at) = place {
            let at = Span {
                offset: base + at.offset,
                len: at.len,
            };
            sheet.row(name, value, at);
        }
    }
    let at = Span {
        offset: base + data,
        len: part.data.len(),
    };
    sheet.row(name, format!("{} octets", part.data.len()), at);
    data + part.data.len()
}

/// The lines, folded ones joined, between two octets; of a header that is longer than any, the first.
fn lines(body: &[u8], from: usize, to: usize) -> Vec<Span> {
    const MOST: usize = 128;
    let mut lines: Vec<Span> = Vec::new();
    let mut at = from;
    while at < to && lines.len() < MOST {
        let len = memchr::memchr(b'\n', &body[at..to]).map_or(to - at, |lf| lf + 1);
        let line = body[at..at + len].trim_ascii_end();
        match lines.last_mut() {
            Some(last) if matches!(line.first(), Some(b' ' | b'\t')) => {
                last.len = at + line.len() - last.offset
            }
            _ => lines.push(Span {
                offset: at,
                len: line.len(),
            }),
        }
        at += len;
    }
    lines
}

fn check_content(part: &Part, body: &Bytes, base: usize, sheet: &mut Sheet) {
    let at = Span {
        offset: offset_within(body, &part.data).map_or(base, |offset| base + offset),
        len: 0,
    };
    wsp::check_content_type(&part.media, at, &mut sheet.findings);
    let id = part
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(wsp::APPLICATION_ID));
    wsp::check_application(id.map(|(_, id)| id.trim()), at, &mut sheet.findings);
}

/// Where `part` begins within `whole`, if it is a slice of it.
fn offset_within(whole: &Bytes, part: &Bytes) -> Option<usize> {
    let offset = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    (offset + part.len() <= whole.len()).then_some(offset)
}
