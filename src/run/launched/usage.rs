//! What a script has to do with the relays that the run starts: it waits until they are up, has them for itself where it must, and learns
//! of their deaths and of what they said.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::select_all;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard};
use tokio::time::timeout;

use super::keeper::Keeper;
use super::node::{Death, Node};
use super::seat::Company;
use crate::case::Script;
use crate::run::journal::{NodeState, What};
use crate::run::judge::Judge;
use crate::run::recorder::Recorder;
use crate::run::stage::{Stage, controls};
use crate::run::world::World;
use crate::target::launch::{Excerpt, Mark, Provisioner};
use crate::target::{Reset, Target};

/// How long after its last connection the death of a relay may be noticed.
const LATE_DEATH: Duration = Duration::from_millis(150);

/// Lines of a relay's log that a case keeps.
pub const LOG_LINES: usize = 200;

/// The relays of one script, until it has ended.
#[derive(Default)]
pub struct Usage {
    script: String,
    used: Vec<Used>,
}

struct Used {
    script: String,
    keeper: Arc<Keeper>,
    /// Its life when the script began.
    life: u64,
    /// Its log when the script began.
    mark: Mark,
    lock: Lock,
}

enum Lock {
    Alongside { _lock: OwnedRwLockReadGuard<()> },
    Alone { _lock: OwnedRwLockWriteGuard<()> },
}

/// Takes the relays of a script into use.
///
/// # Errors
/// A relay was given up, or could not be made as new; why, for a person.
pub async fn begin(script: &Script, world: &World, company: Company) -> Result<Usage, String> {
    let mut usage = Usage {
        script: script.id.clone(),
        used: Vec::new(),
    };
    // In the order of their names: no two scripts wait for each other.
    for (relay, keeper) in world.keepers() {
        if !script.topology.relays().contains(&relay.as_str()) {
            continue;
        }
        let target = keeper.node().target();
        let is_alone =
            company == Company::Nobody || controls(script, relay) || target.reset != Reset::Numbers;
        let lock = if is_alone {
            let lock = Arc::clone(&keeper.lock).write_owned().await;
            Lock::Alone { _lock: lock }
        } else {
            let lock = Arc::clone(&keeper.lock).read_owned().await;
            Lock::Alongside { _lock: lock }
        };
        if keeper.is_used.swap(true, Ordering::Relaxed) {
            reset(keeper, world.provisioner()).await?;
        }
        let life = keeper.up().await?;
        if controls(script, relay) {
            keeper.node().status().send_modify(|s| s.is_held = true);
        }
        keeper.node().users.enter(&script.id);
        usage.used.push(Used {
            script: script.id.clone(),
            keeper: Arc::clone(keeper),
            life,
            mark: keeper.node().mark(),
            lock,
        });
    }
    Ok(usage)
}

/// Makes a relay as new, if its target says how.
async fn reset(keeper: &Keeper, provisioner: &Provisioner) -> Result<(), String> {
    let node = keeper.node();
    match &node.target().reset {
        Reset::Numbers => Ok(()),
        Reset::Command(words) => {
            let done = provisioner.reset(node.target(), words).await;
            done.map_err(|reason| format!("relay {}: {reason}", node.relay()))
        }
        Reset::Restart => {
            node.status().send_modify(|s| s.is_held = true);
            node.stop().await;
            let started = node.start().await;
            node.status().send_modify(|s| s.is_held = false);
            started.map_err(|e| format!("relay {}: {e}", node.relay()))
        }
    }
}

/// Makes the subscribers of a script known to their relays.
///
/// # Errors
/// What failed, for a person.
pub async fn provision(stage: &Stage, world: &World) -> Result<(), String> {
    for agent in stage.agents.values() {
        let Some(target) = world.target(&agent.home) else {
            continue;
        };
        let target: &Target = target;
        let done = world.provisioner().subscriber(target, &agent.number).await;
        done.map_err(|reason| format!("relay {}: {reason}", agent.home))?;
    }
    Ok(())
}

impl Usage {
    /// Waits until one of the relays dies unasked: its name, how it ended and what it said last.
    async fn death(&self) -> (String, Arc<Death>) {
        if self.used.is_empty() {
            return std::future::pending().await;
        }
        select_all(self.used.iter().map(|used| Box::pin(used.death())))
            .await
            .0
    }

    /// Does the steps of a script, until they are done or a relay has died; then no step can tell more. Records the death, and, if something
    /// is not as it should be, what the relays said meanwhile. Steps that give an error could not be done for a reason that is no relay's.
    ///
    /// Gives whether a relay died and others may have made it.
    pub async fn attend(&self, recorder: &Recorder, steps: impl Future<Output = Result<(), String>>) -> bool {
        let death = tokio::select! {
            done = steps => self.after(done, recorder).await,
            death = self.death() => Some(death),
        };
        let is_unsure = death
            .as_ref()
            .is_some_and(|(_, death)| death.sole.as_ref() != Some(&self.script));
        if let Some((node, death)) = death {
            let detail = death.detail.clone();
            recorder.record(What::Node {
                node,
                state: NodeState::Died,
                detail,
            });
        }
        if recorder.ask(Judge::is_troubled) {
            for (node, log) in self.logs() {
                recorder.record(What::Log {
                    node,
                    lines: log.lines,
                    left_out: log.left_out,
                });
            }
        }
        is_unsure
    }

    /// A connection that broke is noticed before the death of the process behind it.
    async fn after(&self, done: Result<(), String>, recorder: &Recorder) -> Option<(String, Arc<Death>)> {
        let is_troubled = done.is_err() || recorder.ask(Judge::is_troubled);
        let death = if is_troubled && !self.used.is_empty() {
            match timeout(LATE_DEATH, self.dying()).await {
                Ok(()) => Some(self.death().await),
                Err(_) => None,
            }
        } else {
            None
        };
        if let (Err(text), None) = (done, &death) {
            recorder.record(What::Fault { step: None, text });
        }
        death
    }

    /// Waits until it is known that one of the relays has ended; what it said last may still be on its way.
    async fn dying(&self) {
        select_all(self.used.iter().map(|used| Box::pin(used.dying()))).await;
    }

    /// What each of the relays said since the script began.
    pub fn logs(&self) -> Vec<(String, Excerpt)> {
        let said = |used: &Used| {
            let node = used.keeper.node();
            (node.relay().to_owned(), node.said(used.mark, LOG_LINES))
        };
        self.used.iter().map(said).collect()
    }
}

impl Used {
    async fn dying(&self) {
        let mut status = self.keeper.node().status().subscribe();
        let dying = status.wait_for(|s| {
            let has_died = s.death.as_ref().is_some_and(|death| death.life >= self.life);
            has_died || (s.is_dying && s.life >= self.life)
        });
        if dying.await.is_err() {
            // The run itself ends.
            std::future::pending::<()>().await;
        }
    }

    async fn death(&self) -> (String, Arc<Death>) {
        let node: &Node = self.keeper.node();
        let mut status = node.status().subscribe();
        let later = |death: &Arc<Death>| death.life >= self.life;
        let death = match status.wait_for(|s| s.death.as_ref().is_some_and(later)).await {
            Ok(status) => status.death.clone(),
            Err(_) => None,
        };
        match death {
            Some(death) => (node.relay().to_owned(), death),
            // The run itself ends.
            None => std::future::pending().await,
        }
    }
}

impl Drop for Used {
    fn drop(&mut self) {
        let node = self.keeper.node();
        node.users.leave(&self.script);
        node.status().send_modify(|status| {
            if status.up && status.life == self.life {
                // It lived through a whole script.
                status.falls = 0;
            }
            if matches!(self.lock, Lock::Alone { .. }) {
                status.is_held = false;
            }
        });
    }
}
