//! Writing a content as a MIME body.

use std::borrow::Cow;

use memchr::memmem::Finder;

use super::super::transfer::{Encoding, fits_seven_bit};
use super::super::{media, radix64, words};
use super::OWN_FIELDS;
use super::nested::{self, Nested};
use crate::wire::{Content, MediaType, Part};

/// Where header lines are folded (RFC 5322 §2.1.1), in characters.
const FOLD_AT: usize = 78;

/// A content, written: what its header says and the octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The value of Content-Type in pieces; joined by blanks they are the value. The boundary of a multipart is among them.
    pub content_type: Vec<String>,
    /// The value of Content-Transfer-Encoding; none for a multipart that is 7bit.
    pub transfer_encoding: Option<&'static str>,
    pub octets: Vec<u8>,
}

/// Writes a content. The boundary depends on nothing but the content, and occurs in none of its parts.
pub fn encode(content: &Content) -> Body {
    let plan = Plan::of(content, None);
    let mut octets = Vec::with_capacity(plan.len());
    plan.write(&mut octets);
    Body {
        content_type: plan.content_type,
        transfer_encoding: plan.transfer_encoding,
        octets,
    }
}

/// A content as it is going to be written, of known length before a single octet is.
#[derive(Debug)]
pub(in super::super) struct Plan<'a> {
    /// As in [`Body`].
    pub(in super::super) content_type: Vec<String>,
    pub(in super::super) transfer_encoding: Option<&'static str>,
    runs: Vec<Run<'a>>,
}

#[derive(Debug)]
enum Run<'a> {
    Octets(Cow<'a, [u8]>),
    Base64(Cow<'a, [u8]>),
}

impl<'a> Plan<'a> {
    /// `wish` is the transfer encoding of a content that is no multipart. 7bit is granted where the octets allow it.
    pub(in super::super) fn of(content: &'a Content, wish: Option<Encoding>) -> Self {
        let essence = media::textual(&content.media.essence);
        if !essence.starts_with("multipart/") {
            return Plan::single(content, wish);
        }
        let whole = content.parts.is_empty() && !content.body.is_empty();
        let (boundary, encoding, runs) = if whole {
            (
                boundary(content, &[]),
                Encoding::Binary,
                vec![Run::octets(&content.body)],
            )
        } else {
            let bodies: Vec<PartBody<'_>> = content.parts.iter().map(PartBody::of).collect();
            let boundary = boundary(content, &bodies);
            let (encoding, runs) = multipart(&content.parts, bodies, &boundary);
            (boundary, encoding, runs)
        };
        let mut media = content.media.clone();
        media.essence = essence.into();
        media.params.retain(|(name, _)| name != "boundary");
        Plan {
            content_type: media::pieces(&media.with("boundary", &boundary)),
            transfer_encoding: (encoding != Encoding::SevenBit).then(|| encoding.name()),
            runs,
        }
    }

    fn single(content: &'a Content, wish: Option<Encoding>) -> Self {
        let body = &content.body;
        // SMTP ends every message with a line end: as 7bit a body that has none would come back longer.
        let whole_lines = body.is_empty() || body.ends_with(b"\r\n");
        let encoding = match encoding(&content.media, body, wish) {
            Encoding::SevenBit if !whole_lines => Encoding::Base64,
            other => other,
        };
        let mut runs = vec![Run::encoded(encoding, Cow::Borrowed(body))];
        if encoding == Encoding::QuotedPrintable && !whole_lines {
            runs.push(Run::octets(b"=\r\n"));
        }
        Plan {
            content_type: media::pieces(&content.media),
            transfer_encoding: Some(encoding.name()),
            runs,
        }
    }

    /// In octets.
    pub(in super::super) fn len(&self) -> usize {
        self.runs.iter().map(Run::len).sum()
    }

    pub(in super::super) fn write(&self, out: &mut Vec<u8>) {
        for run in &self.runs {
            match run {
                Run::Octets(octets) => out.extend_from_slice(octets),
                Run::Base64(octets) => radix64::encode(octets, out),
            }
        }
    }
}

impl<'a> Run<'a> {
    fn octets(octets: &'a [u8]) -> Self {
        Run::Octets(Cow::Borrowed(octets))
    }

    fn encoded(encoding: Encoding, octets: Cow<'a, [u8]>) -> Self {
        match encoding {
            Encoding::Base64 => Run::Base64(octets),
            Encoding::QuotedPrintable => {
                let mut out = Vec::with_capacity(octets.len() * 5 / 4);
                encoding.encode(&octets, &mut out);
                Run::Octets(out.into())
            }
            _ => Run::Octets(octets),
        }
    }

    fn len(&self) -> usize {
        match self {
            Run::Octets(octets) => octets.len(),
            Run::Base64(octets) => radix64::encoded_len(octets.len()),
        }
    }

    /// Whether a delimiter of this boundary could be taken for one that stands in these octets. In base64 there is none.
    fn may_hold(&self, boundary: &Finder<'_>) -> bool {
        match self {
            Run::Octets(octets) => boundary.find(octets).is_some(),
            Run::Base64(_) => false,
        }
    }
}

/// The body of a part as it is going to be written.
#[derive(Debug)]
struct PartBody<'a> {
    content_type: Vec<String>,
    encoding: Encoding,
    run: Run<'a>,
}

impl<'a> PartBody<'a> {
    fn of(part: &'a Part) -> Self {
        let (content_type, octets) = match nested::as_mime(part) {
            Nested::Mime(content_type, octets) => (content_type, Cow::Owned(octets)),
            Nested::Binary(essence) => {
                let octets = Cow::Borrowed(&*part.data);
                return PartBody {
                    content_type: vec![essence],
                    encoding: Encoding::Base64,
                    run: Run::encoded(Encoding::Base64, octets),
                };
            }
            Nested::No => (media::pieces(&part.media), Cow::Borrowed(&*part.data)),
        };
        let encoding = encoding(&part.media, &octets, wish_of(part));
        PartBody {
            content_type,
            encoding,
            run: Run::encoded(encoding, octets),
        }
    }
}

/// A header line with its CRLF: pieces joined by one blank, folded before a piece that would make the line too long.
pub(in super::super) fn fold(name: &str, pieces: &[String]) -> Vec<u8> {
    let mut out = format!("{name}:");
    let mut column = out.len();
    for (index, piece) in pieces.iter().enumerate() {
        // A fold before an empty piece could leave a line of nothing but blanks.
        if index > 0 && !piece.is_empty() && column + 1 + piece.len() > FOLD_AT {
            out.push_str("\r\n");
            column = 0;
        }
        out.push(' ');
        out.push_str(piece);
        column += 1 + piece.len();
    }
    out.push_str("\r\n");
    out.into_bytes()
}

fn multipart<'a>(parts: &[Part], bodies: Vec<PartBody<'a>>, boundary: &str) -> (Encoding, Vec<Run<'a>>) {
    let mut strongest = Encoding::SevenBit;
    let mut runs = Vec::with_capacity(parts.len() * 2 + 1);
    let mut head = Vec::new();
    for (part, body) in parts.iter().zip(bodies) {
        head.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        part_header(part, &body, &mut head);
        runs.push(Run::Octets(std::mem::take(&mut head).into()));
        runs.push(body.run);
        head.extend_from_slice(b"\r\n");
        strongest = match (strongest, body.encoding) {
            (Encoding::Binary, _) | (_, Encoding::Binary) => Encoding::Binary,
            (_, Encoding::EightBit) => Encoding::EightBit,
            (before, _) => before,
        };
    }
    head.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    runs.push(Run::Octets(head.into()));
    (strongest, runs)
}

fn part_header(part: &Part, body: &PartBody<'_>, out: &mut Vec<u8>) {
    out.extend(fold("Content-Type", &body.content_type));
    if let Some(id) = &part.content_id {
        let id = one_line(id);
        let bare = id
            .strip_prefix('<')
            .and_then(|i| i.strip_suffix('>'))
            .unwrap_or(&id);
        out.extend(fold("Content-ID", &[format!("<{bare}>")]));
    }
    if let Some(location) = &part.content_location {
        out.extend(fold("Content-Location", &unstructured(location)));
    }
    for (name, value) in &part.headers {
        if !OWN_FIELDS.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            out.extend(fold(&field_name(name), &unstructured(value)));
        }
    }
    let encoding = body.encoding.name().to_owned();
    out.extend(fold("Content-Transfer-Encoding", &[encoding]));
    out.extend_from_slice(b"\r\n");
}

/// A part may ask for its encoding by a header of its own.
fn wish_of(part: &Part) -> Option<Encoding> {
    part.headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("Content-Transfer-Encoding"))
        .and_then(|(_, value)| Encoding::from_name(value))
}

fn encoding(media: &MediaType, octets: &[u8], wish: Option<Encoding>) -> Encoding {
    let seven_bit = || fits_seven_bit(octets);
    // RFC 2045 §6.4: a multipart may not be encoded itself.
    if media::textual(&media.essence).starts_with("multipart/") {
        return if seven_bit() {
            Encoding::SevenBit
        } else {
            Encoding::Binary
        };
    }
    match wish {
        Some(Encoding::SevenBit) if !seven_bit() => Encoding::Base64,
        Some(wish) => wish,
        None => {
            let text = media.essence.starts_with("text/") || media.essence == "application/smil";
            if text && seven_bit() {
                Encoding::SevenBit
            } else {
                Encoding::Base64
            }
        }
    }
}

/// The content's own boundary if it may be used, else one made from the content.
fn boundary(content: &Content, bodies: &[PartBody<'_>]) -> String {
    let own = content.media.param("boundary").map(str::to_owned);
    let legal = |b: &String| {
        (1..=70).contains(&b.len())
            && !b.ends_with(' ')
            && b.bytes()
                .all(|c| c.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&c))
    };
    let mut seed = digest(content);
    let made = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(FNV_PRIME).wrapping_add(1);
        format!("mm4-{seed:016x}")
    });
    own.into_iter()
        .filter(legal)
        .chain(made)
        .find(|boundary| {
            let finder = Finder::new(boundary.as_bytes());
            !bodies.iter().any(|body| body.run.may_hold(&finder))
        })
        .unwrap_or_default()
}

const FNV_PRIME: u64 = 0x0000_0100_0000_01B3;

/// FNV-1a over what tells contents apart cheaply. Whether the boundary occurs in a part is looked up, so it need not be unique.
fn digest(content: &Content) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    let mut add = |octets: &[u8]| {
        for octet in octets {
            hash = (hash ^ u64::from(*octet)).wrapping_mul(FNV_PRIME);
        }
    };
    add(content.media.essence.as_bytes());
    for part in &content.parts {
        add(part.media.essence.as_bytes());
        add(&part.data.len().to_be_bytes());
        add(&part.data[..part.data.len().min(64)]);
    }
    hash
}

/// Free text in pieces: as it is, or as encoded words where it would not come back otherwise (RFC 2047).
pub(in super::super) fn unstructured(text: &str) -> Vec<String> {
    if text.is_empty() {
        Vec::new()
    } else if words::must_encode(text)
        || text
            .split(' ')
            .any(|word| word.len() > super::super::header::LINE_LIMIT / 2)
    {
        words::encode(text)
    } else {
        text.split(' ').map(str::to_owned).collect()
    }
}

/// A structured value on one line: whatever could begin another header becomes a blank.
pub(in super::super) fn one_line(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    line.trim().to_owned()
}

/// A field name that is one (RFC 5322 §2.2): anything else becomes `-`.
pub(in super::super) fn field_name(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_graphic() && c != ':' { c } else { '-' })
        .collect()
}
