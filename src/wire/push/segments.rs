//! A datagram in several SMS: cut into segments, and put together again in whatever order they come.

use std::collections::{BTreeMap, BTreeSet};

use super::carried::Carried;
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
    /// The place of one of them.
    pub fn segment(self, total: u8, number: u8) -> Segment {
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
    /// The datagram is complete, or all its segments have come once more.
    Whole(Vec<u8>),
    /// Others are still missing.
    Waiting,
    /// It was there already, with the same octets.
    Repeated,
    /// It was there already with other octets, or counts other segments: its reference was used again before the datagram was
    /// complete. What came before is dropped, and a datagram begins anew with it.
    Conflicting,
    /// It was not taken: its datagram alone is more than is kept.
    TooMany,
}

/// Puts datagrams together, by sender and reference. It knows no time: who wants to give up on one
/// [forgets](Reassembler::forget) it, and where there is no more room the oldest goes, complete ones first.
///
/// A complete datagram is kept to know its segments again: a late repeat must not become part of the next datagram that has
/// the same reference.
#[derive(Debug, Default)]
pub struct Reassembler {
    kept: BTreeMap<Key, Kept>,
    /// Complete ones first, then by age.
    order: BTreeMap<(bool, u64), Key>,
    octets: usize,
    next_age: u64,
    given_up: u64,
}

/// Who sent it, its reference, and whether that is a wide one.
type Key = (String, u16, bool);

#[derive(Debug)]
struct Kept {
    total: u8,
    parts: BTreeMap<u8, Vec<u8>>,
    age: u64,
    /// Once it is complete: which segments have come again since.
    again: Option<BTreeSet<u8>>,
}

impl Kept {
    fn octets(&self) -> usize {
        self.parts.values().map(Vec::len).sum()
    }

    fn whole(&self) -> Vec<u8> {
        self.parts.values().flatten().copied().collect()
    }

    fn rank(&self) -> (bool, u64) {
        (self.again.is_none(), self.age)
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
        if let Some(before) = self.kept.get_mut(&key) {
            let same = before.parts.get(&segment.number).map(|first| first == data);
            if before.total == segment.total && same == Some(true) {
                return repeated(before, segment.number);
            }
            if before.total != segment.total || same == Some(false) {
                if before.again.is_none() {
                    answer = Taken::Conflicting;
                }
                self.drop_one(&key);
            }
        }
        if !self.make_room(&key, data.len()) {
            return Taken::TooMany;
        }
        self.add(key, segment, data).unwrap_or(answer)
    }

    /// Takes what a carrier brought: a whole datagram, or a segment of one.
    pub fn take_carried(&mut self, carried: &Carried) -> Taken {
        match carried.segment {
            None => Taken::Whole(carried.data.to_vec()),
            // A relay counts references over all it sends, or for each receiver.
            Some(segment) => {
                let between = format!("{}\0{}", carried.sender, carried.recipient);
                self.take(&between, segment, &carried.data)
            }
        }
    }

    /// Takes back a segment that came last: its sender was told that it was not taken. The rest of its datagram waits for it.
    pub fn withdraw(&mut self, from: &str, segment: Segment) {
        let key = key(from, segment);
        let Some(kept) = self.kept.get_mut(&key) else {
            return;
        };
        self.order.remove(&kept.rank());
        kept.again = None;
        if let Some(part) = kept.parts.remove(&segment.number) {
            self.octets -= part.len();
        }
        if kept.parts.is_empty() {
            self.kept.remove(&key);
        } else {
            self.order.insert(kept.rank(), key);
        }
    }

    /// The whole datagram if this segment was the last one to come.
    fn add(&mut self, key: Key, segment: Segment, data: &[u8]) -> Option<Taken> {
        let age = self.next_age;
        let kept = self.kept.entry(key.clone()).or_insert_with(|| Kept {
            total: segment.total,
            parts: BTreeMap::new(),
            age,
            again: None,
        });
        if kept.age == age {
            self.next_age += 1;
            self.order.insert(kept.rank(), key.clone());
        }
        kept.parts.insert(segment.number, data.to_vec());
        self.octets += data.len();
        if kept.parts.len() < usize::from(kept.total) {
            return None;
        }
        self.order.remove(&kept.rank());
        kept.again = Some(BTreeSet::new());
        self.order.insert(kept.rank(), key);
        Some(Taken::Whole(kept.whole()))
    }

    /// Drops others until a segment of this datagram can be kept. Whether it can.
    fn make_room(&mut self, at_work: &Key, octets: usize) -> bool {
        loop {
            let new = usize::from(!self.kept.contains_key(at_work));
            if self.kept.len() + new <= Self::MAX && self.octets + octets <= Self::MAX_OCTETS {
                return true;
            }
            let Some(oldest) = self.order.values().find(|key| *key != at_work).cloned() else {
                return false;
            };
            if self
                .drop_one(&oldest)
                .is_some_and(|dropped| dropped.again.is_none())
            {
                self.given_up += 1;
            }
        }
    }

    fn drop_one(&mut self, key: &Key) -> Option<Kept> {
        let dropped = self.kept.remove(key)?;
        self.order.remove(&dropped.rank());
        self.octets -= dropped.octets();
        Some(dropped)
    }

    /// Datagrams that lack segments: whose, which by any segment (its number is 0), and the numbers that lack.
    pub fn missing(&self) -> Vec<(&str, Segment, Vec<u8>)> {
        self.kept
            .iter()
            .filter(|(_, kept)| kept.again.is_none())
            .map(|((from, reference, wide), kept)| {
                let segment = Segment {
                    reference: *reference,
                    wide: *wide,
                    total: kept.total,
                    number: 0,
                };
                let lacking = (1..=segment.total)
                    .filter(|number| !kept.parts.contains_key(number))
                    .collect();
                (from.as_str(), segment, lacking)
            })
            .collect()
    }

    /// How many datagrams were dropped before they were complete, because there was no more room.
    pub fn given_up(&self) -> u64 {
        self.given_up
    }

    /// Gives up on a datagram.
    pub fn forget(&mut self, from: &str, segment: Segment) {
        self.drop_one(&key(from, segment));
    }
}

/// A segment that came before. Once all segments of a complete datagram have come again, it has been sent again.
fn repeated(kept: &mut Kept, number: u8) -> Taken {
    let Some(again) = &mut kept.again else {
        return Taken::Repeated;
    };
    again.insert(number);
    if again.len() < usize::from(kept.total) {
        return Taken::Repeated;
    }
    again.clear();
    Taken::Whole(kept.whole())
}
