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
    /// It was there already with other octets, or counts other segments: its reference was used again. What came before is
    /// dropped, and its datagram begins anew with it.
    Conflicting,
    /// It was not taken: more datagrams, or more octets, are under way than are kept.
    TooMany,
}

/// Datagrams that are not complete yet, by sender and reference. It knows no time: who wants to give up on one
/// [forgets](Reassembler::forget) it. A datagram that is complete is forgotten: all its segments again are it once more.
#[derive(Debug, Default)]
pub struct Reassembler {
    under_way: BTreeMap<Key, UnderWay>,
    octets: usize,
}

/// Who sent it, its reference, and whether that is a wide one.
type Key = (String, u16, bool);

#[derive(Debug)]
struct UnderWay {
    total: u8,
    parts: BTreeMap<u8, Vec<u8>>,
}

impl UnderWay {
    fn octets(&self) -> usize {
        self.parts.values().map(Vec::len).sum()
    }
}

fn key(from: &str, segment: Segment) -> Key {
    (from.to_owned(), segment.reference, segment.wide)
}

impl Reassembler {
    /// Datagrams kept at a time.
    pub const MAX: usize = 1024;
    /// Octets of segments kept at a time.
    pub const MAX_OCTETS: usize = 1 << 22;

    /// Takes the data of a segment, without its header. `from` tells senders and receivers, or whatever else keeps references
    /// apart.
    pub fn take(&mut self, from: &str, segment: Segment, data: &[u8]) -> Taken {
        let key = key(from, segment);
        let mut answer = Taken::Waiting;
        if let Some(before) = self.under_way.get(&key) {
            let same = before.parts.get(&segment.number);
            if before.total == segment.total && same.is_some_and(|first| first == data) {
                return Taken::Repeated;
            }
            if before.total != segment.total || same.is_some() {
                answer = Taken::Conflicting;
                self.drop_one(&key);
            }
        }
        let new = !self.under_way.contains_key(&key);
        if new && self.under_way.len() >= Self::MAX || self.octets + data.len() > Self::MAX_OCTETS {
            return Taken::TooMany;
        }
        let under_way = self.under_way.entry(key.clone()).or_insert_with(|| UnderWay {
            total: segment.total,
            parts: BTreeMap::new(),
        });
        under_way.parts.insert(segment.number, data.to_vec());
        self.octets += data.len();
        if under_way.parts.len() < usize::from(under_way.total) {
            return answer;
        }
        let parts = self.drop_one(&key).map(|whole| whole.parts).unwrap_or_default();
        Taken::Whole(parts.into_values().flatten().collect())
    }

    fn drop_one(&mut self, key: &Key) -> Option<UnderWay> {
        let dropped = self.under_way.remove(key)?;
        self.octets -= dropped.octets();
        Some(dropped)
    }

    /// Datagrams that lack segments: whose, which by any segment (its number is 0), and the numbers that lack.
    pub fn missing(&self) -> Vec<(&str, Segment, Vec<u8>)> {
        self.under_way
            .iter()
            .map(|((from, reference, wide), under_way)| {
                let segment = Segment {
                    reference: *reference,
                    wide: *wide,
                    total: under_way.total,
                    number: 0,
                };
                let lacking = (1..=segment.total)
                    .filter(|number| !under_way.parts.contains_key(number))
                    .collect();
                (from.as_str(), segment, lacking)
            })
            .collect()
    }

    /// Gives up on a datagram.
    pub fn forget(&mut self, from: &str, segment: Segment) {
        self.drop_one(&key(from, segment));
    }
}
