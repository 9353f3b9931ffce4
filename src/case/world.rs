//! What a case can name without having defined it: the nodes of its topology, the fields of the standards, durations.

use std::collections::BTreeMap;

use crate::wire::{Protocol, table};

use super::model::Topology;
use super::vocabulary as words;

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NodeKind {
    Relay,
    /// A user agent that the suite plays.
    User,
    Peer,
    /// A user of this peer: an address, no party.
    Subscriber(String),
    /// The DNS.
    Dns,
}

/// The nodes and links of a case.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub nodes: BTreeMap<String, NodeKind>,
    pub links: Vec<String>,
    /// Relays that speak with peers.
    pub outside: Vec<String>,
}

impl World {
    pub fn of(topology: Topology) -> Self {
        let mut world = World::default();
        world.nodes.insert(words::DNS.to_owned(), NodeKind::Dns);
        for relay in topology.relays() {
            world.nodes.insert((*relay).to_owned(), NodeKind::Relay);
        }
        let own = words::TOPOLOGIES.iter().find(|t| t.topology == topology);
        for (user, _) in own.map_or(&[][..], |t| t.users) {
            world.nodes.insert((*user).to_owned(), NodeKind::User);
        }
        for (peer, subscriber) in own.map_or(&[][..], |t| t.peers) {
            world.nodes.insert((*peer).to_owned(), NodeKind::Peer);
            world
                .nodes
                .insert((*subscriber).to_owned(), NodeKind::Subscriber((*peer).to_owned()));
        }
        world.links = own
            .map_or(&[][..], |t| t.links)
            .iter()
            .map(|l| (*l).to_owned())
            .collect();
        world.outside = match topology {
            Topology::FrontRelay | Topology::Hub => vec![topology.relays()[0].to_owned()],
            _ => topology.relays().iter().map(|r| (*r).to_owned()).collect(),
        };
        world
    }

    /// The link of that name, whichever end is named first; the name it has.
    pub fn link(&self, name: &str) -> Option<String> {
        self.all_links().into_iter().find(|link| {
            let ends = link.split_once('-');
            link == name || ends.is_some_and(|(a, b)| name == format!("{b}-{a}"))
        })
    }

    /// The links between relays, then those from relays to peers.
    pub fn all_links(&self) -> Vec<String> {
        let mut links = self.links.clone();
        for relay in &self.outside {
            let peers = self.names(|kind| *kind == NodeKind::Peer);
            links.extend(peers.iter().map(|peer| format!("{relay}-{peer}")));
        }
        links
    }

    pub fn names(&self, wanted: impl Fn(&NodeKind) -> bool) -> Vec<&str> {
        self.nodes
            .iter()
            .filter(|(_, kind)| wanted(kind))
            .map(|(name, _)| name.as_str())
            .collect()
    }

    /// What can be said of a node: `$bob.plmn`.
    pub fn attributes(&self, node: &str) -> Option<&'static [&'static str]> {
        self.nodes.get(node).map(|kind| match kind {
            NodeKind::Relay => words::RELAY_ATTRIBUTES,
            NodeKind::User | NodeKind::Subscriber(_) => words::USER_ATTRIBUTES,
            NodeKind::Peer => words::PEER_ATTRIBUTES,
            NodeKind::Dns => &[],
        })
    }
}

/// A duration: digits and one of `ms`, `s`, `m`, `h`, `d`.
pub(crate) fn duration(text: &str) -> Option<std::time::Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u64 = text[..digits].parse().ok()?;
    let millis = match &text[digits..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(millis).map(std::time::Duration::from_millis)
}

/// Whether this protocol's PDUs may have the field, or what it is called there.
pub(crate) fn field_of(protocol: Protocol, name: &str) -> Result<(), Option<&'static str>> {
    let in_protocol = |name: &str| {
        table::pdus()
            .iter()
            .any(|p| p.kind.protocol() == protocol && p.usage(name).is_some())
    };
    let Some(def) = table::field(name) else {
        return Err(None);
    };
    if in_protocol(name) {
        return Ok(());
    }
    let counterpart = words::COUNTERPARTS.iter().find_map(|(mm1, mm4)| match protocol {
        Protocol::Mm4 if mm1.eq_ignore_ascii_case(name) => Some(*mm4),
        Protocol::Mm1 if mm4.eq_ignore_ascii_case(name) => Some(*mm1),
        _ => None,
    });
    match (counterpart, protocol) {
        (Some(other), _) => Err(Some(other)),
        (None, Protocol::Mm4) => Ok(()),
        (None, Protocol::Mm1) if def.octet.is_some() => Ok(()),
        (None, Protocol::Mm1) => Err(None),
    }
}
