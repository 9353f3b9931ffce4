//! What a run shares: the front desk, the listeners relays reach, numbers, targets.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::case::{Script, Topology};
use crate::party::peer::{self, PeerIdentity, Terms};
use crate::party::{Desk, Listening, dns};
use crate::target::launch::{Bound, Provisioner};
use crate::target::{Instances, Secrets, Start, Target, probe};

use super::bindings::instance_dir;
use super::gateways::Gateway;
use super::host::Host;
use super::lag::Lag;
use super::launched::{Keeper, Node};
use super::numbers::Numbers;
use super::pair::Pair;
use super::pools::Pools;
use super::ports::{self, Unfit};

/// How long a remote relay may take to answer the first probe.
const PROBE: Duration = Duration::from_secs(5);

/// Scripts that are busy at the same time; those that wait do not count.
const BUSY: usize = 12;

/// Scripts that have an instance of a started relay for themselves at the same time.
pub const PRIVATE: usize = 8;

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
    /// Relays that the run starts.
    keepers: BTreeMap<String, Arc<Keeper>>,
    provisioner: Provisioner,
    /// What no report may show.
    secrets: Arc<Secrets>,
    /// Where the logs of started relays go.
    logs: PathBuf,
    /// Instances beside the common ones.
    private: Arc<Semaphore>,
    is_private: bool,
    _one_of_them: Option<OwnedSemaphorePermit>,
    pair: Option<Pair>,
}

impl World {
    /// Opens every listener that the given relays need for the given peers.
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
        let mut secrets = Secrets::default();
        for target in targets.values() {
            secrets.extend(&target.hidden());
        }
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
            keepers: BTreeMap::new(),
            provisioner: Provisioner::default(),
            secrets: Arc::new(secrets),
            logs: PathBuf::new(),
            private: Arc::new(Semaphore::new(PRIVATE)),
            is_private: false,
            _one_of_them: None,
            pair: None,
        };
        let relays: Vec<(String, Arc<Target>)> = world
            .targets
            .iter()
            .map(|(n, t)| (n.clone(), Arc::clone(t)))
            .collect();
        for (relay, target) in relays {
            world.listen(&relay, &target).await?;
            world.warnings.extend(ports::warnings(&relay, &target));
        }
        if Pair::is_wanted(&world.targets) {
            world.pair = Some(Pair::open(&world).await?);
        }
        Ok(world)
    }

    /// Starts the relays that the run has to start, for all scripts or `only` for this one, and probes all that are not embedded. What
    /// started relays say goes to files in `logs`.
    ///
    /// # Errors
    /// A relay does not come up.
    pub async fn bring_up(&mut self, logs: &Path, only: Option<&Script>) -> Result<(), Unfit> {
        self.logs = logs.to_owned();
        let relays: Vec<(String, Arc<Target>)> = self
            .targets
            .iter()
            .map(|(n, t)| (n.clone(), Arc::clone(t)))
            .collect();
        for (relay, target) in relays {
            if only.is_some_and(|script| !script.topology.relays().contains(&relay.as_str())) {
                continue;
            }
            if target.start == Start::Command {
                let keeper = self.start(&relay, &target, only).await?;
                self.keepers.insert(relay.clone(), Arc::new(keeper));
            }
            self.probe(&relay, &target).await;
        }
        if self.silent.is_empty() {
            self.heard();
        }
        Ok(())
    }

    async fn start(&self, relay: &str, target: &Arc<Target>, only: Option<&Script>) -> Result<Keeper, Unfit> {
        let (target, secrets) = (Arc::clone(target), Secrets::clone(&self.secrets));
        let file = target.path().map(|path| path.display().to_string());
        let name = match only {
            None => relay.to_owned(),
            Some(script) => format!("{relay}.{}", safe(&script.id)),
        };
        let bound = self.gateway(relay).and_then(Gateway::bound).map(when_bound);
        let node = Node::new(relay, target, secrets, bound, &self.logs, &name);
        let started = match only {
            None => Keeper::shared(node).await,
            Some(_) => Keeper::private(node).await,
        };
        started.map_err(|trouble| Unfit::NotStarted {
            relay: relay.to_owned(),
            file: file.unwrap_or_default(),
            why: self.secrets.hide(&trouble.to_string()).into_owned(),
        })
    }

    /// Ends the relays that the run started: in good order, or on the spot if they were one script's.
    pub async fn put_down(&self) {
        for keeper in self.keepers.values() {
            if self.is_private {
                keeper.kill().await;
            } else {
                keeper.stop().await;
            }
        }
    }

    /// Those of these relays that did not answer the probe.
    pub fn silent_among(&self, relays: &[&str]) -> Vec<String> {
        let outside = |relay: &&&str| self.target(relay).is_some_and(|target| !target.is_embedded());
        relays
            .iter()
            .filter(outside)
            .map(|relay| (*relay).to_owned())
            .filter(|relay| !self.alive.contains(relay))
            .collect()
    }

    /// Whether it is one script's.
    pub fn is_private(&self) -> bool {
        self.is_private
    }

    /// The relays that the run started.
    pub fn keepers(&self) -> &BTreeMap<String, Arc<Keeper>> {
        &self.keepers
    }

    pub fn provisioner(&self) -> &Provisioner {
        &self.provisioner
    }

    /// What no report may show.
    pub fn secrets(&self) -> &Arc<Secrets> {
        &self.secrets
    }

    /// A relay has said something.
    pub fn heard(&self) {
        self.heard.store(true, Ordering::Relaxed);
    }

    /// Whether there is anybody: an embedded relay, or a remote one that has said something.
    pub fn is_heard(&self) -> bool {
        self.heard.load(Ordering::Relaxed)
    }

    /// Whether there can be another world for the same relays: all of them are embedded, or can have more than one instance.
    pub fn is_repeatable(&self) -> bool {
        self.targets.values().all(|target| match target.start {
            Start::Embedded => true,
            Start::Command => target.instances == Instances::Many,
            Start::Remote => false,
        })
    }

    /// Another world for the same relays and one script, with instances, ports and folders of its own.
    ///
    /// # Errors
    /// Its ports cannot be had, or a relay does not come up once more.
    pub async fn again(&self, key: u64, script: &Script) -> Result<World, Unfit> {
        let mut targets = self.targets.clone();
        let mut permit = None;
        if !self.keepers.is_empty() {
            permit = Arc::clone(&self.private).acquire_owned().await.ok();
            for target in targets.values_mut() {
                let again = target.again(instance_dir());
                *target = Arc::new(again.map_err(|wrong| Unfit::Broken(wrong.to_string()))?);
            }
        }
        let seed = self.numbers.other_seed(key);
        let peers = self.peer_names.iter().cloned().collect();
        let host = Arc::clone(&self.host);
        let mut world = World::open(targets, self.defects.clone(), peers, seed, host).await?;
        world.is_private = true;
        world._one_of_them = permit;
        world.bring_up(&self.logs, Some(script)).await?;
        Ok(world)
    }

    /// The relays that all scripts on this topology share, if they do.
    pub fn pair(&self, topology: Topology) -> Option<&Pair> {
        self.pair.as_ref().filter(|_| topology == Pair::TOPOLOGY)
    }

    /// The links that they share.
    pub fn recorded(&self, topology: Topology) -> Vec<String> {
        let links = self.pair(topology).map(Pair::links).unwrap_or_default();
        links.iter().map(|link| (*link).to_owned()).collect()
    }

    /// The peer MMSEs that the suite plays.
    pub fn peer_names(&self) -> &[String] {
        &self.peer_names
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
        // Where one relay of the run has the peer configured, the embedded ones know it by the same name and numbers.
        let known = self
            .targets
            .values()
            .find_map(|t| t.ixit.as_ref()?.peers.get(peer));
        if let Some(known) = known {
            return Some((known.domain.clone(), known.prefix.clone()));
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
                probe::Found::Silent(why) => {
                    let why = format!("relay {relay}: {why}");
                    self.silent.push(self.secrets.hide(&why).into_owned());
                }
            }
        }
    }
}

/// Waits for a session at a short message service centre.
fn when_bound(sessions: watch::Receiver<usize>) -> Bound {
    Arc::new(move || {
        let mut sessions = sessions.clone();
        Box::pin(async move {
            if sessions.wait_for(|count| *count > 0).await.is_err() {
                // The centre is closed: nobody binds there any more.
                std::future::pending::<()>().await;
            }
        })
    })
}

/// As a part of a file's name.
pub fn safe(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    name.chars().map(|c| if plain(c) { c } else { '-' }).collect()
}
