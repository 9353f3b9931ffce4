//! Whom a forward-path means.

use super::fields::mailbox;
use crate::relay::accent::Originator;
use crate::relay::defects::Seed;
use crate::relay::model::canonical_address;
use crate::relay::node::Node;
use crate::relay::routing::Destination;
use crate::wire::address::{self, Address};

/// Whom a forward-path leads to.
pub(super) enum Recipient {
    /// The relay itself.
    System,
    /// A subscriber of this MMSE, by canonical address.
    Subscriber(String),
    /// Somebody in another MMSE: canonical address, mailbox there.
    Beyond(String, String),
}

impl Recipient {
    /// # Errors
    /// The reply that refuses it.
    pub fn of(node: &Node, sender: Option<&str>, path: &str) -> Result<Recipient, &'static str> {
        const FOREIGN: &str = "550 5.7.1 no relaying to that domain";
        const UNKNOWN: &str = "550 5.1.1 no such subscriber";
        let domain = address::domain(path);
        let local = path.rsplit_once('@').map_or(path, |(local, _)| local);
        let carried = node.routing.carries_for(sender);
        let written = path.rsplit_once('@').map_or("", |(_, domain)| domain);
        if written.bytes().any(|b| b.is_ascii_uppercase()) && node.has(Seed::RouteCaseOfDomain) {
            return Err(FOREIGN);
        }
        if local.contains("/type=") && node.has(Seed::RouteCaseOfType) {
            return Err(UNKNOWN);
        }
        if let Some(domain) = domain.filter(|domain| !node.routing.is_own(domain)) {
            if carried && node.routing.system(&domain).is_some_and(|hop| !hop.inner) {
                let parsed = Address::parse(local);
                let address = match parsed.number() {
                    Some(_) => canonical_address(&parsed),
                    None => path.to_owned(),
                };
                return Ok(Recipient::Beyond(address, path.to_owned()));
            }
            if node.has(Seed::InForeignRelayed) {
                return Ok(Recipient::System);
            }
            return Err(FOREIGN);
        }
        let system = node.config.system_address.split('@').next().unwrap_or_default();
        let host = node.accent.words.originator != Originator::Mailbox && node.routing.is_own(path);
        if host || local.eq_ignore_ascii_case(system) || local.eq_ignore_ascii_case("postmaster") {
            return Ok(Recipient::System);
        }
        let parsed = Address::parse(local);
        parsed.number().ok_or(UNKNOWN)?;
        let address = canonical_address(&parsed);
        match node.routing.destination(&parsed) {
            Destination::Here(_) | Destination::Look(_) => Ok(Recipient::Subscriber(address)),
            Destination::Over(hop) if hop.inner => Ok(Recipient::Subscriber(address)),
            Destination::Over(hop) if carried => {
                let mailbox = mailbox(&address, &hop.domain);
                Ok(Recipient::Beyond(address, mailbox))
            }
            Destination::Ask(_) if carried => Ok(Recipient::Subscriber(address)),
            _ if node.has(Seed::InUnknownForgotten) => Ok(Recipient::System),
            _ => Err(UNKNOWN),
        }
    }
}
