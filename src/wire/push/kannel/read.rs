//! Octets → parameters.

use std::collections::HashSet;

use bytes::Bytes;

use super::document::{Parameter, SendSms};
use super::percent;
use super::table::{self, Kind};
use crate::wire::limits::MAX_FIELDS;
use crate::wire::push::reading::{Reading, Sheet, octets_text};
use crate::wire::push::request::Request;
use crate::wire::push::udh::{PUSH_PORT, Udh};
use crate::wire::{Span, Undecodable};

const CLAUSE: &str = "Kannel sendsms";
const FORM: &str = "application/x-www-form-urlencoded";

/// Reads parameters, the query of a GET or the body of a POST, without a `?` before them.
pub fn decode(query: &Bytes) -> Reading<SendSms> {
    read(query, 0, Sheet::default())
}

/// Reads a capture: an HTTP request, a URL or what of it follows the host, or the parameters alone.
///
/// # Errors
/// There is none of the parameters `to`, `text`, `udh`.
pub fn decode_capture(octets: &Bytes) -> Result<Reading<SendSms>, Undecodable> {
    let mut sheet = Sheet::default();
    let (query, at) = match Request::read(octets).filter(|request| request.method.is_some()) {
        Some(request) => of_request(&request, &mut sheet),
        None => of_url(octets.clone(), 0, &mut sheet),
    };
    let reading = read(&query, at, sheet);
    if ["to", "text", "udh"]
        .iter()
        .all(|name| reading.value.get(name).is_none())
    {
        return Err(Undecodable {
            offset: at,
            reason: "there is none of the parameters to, text, udh".to_owned(),
        });
    }
    Ok(reading)
}

fn of_request(request: &Request, sheet: &mut Sheet) -> (Bytes, usize) {
    let method = request.method.as_deref().unwrap_or_default();
    sheet.row(
        "(method)",
        method,
        Span {
            offset: 0,
            len: method.len(),
        },
    );
    let (target, target_at) = request.target.clone().unwrap_or_default();
    let form = method == "POST";
    let query = if form {
        if !target.is_empty() {
            sheet.row("(path)", String::from_utf8_lossy(&target), target_at);
        }
        (request.body.clone(), request.body_at)
    } else {
        of_url(target, target_at.offset, sheet)
    };
    for (name, value, at) in &request.headers {
        sheet.row(name.clone(), value.clone(), *at);
    }
    if form {
        let media = request.header("Content-Type").unwrap_or_default();
        if !media.trim().to_ascii_lowercase().starts_with(FORM) {
            let at = Span {
                offset: request.body_at,
                len: 0,
            };
            let text = format!("the body is `{media}`, not {FORM}");
            sheet.findings.error("kannel-content-type", at, CLAUSE, text);
        }
    }
    query
}

/// What follows the first `?`, without an end of line.
fn of_url(octets: Bytes, at: usize, sheet: &mut Sheet) -> (Bytes, usize) {
    let end = octets.trim_ascii_end().len();
    match memchr::memchr(b'?', &octets[..end]) {
        Some(mark) => {
            let span = Span {
                offset: at,
                len: mark,
            };
            if mark > 0 {
                sheet.row("(path)", String::from_utf8_lossy(&octets[..mark]), span);
            }
            (octets.slice(mark + 1..end), at + mark + 1)
        }
        None => (octets.slice(..end), at),
    }
}

fn read(query: &Bytes, base: usize, mut sheet: Sheet) -> Reading<SendSms> {
    let mut sms = SendSms::default();
    let mut names: HashSet<&str> = HashSet::new();
    let mut at = 0;
    for pair in query.split(|b| *b == b'&') {
        let span = Span {
            offset: base + at,
            len: pair.len(),
        };
        at += pair.len() + 1;
        if pair.is_empty() {
            continue;
        }
        if sms.parameters.len() >= MAX_FIELDS {
            let text = "too many parameters; the rest is passed over";
            sheet
                .findings
                .error("kannel-too-many-parameters", span, CLAUSE, text);
            break;
        }
        let equals = memchr::memchr(b'=', pair);
        let (name, value) = match equals {
            Some(equals) => (&pair[..equals], &pair[equals + 1..]),
            None => (pair, &[][..]),
        };
        let name = percent::decode(name, true);
        let value = percent::decode(value, true);
        for (fault, shift) in [(name.fault, 0), (value.fault, equals.map_or(0, |at| at + 1))] {
            if let Some(fault) = fault {
                let at = Span {
                    offset: span.offset + shift + fault,
                    len: 1,
                };
                let text = "a % without two hex digits stands for itself";
                sheet.findings.error("kannel-escape", at, CLAUSE, text);
            }
        }
        let parameter = Parameter {
            name: String::from_utf8_lossy(&name.octets).into_owned(),
            value: value.octets.into(),
        };
        check(&parameter, span, &mut names, &mut sheet);
        sms.parameters.push(parameter);
    }
    let end = Span {
        offset: base + query.len(),
        len: 0,
    };
    check_whole(&sms, end, &mut sheet);
    sheet.with(sms)
}

fn check(parameter: &Parameter, at: Span, names: &mut HashSet<&'static str>, sheet: &mut Sheet) {
    let Some(def) = table::parameter(&parameter.name) else {
        let text = format!("Kannel has no parameter {}", parameter.name);
        sheet.findings.note("kannel-parameter-unknown", at, CLAUSE, text);
        sheet.row(parameter.name.clone(), parameter.text(), at);
        return;
    };
    let shown = match def.kind {
        Kind::Octets => octets_text(&parameter.value),
        _ => parameter.text(),
    };
    let name: &'static str = def
        .names
        .iter()
        .find(|name| **name == parameter.name)
        .unwrap_or(&def.names[0]);
    sheet.row(name, shown, at);
    if !names.insert(def.names[0]) {
        let text = format!("{} stands twice; the first one counts", def.names[0]);
        sheet.findings.warning("kannel-parameter-twice", at, CLAUSE, text);
    }
    let text = parameter.text();
    match def.kind {
        Kind::Number(first, last) => {
            let number: Option<i64> = text.trim().parse().ok();
            if !number.is_some_and(|number| (first..=last).contains(&number)) {
                let text = format!(
                    "{} is `{text}`, not a number from {first} to {last}",
                    def.names[0]
                );
                sheet.findings.error("kannel-number", at, CLAUSE, text);
            }
        }
        Kind::Numbers => {
            let number = |word: &str| {
                let digits = word.strip_prefix('+').unwrap_or(word);
                !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
            };
            if text.trim().is_empty() || !text.split_ascii_whitespace().all(number) {
                let text = format!("`{text}` is no number of a telephone");
                sheet.findings.error("kannel-receiver", at, CLAUSE, text);
            }
        }
        Kind::Text | Kind::Octets => {}
    }
}

fn check_whole(sms: &SendSms, end: Span, sheet: &mut Sheet) {
    let findings = &mut sheet.findings;
    if sms.get("to").is_none() {
        findings.error("kannel-receiver-missing", end, CLAUSE, "there is no `to`");
    }
    if sms.get("text").is_none() {
        findings.error("kannel-text-missing", end, CLAUSE, "there is no `text`");
    }
    if let Some(fault) = addressing_fault(sms.udh().map(|udh| &udh[..])) {
        findings.error("kannel-ports", end, "WAP-259 §6.5", fault);
    }
    if matches!(sms.number("coding"), Some(0 | 2)) && sms.udh().is_some() {
        let text = "`coding` says text, and a push is octets: it has to be 1";
        findings.error("kannel-coding", end, CLAUSE, text);
    }
}

/// What is wrong with the WDP addressing of a push; none if it goes to port 2948.
pub fn addressing_fault(udh: Option<&[u8]>) -> Option<String> {
    let Some(udh) = udh else {
        return Some("no udh: not addressed to port 2948".to_owned());
    };
    match Udh::decode(udh).0.ports().map(|ports| ports.destination) {
        Some(PUSH_PORT) => None,
        Some(port) => Some(format!("udh addresses port {port} instead of 2948")),
        None => Some("udh carries no destination port".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_octets() {
        let values = percent::decode(b"a+b%00%fF%2B%4", true);
        assert_eq!(values.octets, b"a b\0\xFF+%4");
        assert_eq!(values.fault, Some(12));
        assert_eq!(percent::decode("%é".as_bytes(), true).octets, "%é".as_bytes());
    }
}
