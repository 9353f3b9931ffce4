//! The topology of one script, up: relays, links, who is who, and the values of `$name.attribute`.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::case::{Action, Script, Topology};
use crate::link::{Arrival, Hop};
use crate::party::Guest;
use crate::relay::{self, Relay, config};
use crate::target::{Start, Target};
use crate::wire::mm4;

use super::vars;
use super::world::World;

/// Identity header of embedded relays.
const IDENTITY: &str = "X-WAP-Network-Client-MSISDN";

/// Octets above which embedded relays refuse an MM: small, so that going beyond it costs little.
const MESSAGE_SIZE: usize = 100_000;

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

/// Where a relay is driven.
#[derive(Debug, Clone)]
pub struct Access {
    pub mm1_url: String,
    pub identity_header: String,
    pub mm4: SocketAddr,
    pub domain: String,
    pub system_address: String,
}

/// An embedded relay of the script.
struct Embedded {
    config: relay::Config,
    running: Option<Relay>,
    access: Option<Access>,
}

/// The topology of one script.
pub struct Stage {
    pub guest: Guest,
    pub agents: BTreeMap<String, Agent>,
    pub peers: BTreeMap<String, PeerNode>,
    pub vars: BTreeMap<String, String>,
    pub bindings: BTreeMap<String, String>,
    pub unclaimed: Vec<String>,
    pub missing: Vec<String>,
    embedded: Mutex<BTreeMap<String, Embedded>>,
    remote: BTreeMap<String, Access>,
    /// The hops towards each relay.
    hops: BTreeMap<String, Vec<Hop>>,
}

/// The environment's or our own fault.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotUp(String);

impl Stage {
    /// Builds the topology and starts embedded relays. What it has no means for is named in `missing`.
    ///
    /// # Errors
    /// A relay cannot be started, a port not be opened.
    pub async fn build(
        script: &Script,
        world: &World,
        key: u64,
    ) -> Result<(Stage, mpsc::UnboundedReceiver<Arrival>), NotUp> {
        let (guest, arrivals) = world.desk.open(key);
        let mut stage = Stage {
            guest,
            agents: BTreeMap::new(),
            peers: BTreeMap::new(),
            vars: BTreeMap::new(),
            bindings: BTreeMap::new(),
            unclaimed: Vec::new(),
            missing: Vec::new(),
            embedded: Mutex::new(BTreeMap::new()),
            remote: BTreeMap::new(),
            hops: BTreeMap::new(),
        };
        stage.judge_fitness(script, world);
        if stage.is_fit() {
            stage.cast(script, world);
            if stage.missing.is_empty() {
                stage.start_relays(script, world).await?;
                stage.define(world, script);
            }
        }
        Ok((stage, arrivals))
    }

    /// Whether the targets claim and give what the script needs.
    pub fn is_fit(&self) -> bool {
        self.unclaimed.is_empty() && self.missing.is_empty()
    }

    /// Makes the answers to a mail of this peer the script's own, wherever the mail asks them to be sent.
    pub fn claim_answers(&self, peer: &str, mail: &Bytes) {
        let Ok(decoded) = mm4::decode(mail) else { return };
        for name in ["X-Mms-Transaction-ID", "X-Mms-Message-ID"] {
            if let Some(id) = decoded.pdu.text(name) {
                self.guest.claim_id(&id, peer);
            }
        }
        for name in ["X-Mms-Originator-System", "Sender"] {
            if let Some(mailbox) = decoded.pdu.text(name) {
                self.guest.claim_mailbox(mailbox.trim_matches(['<', '>']), peer);
            }
        }
    }

    /// How a relay is driven now; `None` while it is down.
    pub fn access(&self, relay: &str) -> Option<Access> {
        self.remote
            .get(relay)
            .cloned()
            .or_else(|| self.embedded().get(relay).and_then(|e| e.access.clone()))
    }

    pub fn is_embedded(&self, relay: &str) -> bool {
        self.embedded().contains_key(relay)
    }

    /// Ends a relay: its tasks are aborted, its sockets reset, its memory dropped.
    pub async fn kill(&self, relay: &str) {
        if let Some(running) = self.take_down(relay) {
            running.kill().await;
        }
    }

    /// Ends a relay in good order.
    pub async fn stop(&self, relay: &str) {
        if let Some(running) = self.take_down(relay) {
            running.stop().await;
        }
    }

    /// Starts a relay with the configuration it had.
    ///
    /// # Errors
    /// It does not start.
    pub async fn start(&self, relay: &str) -> Result<(), NotUp> {
        let config = self.embedded().get(relay).map(|e| e.config.clone());
        let Some(config) = config else {
            return Err(NotUp(format!("there is no embedded relay {relay}")));
        };
        let running = Relay::start(config.clone())
            .await
            .map_err(|e| NotUp(format!("relay {relay}: {e}")))?;
        for hop in self.hops.get(relay).into_iter().flatten() {
            hop.set_target(Some(running.mm4_addr()));
        }
        let access = Access {
            mm1_url: format!("http://{}{}", running.mm1_addr(), config.mm1.path),
            identity_header: config.mm1.identity_header.clone(),
            mm4: running.mm4_addr(),
            domain: config.domain.clone(),
            system_address: config.system_address.clone(),
        };
        if let Some(embedded) = self.embedded().get_mut(relay) {
            embedded.running = Some(running);
            embedded.access = Some(access);
        }
        Ok(())
    }

    /// Ends everything the script started.
    pub fn tear_down(&self) {
        let relays: Vec<String> = self.embedded().keys().cloned().collect();
        for relay in relays {
            // Dropped, a relay dies as if killed.
            drop(self.take_down(&relay));
        }
    }

    fn embedded(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Embedded>> {
        self.embedded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_down(&self, relay: &str) -> Option<Relay> {
        for hop in self.hops.get(relay).into_iter().flatten() {
            hop.set_target(None);
        }
        let mut embedded = self.embedded();
        let node = embedded.get_mut(relay)?;
        node.access = None;
        node.running.take()
    }

    /// What the targets do not claim or give.
    fn judge_fitness(&mut self, script: &Script, world: &World) {
        let relays = script.topology.relays();
        for relay in relays {
            let Some(target) = world.target(relay) else {
                continue;
            };
            self.bindings.insert((*relay).to_owned(), target.label());
            for item in script.requires.iter().filter(|i| !fulfils(target, i)) {
                if !self.unclaimed.contains(item) {
                    self.unclaimed.push(item.clone());
                }
            }
            if target.start == Start::Remote && relays.len() > 1 {
                self.missing.push(format!(
                    "a recorded MM4 link between {} (relay {relay} is remote: topology {} needs embedded relays)",
                    relays.join(" and "),
                    script.topology.name()
                ));
            }
            if target.start == Start::Remote && controls(script, relay) {
                self.missing
                    .push(format!("a way to start and kill relay {relay}"));
            }
        }
    }

    /// Gives every user agent and peer its number and address, and claims them at the desk.
    fn cast(&mut self, script: &Script, world: &World) {
        let nonce = world.numbers.nonce();
        self.vars.insert("run.nonce".to_owned(), nonce.clone());
        let cast = Cast::of(script);
        for (name, home) in cast.agents {
            let prefix = world
                .target(&home)
                .and_then(|t| t.ixit.as_ref().map(|i| i.own_prefix.clone()))
                .unwrap_or_else(|| own_prefix(&home));
            let number = world.numbers.below(&prefix);
            self.guest.claim_number(&number, &name);
            self.agents.insert(name, Agent { number, home });
        }
        let via = script.topology.relays()[0];
        for name in cast.peers {
            let Some((domain, _)) = world.peer_identity(&name, via) else {
                self.missing
                    .push(format!("a peer MMSE `{name}` (ixit.peers.{name})"));
                continue;
            };
            let host = format!("mx.{domain}");
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
            let number = world.numbers.below(&prefix);
            self.guest.claim_number(&number, &peer);
            self.number_vars(&name, &number, &domain);
            if let Some(node) = self.peers.get_mut(&peer) {
                node.user.get_or_insert_with(|| number.clone());
            }
        }
    }

    fn number_vars(&mut self, name: &str, number: &str, domain: &str) {
        self.vars.insert(format!("{name}.number"), number.to_owned());
        self.vars
            .insert(format!("{name}.plmn"), format!("{number}/TYPE=PLMN"));
        self.vars
            .insert(format!("{name}.mailbox"), format!("{number}/TYPE=PLMN@{domain}"));
    }

    async fn start_relays(&mut self, script: &Script, world: &World) -> Result<(), NotUp> {
        let relays = script.topology.relays();
        for relay in relays {
            if let Some(ixit) = world.target(relay).and_then(|t| t.ixit.as_ref()) {
                self.remote.insert(
                    (*relay).to_owned(),
                    Access {
                        mm1_url: ixit.mm1_url.clone(),
                        identity_header: ixit.identity_header.clone(),
                        mm4: ixit.mm4,
                        domain: ixit.domain.clone(),
                        system_address: ixit.system_address.clone(),
                    },
                );
            }
        }
        let own: Vec<&str> = relays
            .iter()
            .copied()
            .filter(|r| !self.remote.contains_key(*r))
            .collect();
        let mut towards: BTreeMap<(String, String), SocketAddr> = BTreeMap::new();
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        for from in &own {
            for to in own.iter().filter(|to| *to != from) {
                let sink = self.guest.sink();
                let hop = Hop::open(&link_name(from, to), from, any, sink)
                    .await
                    .map_err(|e| NotUp(format!("link {from}-{to}: {e}")))?;
                towards.insert(((*from).to_owned(), (*to).to_owned()), hop.addr);
                self.hops.entry((*to).to_owned()).or_default().push(hop);
            }
        }
        for relay in &own {
            let mut config = configure(relay, script, world, &towards)?;
            if controls(script, relay) {
                config.store = Some(store_file(&world.numbers.nonce(), relay));
            }
            self.embedded().insert(
                (*relay).to_owned(),
                Embedded {
                    config,
                    running: None,
                    access: None,
                },
            );
            self.start(relay).await?;
        }
        Ok(())
    }

    /// Values of `$name.attribute` that depend on the relays.
    fn define(&mut self, world: &World, script: &Script) {
        for relay in script.topology.relays() {
            let Some(access) = self.access(relay) else {
                continue;
            };
            let target = world.target(relay);
            let ixit = target.and_then(|t| t.ixit.as_ref());
            self.vars.insert(format!("{relay}.domain"), access.domain.clone());
            self.vars
                .insert(format!("{relay}.system-address"), access.system_address.clone());
            self.vars
                .insert(format!("{relay}.mm1-url"), access.mm1_url.clone());
            let limit = ixit.map_or(MESSAGE_SIZE, |i| i.message_size);
            self.vars
                .insert("limit.message-size".to_owned(), limit.to_string());
            for (name, duration) in target.map(|t| t.timers.named()).unwrap_or_default() {
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

/// Where an embedded relay keeps what must survive its being killed in this script.
fn store_file(nonce: &str, relay: &str) -> PathBuf {
    std::env::temp_dir().join(format!("mmspec-{nonce}-{relay}.store"))
}

impl Drop for Stage {
    fn drop(&mut self) {
        for embedded in self.embedded().values_mut() {
            // First the relay, then its file: a relay that lives writes it again.
            embedded.running = None;
            if let Some(file) = &embedded.config.store {
                // A relay that had nothing to keep made no file.
                let _ = std::fs::remove_file(file);
            }
        }
    }
}

/// Whether a target is what a case requires: `mm4.ack`, or `not mm1.mmbox`.
fn fulfils(target: &Target, requirement: &str) -> bool {
    match requirement.strip_prefix("not ") {
        Some(item) => !target.claims(item.trim()),
        None => target.claims(requirement),
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
            Topology::TwoMmse | Topology::TwoRelays => "B",
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
                (None, None) => {}
            }
        }
        cast
    }
}

/// The peer MMSEs of a script.
pub fn peers_of(script: &Script) -> Vec<String> {
    let mut peers = vec!["p".to_owned()];
    let more = script
        .nodes
        .iter()
        .filter(|n| n.home.is_none() && n.peer.is_none());
    for node in more {
        if !peers.contains(&node.name) {
            peers.push(node.name.clone());
        }
    }
    peers.sort();
    peers
}

/// Whether the script starts, stops or kills this relay.
fn controls(script: &Script, relay: &str) -> bool {
    script
        .steps()
        .any(|s| matches!(&s.action, Action::Node { relay: r, .. } if r == relay))
}

/// A link is named by its ends in alphabetical order: one name for both directions.
fn link_name(a: &str, b: &str) -> String {
    if a < b {
        format!("{a}-{b}")
    } else {
        format!("{b}-{a}")
    }
}

/// Subscribers of embedded relay A have numbers below `+1555100`, those of B below `+1555101`.
fn own_prefix(relay: &str) -> String {
    let index = relay
        .bytes()
        .next()
        .map_or(0, |b| u32::from(b.wrapping_sub(b'A')) % 100);
    format!("+15551{index:02}")
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

fn configure(
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
        timers: embedded_timers(),
        limits: embedded_limits(),
        store: None,
        defects,
    })
}
