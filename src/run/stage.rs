//! The topology of one script: relays and the links between them brought up, put down and up again, and taken down.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::case::{HomeLookup, Script, Topology};
use crate::link::{Arrival, Hop, Mails};
use crate::party::user_agent::{AgentWays, UserAgent};
use crate::party::{Guest, Listening};
use crate::relay;
use crate::target;
use crate::target::Secrets;
use crate::target::launch::Log;
use crate::wire::mm4;

use super::host::{Host, Running};
use super::journal::What;
use super::judge::Judge;
use super::launched::{LOG_LINES, Node};
use super::pools::Lease;
use super::recorder::Recorder;
use super::world::World;

use self::cast::{Agent, PeerNode};
use self::embedded::{Around, configure, joined};
use self::homes::Homes;
use self::lines::Lines;
use self::names::Names;

mod access;
mod cast;
mod embedded;
mod fitness;
mod homes;
mod lines;
mod names;
mod pushing;
mod remote;
mod routes;

pub use access::Access;
pub use cast::{homes_of, peers_of};
pub use embedded::{basis, domain_of, embedded_limits, embedded_timers, own_prefix};
pub use fitness::controls;
pub use names::Unset;

/// Connections of user agents that stay open to an embedded relay.
const IDLE_CONNECTIONS: usize = 4;

/// An embedded relay of the script.
struct Embedded {
    /// What its target says of how it is.
    chosen: Option<target::Embedded>,
    config: relay::Config,
    running: Option<Running>,
    access: Option<Access>,
}

/// The topology of one script.
pub struct Stage {
    pub guest: Guest,
    // Given back after the guest has left: fields drop in their order.
    lease: Lease,
    pub agents: BTreeMap<String, Agent>,
    /// What speaks HTTP for them with embedded relays.
    user_agent: UserAgent,
    /// The same for remote relays, each with its own ways.
    remote_agents: BTreeMap<String, UserAgent>,
    pub peers: BTreeMap<String, PeerNode>,
    pub vars: BTreeMap<String, String>,
    pub bindings: BTreeMap<String, String>,
    pub unclaimed: Vec<String>,
    pub missing: Vec<String>,
    names: Names,
    embedded: Mutex<BTreeMap<String, Embedded>>,
    /// Relays that the script does not start.
    remote: BTreeMap<String, Access>,
    /// What embedded relays say.
    said: Arc<Log>,
    /// Remote relays that the run started.
    launched: BTreeMap<String, Arc<Node>>,
    /// The hops towards each relay.
    hops: BTreeMap<String, Vec<Hop>>,
    /// Where stores of embedded relays lie, if there are any.
    stores: Option<PathBuf>,
    homes: Homes,
    host: Arc<Host>,
    lines: Lines,
    /// Sockets of user agents whose pushes are datagrams.
    _attached: Vec<Listening>,
}

/// The environment's or our own fault.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotUp(String);

impl NotUp {
    pub(super) fn new(why: String) -> NotUp {
        NotUp(why)
    }
}

impl Stage {
    /// Builds the topology and starts embedded relays. What it has no means for is named in `missing`.
    ///
    /// # Errors
    /// A relay cannot be started, a port not be opened.
    pub async fn build(
        script: &Script,
        world: &World,
        key: u64,
        lease: Lease,
    ) -> Result<(Stage, mpsc::UnboundedReceiver<Arrival>), NotUp> {
        let (mut stage, arrivals) = Stage::bare(script, world, key)?;
        stage.lease = lease;
        stage.judge_fitness(script, world);
        if stage.is_fit() {
            stage.cast(script, world);
            if stage.missing.is_empty() {
                stage.attach(script, world).await?;
                stage.start_relays(script, world).await?;
                stage.define(world, script);
                stage.miss_smtp(script);
            }
        }
        Ok((stage, arrivals))
    }

    /// Whether the targets claim and give what a script needs, as far as can be said before anything is brought up for it.
    ///
    /// # Errors
    /// As for [`Stage::build`].
    pub fn fits(script: &Script, world: &World, key: u64) -> Result<bool, NotUp> {
        let (mut stage, _) = Stage::bare(script, world, key)?;
        stage.judge_fitness(script, world);
        Ok(stage.is_fit())
    }

    fn bare(
        script: &Script,
        world: &World,
        key: u64,
    ) -> Result<(Stage, mpsc::UnboundedReceiver<Arrival>), NotUp> {
        let (guest, arrivals) = world.desk.open_for(key, &script.id);
        let ways = AgentWays {
            idle: IDLE_CONNECTIONS,
            ..AgentWays::default()
        };
        let user_agent = UserAgent::new(&ways).map_err(|e| NotUp(e.to_string()))?;
        let stage = Stage {
            guest,
            lease: Lease::default(),
            agents: BTreeMap::new(),
            user_agent,
            remote_agents: BTreeMap::new(),
            peers: BTreeMap::new(),
            vars: BTreeMap::new(),
            bindings: BTreeMap::new(),
            unclaimed: Vec::new(),
            missing: Vec::new(),
            names: Names::default(),
            embedded: Mutex::new(BTreeMap::new()),
            remote: BTreeMap::new(),
            said: Arc::new(Log::new(Secrets::clone(world.secrets()))),
            launched: BTreeMap::new(),
            hops: BTreeMap::new(),
            stores: None,
            homes: Homes::default(),
            host: Arc::clone(&world.host),
            lines: Lines::of(script),
            _attached: Vec::new(),
        };
        Ok((stage, arrivals))
    }

    /// Opens the sockets of user agents whose pushes come straight to them.
    async fn attach(&mut self, script: &Script, world: &World) -> Result<(), NotUp> {
        // Any relay of a cluster may push.
        let relays = script.topology.relays().iter();
        for datagrams in relays.filter_map(|relay| world.gateway(relay)?.datagrams()) {
            for (name, agent) in &self.agents {
                let attached = datagrams.attach(&agent.number).await;
                self._attached
                    .push(attached.map_err(|e| NotUp(format!("user agent {name}: {e}")))?);
            }
        }
        Ok(())
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
        if self.launched.get(relay).is_some_and(|node| node.is_put_down()) {
            return None;
        }
        self.remote
            .get(relay)
            .cloned()
            .or_else(|| self.embedded().get(relay).and_then(|e| e.access.clone()))
    }

    /// What speaks HTTP with a relay for its user agents.
    pub fn agent_towards(&self, relay: &str) -> &UserAgent {
        self.remote_agents.get(relay).unwrap_or(&self.user_agent)
    }

    pub fn is_embedded(&self, relay: &str) -> bool {
        self.embedded().contains_key(relay)
    }

    /// Ends a relay on the spot: its tasks are aborted, its sockets reset, its memory dropped, or its process gets SIGKILL.
    pub async fn kill(&self, relay: &str) {
        if let Some(node) = self.launched.get(relay) {
            return node.kill().await;
        }
        if let Some(running) = self.take_down(relay) {
            running.kill().await;
        }
    }

    /// Ends a relay in good order.
    pub async fn stop(&self, relay: &str) {
        if let Some(node) = self.launched.get(relay) {
            return node.stop().await;
        }
        if let Some(running) = self.take_down(relay) {
            running.stop().await;
        }
    }

    /// Starts a relay with the configuration it had.
    ///
    /// # Errors
    /// It does not start.
    pub async fn start(&self, relay: &str) -> Result<(), NotUp> {
        if let Some(node) = self.launched.get(relay) {
            let started = node.start().await;
            return started.map_err(|e| NotUp(format!("relay {relay}: {e}")));
        }
        let known = self
            .embedded()
            .get(relay)
            .map(|e| (e.config.clone(), e.chosen.clone()));
        let Some((config, chosen)) = known else {
            return Err(NotUp(format!("there is no embedded relay {relay}")));
        };
        let (said, name) = (Arc::clone(&self.said), relay.to_owned());
        let running = self
            .host
            .start(config.clone(), Arc::new(move |line: &str| said.add(&name, line)))
            .await
            .map_err(|e| NotUp(format!("relay {relay}: {e}")))?;
        for hop in self.hops.get(relay).into_iter().flatten() {
            hop.set_target(running.mm4_addr());
        }
        let access = Access::inside(&config, &running, chosen.as_ref())?;
        if let Some(embedded) = self.embedded().get_mut(relay) {
            embedded.running = Some(running);
            embedded.access = Some(access);
        }
        Ok(())
    }

    /// If something is not as it should be: what the embedded relays have said.
    pub fn record_logs(&self, recorder: &Recorder) {
        if !recorder.ask(Judge::is_troubled) {
            return;
        }
        for relay in self.embedded().keys() {
            let said = self.said.of(relay, Log::beginning(), LOG_LINES);
            recorder.record(What::Log {
                node: relay.clone(),
                lines: said.lines,
                left_out: said.left_out,
            });
        }
    }

    /// Ends everything the script started.
    pub async fn tear_down(&self) {
        let relays: Vec<String> = self.embedded().keys().cloned().collect();
        for relay in relays {
            self.kill(&relay).await;
        }
    }

    fn embedded(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Embedded>> {
        self.embedded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_down(&self, relay: &str) -> Option<Running> {
        for hop in self.hops.get(relay).into_iter().flatten() {
            hop.set_target(None);
        }
        let mut embedded = self.embedded();
        let node = embedded.get_mut(relay)?;
        node.access = None;
        node.running.take()
    }

    async fn start_relays(&mut self, script: &Script, world: &World) -> Result<(), NotUp> {
        let relays = script.topology.relays();
        for relay in relays {
            if let Some(keeper) = world.keepers().get(*relay) {
                let node = Arc::clone(keeper.node());
                self.launched.insert((*relay).to_owned(), node);
            }
            let unfit = |why: String| NotUp(format!("relay {relay}: {why}"));
            let ixit = world.target(relay).and_then(|t| t.ixit.as_ref());
            if let Some(ixit) = ixit {
                let agent = remote::agent(ixit).map_err(|e| unfit(format!("ixit.mm1: {e}")))?;
                self.remote_agents.insert((*relay).to_owned(), agent);
            }
            let access = match (
                world.pair(script.topology).and_then(|pair| pair.access(relay)),
                ixit,
            ) {
                (Some(access), _) => access.clone(),
                (None, Some(ixit)) => Access::outside(ixit).map_err(unfit)?,
                (None, None) => continue,
            };
            self.remote.insert((*relay).to_owned(), access);
        }
        let own: Vec<&str> = relays
            .iter()
            .copied()
            .filter(|r| !self.remote.contains_key(*r))
            .collect();
        let mut towards: BTreeMap<(String, String), SocketAddr> = BTreeMap::new();
        for from in &own {
            let joined = |to: &&&str| **to != *from && joined(script.topology, from, to);
            for to in own.iter().filter(joined) {
                let (name, sink) = (link_name(from, to), self.guest.sink());
                let opened = match self.lines.get(&name) {
                    None => Hop::open(&name, from, self.host.any(), sink).await,
                    Some(line) => Hop::open_on(line, from, self.host.any(), Mails::Recorded, sink).await,
                };
                let hop = opened.map_err(|e| NotUp(format!("link {from}-{to}: {e}")))?;
                towards.insert(((*from).to_owned(), (*to).to_owned()), hop.addr);
                self.hops.entry((*to).to_owned()).or_default().push(hop);
            }
        }
        self.open_peer_hops(script, world, &own, &mut towards).await?;
        let shared = script.topology == Topology::SharedStore;
        if shared || own.iter().any(|relay| controls(script, relay)) {
            self.stores = Some(stores(&world.numbers.nonce())?);
        }
        self.homes.by_enum = script.home_lookup == HomeLookup::Enum;
        if script.home_lookup == HomeLookup::Service {
            let at = self.host.any();
            self.homes.open(at, &own, &self.agents).await?;
        }
        for relay in &own {
            let file = match shared {
                true => Some("common"),
                false => controls(script, relay).then_some(*relay),
            };
            let around = Around {
                script,
                world,
                names: &self.names,
                vars: &self.vars,
                towards: &towards,
                store: file.and_then(|file| Some(self.stores.as_ref()?.join(file))),
                homes: self.homes.url(relay),
            };
            let config = configure(relay, around)?;
            self.embedded().insert(
                (*relay).to_owned(),
                Embedded {
                    chosen: world.target(relay).and_then(|target| target.embedded.clone()),
                    config,
                    running: None,
                    access: None,
                },
            );
            self.start(relay).await?;
        }
        if self.homes.by_enum {
            for agent in self.agents.values() {
                self.publish_home(&agent.number, Some(&agent.home));
            }
        }
        Ok(())
    }
}

/// Where embedded relays keep what must survive their being killed in this script.
fn stores(nonce: &str) -> Result<PathBuf, NotUp> {
    let dir = std::env::temp_dir().join(format!("mmspec-{nonce}"));
    std::fs::create_dir_all(&dir).map_err(|e| NotUp(format!("{}: {e}", dir.display())))?;
    Ok(dir)
}

impl Drop for Stage {
    fn drop(&mut self) {
        for embedded in self.embedded().values_mut() {
            // First the relay, then its file: a relay that lives writes it again.
            embedded.running = None;
        }
        if let Some(dir) = &self.stores {
            // What stays behind lies among temporary files.
            let _ = std::fs::remove_dir_all(dir);
        }
    }
}

/// A link is named by its ends in alphabetical order: one name for both directions.
fn link_name(a: &str, b: &str) -> String {
    if a < b {
        format!("{a}-{b}")
    } else {
        format!("{b}-{a}")
    }
}
