//! One layer of a decoded file and what it carries.

use bytes::Bytes;

use super::Kind;
use crate::wire::{Content, Finding, Pdu, Severity, Span};

/// Where the octets of a layer stand in the one that carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// They are a run of its octets, from this one on.
    At(usize),
    /// They were put together or decoded, so they stand nowhere in one piece.
    Made(String),
}

/// One field of a layer, in wire order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub name: String,
    /// The value for people and as cases write it; not escaped.
    pub text: String,
    /// Name and value in the octets of the layer.
    pub at: Span,
}

/// A PDU or a carrier of PDUs.
#[derive(Debug, Clone)]
pub struct Layer {
    pub kind: Kind,
    /// The PDU's name, or what the carrier is.
    pub title: String,
    pub octets: Bytes,
    pub place: Place,
    pub rows: Vec<Row>,
    /// The PDU of MM1 or MM4 that this is.
    pub pdu: Option<Pdu>,
    /// Offsets are those of the layer.
    pub findings: Vec<Finding>,
    /// What it carries.
    pub inner: Vec<Layer>,
}

impl Layer {
    pub(super) fn new(kind: Kind, title: impl Into<String>, octets: &Bytes) -> Self {
        Layer {
            kind,
            title: title.into(),
            octets: octets.clone(),
            place: Place::At(0),
            rows: Vec::new(),
            pdu: None,
            findings: Vec::new(),
            inner: Vec::new(),
        }
    }

    pub(super) fn row(&mut self, name: impl Into<String>, text: impl Into<String>, at: Span) {
        self.rows.push(Row {
            name: name.into(),
            text: text.into(),
            at,
        });
    }

    pub fn content(&self) -> Option<&Content> {
        self.pdu.as_ref().and_then(|pdu| pdu.content.as_ref())
    }

    /// The octets of a row; none where the span is not of this layer.
    pub fn octets_of(&self, at: Span) -> &[u8] {
        self.octets
            .get(at.offset..at.offset.saturating_add(at.len))
            .unwrap_or_default()
    }

    /// How many findings of this severity there are, here and in what is carried.
    pub fn count(&self, severity: Severity) -> usize {
        let own = self.findings.iter().filter(|f| f.severity == severity).count();
        own + self
            .inner
            .iter()
            .map(|layer| layer.count(severity))
            .sum::<usize>()
    }
}

/// Where `part` begins within `whole`, if it is a slice of it.
pub(super) fn offset_within(whole: &Bytes, part: &Bytes) -> Option<usize> {
    let offset = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    (!part.is_empty() && offset + part.len() <= whole.len()).then_some(offset)
}
