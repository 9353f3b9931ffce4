//! WSP header fields as they stand in a part of a multipart and in a push (WAP-230 §8.4.2, table 39).

use super::params::{read_params, write_params};
use super::{Cursor, Fault, Form, media, write};
use crate::wire::finding::Findings;
use crate::wire::{MediaType, Span};

/// Header code page 1; the index is the number.
const NAMES: &[&str] = &[
    "Accept",
    "Accept-Charset",
    "Accept-Encoding",
    "Accept-Language",
    "Accept-Ranges",
    "Age",
    "Allow",
    "Authorization",
    "Cache-Control",
    "Connection",
    "Content-Base",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Location",
    "Content-MD5",
    "Content-Range",
    "Content-Type",
    "Date",
    "Etag",
    "Expires",
    "From",
    "Host",
    "If-Modified-Since",
    "If-Match",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Location",
    "Last-Modified",
    "Max-Forwards",
    "Pragma",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Public",
    "Range",
    "Referer",
    "Retry-After",
    "Server",
    "Transfer-Encoding",
    "Upgrade",
    "User-Agent",
    "Vary",
    "Via",
    "Warning",
    "WWW-Authenticate",
    "Content-Disposition",
    "X-Wap-Application-Id",
    "X-Wap-Content-URI",
    "X-Wap-Initiator-URI",
    "Accept-Application",
    "Bearer-Indication",
    "Push-Flag",
    "Profile",
    "Profile-Diff",
    "Profile-Warning",
    "Expect",
    "TE",
    "Trailer",
    "Accept-Charset",
    "Accept-Encoding",
    "Cache-Control",
    "Content-Range",
    "X-Wap-Tod",
    "Content-ID",
    "Set-Cookie",
    "Cookie",
    "Encoding-Version",
    "Profile-Warning",
    "Content-Disposition",
    "X-WAP-Security",
    "Cache-Control",
];

/// Numbers from here on came with encoding version 1.4.
const FIRST_OF_1_4: u8 = 0x44;

const CONTENT_TYPE: u8 = 0x11;
const CONTENT_ID: u8 = 0x40;
const CONTENT_DISPOSITION: u8 = 0x2E;
const CONTENT_DISPOSITION_1_4: u8 = 0x45;

/// The dispositions by their octets from 0x80.
const DISPOSITIONS: [&str; 3] = ["form-data", "attachment", "inline"];

/// One header field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// As the table spells it, as it came, or `0xNN`.
    pub name: String,
    pub value: String,
    pub at: Span,
}

/// The name of a header by its number without the high bit; `0xNN` if there is none.
pub fn header_name(code: u8) -> String {
    match NAMES.get(usize::from(code)) {
        Some(name) => (*name).to_owned(),
        None => format!("0x{code:02X}"),
    }
}

/// The page that is in force at the beginning.
const DEFAULT_PAGE: u8 = 1;
/// Stands before the number of a page; 1 to 31 shift by themselves.
const SHIFT: u8 = 0x7F;

/// More headers than any part or push has.
const MAX_HEADERS: usize = 64;

/// Reads headers to the end of the cursor. What cannot be read ends the list with a finding.
pub fn read_headers(cursor: &mut Cursor<'_>, findings: &mut Findings) -> Vec<Header> {
    let mut headers = Vec::new();
    let mut page = DEFAULT_PAGE;
    while !cursor.is_empty() {
        let start = cursor.pos();
        if headers.len() >= MAX_HEADERS {
            cursor.finish();
            let text = format!("more than {MAX_HEADERS} headers");
            findings.error("too-many-headers", cursor.since(start), "WAP-230 §8.4.2", text);
            break;
        }
        match read_header(cursor, &mut page, findings) {
            Ok(Some((name, value))) => headers.push(Header {
                name,
                value,
                at: cursor.since(start),
            }),
            Ok(None) => {}
            Err(fault) => {
                cursor.finish();
                fault.note(cursor.since(start), findings);
            }
        }
    }
    headers
}

/// None for a shift of the code page, which holds until the next one (WAP-230 §8.4.2.6).
fn read_header(
    cursor: &mut Cursor<'_>,
    page: &mut u8,
    findings: &mut Findings,
) -> Result<Option<(String, String)>, Fault> {
    let start = cursor.pos();
    if cursor.peek().is_some_and(|first| (0x20..0x7F).contains(&first)) {
        let name = String::from_utf8_lossy(cursor.until_nul()?).into_owned();
        return Ok(Some((name, plain(cursor)?)));
    }
    match cursor.octet()? {
        octet @ 0x80.. if *page != DEFAULT_PAGE => {
            // No number of this page is known, whatever it means on the default one.
            let name = format!("page-{page}-0x{:02X}", octet & 0x7F);
            Ok(Some((name, plain(cursor)?)))
        }
        octet @ 0x80.. => {
            let code = octet & 0x7F;
            let name = header_name(code);
            if code >= FIRST_OF_1_4 {
                findings.warning(
                    "wsp-1.4-header",
                    cursor.since(start),
                    "ENC 1.3 §7.1",
                    format!("header {name} by its number 0x{code:02X} of encoding version 1.4"),
                );
            }
            if code == CONTENT_ID && cursor.peek() != Some(b'"') {
                findings.warning(
                    "content-id-not-quoted",
                    cursor.since(start),
                    "WAP-230 table 39",
                    "Content-ID is a quoted-string, which begins with a quotation mark",
                );
            }
            let value = match code {
                CONTENT_TYPE => media::read_media_type(cursor, findings)?.to_string(),
                CONTENT_DISPOSITION | CONTENT_DISPOSITION_1_4 => disposition(cursor, findings)?,
                _ => plain(cursor)?,
            };
            Ok(Some((name, value)))
        }
        shift => {
            *page = if shift == SHIFT { cursor.octet()? } else { shift };
            // There may be as many shifts as octets: no text is made for one.
            let text = match *page {
                DEFAULT_PAGE => "a shift back to the default header code page",
                _ => "a shift to another header code page, whose numbers are not known here",
            };
            findings.warning("code-page-shift", cursor.since(start), "WAP-230 §8.4.2.6", text);
            Ok(None)
        }
    }
}

/// A value of a header nobody here looks into: text, a number, or octets in hex.
fn plain(cursor: &mut Cursor<'_>) -> Result<String, Fault> {
    match cursor.value()? {
        (Form::Octet(octet), _) => Ok((octet & 0x7F).to_string()),
        (Form::Text, mut value) => {
            let text = String::from_utf8_lossy(value.text_octets()?).into_owned();
            Ok(match text.strip_prefix('"') {
                Some(inner) => inner.strip_suffix('"').unwrap_or(inner).to_owned(),
                None => text,
            })
        }
        (Form::Length, mut value) => match value.clone().long_integer() {
            Ok(number) => Ok(number.to_string()),
            Err(_) => Ok(hex::encode_upper(value.length_value()?.rest())),
        },
    }
}

/// Disposition and parameters, as MIME writes them.
fn disposition(cursor: &mut Cursor<'_>, findings: &mut Findings) -> Result<String, Fault> {
    let (form, mut value) = cursor.value()?;
    match form {
        Form::Octet(octet) => Ok(disposition_name(octet)),
        Form::Text => Ok(String::from_utf8_lossy(value.text_octets()?).into_owned()),
        Form::Length => {
            let mut inner = value.length_value()?;
            let essence = match inner.peek() {
                Some(0x20..0x80) => String::from_utf8_lossy(inner.text_octets()?).to_ascii_lowercase(),
                _ => disposition_name(inner.octet()?),
            };
            let params = read_params(&mut inner, findings);
            Ok(MediaType {
                essence: essence.into(),
                params,
            }
            .to_string())
        }
    }
}

fn disposition_name(octet: u8) -> String {
    match DISPOSITIONS.get(usize::from(octet.wrapping_sub(0x80))) {
        Some(name) => (*name).to_owned(),
        None => format!("0x{octet:02X}"),
    }
}

/// Writes a header: Content-Disposition by its number of encoding version 1.3, others by name. A name that is no token cannot
/// be written and is left out.
pub(in crate::wire) fn write_header(out: &mut Vec<u8>, name: &str, value: &str) {
    if name.eq_ignore_ascii_case("Content-Disposition") {
        let media = MediaType::parse(value);
        let known = DISPOSITIONS
            .iter()
            .zip(0x80u8..)
            .find(|(known, _)| media.essence == **known);
        out.push(CONTENT_DISPOSITION | 0x80);
        write::with_length(out, |inner| {
            match known {
                Some((_, octet)) => inner.push(octet),
                None => write::text(inner, &media.essence),
            }
            write_params(inner, &media.essence, &media.params);
        });
    } else if is_token(name) {
        write::text(out, name);
        write::text(out, value);
    }
}

/// A token of RFC 2616: what a header name must be.
fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?={}".contains(&b))
}
