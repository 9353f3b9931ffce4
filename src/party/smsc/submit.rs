//! From a submit_sm or data_sm to what arrives at a user agent.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;

use super::datagrams::{Incomplete, Outcome, Piece, Whole};
use super::params::{Account, params};
use super::receipts::Wanted;
use super::server::House;
use super::session::Seat;
use super::statuses::{of_http, to_http};
use crate::link::{Arrival, Carriage, Connection, Crossing, Leg};
use crate::party::desk::Owner;
use crate::party::pushes::Fate;
use crate::wire::Finding;
use crate::wire::push::Carried;
use crate::wire::push::smpp::{Pdu, carried, encode, status};

/// As the event says who took the push, and where it stands if nobody owns the number.
const GATEWAY: &str = "smpp";
/// Octets of the longest address: those of data_sm have as many (SMPP 3.4 §4.7.1).
const LONGEST_ADDRESS: usize = 64;

/// A submit_sm or data_sm as it came.
pub(super) struct Submitted<'a> {
    pub octets: &'a Bytes,
    pub pdu: &'a Pdu,
    pub findings: &'a [Finding],
    pub connection: Option<Connection>,
}

impl Submitted<'_> {
    /// With its answer.
    fn piece(&self, answer: &Pdu) -> Option<Piece> {
        Some(Piece {
            connection: self.connection?.number(),
            legs: [
                Leg::there(self.octets.clone()),
                Leg::back(encode(answer).to_vec()),
            ],
        })
    }

    /// How a push came that this made whole, after `before`.
    fn wire(&self, before: Vec<Piece>, answer: &Pdu) -> Option<Carriage> {
        let connection = self.connection?;
        let here = before
            .into_iter()
            .filter(|piece| piece.connection == connection.number());
        let legs = here.chain(self.piece(answer)).flat_map(|piece| piece.legs);
        Some(connection.received().with_legs(legs.collect()))
    }
}

/// A message and what is known of it.
struct Message<'a> {
    seat: &'a Seat,
    came: &'a Submitted<'a>,
    pdu: &'a Pdu,
    carried: Option<Carried>,
    notes: Vec<String>,
}

/// Receipts that are owed, and what they depend on.
#[derive(Debug)]
pub(super) struct Owed {
    receipts: Vec<Wanted>,
    /// None: nobody has the number.
    fate: Option<Fate>,
}

impl House {
    /// Takes a message. What arrives because of it has been handed over before this returns; the receipts are to be
    /// [settled](House::settle) when the answer has left.
    pub fn submit(&self, seat: &Seat, came: &Submitted<'_>) -> (Pdu, Option<Owed>) {
        let Submitted { pdu, findings, .. } = *came;
        let mut message = Message {
            seat,
            came,
            pdu,
            carried: carried(pdu),
            notes: findings.iter().map(|finding| finding.text.clone()).collect(),
        };
        if let Some(carried) = &message.carried {
            message
                .notes
                .extend(carried.findings.iter().map(|f| f.text.clone()));
        }
        if !self.may_pass() {
            return (self.refuse(&message, status::THROTTLED), None);
        }
        let refusal = unfit(pdu, message.carried.as_ref(), findings);
        let carried = match (&message.carried, refusal) {
            (Some(carried), None) => carried,
            (_, refusal) => {
                let refusal = refusal.unwrap_or(status::INVALID_MESSAGE_LENGTH);
                return (self.refuse(&message, refusal), None);
            }
        };
        let message_id = self.message_id();
        let taken = pdu.response(status::OK).with_text("message_id", &message_id);
        let receipt = Wanted::of(pdu, &message_id, &seat.taker.system_id, seat.taker.session);
        let notes = message.notes.clone();
        let outcome = self.datagrams().take(
            carried,
            notes,
            receipt.as_ref(),
            came.piece(&taken),
            Instant::now(),
        );
        match outcome {
            Outcome::Full => (self.refuse(&message, status::QUEUE_FULL), None),
            Outcome::Waits => (taken, None),
            Outcome::Again => {
                // The phone knows it already.
                let owed = Owed {
                    receipts: receipt.into_iter().collect(),
                    fate: Some(Fate::Arrived),
                };
                (taken, Some(owed))
            }
            Outcome::Whole(whole) => match self.deliver(&message, carried, whole, &taken) {
                Ok(mut owed) => {
                    owed.receipts.extend(receipt);
                    (taken, Some(owed))
                }
                Err(refusal) => (pdu.response(refusal), None),
            },
        }
    }

    /// Hands over a whole datagram, unless its owner wants it refused.
    fn deliver(
        &self,
        message: &Message<'_>,
        carried: &Carried,
        mut whole: Whole,
        answer: &Pdu,
    ) -> Result<Owed, u32> {
        let wsp: Bytes = std::mem::take(&mut whole.octets).into();
        let owner = self.desk.owner_of_push(&carried.recipient, &wsp);
        let (command_status, answered) = owner.as_ref().map_or((status::OK, 202), |o| self.scripted(o));
        let taken = command_status == status::OK;
        let account = Account {
            system_id: &message.seat.taker.system_id,
            segments: whole.segments,
            message_id: answer.string("message_id").filter(|_| taken),
            command_status,
            notes: &whole.notes,
        };
        let crossing = Crossing::Push {
            recipient: carried.recipient.clone(),
            gateway: GATEWAY.to_owned(),
            params: params(message.pdu, Some(carried), &account),
            wsp,
            answered,
        };
        let pieces = std::mem::take(&mut whole.pieces);
        let wire = if taken {
            message.came.wire(pieces, answer)
        } else {
            message.came.wire(pieces, &message.pdu.response(command_status))
        };
        let arrival = self.arrival(owner.as_ref(), crossing, wire);
        if !taken {
            self.desk.hand_over(owner.map(|owner| owner.guest), arrival);
            self.datagrams().give_back(carried, whole);
            return Err(command_status);
        }
        let fate = match owner {
            Some(owner) => Some(self.desk.follow_push(&owner, arrival, None)),
            None => {
                self.desk.hand_over(None, arrival);
                None
            }
        };
        Ok(Owed {
            receipts: whole.receipts,
            fate,
        })
    }

    /// What the owner wants a message answered, as command_status and as HTTP status.
    fn scripted(&self, owner: &Owner) -> (u32, u16) {
        if let Some(command_status) = self.desk.smpp_status(owner) {
            return (command_status, to_http(command_status));
        }
        match self.desk.http_status(owner) {
            Some(http) => (of_http(http), http),
            None => (status::OK, to_http(status::OK)),
        }
    }

    /// A message that the SMSC does not take of its own accord.
    fn refuse(&self, message: &Message<'_>, command_status: u32) -> Pdu {
        let carried = message.carried.as_ref();
        let account = Account {
            system_id: &message.seat.taker.system_id,
            segments: 1,
            message_id: None,
            command_status,
            notes: &message.notes,
        };
        let recipient = message.pdu.string("destination_addr").unwrap_or_default();
        let owner = self.desk.owner_of_number(recipient);
        let crossing = Crossing::Push {
            recipient: recipient.to_owned(),
            gateway: GATEWAY.to_owned(),
            params: params(message.pdu, carried, &account),
            wsp: carried.map_or_else(Bytes::new, |c| Bytes::copy_from_slice(&c.data)),
            answered: to_http(command_status),
        };
        let answer = message.pdu.response(command_status);
        let wire = message.came.wire(Vec::new(), &answer);
        let arrival = self.arrival(owner.as_ref(), crossing, wire);
        self.desk.hand_over(owner.map(|owner| owner.guest), arrival);
        answer
    }

    /// Sends the receipts that are due, and has the others sent when the push has arrived. One that is lost has none: nobody knows
    /// of it.
    pub fn settle(self: &Arc<Self>, owed: Owed) {
        let Owed { receipts, fate } = owed;
        if receipts.is_empty() {
            return;
        }
        match fate {
            None => self.receipts.nobody(&receipts),
            Some(Fate::Arrived) => self.receipts.delivered(&receipts),
            Some(Fate::Lost) => {}
            Some(Fate::Kept(arrived)) => {
                let house = Arc::clone(self);
                tokio::spawn(async move {
                    tokio::select! {
                        () = house.stop.cancelled() => {}
                        arrived = arrived => if arrived.is_ok() {
                            house.receipts.delivered(&receipts);
                        },
                    }
                });
            }
        }
    }

    /// Tells of a datagram whose last segments did not come. It reached nobody.
    pub fn give_up(&self, incomplete: Incomplete) {
        let notes = incomplete.notes.into_iter().map(|note| ("note".to_owned(), note));
        let crossing = Crossing::Push {
            recipient: incomplete.recipient,
            gateway: GATEWAY.to_owned(),
            params: notes.collect(),
            wsp: Bytes::new(),
            answered: to_http(status::OK),
        };
        self.desk.hand_over(None, self.arrival(None, crossing, None));
    }

    fn arrival(&self, owner: Option<&Owner>, crossing: Crossing, wire: Option<Carriage>) -> Arrival {
        Arrival {
            place: owner.map_or(GATEWAY, |owner| &owner.place).to_owned(),
            from: Some(self.relay.clone()),
            crossing,
            wire,
        }
    }
}

/// Why no SMSC could take this message.
fn unfit(pdu: &Pdu, carried: Option<&Carried>, findings: &[Finding]) -> Option<u32> {
    let broken = findings.iter().find_map(|finding| match finding.code.as_str() {
        "smpp-param-missing" | "smpp-text-not-terminated" => Some(status::INVALID_COMMAND_LENGTH),
        "smpp-message-length" => Some(status::INVALID_MESSAGE_LENGTH),
        "smpp-tlv-truncated" | "smpp-too-many-tlvs" => Some(status::INVALID_OPTIONAL_STREAM),
        _ => None,
    });
    let longer = |name| pdu.string(name).is_some_and(|text| text.len() > LONGEST_ADDRESS);
    if broken.is_some() {
        broken
    } else if pdu.string("destination_addr").is_none_or(str::is_empty) || longer("destination_addr") {
        Some(status::INVALID_DESTINATION)
    } else if longer("source_addr") {
        Some(status::INVALID_SOURCE)
    } else if carried.is_none_or(|carried| carried.data.is_empty()) {
        Some(status::INVALID_MESSAGE_LENGTH)
    } else {
        None
    }
}
