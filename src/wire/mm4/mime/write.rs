//! Writing a content as a MIME body.

use super::super::media;
use super::super::transfer::{Encoding, fits_seven_bit};
use super::super::words;
use super::OWN_FIELDS;
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
    encode_as(content, None)
}

/// The same; `wish` is the transfer encoding of a content that is no multipart. 7bit is granted where the octets allow it.
pub(in super::super) fn encode_as(content: &Content, wish: Option<Encoding>) -> Body {
    let essence = media::textual(&content.media.essence);
    if !essence.starts_with("multipart/") {
        return single(content, wish);
    }
    let boundary = boundary(content);
    let mut media = content.media.clone();
    media.essence = essence.into();
    media.params.retain(|(name, _)| name != "boundary");
    let media = media.with("boundary", &boundary);
    let (encoding, octets) = if content.parts.is_empty() && !content.body.is_empty() {
        (Encoding::Binary, content.body.to_vec())
    } else {
        multipart(&content.parts, &boundary)
    };
    Body {
        content_type: media::pieces(&media),
        transfer_encoding: (encoding != Encoding::SevenBit).then(|| encoding.name()),
        octets,
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

fn single(content: &Content, wish: Option<Encoding>) -> Body {
    let body = &content.body;
    // SMTP ends every message with a line end: as 7bit a body that has none would come back longer.
    let whole_lines = body.is_empty() || body.ends_with(b"\r\n");
    let encoding = match encoding(&content.media, body, wish) {
        Encoding::SevenBit if !whole_lines => Encoding::Base64,
        other => other,
    };
    let mut octets = Vec::new();
    encoding.encode(body, &mut octets);
    if encoding == Encoding::QuotedPrintable && !whole_lines {
        octets.extend_from_slice(b"=\r\n");
    }
    Body {
        content_type: media::pieces(&content.media),
        transfer_encoding: Some(encoding.name()),
        octets,
    }
}

fn multipart(parts: &[Part], boundary: &str) -> (Encoding, Vec<u8>) {
    let mut strongest = Encoding::SevenBit;
    let mut out = Vec::with_capacity(parts.iter().map(|p| p.data.len() * 3 / 2 + 256).sum());
    for part in parts {
        out.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        let encoding = encoding(&part.media, &part.data, wish_of(part));
        write_part(part, encoding, &mut out);
        out.extend_from_slice(b"\r\n");
        strongest = match (strongest, encoding) {
            (Encoding::Binary, _) | (_, Encoding::Binary) => Encoding::Binary,
            (_, Encoding::EightBit) => Encoding::EightBit,
            (before, _) => before,
        };
    }
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (strongest, out)
}

fn write_part(part: &Part, encoding: Encoding, out: &mut Vec<u8>) {
    out.extend(fold("Content-Type", &media::pieces(&part.media)));
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
    out.extend(fold("Content-Transfer-Encoding", &[encoding.name().to_owned()]));
    out.extend_from_slice(b"\r\n");
    encoding.encode(&part.data, out);
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
    // RFC 2045 §6.4: a multipart may not be encoded itself. Without a boundary it is none of MIME's.
    if media::textual(&media.essence).starts_with("multipart/") && media.param("boundary").is_some() {
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
fn boundary(content: &Content) -> String {
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
            !content
                .parts
                .iter()
                .any(|part| contains(&part.data, boundary.as_bytes()))
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

fn contains(octets: &[u8], wanted: &[u8]) -> bool {
    let Some((first, _)) = wanted.split_first() else {
        return true;
    };
    let mut rest = octets;
    while let Some(at) = rest.iter().position(|b| b == first) {
        rest = &rest[at..];
        if rest.starts_with(wanted) {
            return true;
        }
        rest = &rest[1..];
    }
    false
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
