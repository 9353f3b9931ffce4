//! Where an MM goes: the longest matching prefix over own subscribers and peers decides, or, for numbers of others, ENUM.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError, RwLock};

use super::config::{Config, Dns, Network, Subscribers};
use super::defects::{Seed, Seeds};
use crate::wire::address::{self, Address};

/// What the tables say about one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    /// A subscriber homed on this node.
    Here(String),
    /// Over MM4 to a neighbour of the MMSE or to a peer.
    Over(Hop),
    /// A subscriber of this MMSE: the subscriber service knows on which node.
    Look(String),
    /// A number of somebody else's: ENUM knows whose.
    Ask(String),
    /// Nobody serves this address.
    Nowhere,
    /// An address type that no MMSE is reached by.
    Unsupported,
}

/// The next Relay/Server on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hop {
    /// Domain of envelope addresses there.
    pub domain: String,
    pub way: Way,
    /// A node of this MMSE.
    pub inner: bool,
    /// It is asked to carry the message on, beyond itself.
    pub edge: bool,
}

/// How the host of a domain is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Address(SocketAddr),
    /// By the command that takes what goes to other MMSEs.
    Command,
    /// By its MX and address records, anew at each attempt.
    Dns,
}

/// The routing tables of one node.
#[derive(Debug)]
pub(crate) struct Routing {
    node: String,
    domain: String,
    host: String,
    subscribers: RwLock<Vec<(String, String)>>,
    /// The subscriber service knows the homes, and the table only whose subscribers they are.
    looks: bool,
    neighbours: Vec<(String, Hop)>,
    peers: Vec<(String, Hop)>,
    edge: Option<Hop>,
    /// Hubs by the domain of the peer that they answer for.
    hubs: Vec<(String, Hop)>,
    /// A hub that ends MM4 transactions.
    is_hub: bool,
    /// Numbers of others are looked up by ENUM.
    asks: bool,
    /// Any domain can be looked up by DNS.
    resolves: bool,
    /// The mailboxes that ENUM named last.
    named: Mutex<HashMap<String, String>>,
    seeds: Seeds,
}

/// Mailboxes that are remembered from ENUM. They only qualify addresses in messages: each look-up asks anew.
const NAMED: usize = 10_000;

impl Routing {
    pub fn new(config: &Config, seeds: &Seeds) -> Routing {
        let neighbour = |n: &super::config::Neighbour| {
            let hop = Hop {
                domain: n.host.to_ascii_lowercase(),
                way: Way::Address(n.mm4),
                inner: true,
                edge: false,
            };
            (n.name.clone(), hop)
        };
        let peer = |r: &super::config::Route| {
            let hop = Hop {
                domain: r.domain.to_ascii_lowercase(),
                way: way(r),
                inner: false,
                edge: false,
            };
            (r.prefix.clone(), hop)
        };
        let hub = |r: &super::config::Route| {
            let hop = Hop {
                domain: r.hub.as_ref()?.to_ascii_lowercase(),
                way: way(r),
                inner: false,
                edge: false,
            };
            Some((r.domain.to_ascii_lowercase(), hop))
        };
        let neighbours: Vec<(String, Hop)> = config.relays.iter().map(neighbour).collect();
        let edge = neighbours
            .iter()
            .find(|(name, _)| Some(name) == config.edge.as_ref())
            .map(|(_, hop)| Hop {
                edge: true,
                ..hop.clone()
            });
        let peers = config.routes.iter().map(peer);
        let resolved = config.dns.iter().flat_map(|dns| by_dns(dns, seeds));
        Routing {
            node: config.name.clone(),
            domain: config.domain.to_ascii_lowercase(),
            host: config.host.to_ascii_lowercase(),
            subscribers: RwLock::new(table(&config.subscribers)),
            looks: (config.home_lookup.is_some() || config.home_enum.is_some())
                && !seeds.has(Seed::HomeLookupIgnored),
            neighbours,
            edge,
            hubs: config.routes.iter().filter_map(hub).collect(),
            is_hub: config.hub == Some(super::config::Hub::Application),
            peers: peers.chain(resolved).collect(),
            asks: config.dns.as_ref().is_some_and(|dns| dns.enum_apex.is_some()),
            resolves: config.dns.is_some(),
            named: Mutex::default(),
            seeds: seeds.clone(),
        }
    }

    pub fn destination(&self, address: &Address) -> Destination {
        match address {
            Address::Plmn(number) if self.seeds.has(Seed::RouteZerosKept) => self.by_number(number),
            Address::Plmn(number) => self.by_number(&international(number)),
            Address::Email(mailbox) => self.by_domain(mailbox),
            Address::Device { .. } | Address::ShortCode(_) => Destination::Unsupported,
        }
    }

    /// The relay that a subscriber of this MMSE is homed on.
    pub fn home(&self, number: &str) -> Option<String> {
        let subscribers = self.subscribers.read().unwrap_or_else(PoisonError::into_inner);
        match (longest(&subscribers, number), longest(&self.peers, number)) {
            (Some((own, _)), Some((foreign, _))) if foreign > own => None,
            (own, _) => own.map(|(_, home)| home.clone()),
        }
    }

    /// Takes over another table of own subscribers.
    pub fn reload(&self, subscribers: &[Subscribers]) {
        let mut old = self.subscribers.write().unwrap_or_else(PoisonError::into_inner);
        *old = table(subscribers);
    }

    /// Whether this node is its whole MMSE.
    pub fn is_alone(&self) -> bool {
        self.neighbours.is_empty()
    }

    /// The first peer of the table (for defects that send out what should stay).
    pub fn any_peer(&self) -> Option<Hop> {
        self.peers.first().map(|(_, hop)| hop.clone())
    }

    /// The neighbour of that name or id tag.
    pub fn neighbour(&self, name: &str) -> Option<&Hop> {
        self.neighbours
            .iter()
            .find(|(n, _)| n == name || super::ids::tag(n) == name)
            .map(|(_, hop)| hop)
    }

    /// The neighbour with that host name.
    pub fn neighbour_at(&self, domain: &str) -> Option<&Hop> {
        let host = |hop: &&Hop| hop.domain == domain;
        self.neighbours.iter().map(|(_, hop)| hop).find(host)
    }

    /// The name of the neighbour with that host name.
    pub fn name_at(&self, domain: &str) -> Option<&str> {
        let named = self.neighbours.iter().find(|(_, hop)| hop.domain == domain);
        named.map(|(name, _)| name.as_str())
    }

    /// The Relay/Server behind the domain of a system address: a neighbour, a peer, or a host of a peer.
    pub fn system(&self, domain: &str) -> Option<Hop> {
        if let Some(hop) = self.neighbour_at(domain) {
            return Some(hop.clone());
        }
        let peer = self
            .peers
            .iter()
            .chain(&self.hubs)
            .map(|(_, hop)| hop)
            .find(|hop| same_mmse(&hop.domain, domain))
            .cloned();
        peer.or_else(|| self.edge.clone())
            .or_else(|| self.resolves.then(|| resolved(domain)))
    }

    /// Whether a host of this name is a neighbour, or of a peer or hub in the tables.
    pub fn is_peer_or_neighbour(&self, host: &str) -> bool {
        let mut peers = self.peers.iter().chain(&self.hubs);
        self.neighbour_at(host).is_some() || peers.any(|(_, hop)| same_mmse(&hop.domain, host))
    }

    /// The hop to the MMSE that ENUM named for this number; none if that is this node, which does not serve it.
    pub fn named(&self, number: &str, mailbox: &str) -> Option<Hop> {
        let domain = address::domain(mailbox)?;
        if self.is_own(&domain) {
            return None;
        }
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        if named.len() >= NAMED {
            named.clear();
        }
        named.insert(number.to_owned(), mailbox.to_owned());
        drop(named);
        let peer = self
            .peers
            .iter()
            .map(|(_, hop)| hop)
            .find(|hop| hop.domain == domain);
        let known = self.neighbour_at(&domain).or(peer).cloned();
        Some(known.unwrap_or_else(|| resolved(&domain)))
    }

    /// The mailbox that ENUM named last for an address.
    pub fn mailbox(&self, address: &Address) -> Option<String> {
        if !self.asks {
            return None;
        }
        let named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        named.get(&international(address.number()?)).cloned()
    }

    /// The table's guess at a number of somebody else's.
    pub fn by_prefix(&self, number: &str) -> Option<Hop> {
        let found = if self.seeds.has(Seed::RouteShortestPrefix) {
            shortest(&self.peers, number)
        } else if self.seeds.has(Seed::RouteLast) {
            self.peers.last().map(|(_, hop)| hop)
        } else {
            longest(&self.peers, number).map(|(_, hop)| hop)
        };
        found.cloned()
    }

    /// Whether what comes from `source` may be an answer of the MMSE or node that was asked.
    pub fn speaks_for(&self, asked: &str, source: &str) -> bool {
        let hub = |(peer, hop): &(String, Hop)| peer == asked && same_mmse(&hop.domain, source);
        same_mmse(asked, source) || self.hubs.iter().any(hub)
    }

    /// Whether this is the node through which everything leaves.
    pub fn is_edge(&self, domain: &str) -> bool {
        self.edge.as_ref().is_some_and(|edge| edge.domain == domain)
    }

    /// Whether this node carries messages of that envelope sender on to other MMSEs: those of its own MMSE, and as a hub those of
    /// every MMSE it knows.
    pub fn carries_for(&self, sender: Option<&str>) -> bool {
        let known = || {
            let domain = sender.and_then(address::domain)?;
            self.system(&domain)
        };
        self.is_inside(sender) || (self.is_hub && known().is_some())
    }

    /// Whether mail for this domain is for this MMSE and node.
    pub fn is_own(&self, domain: &str) -> bool {
        domain == self.domain || domain == self.host
    }

    /// Whether a message with this envelope sender comes from inside the MMSE.
    pub fn is_inside(&self, sender: Option<&str>) -> bool {
        let Some(domain) = sender.and_then(address::domain) else {
            return false;
        };
        self.neighbour_at(&domain).is_some() || (!self.neighbours.is_empty() && domain == self.domain)
    }

    fn by_number(&self, number: &str) -> Destination {
        if let Some(home) = self.home(number) {
            return match self.neighbour(&home) {
                _ if self.looks => Destination::Look(number.to_owned()),
                _ if home == self.node => Destination::Here(number.to_owned()),
                Some(hop) => Destination::Over(hop.clone()),
                None => self.edge.clone().map_or(Destination::Nowhere, Destination::Over),
            };
        }
        if let Some(edge) = &self.edge {
            return Destination::Over(edge.clone());
        }
        let over = || self.by_prefix(number).map(Destination::Over);
        if self.asks && number.starts_with('+') {
            let guess = over().filter(|_| self.seeds.has(Seed::EnumPrefixFirst));
            return guess.unwrap_or_else(|| Destination::Ask(number.to_owned()));
        }
        if self.seeds.has(Seed::RouteUnknownIsOwn) {
            return over().unwrap_or_else(|| Destination::Here(number.to_owned()));
        }
        over().unwrap_or_else(|| self.lost(Seed::RouteOwnUnknownOut))
    }

    fn by_domain(&self, mailbox: &str) -> Destination {
        let domain = address::domain(mailbox);
        self.peers
            .iter()
            .map(|(_, hop)| hop)
            .find(|hop| Some(&hop.domain) == domain.as_ref())
            .or(self.edge.as_ref())
            .map_or_else(
                || self.lost(Seed::RouteMailOverMm4),
                |hop| Destination::Over(hop.clone()),
            )
    }

    /// What no table knows goes nowhere, or, with this defect, to the first peer.
    fn lost(&self, seed: Seed) -> Destination {
        match self.any_peer() {
            Some(hop) if self.seeds.has(seed) => Destination::Over(hop),
            _ => Destination::Nowhere,
        }
    }
}

fn way(route: &super::config::Route) -> Way {
    route.mm4.map_or(Way::Command, Way::Address)
}

fn resolved(domain: &str) -> Hop {
    Hop {
        domain: domain.to_ascii_lowercase(),
        way: Way::Dns,
        inner: false,
        edge: false,
    }
}

fn table(subscribers: &[Subscribers]) -> Vec<(String, String)> {
    let entries = subscribers.iter();
    entries.map(|s| (s.prefix.clone(), s.home.clone())).collect()
}

/// The peers that are found by DNS, by prefix.
fn by_dns(dns: &Dns, seeds: &Seeds) -> Vec<(String, Hop)> {
    let domains = dns
        .domains
        .iter()
        .map(|d| (d.prefix.clone(), resolved(&d.domain)));
    let networks = dns.networks.iter().map(|network| {
        let domain = network_domain(network, seeds.has(Seed::GprsShortMnc));
        (network.prefix.clone(), resolved(&domain))
    });
    domains.chain(networks).collect()
}

/// The MMSE's name on the inter-operator backbone (TS 23.140 annex H); both codes have three digits there.
fn network_domain(network: &Network, as_written: bool) -> String {
    let Network { mcc, mnc, .. } = network;
    if as_written {
        return format!("mms.mnc{mnc}.mcc{mcc}.gprs");
    }
    format!("mms.mnc{mnc:0>3}.mcc{mcc:0>3}.gprs")
}

/// Whether two domains belong to one MMSE: equal, one inside the other, or siblings below a common parent of two labels
/// or more, as the hosts of one operator are.
pub(crate) fn same_mmse(a: &str, b: &str) -> bool {
    let inside = |outer: &str, inner: &str| inner.strip_suffix(outer).is_some_and(|rest| rest.ends_with('.'));
    let parent = |domain: &'_ str| -> Option<String> {
        let (_, parent) = domain.split_once('.')?;
        parent.contains('.').then(|| parent.to_owned())
    };
    a == b || inside(a, b) || inside(b, a) || (parent(a).is_some() && parent(a) == parent(b))
}

/// `00` in front of a country code means `+`.
pub(crate) fn international(number: &str) -> String {
    match number.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None => number.to_owned(),
    }
}

/// The entry with the longest prefix of this number, and that length.
fn longest<'a, T>(table: &'a [(String, T)], number: &str) -> Option<(usize, &'a T)> {
    table
        .iter()
        .filter(|(prefix, _)| number.starts_with(prefix.as_str()))
        .max_by_key(|(prefix, _)| prefix.len())
        .map(|(prefix, target)| (prefix.len(), target))
}

/// The entry with the shortest prefix (defect `routing.static.shortest-prefix`).
fn shortest<'a, T>(table: &'a [(String, T)], number: &str) -> Option<&'a T> {
    table
        .iter()
        .filter(|(prefix, _)| number.starts_with(prefix.as_str()))
        .min_by_key(|(prefix, _)| prefix.len())
        .map(|(_, target)| target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_one_operator_are_one_mmse() {
        assert!(same_mmse("mms.peer.example", "mms.peer.example"));
        assert!(same_mmse("peer.example", "mms1.peer.example"));
        assert!(same_mmse("mms1.peer.example", "mms2.peer.example"));
        assert!(!same_mmse("peer.example", "home.example"));
        assert!(!same_mmse("mms.peer.example", "mms.other.example"));
    }

    #[test]
    fn a_network_code_of_two_digits_is_padded() {
        let network = |mnc: &str| Network {
            prefix: "+48".to_owned(),
            mcc: "260".to_owned(),
            mnc: mnc.to_owned(),
        };
        assert_eq!(network_domain(&network("06"), false), "mms.mnc006.mcc260.gprs");
        assert_eq!(network_domain(&network("410"), false), "mms.mnc410.mcc260.gprs");
    }

    #[test]
    fn the_longest_prefix_wins() {
        let table = [("+1555".to_owned(), 1), ("+15550100".to_owned(), 2)];
        assert_eq!(longest(&table, "+15550100017").map(|(_, t)| *t), Some(2));
        assert_eq!(longest(&table, "+15551"), Some((5, &1)));
        assert_eq!(longest(&table, "+44"), None);
        assert_eq!(international("0015550100"), "+15550100");
    }
}
