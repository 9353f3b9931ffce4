//! Reading a MIME body.

use bytes::Bytes;
use memchr::{memmem, memrchr};

use super::super::header::{self, Header, LINE_LIMIT, Line, LineEnd};
use super::super::radix64::Begun;
use super::super::transfer::{self, Encoding};
use super::super::{media, words};
use super::OWN_FIELDS;
use super::split::{Section, Split, split};
use crate::wire::finding::Findings;
use crate::wire::limits::{MAX_FIELDS, MAX_PARTS};
use crate::wire::{Content, Finding, MediaType, Part, Span};

/// Reads a body by its Content-Type and Content-Transfer-Encoding. Offsets of findings are into `body`.
pub fn decode(content_type: &str, transfer_encoding: Option<&str>, body: &Bytes) -> (Content, Vec<Finding>) {
    let mut findings = Findings::about_text();
    let about = About {
        content_type: Some(content_type.to_owned()),
        transfer_encoding: transfer_encoding.map(str::to_owned),
        type_at: Span::default(),
        encoding_at: Span::default(),
        body: 0,
    };
    let content = read(&about, body, &mut findings);
    (content, findings.into_vec())
}

/// What a header says about the body that follows it.
#[derive(Debug)]
pub(in super::super) struct About {
    content_type: Option<String>,
    transfer_encoding: Option<String>,
    /// Where these two stand, for findings.
    type_at: Span,
    encoding_at: Span,
    /// Offset of the body in the octets that findings speak of.
    body: usize,
}

impl About {
    /// Of a header whose octets begin at `base`.
    pub(in super::super) fn of(header: &Header, base: usize) -> Self {
        let body = base + header.body;
        let field = |name| match header.first(name) {
            Some(field) => (Some(field.text()), field.at),
            None => (None, Span { offset: body, len: 0 }),
        };
        let (content_type, type_at) = field("Content-Type");
        let (transfer_encoding, encoding_at) = field("Content-Transfer-Encoding");
        About {
            content_type,
            transfer_encoding,
            type_at,
            encoding_at,
            body,
        }
    }

    fn is_wap(&self) -> bool {
        let wap = media::WAP_MULTIPART.as_bytes();
        let text = self.content_type.as_deref().unwrap_or_default().trim_start();
        text.as_bytes()
            .get(..wap.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(wap))
    }
}

/// Reads the body of a message. The parameter `boundary` is the wire's business and is left out of the content's media type.
pub(in super::super) fn read(about: &About, body: &Bytes, findings: &mut Findings) -> Content {
    let mut media = media_type(about, findings);
    if !media.is_multipart() {
        let body = transfer_decoded(about, body, None, findings);
        return Content::single(media, body);
    }
    let body = multipart_body(about, body, findings);
    let boundary = boundary(&media, about, findings).or_else(|| guessed_boundary(&body));
    media.params.retain(|(name, _)| name != "boundary");
    let parts = boundary.map_or_else(Vec::new, |b| parts(&b, &body, about.body, findings));
    // What cannot be taken apart is kept whole, so that it is not lost to whoever looks at it.
    let body = if parts.is_empty() { body } else { Bytes::new() };
    Content { media, parts, body }
}

fn media_type(about: &About, findings: &mut Findings) -> MediaType {
    let Some(text) = &about.content_type else {
        return MediaType::new("text/plain");
    };
    let Some(mut media) = media::parse(text) else {
        findings.error(
            "content-type-invalid",
            about.type_at,
            "RFC 2045 §5.1",
            "Content-Type has no type/subtype.",
        );
        return MediaType::new("application/octet-stream");
    };
    let is_token = |name: &str| {
        name.bytes()
            .all(|b| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=*'%".contains(&b))
    };
    if !is_token(&media.essence.replacen('/', "", 1)) || !media.params.iter().all(|(name, _)| is_token(name))
    {
        let text = "Content-Type holds characters that no token has.";
        findings.warning("content-type-invalid", about.type_at, "RFC 2045 §5.1", text);
    }
    if media.essence.starts_with(media::WAP_MULTIPART) {
        let text = format!(
            "{} is the binary form of MM1; on MM4 it is a multipart of MIME.",
            media.essence
        );
        findings.error("wap-multipart-in-mm4", about.type_at, "TS 23.140 §8.4.4", text);
        media.essence = media::textual(&media.essence).into();
    }
    media
}

fn multipart_body(about: &About, body: &Bytes, findings: &mut Findings) -> Bytes {
    match about.transfer_encoding.as_deref().and_then(Encoding::from_name) {
        Some(encoding) if !encoding.is_identity() => {
            let text = format!(
                "A multipart as {}; only its parts may be encoded.",
                encoding.name()
            );
            findings.error("multipart-encoded", about.encoding_at, "RFC 2045 §6.4", text);
            transfer_decoded(about, body, None, findings)
        }
        _ => body.clone(),
    }
}

/// The boundary of the first line that looks like a delimiter.
fn guessed_boundary(body: &[u8]) -> Option<String> {
    let mut at = 0;
    while let Some(line) = Line::at(body, at) {
        if let Some(boundary) = line.text.strip_prefix(b"--")
            && !boundary.trim_ascii().is_empty()
        {
            return Some(String::from_utf8_lossy(boundary.trim_ascii_end()).into_owned());
        }
        at = line.next;
    }
    None
}

fn whole(body: &Bytes, base: usize) -> Span {
    Span {
        offset: base,
        len: body.len(),
    }
}

fn parts(boundary: &str, body: &Bytes, base: usize, findings: &mut Findings) -> Vec<Part> {
    let clause = "RFC 2046 §5.1.1";
    let Split {
        sections,
        begun,
        closed,
        beyond,
    } = split(boundary, body);
    if let Some(beyond) = beyond {
        let rest = Span {
            offset: base + beyond,
            len: body.len() - beyond,
        };
        let text = format!("More than {MAX_PARTS} parts; the rest is left out.");
        findings.error("too-many-parts", rest, clause, text);
    } else if !begun {
        let text = "The boundary occurs nowhere in the body.";
        findings.error("mime-delimiter-missing", whole(body, base), clause, text);
    } else if sections.is_empty() {
        let text = "A multipart without a part.";
        findings.error("mime-part-missing", whole(body, base), clause, text);
    } else if !closed {
        let end = Span {
            offset: base + body.len(),
            len: 0,
        };
        let text = "The body ends without the closing delimiter.";
        findings.error("mime-close-missing", end, clause, text);
    }
    let mut fields = MAX_FIELDS;
    sections
        .into_iter()
        .map(|section| read_part(body, section, base, &mut fields, findings))
        .collect()
}

/// `fields` is how many header fields are still read.
/// What the media type says; without it, a finding.
fn boundary(media: &MediaType, about: &About, findings: &mut Findings) -> Option<String> {
    let named = media.param("boundary").map(|b| b.trim_end().to_owned());
    let named = named.filter(|b| !b.is_empty());
    if named.is_none() {
        let text = "A multipart without the parameter boundary.";
        findings.error("mime-boundary-missing", about.type_at, "RFC 2046 §5.1", text);
    }
    named
}

fn read_part(
    multipart: &Bytes,
    section: Section,
    base: usize,
    fields: &mut usize,
    findings: &mut Findings,
) -> Part {
    let base = base + section.at.start;
    let octets = multipart.slice(section.at.clone());
    let header = header::scan(&octets, base, *fields, findings);
    *fields -= header.fields.len();
    let about = About::of(&header, base);
    let media = media_type(&about, findings);
    let body = octets.slice(header.body..);
    let early = section
        .early
        .filter(|(begin, _)| *begin == section.at.start + header.body)
        .map(|(_, begun)| begun);
    // The binary form of MM1 is no multipart to MIME: it may be encoded.
    let data = if media.is_multipart() && !about.is_wap() {
        // It stays as it came; whoever wants its parts needs to be able to find them.
        boundary(&media, &about, findings);
        multipart_body(&about, &body, findings)
    } else {
        transfer_decoded(&about, &body, early, findings)
    };
    Part {
        media,
        content_id: header.first("Content-ID").map(|f| content_id(f, findings)),
        content_location: header
            .first("Content-Location")
            .map(|f| words::decode(&f.value).0),
        headers: other_fields(&header),
        data,
    }
}

fn content_id(field: &header::RawField, findings: &mut Findings) -> String {
    let text = field.text();
    match text.strip_prefix('<').and_then(|id| id.strip_suffix('>')) {
        Some(id) => {
            if id.is_empty() || !id.bytes().all(|octet| octet.is_ascii_graphic()) {
                let text = "Content-ID is empty or holds what no id has.";
                findings.warning("content-id-invalid", field.at, "RFC 2045 §7", text);
            }
            id.to_owned()
        }
        None => {
            findings.note(
                "content-id-brackets",
                field.at,
                "RFC 2045 §7",
                "Content-ID without angle brackets.",
            );
            text
        }
    }
}

fn other_fields(header: &Header) -> Vec<(String, String)> {
    header
        .fields
        .iter()
        .filter(|f| !OWN_FIELDS.iter().any(|own| f.is(own)))
        .map(|f| (f.name.clone(), words::decode(&f.value).0))
        .collect()
}

fn transfer_decoded(about: &About, body: &Bytes, early: Option<Begun>, findings: &mut Findings) -> Bytes {
    let name = about.transfer_encoding.as_deref().filter(|name| !name.is_empty());
    let encoding = match name {
        None => Encoding::SevenBit,
        Some(name) if is_uuencode(name) => {
            let text = format!("{name} is no encoding of MIME; the octets are taken as they are.");
            findings.error("uuencode", about.encoding_at, "RFC 2045 §6.3", text);
            Encoding::Binary
        }
        Some(name) => Encoding::from_name(name).unwrap_or_else(|| {
            let text =
                format!("Content-Transfer-Encoding {name:?} is unknown; the octets are taken as they are.");
            findings.error(
                "transfer-encoding-unknown",
                about.encoding_at,
                "RFC 2045 §6.1",
                text,
            );
            Encoding::Binary
        }),
    };
    let mut fault = |code: &str, at: usize, clause: &str, text: &str| {
        let len = usize::from(at < body.len());
        findings.error(
            code,
            Span {
                offset: about.body + at,
                len,
            },
            clause,
            text,
        );
    };
    match encoding {
        Encoding::Base64 => {
            let (octets, at) = early.unwrap_or_else(|| Begun::at(body)).finish(body);
            if let Some(at) = at {
                fault(
                    "base64-invalid",
                    at,
                    "RFC 2045 §6.8",
                    "Base64 with foreign characters or an incomplete end.",
                );
            }
            check_length(about, body, findings);
            octets.into()
        }
        Encoding::QuotedPrintable => {
            let (octets, at) = transfer::decode_quoted_printable(body);
            if let Some(at) = at {
                fault(
                    "quoted-printable-invalid",
                    at,
                    "RFC 2045 §6.7",
                    "Not quoted-printable here; kept as it stands.",
                );
            }
            check_length(about, body, findings);
            octets.into()
        }
        Encoding::Binary => body.clone(),
        Encoding::SevenBit | Encoding::EightBit => {
            if encoding == Encoding::SevenBit
                && let Some(at) = body.iter().position(|b| !b.is_ascii())
            {
                fault(
                    "eight-bit-body",
                    at,
                    "RFC 2045 §2.7",
                    "An octet above 127 in a body that is 7bit.",
                );
            }
            if let Some(at) = uuencoded_file(body) {
                fault(
                    "uuencode",
                    at,
                    "RFC 2045 §6.3",
                    "A uuencoded file begins in the text; MIME has no such encoding.",
                );
            }
            check_lines(about, body, findings);
            body.clone()
        }
    }
}

fn is_uuencode(name: &str) -> bool {
    ["x-uuencode", "x-uue", "uuencode", "uue"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name.trim()))
}

/// Where a line `begin 644 name` stands that a line `end` follows.
fn uuencoded_file(body: &[u8]) -> Option<usize> {
    let at = memmem::find_iter(body, b"begin ").find(|at| {
        let line = &body[*at..];
        (*at == 0 || body[at - 1] == b'\n')
            && line
                .get(6..9)
                .is_some_and(|mode| mode.iter().all(|b| (b'0'..=b'7').contains(b)))
            && line.get(9) == Some(&b' ')
    })?;
    memmem::find(&body[at..], b"\nend").map(|_| at)
}

/// The first line of an encoded body that is longer than any line may be, found in steps of that length.
fn check_length(about: &About, body: &[u8], findings: &mut Findings) {
    const LINE_AND_END: usize = LINE_LIMIT + 2;
    let mut at = 0;
    while let Some(window) = body.get(at..at + LINE_AND_END) {
        let Some(lf) = memrchr(b'\n', window) else {
            let here = Span {
                offset: about.body + at,
                len: LINE_AND_END,
            };
            let text = format!("An encoded body with a line of more than {LINE_LIMIT} octets.");
            findings.error("line-too-long", here, "RFC 5322 §2.1.1", text);
            return;
        };
        at += lf + 1;
    }
}

/// Lines of a body that is sent as lines: once each for lone LF and for lines that are too long.
fn check_lines(about: &About, body: &[u8], findings: &mut Findings) {
    let (mut lone_lf, mut too_long) = (false, false);
    let mut at = 0;
    while let Some(line) = Line::at(body, at) {
        let here = Span {
            offset: about.body + at,
            len: line.text.len(),
        };
        if line.end == LineEnd::Lf && !std::mem::replace(&mut lone_lf, true) {
            let lf = Span {
                offset: here.offset + here.len,
                len: 1,
            };
            findings.warning(
                "bare-lf",
                lf,
                "RFC 5322 §2.3",
                "A line of the body ends with LF alone, without CR.",
            );
        }
        if line.text.len() > LINE_LIMIT && !std::mem::replace(&mut too_long, true) {
            let text = format!(
                "A body line of {} octets; {LINE_LIMIT} are allowed.",
                line.text.len()
            );
            findings.error("line-too-long", here, "RFC 5322 §2.1.1", text);
        }
        at = line.next;
    }
}
