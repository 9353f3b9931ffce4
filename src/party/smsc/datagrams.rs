//! Datagrams that come in segments: what each of them has so far, and which will not be complete any more.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::receipts::Wanted;
use crate::wire::push::Carried;
use crate::wire::push::segments::{Reassembler, Taken};
use crate::wire::push::udh::Segment;

/// How long after its first segment a datagram may be incomplete.
pub(super) const LAPSE: Duration = Duration::from_secs(60);
/// Remarks that are kept for one datagram.
const NOTES: usize = 64;
/// Receipts that are kept for segments of incomplete datagrams, over all of them.
const RECEIPTS: usize = 4096;

/// From whom to whom, under which reference, and whether that is a wide one.
type Key = (String, u16, bool);

#[derive(Debug, Default)]
pub(super) struct Datagrams {
    reassembler: Reassembler,
    open: HashMap<Key, Open>,
    receipts: usize,
}

/// What is known of a datagram beside its octets.
#[derive(Debug)]
struct Open {
    since: Instant,
    recipient: String,
    notes: Vec<String>,
    receipts: Vec<Wanted>,
    /// It was complete, and was refused.
    refused: bool,
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
    /// Takes a message; `receipt` is what its sender asked for.
    pub fn take(
        &mut self,
        carried: &Carried,
        notes: Vec<String>,
        receipt: Option<&Wanted>,
        now: Instant,
    ) -> Outcome {
        let Some(segment) = carried.segment else {
            return Outcome::Whole(Whole {
                octets: carried.data.to_vec(),
                segments: 1,
                notes,
                receipts: Vec::new(),
                since: now,
            });
        };
        let key = key(carried, segment);
        let mut remark = None;
        match self.reassembler.take(&key.0, segment, &carried.data) {
            Taken::Whole(octets) => {
                let open = self.close(&key);
                let (before, receipts) = open.map_or_else(Default::default, |o| (o.notes, o.receipts));
                return Outcome::Whole(Whole {
                    octets,
                    segments: segment.total,
                    notes: joined(before, notes),
                    receipts,
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
        self.make_room();
        let open = self.open.entry(key).or_insert_with(|| Open {
            since: now,
            recipient: carried.recipient.clone(),
            notes: Vec::new(),
            receipts: Vec::new(),
            refused: false,
        });
        open.notes = joined(std::mem::take(&mut open.notes), notes.into_iter().chain(remark));
        if let Some(receipt) = receipt.filter(|_| self.receipts < RECEIPTS) {
            open.receipts.push(receipt.clone());
            self.receipts += 1;
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
                since: whole.since,
                recipient: carried.recipient.clone(),
                notes: whole.notes,
                receipts: whole.receipts,
                refused: true,
            };
            self.open.insert(key, open);
        }
    }

    /// Drops the datagrams that are incomplete for too long.
    pub fn lapse(&mut self, now: Instant) -> Vec<Incomplete> {
        let old: Vec<Key> = self
            .open
            .iter()
            .filter(|(_, open)| now.saturating_duration_since(open.since) >= LAPSE)
            .map(|(key, _)| key.clone())
            .collect();
        old.iter().filter_map(|key| self.give_up(key)).collect()
    }

    fn give_up(&mut self, key: &Key) -> Option<Incomplete> {
        let open = self.close(key)?;
        let whose = |(between, segment, _): &(&str, Segment, Vec<u8>)| {
            (*between, segment.reference, segment.wide) == (key.0.as_str(), key.1, key.2)
        };
        let missing = self.reassembler.missing().into_iter().find(whose);
        let (note, segment) = match missing {
            Some((_, segment, lacking)) => {
                let lacking: Vec<String> = lacking.iter().map(u8::to_string).collect();
                let note = format!(
                    "of {} segments these did not come: {}",
                    segment.total,
                    lacking.join(", ")
                );
                (note, Some(segment))
            }
            None => ("too many datagrams were incomplete at a time".to_owned(), None),
        };
        if let Some(segment) = segment {
            self.reassembler.forget(&key.0, segment);
        }
        // Of a refused one all is told already.
        (!open.refused).then(|| Incomplete {
            recipient: open.recipient,
            notes: joined(open.notes, [note]),
        })
    }

    fn close(&mut self, key: &Key) -> Option<Open> {
        let open = self.open.remove(key)?;
        self.receipts -= open.receipts.len();
        Some(open)
    }

    /// What the reassembler dropped for want of room stays open here until it lapses, but not without end.
    fn make_room(&mut self) {
        while self.open.len() >= 2 * Reassembler::MAX {
            let oldest = self.open.iter().min_by_key(|(_, open)| open.since);
            let Some(key) = oldest.map(|(key, _)| key.clone()) else {
                return;
            };
            self.close(&key);
        }
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
