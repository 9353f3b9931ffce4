//! What the relay holds: MMs, and what becomes of them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::node::Node;
use super::routing;
use super::timer::Time;
use crate::wire::address::Address;
use crate::wire::{Content, Field, Pdu};

/// A multimedia message with the fields its originator gave it, in the words of MM1.
#[derive(Debug, Clone)]
pub(crate) struct Mm {
    /// Its name in the ledger.
    pub record: String,
    /// When this relay took it over.
    pub taken: Time,
    /// As M-Send.conf gave it out, or as the MM came over MM4. The same for every relay on the way.
    pub message_id: String,
    /// The id that recipients see. Another one when the originator's name could be read out of `message_id`.
    pub shown_id: String,
    /// Originator, in the form of MM1.
    pub from: String,
    pub hidden: bool,
    /// To, Cc, Subject and whatever else travels with the MM; never Bcc.
    pub fields: Vec<Field>,
    /// Blind recipients. Nobody is ever shown them.
    pub bcc: Vec<String>,
    /// Fields of MM4 alone that the next node of this MMSE has to see.
    pub carried: Vec<Field>,
    /// Seconds since 1970.
    pub date: i64,
    pub deadline: Time,
    /// Whether the originator named the deadline.
    pub expiry_given: bool,
    pub not_before: Option<Time>,
    pub reports: Reports,
    pub content: Content,
    /// X-Mms-Message-Size, octets.
    pub size: u64,
    pub origin: Origin,
    /// Received fields, newest first.
    pub trace: Vec<String>,
}

/// What this relay adds to an MM when it takes it over, and must be the same when it is read back from the ledger.
#[derive(Debug, Clone)]
pub(crate) struct Birth {
    pub at: Time,
    pub record: String,
    /// A fresh message id: its own for a submitted MM, one to show for an MM whose originator hides.
    pub id: String,
}

/// Which reports the originator asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reports {
    pub delivery: bool,
    pub read: bool,
    /// X-Mms-Originator-R/S-Delivery-Report: a delivery report for the Relay/Server alone.
    pub relay_delivery: bool,
}

/// Where an MM entered this relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Submitted by a client of this relay, by number.
    Here(String),
    /// Came over MM4; the mailbox in its Sender field, if it had one.
    Mm4 { sender: Option<String> },
}

impl Mm {
    /// Whether its originator is a subscriber of this MMSE, but not a client of this relay.
    pub fn is_from_inside(&self, node: &Node) -> bool {
        let number = Address::parse(&self.from).number().map(routing::international);
        self.origin != Origin::Here(number.clone().unwrap_or_default())
            && number.is_some_and(|number| node.routing.home(&number).is_some())
    }

    /// Whether it came from this host, or through it, as its trace tells.
    pub fn was_at(&self, host: &str) -> bool {
        self.trace.iter().any(|received| {
            let words: Vec<&str> = received.split_whitespace().collect();
            words.windows(2).any(|pair| {
                let named = pair[1].trim_end_matches(';').eq_ignore_ascii_case(host);
                named
                    && ["from", "by"]
                        .iter()
                        .any(|word| pair[0].eq_ignore_ascii_case(word))
            })
        })
    }

    /// The MM without its content, for the time when only reports may still come.
    pub fn remains(&self) -> Arc<Mm> {
        Arc::new(Mm {
            content: Content::default(),
            ..self.clone()
        })
    }
}

/// X-Mms-Status of MM1, X-Mms-MM-Status-Code of MM4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Status {
    Expired,
    Retrieved,
    Rejected,
    Deferred,
    Indeterminate,
    Forwarded,
    Unreachable,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Status::Expired => "Expired",
            Status::Retrieved => "Retrieved",
            Status::Rejected => "Rejected",
            Status::Deferred => "Deferred",
            Status::Indeterminate => "Indeterminate",
            Status::Forwarded => "Forwarded",
            Status::Unreachable => "Unreachable",
        }
    }

    /// The status a report names; what the list does not know, or must not be reported, is indeterminate.
    pub fn from_name(name: &str) -> Status {
        [
            Status::Expired,
            Status::Retrieved,
            Status::Rejected,
            Status::Deferred,
            Status::Forwarded,
            Status::Unreachable,
        ]
        .into_iter()
        .find(|s| s.name().eq_ignore_ascii_case(name.trim()))
        .unwrap_or(Status::Indeterminate)
    }

    pub fn is_final(self) -> bool {
        self != Status::Deferred
    }
}

/// An address in the one form by which the relay compares addresses.
pub(crate) fn canonical(text: &str) -> String {
    canonical_address(&Address::parse(text))
}

pub(crate) fn canonical_address(address: &Address) -> String {
    match address {
        Address::Plmn(number) => Address::Plmn(routing::international(number)).mm1(),
        other => other.mm1(),
    }
}

/// Whether a yes/no field says Yes.
pub(crate) fn says_yes(pdu: &Pdu, name: &str) -> bool {
    pdu.text(name).is_some_and(|v| v.eq_ignore_ascii_case("Yes"))
}
