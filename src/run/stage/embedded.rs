//! The configuration of embedded relays: whom they serve, where they send, their timers, limits and defects.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::case::{HomeLookup, HubKind, Script, Topology};
use crate::relay::{self, config};
use crate::run::world::World;

use super::NotUp;
use super::names::{HOME_APEX, Names};
use super::pushing;
use super::routes::{Peer, dns, peers};

/// The relay that alone speaks with other MMSEs, where there is one.
const FRONT: &str = "F";
/// The hub between MMSEs.
const HUB: &str = "hub";

/// Identity header of embedded relays.
const IDENTITY: &str = "X-WAP-Network-Client-MSISDN";

/// Octets above which embedded relays refuse an MM: small, so that going beyond it costs little.
pub const MESSAGE_SIZE: usize = 100_000;

/// Attempts at a transfer through a hub: as many as fit into the time for failover.
const HUB_ATTEMPTS: u32 = 40;

/// What the configuration of an embedded relay depends on.
pub struct Around<'a> {
    pub script: &'a Script,
    pub world: &'a World,
    /// Domains that are the script's own.
    pub names: &'a Names,
    /// Values of references.
    pub vars: &'a BTreeMap<String, String>,
    /// Where the links from relays to others, and shaped ones to peers, begin.
    pub towards: &'a BTreeMap<(String, String), SocketAddr>,
    /// The file it keeps what must survive in, if it has one.
    pub store: Option<PathBuf>,
    /// The subscriber service, if there is one.
    pub homes: Option<String>,
}

/// The configuration of one embedded relay.
///
/// # Errors
/// The world has no push gateway for the relay.
pub fn configure(relay: &str, around: Around<'_>) -> Result<relay::Config, NotUp> {
    let (script, world) = (around.script, around.world);
    let topology = script.topology;
    let Ways {
        subscribers,
        relays,
        edge,
        mut routes,
        hub,
    } = ways(relay, &around);
    let through_hub = (topology == Topology::Hub && relay != HUB).then(|| around.link(relay, HUB));
    if edge.is_none() {
        let mut peers = peers(relay, &around)?;
        for peer in &mut peers {
            peer.mm4 = through_hub.flatten().unwrap_or(peer.mm4);
        }
        routes.extend(peers);
    }
    let dns = dns(relay, &around, &routes)?;
    let others = topology.relays().iter().filter(|other| **other != relay);
    let basis = basis(relay, around.domain(relay), world)?;
    Ok(relay::Config {
        subscribers,
        relays,
        edge,
        hub,
        home_lookup: around.homes.map(|url| config::HomeLookup {
            url,
            timeout_ms: 2_000,
        }),
        home_enum: (around.script.home_lookup == HomeLookup::Enum)
            .then(|| around.world.dns(relay))
            .flatten()
            .map(|server| config::HomeEnum {
                server,
                apex: HOME_APEX.to_owned(),
                timeout_ms: 2_000,
            }),
        routes: match dns {
            None => routes.into_iter().map(Peer::by_table).collect(),
            Some(_) => Vec::new(),
        },
        dns,
        timers: match topology {
            // A mail hub passes on that the MMSE behind it is down: that takes as long as the case wants.
            Topology::Hub => config::Timers {
                mm4_attempts: HUB_ATTEMPTS,
                ..embedded_timers()
            },
            _ => basis.timers,
        },
        store_with: match topology {
            Topology::SharedStore => others.map(|other| (*other).to_owned()).collect(),
            _ => Vec::new(),
        },
        store: around.store,
        ..basis
    })
}

/// An embedded relay of this MMSE that serves nobody and knows no way yet.
///
/// # Errors
/// The world has no push gateway for the relay.
pub fn basis(relay: &str, domain: String, world: &World) -> Result<relay::Config, NotUp> {
    let any = world.host.any();
    let push = world
        .gateway(relay)
        .and_then(|gateway| pushing::push(relay, gateway))
        .ok_or_else(|| NotUp(format!("relay {relay} has no push gateway")))?;
    let defects = world
        .defects
        .iter()
        .filter(|(node, _)| node.as_deref().is_none_or(|n| n == relay))
        .map(|(_, defect)| defect.clone())
        .collect();
    Ok(relay::Config {
        name: relay.to_owned(),
        host: format!("{}.{domain}", relay.to_ascii_lowercase()),
        system_address: format!("system-user@{domain}"),
        domain,
        mm1: config::Mm1::new(any, "/mms", IDENTITY),
        mm4: config::Mm4::at(any),
        push,
        subscribers: Vec::new(),
        relays: Vec::new(),
        edge: None,
        hub: None,
        home_lookup: None,
        home_enum: None,
        routes: Vec::new(),
        dns: None,
        timers: embedded_timers(),
        limits: embedded_limits(),
        store_with: Vec::new(),
        store: None,
        dialects: world
            .target(relay)
            .and_then(|target| target.embedded.as_ref())
            .map(|embedded| embedded.dialects.clone())
            .unwrap_or_default(),
        defects,
    })
}

impl Around<'_> {
    /// The domain of a relay's MMSE.
    fn domain(&self, relay: &str) -> String {
        self.names.domain(relay, domain_of(self.script.topology, relay))
    }

    /// Where the link from one node to another begins.
    pub(super) fn link(&self, from: &str, to: &str) -> Option<SocketAddr> {
        self.towards.get(&(from.to_owned(), to.to_owned())).copied()
    }
}

/// Whom a relay serves and how it reaches the other relays of the topology.
struct Ways {
    subscribers: Vec<config::Subscribers>,
    relays: Vec<config::Neighbour>,
    edge: Option<String>,
    routes: Vec<Peer>,
    hub: Option<config::Hub>,
}

fn ways(relay: &str, around: &Around<'_>) -> Ways {
    let topology = around.script.topology;
    let hub = (topology == Topology::Hub && relay == HUB).then(|| match hub_of(around.script) {
        HubKind::SmtpRelay => config::Hub::SmtpRelay,
        HubKind::Application => config::Hub::Application,
    });
    let mut ways = Ways {
        subscribers: Vec::new(),
        relays: Vec::new(),
        edge: (topology == Topology::FrontRelay && relay != FRONT).then(|| FRONT.to_owned()),
        routes: Vec::new(),
        hub,
    };
    let mut serve = |of: &str, home: &str| {
        ways.subscribers.push(config::Subscribers {
            prefix: own_prefix(of),
            home: home.to_owned(),
        });
    };
    if hub.is_none() {
        serve(relay, relay);
    }
    for other in topology.relays().iter().filter(|r| **r != relay) {
        match topology {
            Topology::SharedStore => serve(other, relay),
            Topology::TwoRelays => serve(other, other),
            Topology::FrontRelay if relay == FRONT => serve(other, other),
            _ => {}
        }
    }
    for other in topology.relays().iter().filter(|r| **r != relay) {
        let own = around.domain(other);
        if around.domain(relay) == own {
            if let Some(mm4) = around.link(relay, other) {
                ways.relays.push(config::Neighbour {
                    name: (*other).to_owned(),
                    host: format!("{}.{own}", other.to_ascii_lowercase()),
                    mm4,
                });
            }
        } else if *other != HUB
            && let Some(mm4) = around.link(relay, other).or_else(|| around.link(relay, HUB))
        {
            ways.routes.push(Peer {
                name: (*other).to_owned(),
                prefix: own_prefix(other),
                host: format!("{}.{own}", other.to_ascii_lowercase()),
                domain: own,
                mm4,
                hub: answers_for(around.script, relay),
            });
        }
    }
    ways
}

/// Domain of an embedded relay's MMSE.
pub fn domain_of(topology: Topology, relay: &str) -> String {
    match topology {
        Topology::TwoMmse | Topology::Hub => format!("mms.{}.example", relay.to_ascii_lowercase()),
        _ => "mms.home.example".to_owned(),
    }
}

/// The hub that answers this relay for the MMSEs behind it.
pub(super) fn answers_for(script: &Script, relay: &str) -> Option<String> {
    let application = script.topology == Topology::Hub && hub_of(script) == HubKind::Application;
    (application && relay != HUB).then(|| domain_of(script.topology, HUB))
}

fn hub_of(script: &Script) -> HubKind {
    script.nodes.iter().find_map(|node| node.kind).unwrap_or_default()
}

/// Whether two relays are joined by a link.
pub fn joined(topology: Topology, a: &str, b: &str) -> bool {
    match topology {
        Topology::SharedStore => false,
        Topology::FrontRelay => a == FRONT || b == FRONT,
        Topology::Hub => a == HUB || b == HUB,
        Topology::OneRelay | Topology::TwoMmse | Topology::TwoRelays => true,
    }
}

/// Timers of embedded relays: short, so that cases about resending need not wait long.
pub fn embedded_timers() -> config::Timers {
    config::Timers {
        mm4_response_ms: 3_000,
        mm4_retry_ms: vec![50, 100, 200, 400],
        mm4_attempts: 6,
        notification_repeat_ms: vec![800, 1_600],
        home_check_ms: 200,
        takeover_ms: 200,
        ..config::Timers::default()
    }
}

/// Limits of embedded relays.
pub fn embedded_limits() -> config::Limits {
    config::Limits {
        message_size: MESSAGE_SIZE,
        ..config::Limits::default()
    }
}

/// Subscribers of embedded relay A have numbers below `+1555100`, those of B below `+1555101`.
pub fn own_prefix(relay: &str) -> String {
    let index = relay
        .bytes()
        .next()
        .map_or(0, |b| u32::from(b.wrapping_sub(b'A')) % 100);
    format!("+15551{index:02}")
}
