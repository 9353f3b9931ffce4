//! Octets → layers.

mod carriers;
mod gateway;
mod mm1;
mod mm4;
mod push;

use bytes::Bytes;

use super::{Input, Kind, Layer, Place};
use crate::wire::Undecodable;
use crate::wire::push::sms;

/// A file, decoded.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// The file as a whole; several if it is a stream of PDUs.
    pub layers: Vec<Layer>,
    /// All of it, with what between the layers of a stream is none.
    pub octets: Bytes,
    pub kind: Kind,
    /// The kind was found out, not given.
    pub detected: bool,
}

/// A file that is nothing that could be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// What was tried, in that order, and why it was not that.
    pub tried: Vec<(Kind, Undecodable)>,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.tried.as_slice() {
            [(kind, why)] => write!(f, "this is no {}: {why}", kind.about()),
            tried => {
                f.write_str("this is nothing that can be decoded; tried")?;
                for (kind, why) in tried {
                    write!(f, "\n  {:<12} {why}", kind.name())?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for Unreadable {}

/// Decodes a file and everything in it, layer by layer. Without a kind, the first is taken that the octets can be read as; kinds
/// that the first octets look like are tried first.
///
/// # Errors
/// The octets are not of that kind, or of none.
pub fn decode(input: &Input, kind: Option<Kind>) -> Result<Decoded, Unreadable> {
    let octets = &input.octets;
    let candidates: Vec<Kind> = match kind {
        Some(kind) => vec![kind],
        None => {
            let (likely, others): (Vec<Kind>, Vec<Kind>) =
                Kind::ALL.iter().partition(|kind| kind.looks_like(octets));
            // Almost any octets can be read as some of the carriers: those have to look like it.
            let readable = others.into_iter().filter(|kind| kind.is_telling());
            likely.into_iter().chain(readable).collect()
        }
    };
    let mut tried = Vec::new();
    for candidate in candidates {
        match open(candidate, octets) {
            Ok(layers) => {
                return Ok(Decoded {
                    layers,
                    octets: octets.clone(),
                    kind: candidate,
                    detected: kind.is_none(),
                });
            }
            Err(why) => tried.push((candidate, why)),
        }
    }
    Err(Unreadable { tried })
}

fn open(kind: Kind, octets: &Bytes) -> Result<Vec<Layer>, Undecodable> {
    match kind {
        Kind::Mm1 => mm1::open(octets).map(|layer| vec![layer]),
        Kind::Mm4 => mm4::open(octets).map(|layer| vec![layer]),
        Kind::Wsp => push::open(octets).map(|layer| vec![layer]),
        Kind::Smpp => carriers::smpp(octets),
        Kind::SmsDeliver => carriers::short_message(sms::Kind::Deliver, octets).map(|layer| vec![layer]),
        Kind::SmsSubmit => carriers::short_message(sms::Kind::Submit, octets).map(|layer| vec![layer]),
        Kind::UserData => carriers::user_data(octets).map(|layer| vec![layer]),
        Kind::Pap => gateway::pap(octets).map(|layer| vec![layer]),
        Kind::Kannel => gateway::kannel(octets).map(|layer| vec![layer]),
    }
}

/// Puts what a layer carries under it; what cannot be decoded is a finding of the layer that carries it.
fn carry(outer: &mut Layer, kind: Kind, octets: &Bytes) {
    use super::layer::offset_within;
    use crate::wire::{Finding, Severity};
    if octets.is_empty() {
        return;
    }
    let offset = offset_within(&outer.octets, octets);
    match open(kind, octets) {
        Ok(layers) => {
            for mut layer in layers {
                layer.place = match offset {
                    Some(offset) => Place::At(offset),
                    None => Place::Made(format!("decoded from the {}", outer.kind.about())),
                };
                outer.inner.push(layer);
            }
        }
        Err(why) => outer.findings.push(Finding {
            code: "payload-undecodable".to_owned(),
            severity: Severity::Error,
            offset: offset.unwrap_or(0) + why.offset,
            len: 0,
            clause: String::new(),
            text: format!("what is carried is no {}: {}", kind.about(), why.reason),
        }),
    }
}
