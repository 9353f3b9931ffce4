//! Who takes part in a script: user agents, peer MMSEs and their subscribers, each with its number and address, and what
//! `$name.attribute` means. Knows nothing of how relays are brought up.

use std::time::Duration;

use crate::case::{Script, Topology};
use crate::run::vars;
use crate::run::world::World;

use super::Stage;
use super::embedded::{MESSAGE_SIZE, own_prefix};
use super::names::Names;

/// A user agent of the script.
#[derive(Debug, Clone)]
pub struct Agent {
    pub number: String,
    /// Its home relay.
    pub home: String,
}

/// A fake peer MMSE of the script.
#[derive(Debug, Clone)]
pub struct PeerNode {
    pub host: String,
    pub system_address: String,
    /// A subscriber of it: the sender of what it sends unless the case says otherwise.
    pub user: Option<String>,
}

impl Stage {
    /// Gives every user agent and peer its number and address, and claims them at the desk.
    pub(super) fn cast(&mut self, script: &Script, world: &World) {
        let nonce = world.numbers.nonce();
        self.vars.insert("run.nonce".to_owned(), nonce.clone());
        self.names = Names::of(script, world, &nonce);
        let cast = Cast::of(script);
        for (name, home) in cast.agents {
            let paired = world.pair(script.topology).and_then(|pair| pair.prefix(&home));
            let prefix = world
                .target(&home)
                .and_then(|t| t.ixit.as_ref().map(|i| i.numbers.prefix()))
                .or_else(|| paired.map(str::to_owned))
                .unwrap_or_else(|| own_prefix(&home));
            let leased = self.lease.next(&home);
            let number = leased.unwrap_or_else(|| world.numbers.below(&prefix));
            self.guest.claim_number(&number, &name);
            self.vars.insert(format!("{name}.prefix"), prefix);
            self.agents.insert(name, Agent { number, home });
        }
        let via = script.topology.relays()[0];
        for name in cast.peers {
            let Some((domain, _)) = world.peer_identity(&name, via) else {
                self.missing
                    .push(format!("a peer MMSE `{name}` (ixit.peers.{name})"));
                continue;
            };
            let domain = self.names.domain(&name, domain);
            let host = peer_host(&domain);
            let system_address = format!("mmse-{nonce}@{domain}");
            self.guest.claim_mailbox(&system_address, &name);
            self.vars.insert(format!("{name}.domain"), domain);
            self.vars.insert(format!("{name}.host"), host.clone());
            self.vars
                .insert(format!("{name}.system-address"), system_address.clone());
            self.peers.insert(
                name,
                PeerNode {
                    host,
                    system_address,
                    user: None,
                },
            );
        }
        for (name, peer) in cast.subscribers {
            let Some((domain, prefix)) = world.peer_identity(&peer, via) else {
                continue;
            };
            let domain = self.names.domain(&peer, domain);
            let number = world.numbers.below(&prefix);
            self.guest.claim_number(&number, &peer);
            self.vars.insert(format!("{name}.prefix"), prefix);
            self.number_vars(&name, &number, &domain);
            if let Some(node) = self.peers.get_mut(&peer) {
                node.user.get_or_insert_with(|| number.clone());
            }
        }
    }

    fn number_vars(&mut self, name: &str, number: &str, domain: &str) {
        self.vars.insert(format!("{name}.number"), number.to_owned());
        let digits = number.trim_start_matches('+').to_owned();
        self.vars.insert(format!("{name}.digits"), digits);
        self.vars
            .insert(format!("{name}.enum"), self.names.of_number(number));
        self.vars
            .insert(format!("{name}.plmn"), format!("{number}/TYPE=PLMN"));
        self.vars
            .insert(format!("{name}.mailbox"), format!("{number}/TYPE=PLMN@{domain}"));
    }

    /// Values of `$name.attribute` that depend on the relays.
    pub(super) fn define(&mut self, world: &World, script: &Script) {
        for relay in script.topology.relays() {
            let Some(access) = self.access(relay) else {
                continue;
            };
            let target = world.target(relay);
            let ixit = target.and_then(|t| t.ixit.as_ref());
            self.vars.insert(format!("{relay}.domain"), access.domain.clone());
            self.vars.insert(
                format!("{relay}.domain-in-capitals"),
                access.domain.to_ascii_uppercase(),
            );
            self.vars
                .insert(format!("{relay}.system-address"), access.system_address.clone());
            self.vars
                .insert(format!("{relay}.mm1-url"), access.mm1.url.clone());
            let limit = ixit.map_or(MESSAGE_SIZE, |i| i.message_size);
            self.vars
                .insert("limit.message-size".to_owned(), limit.to_string());
            // An answer may take as many tries as the target allows.
            let tries = ixit.map_or(0, |i| i.mm1.fetch_again.iter().sum());
            for (name, duration) in target.map(|t| t.timers.named()).unwrap_or_default() {
                let more = if name == "reply" { tries } else { 0 };
                let duration = duration + Duration::from_millis(more);
                let name = format!("timer.{name}");
                // The slowest relay of the topology sets the time.
                let longer = self
                    .vars
                    .get(&name)
                    .and_then(|v| vars::duration(v))
                    .is_none_or(|v| v < duration);
                if longer {
                    self.vars.insert(name, vars::text(duration));
                }
            }
        }
        for (name, agent) in self.agents.clone() {
            let domain = self.access(&agent.home).map(|a| a.domain).unwrap_or_default();
            self.number_vars(&name, &agent.number, &domain);
        }
    }
}

/// Who takes part in a script.
struct Cast {
    /// User agent, home relay.
    agents: Vec<(String, String)>,
    peers: Vec<String>,
    /// Subscriber, peer MMSE.
    subscribers: Vec<(String, String)>,
}

impl Cast {
    fn of(script: &Script) -> Cast {
        let home_of_bob = match script.topology {
            Topology::OneRelay => "A",
            _ => "B",
        };
        let mut cast = Cast {
            agents: vec![("alice".into(), "A".into()), ("bob".into(), home_of_bob.into())],
            peers: peers_of(script),
            subscribers: vec![("carol".into(), "p".into())],
        };
        for node in &script.nodes {
            match (&node.home, &node.peer) {
                (Some(home), _) => {
                    cast.agents.retain(|(name, _)| *name != node.name);
                    cast.agents.push((node.name.clone(), home.clone()));
                }
                (None, Some(peer)) => {
                    cast.subscribers.retain(|(name, _)| *name != node.name);
                    cast.subscribers.push((node.name.clone(), peer.clone()));
                }
                (None, None) => {} // a peer, or the hub
            }
        }
        cast
    }
}

/// The user agents of a script, each with its home relay.
pub fn homes_of(script: &Script) -> Vec<(String, String)> {
    Cast::of(script).agents
}

/// The host of a peer's domain.
pub(super) fn peer_host(domain: &str) -> String {
    format!("mx.{domain}")
}

/// The peer MMSEs of a script.
pub fn peers_of(script: &Script) -> Vec<String> {
    let mut peers = vec!["p".to_owned()];
    let more = script
        .nodes
        .iter()
        .filter(|n| n.home.is_none() && n.peer.is_none() && n.kind.is_none());
    for node in more {
        if !peers.contains(&node.name) {
            peers.push(node.name.clone());
        }
    }
    peers.sort();
    peers
}
