//! What all push gateways have in common: whose push it is, what its owner wants it answered with, and handing it over.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use bytes::Bytes;

use super::desk::{Desk, Owner};
use super::pushes::{self, Fate, Still};
use crate::link::{Arrival, Carriage, Crossing, LossKind};

/// The gateway through which one relay pushes.
#[derive(Debug)]
pub(super) struct Gateway {
    desk: Arc<Desk>,
    relay: Arc<str>,
    /// Its kind, and the place of what nobody owns: `kannel`, `pap`, `hook`, `wdp`.
    name: &'static str,
    tids: AtomicU8,
}

/// A push as a gateway got it, for one recipient.
#[derive(Debug, Clone)]
pub(super) struct Push {
    /// As the relay wrote it; empty if it did not.
    pub(super) recipient: String,
    pub(super) params: Vec<(String, String)>,
    pub(super) wsp: Bytes,
    pub(super) wire: Option<Carriage>,
}

impl Gateway {
    pub(super) fn new(desk: Arc<Desk>, relay: &str, name: &'static str) -> Gateway {
        Gateway {
            desk,
            relay: relay.into(),
            name,
            tids: AtomicU8::new(0),
        }
    }

    /// Whose a push to this number is: a repeat is its first owner's, whoever has the number now.
    pub(super) fn owner_of_push(&self, recipient: &str, wsp: &Bytes) -> Option<Owner> {
        self.desk.owner_of_push(recipient, wsp)
    }

    /// Whose the number is, however it is written.
    pub(super) fn owner(&self, recipient: &str) -> Option<Owner> {
        self.desk.owner_of_number(recipient)
    }

    /// The status the owner wants a push answered with now, else `usual`. Uses a rule once.
    pub(super) fn answer(&self, owner: Option<&Owner>, usual: u16) -> u16 {
        owner
            .and_then(|owner| self.desk.http_status(owner))
            .filter(|status| (100..1000).contains(status))
            .unwrap_or(usual)
    }

    /// A transaction identifier for a push that the gateway makes.
    pub(super) fn tid(&self) -> u8 {
        self.tids.fetch_add(1, Ordering::Relaxed)
    }

    /// Hands over a push that was answered so. Only one that was taken meets the radio link.
    pub(super) fn hand_over(&self, owner: Option<&Owner>, answered: u16, push: Push) -> Option<Fate> {
        self.hand_over_while(owner, answered, push, None)
    }

    /// As [`hand_over`](Gateway::hand_over), of a gateway that may give up what it keeps. No fate: it was refused, or is nobody's.
    pub(super) fn hand_over_while(
        &self,
        owner: Option<&Owner>,
        answered: u16,
        push: Push,
        still: Option<Still>,
    ) -> Option<Fate> {
        let arrival = self.arrival(owner, answered, push);
        match owner {
            Some(owner) if is_taken(answered) => Some(self.desk.follow_push(owner, arrival, still)),
            owner => {
                self.desk.hand_over(owner.map(|owner| owner.guest), arrival);
                None
            }
        }
    }

    /// Hands over that a push which was taken is gone.
    pub(super) fn lose(&self, owner: Option<&Owner>, answered: u16, push: Push) {
        let arrival = pushes::kept_back(self.arrival(owner, answered, push), LossKind::Lost);
        self.desk.hand_over(owner.map(|owner| owner.guest), arrival);
    }

    fn arrival(&self, owner: Option<&Owner>, answered: u16, push: Push) -> Arrival {
        Arrival {
            place: owner.map_or(self.name, |owner| &owner.place).to_owned(),
            from: Some(self.relay.to_string()),
            crossing: Crossing::Push {
                recipient: push.recipient,
                gateway: self.name.to_owned(),
                params: push.params,
                wsp: push.wsp,
                answered,
            },
            wire: push.wire,
        }
    }
}

/// Whether an answer says that the push was taken.
pub(super) fn is_taken(answered: u16) -> bool {
    (200..300).contains(&answered)
}
