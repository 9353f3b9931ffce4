//! Kannel's own form of a POST: parameters as header fields `X-Kannel-…`, the message as the body.

use std::collections::HashSet;

use bytes::Bytes;

use super::document::{Parameter, SendSms};
use super::percent;
use super::read::{CLAUSE, check, check_whole};
use super::table;
use crate::wire::limits::MAX_FIELDS;
use crate::wire::push::reading::{Reading, Sheet};
use crate::wire::{MediaType, Span};

const PREFIX: &str = "x-kannel-";
/// What Kannel takes as a message; anything else it refuses.
const MEDIA_TYPES: &[&str] = &[
    "application/octet-stream",
    "text/plain",
    "text/html",
    "text/vnd.wap.wml",
];

/// Whether the parameters stand in these header fields.
pub(super) fn is_posted<'a>(mut names: impl Iterator<Item = &'a str>) -> bool {
    names.any(|name| parameter_name(name).is_some())
}

/// `dlr-mask` of `X-Kannel-DLR-Mask`.
fn parameter_name(header: &str) -> Option<String> {
    let (prefix, name) = header.split_at_checked(PREFIX.len())?;
    (prefix.eq_ignore_ascii_case(PREFIX) && !name.is_empty()).then(|| name.to_ascii_lowercase())
}

/// Reads header fields with their places, and a body that begins at `body_at`.
pub(super) fn read<'a>(
    headers: impl Iterator<Item = (&'a str, &'a str, Span)>,
    body: &Bytes,
    body_at: usize,
    mut sheet: Sheet,
) -> Reading<SendSms> {
    let mut sms = SendSms::default();
    let mut names = HashSet::new();
    for (header, value, at) in headers {
        if header.eq_ignore_ascii_case("Content-Type") {
            check_media(value, at, &mut sheet);
        }
        let Some(name) = parameter_name(header).filter(|_| sms.parameters.len() < MAX_FIELDS) else {
            sheet.row(header.to_owned(), value, at);
            continue;
        };
        let value = match name.as_str() {
            "udh" => udh(value, at, &mut sheet),
            _ => Bytes::copy_from_slice(value.as_bytes()),
        };
        let parameter = Parameter { name, value };
        check(&parameter, at, &mut names, &mut sheet);
        sms.parameters.push(parameter);
    }
    let text = Parameter {
        name: "text".to_owned(),
        value: body.clone(),
    };
    let at = Span {
        offset: body_at,
        len: body.len(),
    };
    check(&text, at, &mut names, &mut sheet);
    sms.parameters.push(text);
    let end = Span {
        offset: body_at + body.len(),
        len: 0,
    };
    check_whole(&sms, end, &mut sheet);
    sheet.with(sms)
}

fn check_media(value: &str, at: Span, sheet: &mut Sheet) {
    let media = MediaType::parse(value);
    if !MEDIA_TYPES.iter().any(|known| media.essence == **known) {
        let text = format!("Kannel takes no message that is `{value}`");
        sheet.findings.error("kannel-content-type", at, CLAUSE, text);
    }
}

/// Hex digits, or octets as `%XX`: versions of Kannel differ.
fn udh(value: &str, at: Span, sheet: &mut Sheet) -> Bytes {
    let value = value.trim();
    if let Ok(octets) = hex::decode(value) {
        return octets.into();
    }
    let decoded = percent::decode(value.as_bytes(), false);
    if decoded.fault.is_some() || !value.contains('%') {
        let text = "X-Kannel-UDH is neither hex digits nor octets as %XX";
        sheet.findings.error("kannel-udh", at, CLAUSE, text);
    }
    decoded.octets.into()
}

/// The header fields and the body of a POST; the user data header as hex digits. Content-Type is application/octet-stream, and
/// what no header field can hold becomes a blank.
pub fn encode_posted(sms: &SendSms) -> (Vec<(String, String)>, Bytes) {
    let mut headers = vec![("Content-Type".to_owned(), MEDIA_TYPES[0].to_owned())];
    let mut body = Bytes::new();
    for parameter in &sms.parameters {
        let usual = table::parameter(&parameter.name).map_or(parameter.name.as_str(), |def| def.names[0]);
        let value = match usual {
            "text" => {
                body = parameter.value.clone();
                continue;
            }
            "udh" => hex::encode_upper(&parameter.value),
            _ => parameter.text(),
        };
        let value = value.replace(|c: char| c.is_control(), " ");
        headers.push((format!("X-Kannel-{usual}"), value.trim().to_owned()));
    }
    (headers, body)
}
