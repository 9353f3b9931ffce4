//! A datagram in several SMS: cut into segments, and put together again in whatever order they come.

use std::collections::BTreeMap;

use super::udh::{Ports, Segment, Udh};

/// Octets of user data in one SMS of 8-bit data (3GPP TS 23.040 §9.2.3.16).
pub const SMS_OCTETS: usize = 140;

/// Cuts a datagram into user data, each with its header and at most `room` octets. One that fits has no concatenation
/// element unless `always` asks for it. None if it needs more than 255 segments or `room` holds no header.
pub fn split(
    datagram: &[u8],
    ports: Option<Ports>,
    reference: Reference,
    always: bool,
    room: usize,
) -> Option<Vec<Vec<u8>>> {
    let with_ports = ports.map_or_else(Udh::default, |ports| Udh::default().with_ports(ports));
    let alone = if with_ports.elements.is_empty() {
        Vec::new()
    } else {
        with_ports.encode()
    };
    if !always && alone.len() + datagram.len() <= room {
        return Some(vec![[alone.as_slice(), datagram].concat()]);
    }
    let header = |total, number| {
        with_ports
            .clone()
            .with_segment(reference.segment(total, number))
            .encode()
    };
    let space = room.checked_sub(header(1, 1).len()).filter(|space| *space > 0)?;
    let total = u8::try_from(datagram.len().div_ceil(space).max(1)).ok()?;
    let piece = |number: u8| {
        let from = usize::from(number - 1) * space;
        &datagram[from..(from + space).min(datagram.len())]
    };
    Some(
        (1..=total)
            .map(|number| [header(total, number).as_slice(), piece(number)].concat())
            .collect(),
    )
}

/// The reference number that segments of one datagram share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    Narrow(u8),
    Wide(u16),
}

impl Reference {
    fn segment(self, total: u8, number: u8) -> Segment {
        let (reference, wide) = match self {
            Reference::Narrow(reference) => (reference.into(), false),
            Reference::Wide(reference) => (reference, true),
        };
        Segment {
            reference,
            wide,
            total,
            number,
        }
    }
}

/// What became of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// The datagram is complete.
    Whole(Vec<u8>),
    /// Others are still missing.
    Waiting,
    /// It was there already, with the same octets.
    Repeated,
    /// It was there already, with other octets; the first ones count.
    Conflicting,
    /// It was not taken: more datagrams are under way than are kept.
    TooMany,
}

/// Datagrams that are not complete yet, by sender, reference and total. It knows no time: who wants to give up on one
/// [forgets](Reassembler::forget) it.
#[derive(Debug, Default)]
pub struct Reassembler {
    under_way: BTreeMap<(String, Segment), BTreeMap<u8, Vec<u8>>>,
}

impl Reassembler {
    /// Datagrams kept at a time.
    pub const MAX: usize = 1024;

    /// Takes the data of a segment, without its header. `from` tells senders, or whatever else keeps references apart.
    pub fn take(&mut self, from: &str, segment: Segment, data: &[u8]) -> Taken {
        let key = (from.to_owned(), Segment { number: 0, ..segment });
        if !self.under_way.contains_key(&key) && self.under_way.len() >= Self::MAX {
            return Taken::TooMany;
        }
        let parts = self.under_way.entry(key.clone()).or_default();
        if let Some(first) = parts.get(&segment.number) {
            return if first == data {
                Taken::Repeated
            } else {
                Taken::Conflicting
            };
        }
        parts.insert(segment.number, data.to_vec());
        if parts.len() < usize::from(segment.total) {
            return Taken::Waiting;
        }
        let parts = self.under_way.remove(&key).unwrap_or_default();
        Taken::Whole(parts.into_values().flatten().collect())
    }

    /// Datagrams that lack segments: whose, and which.
    pub fn missing(&self) -> Vec<(&str, Segment, Vec<u8>)> {
        self.under_way
            .iter()
            .map(|((from, segment), parts)| {
                let lacking = (1..=segment.total)
                    .filter(|number| !parts.contains_key(number))
                    .collect();
                (from.as_str(), *segment, lacking)
            })
            .collect()
    }

    /// Gives up on a datagram.
    pub fn forget(&mut self, from: &str, segment: Segment) {
        self.under_way
            .remove(&(from.to_owned(), Segment { number: 0, ..segment }));
    }
}
