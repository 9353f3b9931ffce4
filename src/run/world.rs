//! What a run shares: the front desk, the listeners relays reach, numbers, targets.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::party::peer::{self, PeerIdentity, Terms};
use crate::party::{Desk, Listening, dns};
use crate::target::{Target, probe};

use super::gateways::Gateway;
use super::host::Host;
use super::lag::Lag;
use super::numbers::Numbers;
use super::pools::Pools;
use super::ports::{self, Unfit};

/// How long a remote relay may take to answer the first probe.
const PROBE: Duration = Duration::from_secs(5);

/// Scripts that are busy at the same time; those that wait do not count.
const BUSY: usize = 12;

/// One for a run.
pub struct World {
    pub desk: Arc<Desk>,
    pub numbers: Numbers,
    /// Numbers of relays that have few.
    pub pools: Pools,
    /// Relay name → its target.
    pub targets: BTreeMap<String, Arc<Target>>,
    /// Where embedded relays live.
    pub host: Arc<Host>,
    /// Seeded defects: relay name (`None`: all embedded ones) and defect.
    pub defects: Vec<(Option<String>, String)>,
    /// Relays that answered the probe.
    pub alive: Vec<String>,
    /// What the silent ones said, for a person.
    pub silent: Vec<String>,
    /// What is risky about the targets, for a person.
    pub warnings: Vec<String>,
    /// Turns of scripts that have something to do.
    pub turns: Arc<Semaphore>,
    /// What the machine withheld.
    pub lag: Arc<Lag>,
    /// Whether any relay has been heard so far.
    heard: AtomicBool,
    gateways: BTreeMap<String, Gateway>,
    peers: BTreeMap<(String, String), Listening>,
    dns: BTreeMap<String, Listening>,
    peer_names: Vec<String>,
}

impl World {
    /// Opens every listener that the given relays need for the given peers, and probes remote relays.
    ///
    /// # Errors
    /// A port cannot be bound.
    pub async fn open(
        targets: BTreeMap<String, Arc<Target>>,
        defects: Vec<(Option<String>, String)>,
        peer_names: BTreeSet<String>,
        seed: u64,
        host: Arc<Host>,
    ) -> Result<World, Unfit> {
        let desk = Desk::new();
        let mut world = World {
            desk,
            numbers: Numbers::new(seed),
            pools: Pools::of(&targets, seed),
            targets,
            host,
            defects,
            alive: Vec::new(),
            silent: Vec::new(),
            warnings: Vec::new(),
            turns: Arc::new(Semaphore::new(BUSY)),
            lag: Arc::new(Lag::new()),
            heard: AtomicBool::new(false),
            gateways: BTreeMap::new(),
            peers: BTreeMap::new(),
            dns: BTreeMap::new(),
            peer_names: peer_names.into_iter().collect(),
        };
        let relays: Vec<(String, Arc<Target>)> = world
            .targets
            .iter()
            .map(|(n, t)| (n.clone(), Arc::clone(t)))
            .collect();
        for (relay, target) in relays {
            world.listen(&relay, &target).await?;
            world.warnings.extend(ports::warnings(&relay, &target));
            world.probe(&relay, &target).await;
        }
        if world.silent.is_empty() {
            world.heard();
        }
        Ok(world)
    }

    /// A relay has said something.
    pub fn heard(&self) {
        self.heard.store(true, Ordering::Relaxed);
    }

    /// Whether there is anybody: an embedded relay, or a remote one that has said something.
    pub fn is_heard(&self) -> bool {
        self.heard.load(Ordering::Relaxed)
    }

    /// Whether any relay is not ours to start.
    pub fn has_remote(&self) -> bool {
        !self.targets.values().all(|t| t.is_embedded())
    }

    /// Another world for the same relays, if all of them are embedded and its ports can be had.
    pub async fn again(&self, key: u64) -> Option<World> {
        if self.has_remote() {
            return None;
        }
        let seed = self.numbers.other_seed(key);
        let peers = self.peer_names.iter().cloned().collect();
        World::open(
            self.targets.clone(),
            self.defects.clone(),
            peers,
            seed,
            Arc::clone(&self.host),
        )
        .await
        .ok()
    }

    /// The gateway that this relay pushes through.
    pub fn gateway(&self, relay: &str) -> Option<&Gateway> {
        self.gateways.get(relay)
    }

    /// Where this relay's name server is; a remote relay may have none that the suite plays.
    pub fn dns(&self, relay: &str) -> Option<SocketAddr> {
        self.dns.get(relay).map(|l| l.addr)
    }

    /// Where this relay reaches this peer.
    pub fn peer(&self, peer: &str, relay: &str) -> Option<SocketAddr> {
        self.peers
            .get(&(peer.to_owned(), relay.to_owned()))
            .map(|l| l.addr)
    }

    /// Domain and number prefix of a peer, as this relay knows them.
    pub fn peer_identity(&self, peer: &str, relay: &str) -> Option<(String, String)> {
        let target = self.targets.get(relay)?;
        if let Some(ixit) = &target.ixit {
            return ixit.peers.get(peer).map(|p| (p.domain.clone(), p.prefix.clone()));
        }
        let index = self.peer_names.iter().position(|n| n == peer)?;
        Some((format!("mms.{peer}.example"), format!("+15552{index:02}")))
    }

    pub fn target(&self, relay: &str) -> Option<&Arc<Target>> {
        self.targets.get(relay)
    }

    async fn listen(&mut self, relay: &str, target: &Target) -> Result<(), Unfit> {
        let any = self.host.any();
        let unfit = |what: String, addr| move |reason| Unfit::listen(relay, target, addr, what, reason);
        let gateway = Gateway::open(Arc::clone(&self.desk), relay, target, any)
            .await
            .map_err(|(what, addr, reason)| Unfit::listen(relay, target, addr, what, reason))?;
        self.gateways.insert(relay.to_owned(), gateway);
        let name_server = match &target.ixit {
            None => Some(any),
            Some(ixit) => ixit.dns.as_ref().map(|dns| dns.listen),
        };
        if let Some(at) = name_server {
            let listening = dns::listen(Arc::clone(&self.desk), relay, at)
                .await
                .map_err(unfit(format!("the name server of relay {relay}"), at))?;
            self.dns.insert(relay.to_owned(), listening);
        }
        for name in self.peer_names.clone() {
            let at = match &target.ixit {
                None => any,
                Some(ixit) => match ixit.peers.get(&name) {
                    Some(peer) => peer.listen,
                    None => continue,
                },
            };
            let domain = self
                .peer_identity(&name, relay)
                .map(|(domain, _)| domain)
                .unwrap_or_default();
            let smtp = target
                .ixit
                .as_ref()
                .and_then(|i| i.peers.get(&name))
                .map(|p| &p.smtp);
            let terms = Terms::new(&smtp.cloned().unwrap_or_default()).map_err(|e| Unfit::Terms {
                peer: name.clone(),
                reason: e.to_string(),
            })?;
            let identity = PeerIdentity {
                name: name.clone(),
                host: format!("mx.{domain}"),
                domain,
            };
            let listening = peer::serve_on(Arc::clone(&self.desk), identity, terms, relay, at)
                .await
                .map_err(unfit(format!("peer MMSE {name} of relay {relay}"), at))?;
            self.peers.insert((name, relay.to_owned()), listening);
        }
        Ok(())
    }

    async fn probe(&mut self, relay: &str, target: &Target) {
        if let Some(ixit) = &target.ixit {
            match probe::probe(ixit, PROBE.min(Duration::from_millis(target.timers.reply))).await {
                probe::Found::Alive => self.alive.push(relay.to_owned()),
                probe::Found::Silent(why) => self.silent.push(format!("relay {relay}: {why}")),
            }
        }
    }
}
