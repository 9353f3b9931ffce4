//! What became of each message that was accepted, by push id and address.

use std::collections::HashMap;

use super::notify::Notice;
use crate::wire::push::pap::{Address, Version};

/// Codes of PAP (WAP-247 §9.13) that the gateway uses.
pub(super) mod code {
    pub const OK: u16 = 1000;
    pub const ACCEPTED: u16 = 1001;
    pub const BAD_REQUEST: u16 = 2000;
    pub const FORBIDDEN: u16 = 2001;
    pub const ADDRESS_ERROR: u16 = 2002;
    pub const ADDRESS_NOT_FOUND: u16 = 2003;
    pub const PUSH_ID_NOT_FOUND: u16 = 2004;
    pub const DUPLICATE_PUSH_ID: u16 = 2007;
    pub const CANCELLATION_NOT_POSSIBLE: u16 = 2008;
    pub const INTERNAL_ERROR: u16 = 3000;
    pub const NOT_IMPLEMENTED: u16 = 3001;
    pub const SERVICE_FAILURE: u16 = 4000;
    pub const SERVICE_UNAVAILABLE: u16 = 4001;
}

/// The state of a message for one address (WAP-247 §9.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It waits for its time, or for the user agent.
    Pending,
    /// It went out; confirmed, if that was asked for.
    Delivered,
    /// There is no such subscriber.
    Undeliverable,
    /// The time it was to be delivered before is over.
    Expired,
    /// It went out, and nothing confirmed it.
    Timeout,
    Cancelled,
    /// Nobody knows.
    Unknown,
}

impl State {
    /// As `message-state` has it.
    pub(super) fn name(self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::Delivered => "delivered",
            State::Undeliverable => "undeliverable",
            State::Expired => "expired",
            State::Timeout => "timeout",
            State::Cancelled => "cancelled",
            State::Unknown => "unknown",
        }
    }

    /// The code that goes with it.
    pub(super) fn code(self) -> u16 {
        match self {
            State::Pending => code::ACCEPTED,
            State::Delivered | State::Cancelled => code::OK,
            State::Undeliverable => code::ADDRESS_NOT_FOUND,
            State::Expired | State::Timeout => code::SERVICE_FAILURE,
            State::Unknown => code::PUSH_ID_NOT_FOUND,
        }
    }
}

/// A message to one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Delivery {
    /// As it was written.
    pub(super) address: String,
    pub(super) state: State,
    /// Since when, in seconds since 1970.
    pub(super) since: i64,
}

/// A message that was accepted.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) version: Version,
    /// `confirmed` or `unconfirmed`.
    pub(super) method: &'static str,
    /// Where results are to be sent.
    pub(super) notify: Option<String>,
    /// Seconds since 1970 at which it expires.
    pub(super) before: Option<i64>,
    pub(super) deliveries: Vec<Delivery>,
}

/// All messages of one gateway.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    messages: HashMap<String, Message>,
}

/// One delivery of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) push_id: String,
    pub(super) index: usize,
}

impl Ledger {
    pub(super) fn knows(&self, push_id: &str) -> bool {
        self.messages.contains_key(push_id)
    }

    pub(super) fn enter(&mut self, push_id: &str, message: Message) {
        self.messages.insert(push_id.to_owned(), message);
    }

    /// Whether the delivery is still to be made. One whose time is over is not: it is expired from now on.
    pub(super) fn is_due(&mut self, ticket: &Ticket, now: i64) -> bool {
        let Some(message) = self.messages.get_mut(&ticket.push_id) else {
            return false;
        };
        message.expire(now);
        let delivery = message.deliveries.get(ticket.index);
        delivery.is_some_and(|delivery| delivery.state == State::Pending)
    }

    /// Ends a delivery that is pending, or that has expired without anybody being told; what its initiator wants to hear of it.
    pub(super) fn settle(&mut self, ticket: &Ticket, state: State, now: i64) -> Option<Notice> {
        let message = self.messages.get_mut(&ticket.push_id)?;
        let delivery = message.deliveries.get_mut(ticket.index)?;
        let expired = delivery.state == State::Expired && state == State::Expired;
        if delivery.state != State::Pending && !expired {
            return None;
        }
        (delivery.state, delivery.since) = (state, if expired { delivery.since } else { now });
        Some(Notice {
            url: message.notify.clone()?,
            version: message.version,
            push_id: ticket.push_id.clone(),
            method: message.method,
            delivery: delivery.clone(),
        })
    }

    /// What became of the message for these addresses, or all of its own, and how it was to be delivered; an address that it does not
    /// have is unknown. None: there is no such message.
    pub(super) fn query(
        &mut self,
        push_id: &str,
        addresses: &[String],
        now: i64,
    ) -> Option<(Vec<Delivery>, &'static str)> {
        let message = self.messages.get_mut(push_id)?;
        message.expire(now);
        let asked = message
            .asked(addresses)
            .into_iter()
            .map(|found| match found {
                Ok(index) => message.deliveries[index].clone(),
                Err(address) => Delivery {
                    address,
                    state: State::Unknown,
                    since: now,
                },
            })
            .collect();
        Some((asked, message.method))
    }

    /// Cancels what is pending of the message for these addresses, or for all of its own; each with its code. None: there is no such
    /// message.
    pub(super) fn cancel(
        &mut self,
        push_id: &str,
        addresses: &[String],
        now: i64,
    ) -> Option<Vec<(String, u16)>> {
        let message = self.messages.get_mut(push_id)?;
        message.expire(now);
        let mut results = Vec::new();
        for found in message.asked(addresses) {
            results.push(match found {
                Ok(index) => {
                    let delivery = &mut message.deliveries[index];
                    let code = if delivery.state == State::Pending {
                        (delivery.state, delivery.since) = (State::Cancelled, now);
                        code::OK
                    } else {
                        code::CANCELLATION_NOT_POSSIBLE
                    };
                    (delivery.address.clone(), code)
                }
                Err(address) => (address, code::ADDRESS_NOT_FOUND),
            });
        }
        Some(results)
    }
}

impl Message {
    fn expire(&mut self, now: i64) {
        let Some(before) = self.before.filter(|before| *before <= now) else {
            return;
        };
        let pending = |delivery: &&mut Delivery| delivery.state == State::Pending;
        for delivery in self.deliveries.iter_mut().filter(pending) {
            (delivery.state, delivery.since) = (State::Expired, before);
        }
    }

    /// The places of deliveries to these addresses; of all, if none is named.
    fn asked(&self, addresses: &[String]) -> Vec<Result<usize, String>> {
        if addresses.is_empty() {
            return (0..self.deliveries.len()).map(Ok).collect();
        }
        let place = |address: &String| {
            let mut deliveries = self.deliveries.iter();
            deliveries
                .position(|delivery| is_same_client(&delivery.address, address))
                .ok_or_else(|| address.clone())
        };
        addresses.iter().map(place).collect()
    }
}

/// Whether two addresses are of one client, with or without `+`.
pub(super) fn is_same_client(one: &str, other: &str) -> bool {
    let client = |address: &str| {
        let client = Address::parse(address).client;
        client.strip_prefix('+').unwrap_or(&client).to_ascii_lowercase()
    };
    client(one) == client(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TO: &str = "WAPPUSH=+15550100017/TYPE=PLMN@ppg.example";

    fn ledger(before: Option<i64>) -> (Ledger, Ticket) {
        let mut ledger = Ledger::default();
        let delivery = Delivery {
            address: TO.to_owned(),
            state: State::Pending,
            since: 0,
        };
        let message = Message {
            version: Version::V2_0,
            method: "unconfirmed",
            notify: Some("http://127.0.0.1:1/".to_owned()),
            before,
            deliveries: vec![delivery],
        };
        ledger.enter("1", message);
        let ticket = Ticket {
            push_id: "1".to_owned(),
            index: 0,
        };
        (ledger, ticket)
    }

    fn state(ledger: &mut Ledger, now: i64) -> (State, i64) {
        let (deliveries, _) = ledger.query("1", &[], now).unwrap();
        (deliveries[0].state, deliveries[0].since)
    }

    #[test]
    fn what_is_over_stays_so() {
        let (mut ledger, ticket) = ledger(None);
        assert!(ledger.is_due(&ticket, 5));
        assert!(ledger.settle(&ticket, State::Delivered, 6).is_some());
        assert!(ledger.settle(&ticket, State::Timeout, 7).is_none());
        assert!(!ledger.is_due(&ticket, 8));
        assert_eq!(state(&mut ledger, 9), (State::Delivered, 6));
        let addresses = ["15550100017".to_owned(), "+19".to_owned()];
        assert_eq!(
            ledger.cancel("1", &addresses, 9).unwrap(),
            [(TO.to_owned(), 2008), ("+19".to_owned(), 2003)]
        );
        assert!(ledger.cancel("2", &[], 9).is_none());
    }

    #[test]
    fn a_message_expires_once() {
        let (mut ledger, ticket) = ledger(Some(10));
        assert_eq!(state(&mut ledger, 9), (State::Pending, 0));
        assert_eq!(state(&mut ledger, 12), (State::Expired, 10));
        assert!(!ledger.is_due(&ticket, 12));
        let notice = ledger.settle(&ticket, State::Expired, 13).unwrap();
        assert_eq!(notice.delivery.since, 10);
        assert_eq!(ledger.cancel("1", &[], 14).unwrap()[0].1, 2008);
    }
}
