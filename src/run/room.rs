//! How much of what relays send of their own accord a script's journal keeps: one that sends without end must fill neither memory
//! nor disk.

use super::journal::What;
use crate::link::{Carriage, Crossing};

/// Messages. A case that wants more of them than this is no case for one journal.
const MOST: u64 = 10_000;

/// Octets of bodies, and of what carried them.
const MOST_OCTETS: u64 = 64 * 1024 * 1024;

/// What becomes of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Kept,
    /// [`What::Overrun`] stands in its place.
    FirstLeftOut,
    LeftOut,
}

/// What has been used up.
#[derive(Debug, Default)]
pub struct Room {
    messages: u64,
    octets: u64,
    left_out: u64,
    /// Came faster than anybody looked at them.
    let_go: u64,
}

impl Room {
    /// Whether an event is to be recorded. Answers to what parties send always are: there are no more of them than requests.
    pub fn take(&mut self, what: &What) -> Taken {
        let What::Seen { crossing, wire, .. } = what else {
            return Taken::Kept;
        };
        let Some(octets) = unasked(crossing) else {
            return Taken::Kept;
        };
        if self.left_out() == 0 && self.messages < MOST && self.octets < MOST_OCTETS {
            self.messages += 1;
            let carried = wire.as_ref().map_or(0, Carriage::octets);
            let octets = octets.saturating_add(u64::try_from(carried).unwrap_or(u64::MAX));
            self.octets = self.octets.saturating_add(octets);
            return Taken::Kept;
        }
        self.left_out += 1;
        match self.left_out() {
            1 => Taken::FirstLeftOut,
            _ => Taken::LeftOut,
        }
    }

    /// So many were let go so far; whether they are the first that are missing.
    pub fn let_go(&mut self, count: u64) -> bool {
        let is_first = count > 0 && self.left_out() == 0;
        self.let_go = self.let_go.max(count);
        is_first
    }

    /// How many are missing.
    pub fn left_out(&self) -> u64 {
        self.left_out + self.let_go
    }
}

/// Octets of a message that a relay sent of its own accord.
fn unasked(crossing: &Crossing) -> Option<u64> {
    let octets = match crossing {
        Crossing::HttpRequest { body, .. } => body.len(),
        Crossing::Push { wsp, .. } => wsp.len(),
        Crossing::Mail { data, .. } => data.len(),
        Crossing::DnsQuery { query, .. } => query.len(),
        Crossing::Loss { of, .. } => return of.as_deref().map_or(Some(0), unasked),
        Crossing::HttpResponse { .. }
        | Crossing::SmtpReply { .. }
        | Crossing::SmtpLine { .. }
        | Crossing::SmtpWords { .. } => return None,
    };
    Some(u64::try_from(octets).unwrap_or(u64::MAX))
}
