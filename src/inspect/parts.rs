//! The parts of a content as a tree.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::layer::offset_within;
use super::{Kind, Layer};

use crate::wire::wsp::{self, Cursor};
use crate::wire::{Content, Findings, MediaType, Part, mm4};

/// Multiparts in multiparts are followed so far.
const MAX_DEPTH: usize = 8;

/// A body, or a multipart with its parts.
#[derive(Debug, Clone)]
pub struct PartNode {
    /// Its place in the tree: `1`, `2.1`; empty for the content itself.
    pub path: String,
    pub media: MediaType,
    pub content_id: Option<String>,
    pub content_location: Option<String>,
    pub headers: Vec<(String, String)>,
    /// The octets without their transfer encoding; of a multipart, as it came.
    pub data: Bytes,
    /// Where the octets stand in the layer, if they stand there unencoded.
    pub offset: Option<usize>,
    pub parts: Vec<PartNode>,
}

impl PartNode {
    /// SHA-256 of the octets, in hex.
    pub fn sha256(&self) -> String {
        hex::encode(Sha256::digest(&self.data))
    }

    /// This and all below it that are no multiparts, in order.
    pub fn leaves(&self) -> Vec<&PartNode> {
        if self.parts.is_empty() {
            return vec![self];
        }
        self.parts.iter().flat_map(PartNode::leaves).collect()
    }
}

/// The content of a layer as a tree; none if it has none.
pub fn parts(layer: &Layer) -> Option<PartNode> {
    let content = layer.content()?;
    let data = if content.parts.is_empty() {
        content.body.clone()
    } else {
        Bytes::new()
    };
    Some(PartNode {
        path: String::new(),
        media: content.media.clone(),
        content_id: None,
        content_location: None,
        headers: Vec::new(),
        offset: offset_within(&layer.octets, &data),
        data,
        parts: nodes(&content.parts, layer, "", 1),
    })
}

fn nodes(parts: &[Part], layer: &Layer, above: &str, depth: usize) -> Vec<PartNode> {
    parts
        .iter()
        .enumerate()
        .map(|(index, part)| {
            let path = format!("{above}{}", index + 1);
            let nested = if depth < MAX_DEPTH {
                nested(part, layer.kind)
            } else {
                None
            };
            PartNode {
                parts: nested.map_or_else(Vec::new, |content| {
                    nodes(&content.parts, layer, &format!("{path}."), depth + 1)
                }),
                path,
                media: part.media.clone(),
                content_id: part.content_id.clone(),
                content_location: part.content_location.clone(),
                headers: part.headers.clone(),
                data: part.data.clone(),
                offset: offset_within(&layer.octets, &part.data),
            }
        })
        .collect()
}

fn nested(part: &Part, kind: Kind) -> Option<Content> {
    if !part.media.is_multipart() {
        return None;
    }
    if kind == Kind::Mm4 {
        return Some(mm4::mime::decode(&part.media.to_string(), None, &part.data).0);
    }
    let parts = wsp::read_multipart(&mut Cursor::new(&part.data), &mut Findings::default());
    Some(Content {
        media: part.media.clone(),
        parts,
        body: Bytes::new(),
    })
}
