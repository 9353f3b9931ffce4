//! Datagrams that come in segments: what each of them has so far, and which will not be complete any more.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use super::receipts::Wanted;
use crate::link::Leg;
use crate::wire::push::Carried;
use crate::wire::push::segments::{Reassembler, Taken};
use crate::wire::push::udh::Segment;

/// How long after its first segment a datagram may be incomplete.
pub(super) const LAPSE: Duration = Duration::from_secs(60);
/// Remarks that are kept for one datagram.
const NOTES: usize = 64;
/// Receipts that are kept for segments of incomplete datagrams, over all of them.
const RECEIPTS: usize = 4096;

/// Octets of their PDUs that are kept, over all of them.
const OCTETS: usize = 1 << 20;

/// From whom to whom, under which reference, and whether that is a wide one.
type Key = (String, u16, bool);

#[derive(Debug, Default)]
pub(super) struct Datagrams {
    reassembler: Reassembler,
    open: HashMap<Key, Open>,
    /// The same, the oldest first.
    order: BTreeMap<u64, Key>,
    next_age: u64,
    receipts: usize,
    octets: usize,
}

/// A message and its answer as they passed.
#[derive(Debug)]
pub(super) struct Piece {
    /// The number of the connection.
    pub connection: u64,
    pub legs: [Leg; 2],
}

impl Piece {
    fn octets(&self) -> usize {
        self.legs.iter().map(|leg| leg.octets.len()).sum()
    }
}

/// What is known of a datagram beside its octets.
#[derive(Debug)]
struct Open {
    age: u64,
    since: Instant,
    recipient: String,
    notes: Vec<String>,
    receipts: Vec<Wanted>,
    pieces: Vec<Piece>,
    /// It was complete, and was refused.
    refused: bool,
}

impl Open {
    fn new(carried: &Carried, since: Instant) -> Open {
        Open {
            age: 0,
            since,
            recipient: carried.recipient.clone(),
            notes: Vec::new(),
            receipts: Vec::new(),
            pieces: Vec::new(),
            refused: false,
        }
    }
}

/// A whole datagram.
#[derive(Debug)]
pub(super) struct Whole {
    pub octets: Vec<u8>,
    /// In how many short messages it came.
    pub segments: u8,
    /// What is to be said of it and of those that came before.
    pub notes: Vec<String>,
    /// Receipts for those that came before.
    pub receipts: Vec<Wanted>,
    /// Those that came before, as they passed.
    pub pieces: Vec<Piece>,
    since: Instant,
}

#[derive(Debug)]
pub(super) enum Outcome {
    Whole(Whole),
    /// Others are still missing, or this one was there already.
    Waits,
    /// The datagram was complete before, and this one belongs to it.
    Again,
    /// There is no room for it.
    Full,
}

/// A datagram that nobody waits for any more.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Incomplete {
    pub recipient: String,
    pub notes: Vec<String>,
}

impl Datagrams {
    /// Takes a message; `receipt` is what its sender asked for, `piece` how it passed.
    pub fn take(
        &mut self,
        carried: &Carried,
        notes: Vec<String>,
        receipt: Option<&Wanted>,
        piece: Option<Piece>,
        now: Instant,
    ) -> Outcome {
        let Some(segment) = carried.segment else {
            return Outcome::Whole(Whole {
                octets: carried.data.to_vec(),
                segments: 1,
                notes,
                receipts: Vec::new(),
                pieces: Vec::new(),
                since: now,
            });
        };
        let key = key(carried, segment);
        let mut remark = None;
        match self.reassembler.take(&key.0, segment, &carried.data) {
            Taken::Whole(octets) => {
                let open = self.close(&key);
                let (before, receipts, pieces) =
                    open.map_or_else(Default::default, |o| (o.notes, o.receipts, o.pieces));
                return Outcome::Whole(Whole {
                    octets,
                    segments: segment.total,
                    notes: joined(before, notes),
                    receipts,
                    pieces,
                    since: now,
                });
            }
            Taken::TooMany => return Outcome::Full,
            Taken::Repeated if !self.open.contains_key(&key) => return Outcome::Again,
            Taken::Repeated => remark = Some(format!("segment {} came again", segment.number)),
            Taken::Conflicting => {
                self.close(&key);
                remark = Some(format!(
                    "reference {} was used again before its datagram was complete",
                    segment.reference
                ));
            }
            Taken::Waiting => {}
        }
        if !self.open.contains_key(&key) {
            self.open(key.clone(), Open::new(carried, now));
        }
        let Some(open) = self.open.get_mut(&key) else {
            return Outcome::Waits;
        };
        open.notes = joined(std::mem::take(&mut open.notes), notes.into_iter().chain(remark));
        if let Some(receipt) = receipt.filter(|_| self.receipts < RECEIPTS) {
            open.receipts.push(receipt.clone());
            self.receipts += 1;
        }
        if let Some(piece) = piece.filter(|piece| self.octets + piece.octets() <= OCTETS) {
            self.octets += piece.octets();
            open.pieces.push(piece);
        }
        Outcome::Waits
    }

    /// Takes back the message that made a datagram whole: its sender is told that it was refused, and may send it again.
    pub fn give_back(&mut self, carried: &Carried, whole: Whole) {
        let Some(segment) = carried.segment else { return };
        let key = key(carried, segment);
        self.reassembler.withdraw(&key.0, segment);
        if segment.total > 1 {
            self.receipts += whole.receipts.len();
            let open = Open {
                notes: whole.notes,
                receipts: whole.receipts,
                refused: true,
                ..Open::new(carried, whole.since)
            };
            self.open(key, open);
        }
    }

    /// Drops the datagrams that are incomplete for too long.
    pub fn lapse(&mut self, now: Instant) -> Vec<Incomplete> {
        let is_old = |open: &Open| now.saturating_duration_since(open.since) >= LAPSE;
        let of_order = self.order.values();
        let old: Vec<Key> = of_order
            .filter(|key| self.open.get(*key).is_some_and(is_old))
            .cloned()
            .collect();
        if old.is_empty() {
            return Vec::new();
        }
        let mut missing: HashMap<Key, (Segment, Vec<u8>)> = self
            .reassembler
            .missing()
            .into_iter()
            .map(|(between, segment, lacking)| {
                let key = (between.to_owned(), segment.reference, segment.wide);
                (key, (segment, lacking))
            })
            .collect();
        old.iter()
            .filter_map(|key| self.give_up(key, missing.remove(key)))
            .collect()
    }

    fn give_up(&mut self, key: &Key, missing: Option<(Segment, Vec<u8>)>) -> Option<Incomplete> {
        let open = self.close(key)?;
        let note = match missing {
            Some((segment, lacking)) => {
                self.reassembler.forget(&key.0, segment);
                let lacking: Vec<String> = lacking.iter().map(u8::to_string).collect();
                format!(
                    "of {} segments these did not come: {}",
                    segment.total,
                    lacking.join(", ")
                )
            }
            None => "too many datagrams were incomplete at a time".to_owned(),
        };
        // Of a refused one all is told already.
        (!open.refused).then(|| Incomplete {
            recipient: open.recipient,
            notes: joined(open.notes, [note]),
        })
    }

    fn open(&mut self, key: Key, mut open: Open) {
        // What the reassembler dropped for want of room stays open here until it lapses, but not without end.
        while self.open.len() >= 2 * Reassembler::MAX {
            let Some((_, oldest)) = self.order.pop_first() else {
                break;
            };
            self.close(&oldest);
        }
        open.age = self.next_age;
        self.next_age += 1;
        self.order.insert(open.age, key.clone());
        self.open.insert(key, open);
    }

    fn close(&mut self, key: &Key) -> Option<Open> {
        let open = self.open.remove(key)?;
        self.order.remove(&open.age);
        self.receipts -= open.receipts.len();
        self.octets -= open.pieces.iter().map(Piece::octets).sum::<usize>();
        Some(open)
    }
}

/// Relays count references over all that they send, or for each receiver.
fn key(carried: &Carried, segment: Segment) -> Key {
    let between = format!("{}\0{}", carried.sender, carried.recipient);
    (between, segment.reference, segment.wide)
}

/// Each remark once.
fn joined(mut notes: Vec<String>, more: impl IntoIterator<Item = String>) -> Vec<String> {
    for note in more {
        if notes.len() < NOTES && !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::push::smpp::{Pdu, Smpp, carried, command_by_name};

    /// A segment to 1, by a reference of 16 bits.
    fn segment(reference: u16, total: u8, number: u8) -> Carried {
        let [high, low] = reference.to_be_bytes();
        let data = [6, 8, 4, high, low, total, number, number];
        let submit = Pdu::new(command_by_name("submit_sm").unwrap())
            .with_text("destination_addr", "1")
            .with_octet("esm_class", 0x40)
            .with("short_message", Smpp::Octets(data.to_vec().into()));
        carried(&submit).unwrap()
    }

    fn take(datagrams: &mut Datagrams, segment: &Carried, now: Instant) -> Outcome {
        datagrams.take(segment, Vec::new(), None, None, now)
    }

    #[test]
    fn what_stays_incomplete_is_given_up_and_told() {
        let start = Instant::now();
        let mut datagrams = Datagrams::default();
        take(&mut datagrams, &segment(1, 3, 2), start);
        take(&mut datagrams, &segment(2, 2, 1), start + LAPSE / 2);
        assert!(datagrams.lapse(start + LAPSE / 2).is_empty());
        let given_up = datagrams.lapse(start + LAPSE);
        assert_eq!(
            given_up,
            [Incomplete {
                recipient: "1".to_owned(),
                notes: vec!["of 3 segments these did not come: 1, 3".to_owned()],
            }]
        );
        // What comes later begins anew.
        assert!(matches!(
            take(&mut datagrams, &segment(1, 3, 1), start + LAPSE),
            Outcome::Waits
        ));
        let second = take(&mut datagrams, &segment(2, 2, 2), start + LAPSE);
        assert!(matches!(second, Outcome::Whole(whole) if whole.octets == [1, 2]));
    }

    #[test]
    fn of_a_refused_one_nothing_is_told_later() {
        let start = Instant::now();
        let mut datagrams = Datagrams::default();
        take(&mut datagrams, &segment(1, 2, 1), start);
        let last = segment(1, 2, 2);
        let Outcome::Whole(whole) = take(&mut datagrams, &last, start) else {
            panic!("not whole");
        };
        datagrams.give_back(&last, whole);
        assert!(datagrams.lapse(start + LAPSE).is_empty());
        assert!(matches!(
            take(&mut datagrams, &last, start + LAPSE),
            Outcome::Waits
        ));
    }

    #[test]
    fn however_many_are_begun_few_are_kept() {
        let start = Instant::now();
        let mut datagrams = Datagrams::default();
        for reference in 0..u16::MAX {
            take(&mut datagrams, &segment(reference, 2, 1), start);
        }
        assert!(datagrams.open.len() <= 2 * Reassembler::MAX);
        let given_up = datagrams.lapse(start + LAPSE);
        let crowded = "too many datagrams were incomplete at a time";
        assert!(given_up.iter().any(|one| one.notes == [crowded]));
        assert!(datagrams.open.is_empty() && datagrams.order.is_empty());
    }
}
