//! Media types: their numbers and Content-type-value (WAP-230 §8.4.2.24).

use std::borrow::Cow;

use super::params::{read_params, write_params};
use super::{Cursor, Fault, FaultKind, Form, write};
use crate::wire::finding::Findings;
use crate::wire::{MediaType, Name};

/// The registered types; the index is the number.
const TYPES: &[&str] = &[
    "*/*",
    "text/*",
    "text/html",
    "text/plain",
    "text/x-hdml",
    "text/x-ttml",
    "text/x-vcalendar",
    "text/x-vcard",
    "text/vnd.wap.wml",
    "text/vnd.wap.wmlscript",
    "text/vnd.wap.wta-event",
    "multipart/*",
    "multipart/mixed",
    "multipart/form-data",
    "multipart/byteranges",
    "multipart/alternative",
    "application/*",
    "application/java-vm",
    "application/x-www-form-urlencoded",
    "application/x-hdmlc",
    "application/vnd.wap.wmlc",
    "application/vnd.wap.wmlscriptc",
    "application/vnd.wap.wta-eventc",
    "application/vnd.wap.uaprof",
    "application/vnd.wap.wtls-ca-certificate",
    "application/vnd.wap.wtls-user-certificate",
    "application/x-x509-ca-cert",
    "application/x-x509-user-cert",
    "image/*",
    "image/gif",
    "image/jpeg",
    "image/tiff",
    "image/png",
    "image/vnd.wap.wbmp",
    "application/vnd.wap.multipart.*",
    "application/vnd.wap.multipart.mixed",
    "application/vnd.wap.multipart.form-data",
    "application/vnd.wap.multipart.byteranges",
    "application/vnd.wap.multipart.alternative",
    "application/xml",
    "text/xml",
    "application/vnd.wap.wbxml",
    "application/x-x968-cross-cert",
    "application/x-x968-ca-cert",
    "application/x-x968-user-cert",
    "text/vnd.wap.si",
    "application/vnd.wap.sic",
    "text/vnd.wap.sl",
    "application/vnd.wap.slc",
    "text/vnd.wap.co",
    "application/vnd.wap.coc",
    "application/vnd.wap.multipart.related",
    "application/vnd.wap.sia",
    "text/vnd.wap.connectivity-xml",
    "application/vnd.wap.connectivity-wbxml",
    "application/pkcs7-mime",
    "application/vnd.wap.hashed-certificate",
    "application/vnd.wap.signed-certificate",
    "application/vnd.wap.cert-response",
    "application/xhtml+xml",
    "application/wml+xml",
    "text/css",
    "application/vnd.wap.mms-message",
    "application/vnd.wap.rollover-certificate",
    "application/vnd.wap.locc+wbxml",
    "application/vnd.wap.loc+xml",
    "application/vnd.syncml.dm+wbxml",
    "application/vnd.syncml.dm+xml",
    "application/vnd.syncml.notification",
    "application/vnd.wap.xhtml+xml",
    "application/vnd.wv.csp.cir",
    "application/vnd.oma.dd+xml",
    "application/vnd.oma.drm.message",
    "application/vnd.oma.drm.content",
    "application/vnd.oma.drm.rights+xml",
    "application/vnd.oma.drm.rights+wbxml",
    "application/vnd.wv.csp+xml",
    "application/vnd.wv.csp+wbxml",
    "application/vnd.syncml.ds.notification",
    "audio/*",
    "video/*",
    "application/vnd.oma.dd2+xml",
    "application/mikey",
];

/// Numbers above this one came too late for encoding version 1.3, but for that of MMS itself, which everybody knows.
const LAST_TO_SEND: u8 = 0x33;
const MMS_MESSAGE: u8 = 0x3E;

/// The prefix of the binary twins of the multipart types (WAP-230 §8.5).
const WAP_MULTIPART: &str = "application/vnd.wap.multipart.";
const MULTIPART: &str = "multipart/";

/// The multipart types whose twins have a number, the most frequent first.
const MULTIPARTS: [&str; 6] = [
    "multipart/related",
    "multipart/mixed",
    "multipart/alternative",
    "multipart/form-data",
    "multipart/byteranges",
    "multipart/*",
];

/// The textual type of a number; a number that nobody registered is named by its octet.
pub(super) fn essence_of_code(code: u64) -> String {
    textual(by_code(code)).into()
}

/// `multipart/related` for `application/vnd.wap.multipart.related`, others as they are, in lower case.
fn textual(name: Name) -> Name {
    if name.bytes().any(|octet| octet.is_ascii_uppercase()) {
        return textual(name.to_ascii_lowercase().into());
    }
    let Some(kind) = name.strip_prefix(WAP_MULTIPART) else {
        return name;
    };
    let known = MULTIPARTS
        .iter()
        .find(|known| known.strip_prefix(MULTIPART) == Some(kind));
    match known {
        Some(known) => Name::from(*known),
        None => format!("{MULTIPART}{kind}").into(),
    }
}

/// Reads a Content-type-value in any of its forms.
pub fn read_media_type(cursor: &mut Cursor<'_>, findings: &mut Findings) -> Result<MediaType, Fault> {
    let start = cursor.pos();
    let (form, mut value) = cursor.value()?;
    let (name, params) = match form {
        Form::Octet(octet) => (by_code(u64::from(octet & 0x7F)), Vec::new()),
        Form::Text => {
            let media = MediaType::parse(&String::from_utf8_lossy(value.text_octets()?));
            if !media.params.is_empty() {
                let text = "parameters as MIME writes them, within the text of the media type";
                findings.error(
                    "media-type-as-mime",
                    cursor.since(start),
                    "WAP-230 §8.4.2.24",
                    text,
                );
            }
            (media.essence, media.params)
        }
        Form::Length => {
            let mut inner = value.length_value()?;
            if inner.is_empty() {
                // ENC 1.3 table 15 writes "no content" so.
                return Ok(MediaType::new("*/*"));
            }
            let name = general_form(&mut inner)?;
            (name, read_params(&mut inner, findings))
        }
    };
    if name.starts_with(MULTIPART) {
        findings.warning(
            "multipart-not-wap",
            cursor.since(start),
            "WAP-230 §8.5",
            format!("{name} where a binary multipart has application/vnd.wap.multipart"),
        );
    }
    // A number that nobody registered is named by its octet.
    let is_type = name.contains('/') || name.starts_with("0x");
    if !is_type || !name.bytes().all(|octet| octet.is_ascii_graphic()) {
        let text = "the content type is no type/subtype";
        findings.error(
            "content-type-invalid",
            cursor.since(start),
            "WAP-230 §8.4.2.24",
            text,
        );
    }
    Ok(MediaType {
        essence: textual(name),
        params,
    })
}

fn general_form(inner: &mut Cursor<'_>) -> Result<Name, Fault> {
    match inner.peek().ok_or(inner.fault(FaultKind::Truncated))? {
        0x20..0x80 => Ok(String::from_utf8_lossy(inner.text_octets()?)
            .to_ascii_lowercase()
            .into()),
        _ => Ok(by_code(inner.integer()?)),
    }
}

/// The type of a number as the table has it.
fn by_code(code: u64) -> Name {
    match usize::try_from(code).ok().and_then(|code| TYPES.get(code)) {
        Some(name) => Name::from(*name),
        None => format!("0x{code:02X}").into(),
    }
}

/// Writes a Content-type-value: the short form where the type has a number to send or is plain text and has no parameters,
/// else with a value-length.
pub fn write_media_type(out: &mut Vec<u8>, media: &MediaType) {
    if media.params.is_empty() {
        return write_essence(out, &media.essence);
    }
    write::with_length(out, |inner| {
        write_essence(inner, &media.essence);
        write_params(inner, &media.essence, &media.params);
    });
}

fn write_essence(out: &mut Vec<u8>, essence: &str) {
    let name = match essence.strip_prefix(MULTIPART) {
        Some(kind) => Cow::Owned(format!("{WAP_MULTIPART}{kind}")),
        None => Cow::Borrowed(essence),
    };
    match code_to_send(&name) {
        Some(code) => out.push(code | 0x80),
        None => write::text(out, &name),
    }
}

fn code_to_send(name: &str) -> Option<u8> {
    let hex = name
        .strip_prefix("0x")
        .and_then(|hex| u8::from_str_radix(hex, 16).ok());
    if let Some(code) = hex {
        return Some(code).filter(|code| *code < 0x80);
    }
    let code = u8::try_from(TYPES.iter().position(|known| *known == name)?).ok()?;
    Some(code).filter(|code| *code <= LAST_TO_SEND || *code == MMS_MESSAGE)
}
