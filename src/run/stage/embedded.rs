//! The configuration of embedded relays: whom they serve, where they send, their timers, limits and defects.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

use crate::case::{Script, Topology};
use crate::relay::{self, config};
use crate::run::world::World;

use super::cast::{peer_host, peers_of};
use super::{NotUp, Stage};

/// Identity header of embedded relays.
const IDENTITY: &str = "X-WAP-Network-Client-MSISDN";

/// Port of MM4 at a host that nobody told another one for.
const SMTP_PORT: u16 = 25;

/// Milliseconds for which embedded relays wait for an answer of the DNS.
const ANSWER_MS: u64 = 500;

/// Octets above which embedded relays refuse an MM: small, so that going beyond it costs little.
pub const MESSAGE_SIZE: usize = 100_000;

/// Where the links from one relay to another begin.
pub type Towards = BTreeMap<(String, String), SocketAddr>;

impl Stage {
    /// The configuration of one embedded relay.
    ///
    /// # Errors
    /// The world has no Kannel for the relay.
    pub(super) fn configure(
        &self,
        relay: &str,
        script: &Script,
        world: &World,
        towards: &Towards,
    ) -> Result<relay::Config, NotUp> {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let domain = self.domain_of(relay, script);
        let kannel = world
            .kannel(relay)
            .ok_or_else(|| NotUp(format!("relay {relay} has no Kannel")))?;
        let mut subscribers = vec![config::Subscribers {
            prefix: own_prefix(relay),
            home: relay.to_owned(),
        }];
        let mut relays = Vec::new();
        let mut routes = self.peer_routes(relay, script, world)?;
        for other in script.topology.relays().iter().filter(|r| **r != relay) {
            let Some(mm4) = towards.get(&(relay.to_owned(), (*other).to_owned())).copied() else {
                continue;
            };
            let (prefix, host) = (own_prefix(other), host_of(other, &self.domain_of(other, script)));
            if script.topology == Topology::TwoRelays {
                subscribers.push(config::Subscribers {
                    prefix,
                    home: (*other).to_owned(),
                });
                relays.push(config::Neighbour {
                    name: (*other).to_owned(),
                    host,
                    mm4,
                });
            } else {
                routes.push(Peer {
                    name: (*other).to_owned(),
                    domain: self.domain_of(other, script),
                    prefix,
                    host,
                    mm4,
                });
            }
        }
        let defects = world
            .defects
            .iter()
            .filter(|(node, _)| node.as_deref().is_none_or(|n| n == relay))
            .map(|(_, defect)| defect.clone())
            .collect();
        let dns = self.dns(relay, script, world, &routes)?;
        let by_table = |peer: Peer| config::Route {
            prefix: peer.prefix,
            domain: peer.domain,
            mm4: peer.mm4,
        };
        Ok(relay::Config {
            name: relay.to_owned(),
            host: host_of(relay, &domain),
            system_address: format!("system-user@{domain}"),
            domain,
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
            routes: if dns.is_some() {
                Vec::new()
            } else {
                routes.into_iter().map(by_table).collect()
            },
            dns,
            timers: embedded_timers(),
            limits: embedded_limits(),
            store: None,
            defects,
        })
    }

    fn domain_of(&self, relay: &str, script: &Script) -> String {
        match script.topology {
            Topology::TwoMmse => {
                let usual = format!("mms.{}.example", relay.to_ascii_lowercase());
                self.names.domain(relay, usual)
            }
            Topology::OneRelay | Topology::TwoRelays => "mms.home.example".to_owned(),
        }
    }

    /// The peers by number prefix: each by its own, and by those that the case gives it.
    fn peer_routes(&self, relay: &str, script: &Script, world: &World) -> Result<Vec<Peer>, NotUp> {
        let mut routes = Vec::new();
        for name in peers_of(script) {
            let (Some((domain, prefix)), Some(mm4)) =
                (world.peer_identity(&name, relay), world.peer(&name, relay))
            else {
                continue;
            };
            let domain = self.names.domain(&name, domain);
            let peer = Peer {
                host: peer_host(&domain),
                name,
                domain,
                prefix,
                mm4,
            };
            let more = script.nodes.iter().filter(|node| node.name == peer.name);
            for prefix in more.filter_map(|node| node.prefix.as_ref()) {
                let prefix = prefix
                    .resolve(&|reference| self.vars.get(reference).cloned())
                    .map_err(|reference| NotUp(format!("${reference} has no value")))?;
                routes.push(Peer {
                    prefix,
                    ..peer.clone()
                });
            }
            routes.push(peer);
        }
        Ok(routes)
    }

    /// How an embedded relay asks the DNS, if the script routes by it.
    fn dns(
        &self,
        relay: &str,
        script: &Script,
        world: &World,
        peers: &[Peer],
    ) -> Result<Option<config::Dns>, NotUp> {
        let names = &self.names;
        if !script.routing.asks_dns() {
            return Ok(None);
        }
        let server = world
            .dns(relay)
            .ok_or_else(|| NotUp(format!("relay {relay} has no name server")))?;
        let mut domains = Vec::new();
        let mut networks = Vec::new();
        for peer in peers {
            match names.networks.get(&peer.name) {
                Some((mcc, mnc)) => networks.push(config::Network {
                    prefix: peer.prefix.clone(),
                    mcc: mcc.clone(),
                    mnc: mnc.clone(),
                }),
                None => domains.push(config::Domain {
                    prefix: peer.prefix.clone(),
                    domain: peer.domain.clone(),
                }),
            }
        }
        Ok(Some(config::Dns {
            server,
            enum_apex: script.routing.is_enum().then(|| names.apex.clone()),
            domains,
            networks,
            port: SMTP_PORT,
            // A domain without MX records is its own host.
            ports: peers
                .iter()
                .flat_map(|peer| [&peer.host, &peer.domain].map(|name| (name.clone(), peer.mm4.port())))
                .collect(),
            timeout_ms: ANSWER_MS,
        }))
    }
}

/// An MMSE that is reached by number prefix.
#[derive(Debug, Clone)]
struct Peer {
    name: String,
    domain: String,
    prefix: String,
    host: String,
    mm4: SocketAddr,
}

fn host_of(relay: &str, domain: &str) -> String {
    format!("{}.{domain}", relay.to_ascii_lowercase())
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
