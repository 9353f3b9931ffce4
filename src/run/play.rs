//! Plays scripts side by side, and those again, alone, that met the end of a relay which others may have made.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::case::Script;

use super::drive::Driver;
use super::holds::hold_peers;
use super::journal::{Event, NodeState, What};
use super::judge::Judge;
use super::launched::{Company, Seat, Usage, provision};
use super::observer::Observer;
use super::outcome::{CaseResult, Verdict};
use super::plan::Plan;
use super::recorder::Recorder;
use super::redact::redact;
use super::stage::Stage;
use super::world::{PRIVATE, World};

/// A script and how it is to be played.
#[derive(Clone)]
struct Attempt {
    script: Arc<Script>,
    /// No other attempt of the run has it.
    key: u64,
    company: Company,
    /// The `seq` of its first event.
    first: u64,
}

/// What came of it.
struct Played {
    result: CaseResult,
    /// A relay ended, and others may have made it.
    is_unsure: bool,
    /// The `seq` that comes after its last event.
    next: u64,
}

/// Plays every scenario. Those that wait longest begin first. What an end of a relay among several scripts makes of them is no verdict: each
/// of them is played once more, when all others have ended, without company.
pub async fn play_all(
    plan: &Plan,
    world: &Arc<World>,
    sender: mpsc::UnboundedSender<Event>,
    observer: &dyn Observer,
) -> Vec<CaseResult> {
    let mut players = Players {
        plan,
        world,
        sender,
        observer,
        results: Vec::with_capacity(plan.scenarios.len()),
        unsure: Vec::new(),
    };
    let all = (0u64..).zip(&plan.scenarios).map(|(key, script)| Attempt {
        script: Arc::clone(script),
        key,
        company: Company::Others,
        first: 0,
    });
    players.play(all, plan.jobs).await;
    // Where each has an instance of its own, some side by side have no company either.
    let jobs = if world.is_repeatable() { PRIVATE } else { 1 };
    let keys = u64::try_from(plan.scenarios.len()).unwrap_or_default()..;
    let unsure = std::mem::take(&mut players.unsure);
    let again = keys.zip(unsure).map(|(key, attempt)| Attempt { key, ..attempt });
    players.play(again, jobs.min(plan.jobs)).await;
    players.results
}

struct Players<'a> {
    plan: &'a Plan,
    world: &'a Arc<World>,
    sender: mpsc::UnboundedSender<Event>,
    observer: &'a dyn Observer,
    results: Vec<CaseResult>,
    /// The second attempts that are to be made.
    unsure: Vec<Attempt>,
}

impl Players<'_> {
    /// Each in a task of its own, so many side by side.
    async fn play(&mut self, attempts: impl Iterator<Item = Attempt>, jobs: usize) {
        let mut running = JoinSet::new();
        let mut playing: HashMap<tokio::task::Id, Attempt> = HashMap::new();
        let mut waiting = attempts;
        loop {
            while running.len() < jobs
                && let Some(attempt) = waiting.next()
            {
                self.observer.case_started(&attempt.script.id);
                let judge = Judge::new(Arc::clone(&attempt.script), &self.plan.suite, self.plan.policy);
                let (world, sender) = (Arc::clone(self.world), self.sender.clone());
                let task = running.spawn(play(attempt.clone(), judge, world, sender));
                playing.insert(task.id(), attempt);
            }
            let Some(ended) = running.join_next_with_id().await else {
                break;
            };
            let id = match &ended {
                Ok((id, _)) => *id,
                Err(e) => e.id(),
            };
            let Some(attempt) = playing.remove(&id) else {
                continue;
            };
            match ended {
                Ok((_, played)) => self.ended(attempt, played),
                Err(e) => self.settled(broken(&attempt.script, format!("the suite itself failed: {e}"))),
            }
        }
    }

    fn ended(&mut self, attempt: Attempt, played: Played) {
        match attempt.company {
            Company::Others if played.is_unsure => self.unsure.push(Attempt {
                company: Company::Nobody,
                first: played.next,
                ..attempt
            }),
            Company::Others => self.settled(played.result),
            Company::Nobody => self.settled(CaseResult {
                run_again: true,
                ..played.result
            }),
        }
    }

    fn settled(&mut self, result: CaseResult) {
        self.observer.case_ended(&result);
        self.results.push(result);
    }
}

/// One script from topology up to topology down.
async fn play(
    attempt: Attempt,
    judge: Judge,
    world: Arc<World>,
    out: mpsc::UnboundedSender<Event>,
) -> Played {
    let Attempt {
        script,
        key,
        company,
        first,
    } = attempt;
    // Who waits for numbers has nothing to do: the turn comes after.
    let lease = world.pools.lease(&script).await;
    let turn = if world.is_heard() {
        Arc::clone(&world.turns).acquire_owned().await.ok()
    } else {
        None
    };
    let (stage, world, usage) = match Seat::take(&script, &world, key, company).await {
        Ok(Seat { world, usage }) => {
            // Relays of its own know no earlier script.
            let lease = match world.is_private() {
                true => world.pools.lease(&script).await,
                false => lease,
            };
            (Stage::build(&script, &world, key, lease).await, world, usage)
        }
        Err(not_up) => (Err(not_up), world, Usage::default()),
    };
    // The case begins when it has its peers: its times do not count the wait for them.
    let holds = match &stage {
        Ok((stage, _)) if stage.is_fit() => {
            let holds = hold_peers(&script, stage, &world).await;
            stage.publish(&script, &world);
            holds
        }
        _ => Vec::new(),
    };
    let unix = jiff::Timestamp::now().as_second();
    let (lag, secrets) = (Arc::clone(&world.lag), Arc::clone(world.secrets()));
    let recorder = Recorder::new(script.id.clone(), judge, unix, first, lag, secrets, out);
    let mut is_unsure = false;
    match stage {
        Err(not_up) => {
            recorder.record(What::Fault {
                step: None,
                text: not_up.to_string(),
            });
        }
        Ok((stage, arrivals)) => {
            let fit = stage.is_fit();
            recorder.record(What::Begin {
                unix,
                bindings: stage.bindings.clone(),
                vars: stage.vars.clone(),
                steps: script.outline(),
                unclaimed: stage.unclaimed.clone(),
                missing: stage.missing.clone(),
                alive: world.alive.clone(),
                silent: world.silent_among(script.topology.relays()),
                recorded: world.recorded(script.topology),
            });
            if fit {
                for relay in script.topology.relays().iter().filter(|r| stage.is_embedded(r)) {
                    let node = (*relay).to_owned();
                    recorder.record(What::Node {
                        node,
                        state: NodeState::Started,
                        detail: String::new(),
                    });
                }
                let stage = Arc::new(stage);
                let driver = Driver::new(
                    Arc::clone(&script),
                    Arc::clone(&stage),
                    Arc::clone(&recorder),
                    turn,
                );
                let steps = async {
                    provision(&stage, &world).await?;
                    driver.run(arrivals).await;
                    Ok(())
                };
                is_unsure = usage.attend(&recorder, steps).await;
                stage.record_logs(&recorder);
                stage.tear_down().await;
                driver.abandon();
            }
        }
    }
    drop(holds);
    drop(usage);
    if world.is_private() {
        world.put_down().await;
    }
    let (result, next) = match recorder.end() {
        Some((judge, next)) => (judge.finish(), next),
        None => (
            broken(&script, "the journal of this case was ended twice".to_owned()),
            first,
        ),
    };
    if result.alive {
        world.heard();
    }
    Played {
        result: redact(result, world.secrets()),
        is_unsure,
        next,
    }
}

/// Our own fault, not the relay's.
fn broken(script: &Script, reason: String) -> CaseResult {
    CaseResult {
        id: script.id.clone(),
        title: script.title.clone(),
        verdict: Verdict::Error,
        topology: script.topology.name().to_owned(),
        source: script.source.clone(),
        duration_ms: 0,
        expectations: Vec::new(),
        findings: Vec::new(),
        quirks: Vec::new(),
        alive: false,
        reason: Some(reason),
        run_again: false,
        log: Vec::new(),
    }
}
