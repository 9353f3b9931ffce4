//! A multipart inside a part that came from MM1 in its binary form (WAP-230 §8.5).
//!
//! MM1 tells both forms apart by the media type's code, we by the parameter `boundary`, which only MIME has. RFC 2045 §6.4
//! forbids to encode a multipart, so the binary octets cannot go out in base64 under the name of one: they are written as
//! the MIME multipart that means the same. What cannot be read as one stays what it is, under WAP's own media type, which is
//! no multipart to MIME.

use bytes::Bytes;

use super::super::media::{WAP_MULTIPART, textual};
use super::write::encode;
use crate::wire::finding::Findings;
use crate::wire::wsp::{self, Cursor};
use crate::wire::{Content, Part};

/// Multiparts in multiparts that are written as such; deeper ones stay binary. MMs have one.
pub(super) const MOST_LEVELS: usize = 8;

/// What a part holds.
#[derive(Debug)]
pub(super) enum Nested {
    /// No multipart, or one of MIME.
    No,
    /// A multipart, written as MIME: pieces of Content-Type, octets.
    Mime(Vec<String>, Vec<u8>),
    /// Octets of this media type.
    Binary(String),
}

pub(super) fn as_mime(part: &Part) -> Nested {
    let essence = textual(&part.media.essence);
    let Some(subtype) = essence.strip_prefix("multipart/") else {
        return Nested::No;
    };
    if part.media.param("boundary").is_some() {
        return Nested::No;
    }
    match readable(&part.data, MOST_LEVELS) {
        Some(parts) => {
            let body = encode(&Content {
                media: part.media.clone(),
                parts,
                body: Bytes::new(),
            });
            Nested::Mime(body.content_type, body.octets)
        }
        None => Nested::Binary(format!("{WAP_MULTIPART}{subtype}")),
    }
}

/// The parts, if the octets are a binary multipart without fault, and so are those within it up to some levels.
fn readable(octets: &Bytes, levels: usize) -> Option<Vec<Part>> {
    let mut findings = Findings::default();
    let parts = wsp::read_multipart(&mut Cursor::new(octets), &mut findings);
    let sound = !parts.is_empty() && findings.into_vec().is_empty();
    let deep = parts.iter().any(|part| {
        let nested = part.media.is_multipart() && part.media.param("boundary").is_none();
        nested && (levels == 0 || readable(&part.data, levels - 1).is_none())
    });
    (sound && !deep).then_some(parts)
}
