//! What was handed to whom. Where numbers are few and taken again, what a relay repeats for an earlier script must not look
//! like news for the one that has the number now.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;

use super::desk::GuestId;
use super::ownership::Key;
use crate::link::Crossing;
use crate::wire::{Pdu, PduType, mm1, push};

/// Marks that are kept of each number, the newest.
const KEPT: usize = 64;

/// What tells the MM, or the report, that a push is about from all others for the same number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    /// Content-Location of a notification: it denotes one MM.
    Location(String),
    /// A notification but for its location and expiry, which may change from one attempt to the next.
    Notification(String),
    /// Message-ID of a report.
    Message(String),
    /// What cannot be read.
    Octets(Bytes),
}

/// Marks of what was handed over, by number.
#[derive(Debug, Default)]
pub(super) struct Handed {
    marks: HashMap<Key, VecDeque<(Mark, GuestId)>>,
}

impl Handed {
    /// From now on what has one of these marks is this guest's.
    pub(super) fn remember(&mut self, number: &Key, marks: Vec<Mark>, guest: GuestId) {
        let known = self.marks.entry(number.clone()).or_default();
        for mark in marks {
            known.retain(|(other, _)| *other != mark);
            if known.len() == KEPT {
                known.pop_front();
            }
            known.push_back((mark, guest));
        }
    }

    /// To whom something with one of these marks was handed.
    pub(super) fn first_owner(&self, number: &Key, marks: &[Mark]) -> Option<GuestId> {
        let known = self.marks.get(number)?;
        let found = known.iter().rev().find(|(mark, _)| marks.contains(mark));
        found.map(|(_, guest)| *guest)
    }
}

/// The number a push is for, and its marks. `None`: it is no push, or for no number.
pub(super) fn push_of(crossing: &Crossing) -> Option<(Key, Vec<Mark>)> {
    match crossing {
        Crossing::Push { recipient, wsp, .. } => Some((Key::number(recipient)?, marks(wsp))),
        Crossing::Loss { of: Some(of), .. } => push_of(of),
        _ => None,
    }
}

/// The marks of a WSP push, best first.
pub(super) fn marks(wsp: &Bytes) -> Vec<Mark> {
    let Ok(push) = push::decode(wsp) else {
        return vec![Mark::Octets(wsp.clone())];
    };
    let pdu = match mm1::decode(&push.body) {
        Ok(decoded) => decoded.pdu,
        Err(_) => return vec![Mark::Octets(push.body)],
    };
    let text = |name: &str| pdu.text(name).filter(|text| !text.is_empty());
    match pdu.kind {
        PduType::NotificationInd => {
            let location = text("X-Mms-Content-Location").map(Mark::Location);
            location.into_iter().chain([notification(&pdu)]).collect()
        }
        PduType::DeliveryInd | PduType::ReadOrigInd => text("Message-ID").map(message).into_iter().collect(),
        _ => vec![Mark::Octets(push.body)],
    }
}

/// The mark of what is about the MM with this Message-ID.
pub(super) fn message(id: impl AsRef<str>) -> Mark {
    let id = id.as_ref().trim();
    let bare = id.strip_prefix('"').and_then(|id| id.strip_suffix('"'));
    Mark::Message(bare.unwrap_or(id).to_owned())
}

fn notification(pdu: &Pdu) -> Mark {
    let fields = pdu.fields.iter().filter(|field| {
        !field.name.eq_ignore_ascii_case("X-Mms-Content-Location")
            && !field.name.eq_ignore_ascii_case("X-Mms-Expiry")
    });
    let lines: Vec<String> = fields
        .map(|f| format!("{}: {}", f.name, f.value.text()))
        .collect();
    Mark::Notification(lines.join("\n"))
}
