//! The configuration of embedded relays: whom they serve, where they send, their timers, limits and defects.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

use crate::case::{Script, Topology};
use crate::relay::{self, config};
use crate::run::world::World;

use super::NotUp;
use super::cast::peers_of;

/// Identity header of embedded relays.
const IDENTITY: &str = "X-WAP-Network-Client-MSISDN";

/// Octets above which embedded relays refuse an MM: small, so that going beyond it costs little.
pub const MESSAGE_SIZE: usize = 100_000;

/// The configuration of one embedded relay; `towards` tells where the links from one relay to another begin.
///
/// # Errors
/// The world has no Kannel for the relay.
pub fn configure(
    relay: &str,
    script: &Script,
    world: &World,
    towards: &BTreeMap<(String, String), SocketAddr>,
) -> Result<relay::Config, NotUp> {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let one_mmse = script.topology == Topology::TwoRelays;
    let domain_of = |relay: &str| match script.topology {
        Topology::TwoMmse => format!("mms.{}.example", relay.to_ascii_lowercase()),
        Topology::OneRelay | Topology::TwoRelays => "mms.home.example".to_owned(),
    };
    let host_of = |relay: &str| format!("{}.{}", relay.to_ascii_lowercase(), domain_of(relay));
    let kannel = world
        .kannel(relay)
        .ok_or_else(|| NotUp(format!("relay {relay} has no Kannel")))?;
    let mut subscribers = vec![config::Subscribers {
        prefix: own_prefix(relay),
        home: relay.to_owned(),
    }];
    let mut relays = Vec::new();
    let mut routes = Vec::new();
    for other in script.topology.relays().iter().filter(|r| **r != relay) {
        let Some(mm4) = towards.get(&(relay.to_owned(), (*other).to_owned())).copied() else {
            continue;
        };
        if one_mmse {
            subscribers.push(config::Subscribers {
                prefix: own_prefix(other),
                home: (*other).to_owned(),
            });
            relays.push(config::Neighbour {
                name: (*other).to_owned(),
                host: host_of(other),
                mm4,
            });
        } else {
            routes.push(config::Route {
                prefix: own_prefix(other),
                domain: domain_of(other),
                mm4,
            });
        }
    }
    for peer in peers_of(script) {
        if let (Some((domain, prefix)), Some(mm4)) =
            (world.peer_identity(&peer, relay), world.peer(&peer, relay))
        {
            routes.push(config::Route { prefix, domain, mm4 });
        }
    }
    let defects = world
        .defects
        .iter()
        .filter(|(node, _)| node.as_deref().is_none_or(|n| n == relay))
        .map(|(_, defect)| defect.clone())
        .collect();
    Ok(relay::Config {
        name: relay.to_owned(),
        domain: domain_of(relay),
        host: host_of(relay),
        system_address: format!("system-user@{}", domain_of(relay)),
        mm1: config::Mm1 {
            listen: any,
            path: "/mms".to_owned(),
            identity_header: IDENTITY.to_owned(),
        },
        mm4: config::Mm4 { listen: any },
        push: config::Push {
            kannel: format!("http://{kannel}/cgi-bin/sendsms"),
            username: relay.to_owned(),
            password: "mmspec".to_owned(),
        },
        subscribers,
        relays,
        routes,
        dns: None,
        timers: embedded_timers(),
        limits: embedded_limits(),
        store: None,
        defects,
    })
}

/// Timers of embedded relays: short, so that cases about resending need not wait long.
pub fn embedded_timers() -> config::Timers {
    config::Timers {
        mm4_response_ms: 1_500,
        mm4_retry_ms: vec![50, 100, 200, 400],
        mm4_attempts: 6,
        notification_repeat_ms: vec![800, 1_600],
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
