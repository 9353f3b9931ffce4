//! Drives one script: its steps in order, lanes side by side, everything that arrives into the journal.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::task::JoinSet;

use crate::case::{Action, Behaviour, Body, DnsSet, NodeOp, Script, Set, SmtpStage, Step, StepId, Template};
use crate::link::Arrival;
use crate::party::{self, SmtpRule};

use super::compose::{self, Words};
use super::journal::{NodeState, What};
use super::judge::{Judge, Status};
use super::limits::Limits;
use super::recorder::Recorder;
use super::stage::{Stage, Unset};
use super::vars;

/// How long a script may wait and still count as busy.
const PATIENCE: Duration = Duration::from_millis(50);

/// How long the wire must be quiet before a script with something to complain of has all its evidence.
const EVIDENCE: Duration = Duration::from_millis(150);

/// Everything a step needs.
pub struct Driver {
    pub script: Arc<Script>,
    pub stage: Arc<Stage>,
    pub recorder: Arc<Recorder>,
    /// How each peer answers requests that ask for it; absent: `Ok`.
    acknowledge: Mutex<BTreeMap<String, Option<String>>>,
    /// Held while the script has something to do, from its beginning to its first long wait: what is busy side by side stays
    /// few, so that no script's timers run out while it waits for a processor.
    turn: Mutex<Option<OwnedSemaphorePermit>>,
    /// Exchanges under way.
    exchanges: Mutex<JoinSet<()>>,
}

/// Whether a sequence goes on after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    On,
    End,
}

impl Driver {
    pub fn new(
        script: Arc<Script>,
        stage: Arc<Stage>,
        recorder: Arc<Recorder>,
        turn: Option<OwnedSemaphorePermit>,
    ) -> Arc<Self> {
        Arc::new(Driver {
            script,
            stage,
            recorder,
            acknowledge: Mutex::default(),
            turn: Mutex::new(turn),
            exchanges: Mutex::default(),
        })
    }

    /// Runs all steps. Arrivals are journalled meanwhile.
    pub async fn run(self: &Arc<Self>, mut arrivals: mpsc::UnboundedReceiver<Arrival>) {
        let script = Arc::clone(&self.script);
        let Body::Scenario(steps) = &script.body else {
            return;
        };
        let pump = async {
            while let Some(arrival) = arrivals.recv().await {
                self.arrived(arrival);
            }
        };
        tokio::select! {
            _ = self.sequence(steps) => {}
            () = pump => {}
        }
        // What came while the last step was decided belongs to the journal too.
        // It goes on coming where a relay sends without end.
        for _ in 0..arrivals.len() {
            if let Ok(arrival) = arrivals.try_recv() {
                self.arrived(arrival);
            }
        }
        // A mail is recorded when it has been answered: evidence of whose fault it is may still be under way.
        let is_disputed = script.topology.relays().len() > 1 && self.recorder.ask(Judge::complains);
        while is_disputed && let Ok(Some(arrival)) = tokio::time::timeout(EVIDENCE, arrivals.recv()).await {
            self.arrived(arrival);
        }
    }

    /// Carries on an exchange in the background, as long as the script lasts.
    pub fn exchange(&self, exchange: impl Future<Output = ()> + Send + 'static) {
        let mut exchanges = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
        while exchanges.try_join_next().is_some() {}
        exchanges.spawn(exchange);
    }

    /// Drops what is still under way: its relay is gone, and its port may be somebody else's by now.
    pub fn abandon(&self) {
        self.exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .abort_all();
    }

    fn arrived(self: &Arc<Self>, arrival: Arrival) {
        self.recorder.let_go(self.stage.guest.looked_at());
        let Arrival {
            place,
            from,
            crossing,
            wire,
        } = arrival;
        let what = What::Seen {
            place: place.clone(),
            from: from.clone(),
            crossing,
            wire,
        };
        let (_, pdu) = self.recorder.record_and(what, |judge| {
            judge.last().and_then(|seen| {
                if seen.is_accepted() {
                    seen.pdu.clone()
                } else {
                    None
                }
            })
        });
        let (Some(pdu), Some(relay)) = (pdu, from) else {
            return;
        };
        if !self.stage.peers.contains_key(&place) {
            return;
        }
        let mode = self
            .acknowledge
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&place)
            .cloned();
        let Some(status) = mode.unwrap_or_else(|| Some("Ok".to_owned())) else {
            return;
        };
        let mail = compose::acknowledgement(&pdu, &status, &self.stage, &place, self.recorder.unix);
        if let (Some(mail), Some(access)) = (mail, self.stage.access(&relay)) {
            self.deliver(None, None, &place, &relay, &access, mail);
        }
    }

    /// Steps one after the other.
    fn sequence<'a>(
        self: &'a Arc<Self>,
        steps: &'a [Step],
    ) -> Pin<Box<dyn Future<Output = Flow> + Send + 'a>> {
        Box::pin(async move {
            for step in steps {
                if self.step(step).await == Flow::End {
                    return Flow::End;
                }
            }
            Flow::On
        })
    }

    async fn step(self: &Arc<Self>, step: &Step) -> Flow {
        let id = step.id;
        let limit = match &step.action {
            Action::Send(send) => return self.send(step, send).await,
            Action::Dialogue(dialogue) => return self.dialogue(step, dialogue).await,
            Action::Set(set) => return self.set(step.id, set).await,
            Action::Node { op, relay } => return self.node(step, *op, relay).await,
            Action::Parallel(lanes) => {
                let flows = join_all(lanes.iter().map(|lane| self.sequence(lane))).await;
                return if flows.contains(&Flow::End) {
                    Flow::End
                } else {
                    Flow::On
                };
            }
            Action::Expect(_) | Action::AnyOf(_) | Action::ExpectNone(_) => {
                let limits = Limits {
                    timer: &|name| self.timer(name),
                    duration: &|template| self.duration(template),
                };
                limits.of(&step.action)
            }
        };
        let Some(limit) = limit else {
            let text = format!("{}: `within` is no duration", step.source);
            self.recorder.record(What::Fault { step: Some(id), text });
            return Flow::End;
        };
        self.recorder.record(What::StepStart { step: id });
        if matches!(step.action, Action::ExpectNone(_)) {
            self.yield_turn();
        }
        flow(self.decided(id, limit).await)
    }

    /// Waits for the judge; a wait that is not short lets others have their turn.
    pub async fn decided(&self, step: StepId, limit: Duration) -> Status {
        let mut decided = std::pin::pin!(self.recorder.decided(step, limit));
        match tokio::time::timeout(PATIENCE, &mut decided).await {
            Ok(status) => status,
            Err(_) => {
                self.yield_turn();
                decided.await
            }
        }
    }

    pub(super) fn yield_turn(&self) {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    pub fn timer(&self, name: &str) -> Option<Duration> {
        self.stage
            .vars
            .get(&format!("timer.{name}"))
            .and_then(|text| vars::duration(text))
    }

    fn duration(&self, template: &Template) -> Option<Duration> {
        let text = self
            .recorder
            .ask(|judge| Words { judge }.resolve(template).ok())?;
        vars::duration(&text)
    }

    async fn set(&self, step: StepId, set: &Set) -> Flow {
        match &set.behaviour {
            Behaviour::Smtp(rules) => {
                let rules = rules.iter().map(smtp_rule).collect();
                self.stage.guest.smtp_rules(&set.node, rules);
            }
            Behaviour::Http(rules) => {
                let rules = rules
                    .iter()
                    .map(|r| party::HttpRule {
                        status: r.status,
                        times: r.times,
                    })
                    .collect();
                self.stage.guest.http_rules(&set.node, rules);
            }
            Behaviour::Smpp(rules) => {
                let rules = rules
                    .iter()
                    .map(|r| party::SmppRule {
                        status: r.status,
                        times: r.times,
                    })
                    .collect();
                self.stage.guest.smpp_rules(&set.node, rules);
            }
            Behaviour::Dns(dns) => return self.set_name(step, dns),
            Behaviour::Shape(shaping) => {
                self.recorder.record(What::Shaped {
                    link: set.node.clone(),
                    shape: shaping.to_string(),
                });
                self.stage.shape(&set.node, *shaping);
            }
            Behaviour::Home(views) => self.stage.set_home(&set.node, views).await,
            Behaviour::Acknowledge(status) => {
                let mut modes = self.acknowledge.lock().unwrap_or_else(PoisonError::into_inner);
                modes.insert(set.node.clone(), status.clone());
            }
        }
        Flow::On
    }

    fn set_name(&self, step: StepId, dns: &DnsSet) -> Flow {
        let resolve = |template: &Template| {
            let value = template.resolve(&|name| self.recorder.ask(|judge| judge.lookup(name)));
            value.map_err(Unset::Missing)
        };
        match self.stage.change_name(dns, &resolve) {
            Ok(()) => return Flow::On,
            Err(Unset::Missing(missing)) => self.recorder.record(What::Halt { step, missing }),
            Err(wrong) => self.recorder.record(What::Fault {
                step: Some(step),
                text: wrong.to_string(),
            }),
        };
        Flow::End
    }

    async fn node(&self, step: &Step, op: NodeOp, relay: &str) -> Flow {
        let state = match op {
            NodeOp::Kill => {
                self.stage.kill(relay).await;
                NodeState::Killed
            }
            NodeOp::Stop => {
                self.stage.stop(relay).await;
                NodeState::Stopped
            }
            NodeOp::Start => match self.stage.start(relay).await {
                Ok(()) => NodeState::Started,
                Err(e) => {
                    self.recorder.record(What::Fault {
                        step: Some(step.id),
                        text: e.to_string(),
                    });
                    return Flow::End;
                }
            },
        };
        self.recorder.record(What::Node {
            node: relay.to_owned(),
            state,
            detail: String::new(),
        });
        Flow::On
    }
}

/// What a decided step means for its sequence.
pub fn flow(status: Status) -> Flow {
    match status {
        Status::Done => Flow::On,
        Status::Open | Status::Broken | Status::CaseOver => Flow::End,
    }
}

/// Whether a script wants a peer's connections before a recipient is known for itself.
pub fn needs_alone(script: &Script, peer: &str) -> bool {
    script.steps().any(|step| match &step.action {
        Action::Set(Set {
            node,
            behaviour: Behaviour::Smtp(rules),
            ..
        }) => {
            node == peer
                && rules
                    .iter()
                    .any(|r| matches!(r.at, SmtpStage::Connect | SmtpStage::Ehlo | SmtpStage::Mail))
        }
        _ => false,
    })
}

fn smtp_rule(rule: &crate::case::SmtpRule) -> SmtpRule {
    let at = match rule.at {
        SmtpStage::Connect => party::SmtpStage::Connect,
        SmtpStage::Ehlo => party::SmtpStage::Ehlo,
        SmtpStage::Mail => party::SmtpStage::Mail,
        SmtpStage::Rcpt => party::SmtpStage::Rcpt,
        SmtpStage::Data => party::SmtpStage::Data,
        SmtpStage::EndOfData => party::SmtpStage::EndOfData,
    };
    let act = match &rule.act {
        crate::case::SmtpAct::Reply(text) => party::SmtpAct::Reply(text.clone()),
        crate::case::SmtpAct::Drop => party::SmtpAct::Drop,
        crate::case::SmtpAct::Delay(time) => party::SmtpAct::Delay(*time),
    };
    SmtpRule {
        at,
        act,
        times: rule.times,
    }
}
