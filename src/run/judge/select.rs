//! Which events an expectation means. Selecting is not judging: what is selected may still be wrong.

use crate::case::{FieldDemand, Place, Selector, SendWhat};
use crate::link::Crossing;
use crate::wire::PduType;

use super::demand::narrows;
use super::matching::Scope;
use super::sighting::{Side, Sighting};

/// The PDU type a request is answered with on MM1, if it has an answer of its own.
pub fn answer_to(what: &SendWhat) -> Option<PduType> {
    match what {
        SendWhat::Pdu(kind) => crate::case::steps::answer(*kind),
        SendWhat::Get(_) => Some(PduType::RetrieveConf),
        SendWhat::Again(_) => None,
    }
}

/// What a sighting answers, when it is an answer to a step of the script.
pub struct Answered {
    /// The type of the proper answer.
    pub with: Option<PduType>,
}

/// Whether an expectation of `select` at `place` means this sighting.
pub fn selects(
    select: &Selector,
    place: &Place,
    narrow: &[FieldDemand],
    seen: &Sighting,
    answered: Option<&Answered>,
    scope: &dyn Scope,
) -> bool {
    if seen.side != Side::Relay || !stands_at(place, seen) || seen.is_refused_push() {
        return false;
    }
    let right = match select {
        Selector::Reply => {
            seen.is_dialogue_reply() || (answered.is_some() && (seen.is_reply() || seen.no_reply.is_some()))
        }
        Selector::DnsQuery => seen.is_dns_query(),
        Selector::Loss => seen.is_loss(),
        // The answer that came instead of the expected one is the event to be judged: no other will come.
        Selector::Pdu(kind) => {
            seen.kind() == Some(*kind) || answered.is_some_and(|a| a.with == Some(*kind) && seen.is_final())
        }
    };
    right && (narrow.is_empty() || narrows(narrow, seen, scope))
}

fn stands_at(place: &Place, seen: &Sighting) -> bool {
    match place {
        Place::At(name) | Place::On(name) => &seen.place == name,
    }
}

/// An SMTP 2yz reply says only that the message was taken over; it is no outcome of an MM4 transaction.
pub fn is_mere_acceptance(seen: &Sighting) -> bool {
    matches!(&seen.crossing, Some(Crossing::SmtpReply { code, .. }) if (200..300).contains(code))
}
