//! The incremental judge of one script: opens an expectation when its step is reached, offers it what was seen since the
//! script began and what comes after, and closes it when its window ends.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::case::{Demands, Expect, Script, Selector, StepId};
use crate::run::blame::{Scene, blame};
use crate::run::journal::{Event, NodeState, What};
use crate::run::outcome::{CaseResult, RelayLog};
use crate::run::stage::homes_of;
use crate::run::suite::Suite;

use super::answers::Answers;
use super::demand;
use super::ledger::{Ledger, Subject};
use super::matching::Scope;
use super::memory::{Memory, unresolved};
use super::plan::{Item, Kind, items};
use super::quirks::quirks;
use super::sighting::Sighting;
use super::verdict::Case;
use super::weight::Policy;

mod offer;
mod unrecorded;

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Not decided yet.
    Open,
    /// The sequence goes on.
    Done,
    /// The sequence ends here: what follows depends on what did not happen.
    Broken,
    /// An accepted outcome that ends the case.
    CaseOver,
}

/// Judges one script's journal.
pub struct Judge {
    script: Arc<Script>,
    items: BTreeMap<StepId, Arc<Item>>,
    memory: Memory,
    answers: Answers,
    /// Open expectations: when each opened, and what it has taken.
    open: BTreeMap<StepId, Window>,
    status: BTreeMap<StepId, Status>,
    ledger: Ledger,
    case: Case,
}

#[derive(Debug, Default)]
struct Window {
    since_us: u64,
    taken: Vec<usize>,
}

impl Judge {
    pub fn new(script: Arc<Script>, suite: &Suite, policy: Policy) -> Self {
        let items = items(&script)
            .into_iter()
            .map(|(id, item)| (id, Arc::new(item)))
            .collect();
        Judge {
            items,
            memory: Memory::new(Arc::clone(&suite.contents)),
            answers: Answers::default(),
            open: BTreeMap::new(),
            status: BTreeMap::new(),
            ledger: Ledger::new(Arc::clone(&suite.catalogue), policy, script.topology),
            case: Case::default(),
            script,
        }
    }

    /// Takes the next event of the journal.
    pub fn feed(&mut self, event: &Event) {
        match &event.what {
            What::Begin {
                unix,
                vars,
                unclaimed,
                missing,
                alive,
                silent,
                recorded,
                ..
            } => {
                self.memory.unix = *unix;
                self.memory.vars.clone_from(vars);
                self.case.not_applicable(unclaimed, missing);
                self.case.alive |= !alive.is_empty();
                self.case.unheard.extend(silent.iter().cloned());
                let ends = recorded.iter().filter_map(|link| link.split_once('-'));
                let ends = ends.flat_map(|(a, b)| [a.to_owned(), b.to_owned()]);
                self.case.recorded.extend(ends);
            }
            What::StepStart { step } => self.start(*step, event.at_us),
            What::WindowEnd { step } => self.close(*step, event.at_us),
            What::Sent { step, capture, .. } => self.sent(*step, capture.as_deref(), event),
            What::Seen { .. } | What::NoReply { .. } => self.seen(event),
            What::FetchAgain { .. } => self.put_off(event),
            What::Halt { step, missing } => {
                let got = self.no_value(missing);
                self.halt(*step, got, event.at_us);
            }
            What::NotSent { step, why } => self.halt(*step, why.clone(), event.at_us),
            What::Node { node, state, detail } => match state {
                NodeState::Started => {
                    self.case.alive = true;
                    self.case.recorded.insert(node.clone());
                }
                NodeState::Died => self
                    .case
                    .deaths
                    .push(format!("relay {node} ended unasked: {detail}")),
                NodeState::Stopped | NodeState::Killed => {
                    self.case.fallen.insert(node.clone());
                }
            },
            What::Log {
                node,
                lines,
                left_out,
            } => self.case.logs.push(RelayLog {
                relay: node.clone(),
                lines: lines.clone(),
                left_out: *left_out,
            }),
            What::Overrun { .. } => self.case.is_overrun = true,
            What::Fault { text, .. } => self.case.faults.push(text.clone()),
            // What a link does is nobody's fault, and what has no script nobody's evidence.
            What::Shaped { .. } | What::Fell { .. } | What::Unsolicited { .. } => {}
            What::End => self.case.ended_us = Some(event.at_us),
        }
    }

    /// Where a step stands; a step the judge has no say in is done.
    pub fn status(&self, step: StepId) -> Status {
        self.status.get(&step).copied().unwrap_or(Status::Done)
    }

    /// The value of a reference such as `bob.plmn` or `forward.X-Mms-Transaction-ID`.
    pub fn lookup(&self, reference: &str) -> Option<String> {
        self.memory.lookup(reference)
    }

    /// What captures, variables and fixtures mean at this point of the script.
    pub fn scope(&self) -> &dyn Scope {
        &self.memory
    }

    /// The sighting a capture names.
    pub fn captured(&self, name: &str) -> Option<&Sighting> {
        self.memory.captured(name)
    }

    /// What was seen last.
    pub fn last(&self) -> Option<&Sighting> {
        self.memory.all().last()
    }

    /// All that was seen so far, in order.
    pub fn all(&self) -> &[Sighting] {
        self.memory.all()
    }

    /// Whether the case has no use for this answer to a fetch of its step: the step that expects it demands something else, or
    /// an M-Retrieve.conf of whose status it says nothing, which is to bring the MM.
    pub fn has_no_use_for(&self, step: StepId, answer: &Sighting) -> bool {
        let Some(Kind::Send { answered_by, .. }) = self.items.get(&step).map(|item| &item.kind) else {
            return false;
        };
        let accepted = |expect: &Expect| {
            demand::is_of_type(&expect.select, answer)
                && demand::check(&expect.demands, answer, &self.memory).is_none()
                && (expect.select == Selector::Reply || demand::speaks_of(expect, "X-Mms-Retrieve-Status"))
        };
        match answered_by
            .and_then(|by| self.items.get(&by))
            .map(|item| &item.kind)
        {
            None => !answer.is_positive_answer(),
            Some(Kind::Expect(expect)) => !accepted(expect),
            Some(Kind::AnyOf(any)) => !any.alternatives.iter().any(accepted),
            Some(_) => false,
        }
    }

    /// Whether, as it stands, the case does not pass.
    pub fn is_troubled(&self) -> bool {
        self.case.is_troubled() || self.ledger.is_troubled()
    }

    /// Whether something was not as it should be.
    pub fn complains(&self) -> bool {
        self.ledger.complains()
    }

    /// The verdict on everything fed so far.
    pub fn finish(mut self) -> CaseResult {
        for (step, item) in &self.items {
            self.ledger.settle(*step, item, self.case.is_over());
        }
        self.attribute();
        let quirks = quirks(self.memory.all(), &self.memory.vars, |seen| self.answers.of(seen));
        CaseResult {
            quirks,
            ..self.case.result(&self.script, self.ledger, self.memory.all())
        }
    }

    /// With several relays, says whose fault each violation is.
    fn attribute(&mut self) {
        let homes = homes_of(&self.script);
        let captured = |reference: &str| self.memory.refers_to(reference).map(|seen| seen.seq);
        let scene = Scene::new(
            &self.script,
            &homes,
            &self.memory.vars,
            self.memory.all(),
            self.memory.unix,
            &captured,
            (&self.case.recorded, &self.case.fallen),
        );
        self.ledger.attribute(|complaint| blame(&scene, complaint));
    }

    fn start(&mut self, step: StepId, at_us: u64) {
        let Some(item) = self.items.get(&step).cloned() else {
            return;
        };
        let missing = match &item.kind {
            Kind::Expect(e) | Kind::Recv(e) => self.unresolved(e),
            Kind::ExpectNone(e) => unresolved(&[], &e.narrow, &self.memory),
            Kind::AnyOf(any) => any.alternatives.iter().find_map(|e| self.unresolved(e)),
            Kind::Send { .. } | Kind::Other => return,
        };
        if let Some(missing) = missing {
            let got = self.no_value(&missing);
            self.ledger.unreachable(step, &item, got, at_us);
            self.status.insert(step, Status::Broken);
            return;
        }
        self.status.insert(step, Status::Open);
        self.open.insert(
            step,
            Window {
                since_us: at_us,
                taken: Vec::new(),
            },
        );
        for index in 0..self.memory.len() {
            if self.status(step) != Status::Open {
                break;
            }
            self.offer(step, &item, index);
        }
    }

    /// A reference of this expectation, its `should:` half included, that has no value.
    fn unresolved(&self, expect: &Expect) -> Option<String> {
        let demands: Vec<&Demands> = std::iter::once(&expect.demands).chain(&expect.should).collect();
        unresolved(&demands, &expect.narrow, &self.memory)
    }

    fn close(&mut self, step: StepId, at_us: u64) {
        let (Some(window), Some(item)) = (self.open.remove(&step), self.items.get(&step).cloned()) else {
            return;
        };
        let absence = match (&item.kind, self.case.is_blind()) {
            (_, Some((note, got))) => {
                self.ledger.undecidable(step, &item, note, got, at_us);
                false
            }
            (Kind::ExpectNone(none), None) => {
                self.ledger.pass(step, &item, Subject::Absence(none), None, at_us);
                true
            }
            (_, None) => {
                let waited_ms = at_us.saturating_sub(window.since_us) / 1000;
                self.ledger.missing(step, &item, waited_ms, &self.memory, at_us);
                false
            }
        };
        let status = if absence { Status::Done } else { Status::Broken };
        self.status.insert(step, status);
    }

    fn sent(&mut self, step: Option<StepId>, capture: Option<&str>, event: &Event) {
        let Some(sighting) = Sighting::of(event) else {
            return;
        };
        let index = self.memory.add(sighting);
        self.memory.take(index);
        if let Some(name) = capture {
            self.memory.capture(name, index);
        }
        let Some(step) = step else { return };
        let Some(item) = self.items.get(&step) else { return };
        if let Kind::Send { send, answered_by } = &item.kind {
            let answered_later = answered_by.is_some();
            self.answers.sent(event.seq, step, &send.what, answered_later);
            let status = if answered_later {
                Status::Done
            } else {
                Status::Open
            };
            self.status.insert(step, status);
        }
    }

    fn seen(&mut self, event: &Event) {
        let Some(sighting) = Sighting::of(event) else {
            return;
        };
        if sighting.no_reply.is_none() {
            self.case.alive = true;
            if let Some(relay) = &sighting.relay {
                self.case.unheard.remove(relay);
            }
        }
        let answered = sighting.answers;
        let index = self.memory.add(sighting);
        if let Some(step) = answered.and_then(|seq| self.answers.unexpected(seq)) {
            self.answer(step, index, event.at_us);
        }
        // Expectations take before `expect-none` looks, each in the order of the case.
        let (wants, watches): (Vec<StepId>, Vec<StepId>) = self
            .open
            .keys()
            .copied()
            .partition(|step| !matches!(self.items[step].kind, Kind::ExpectNone(_)));
        for step in wants.into_iter().chain(watches) {
            if self.memory.is_taken(index) {
                break;
            }
            let item = Arc::clone(&self.items[&step]);
            self.offer(step, &item, index);
        }
    }

    /// The answer to a request that no step expects: it must be positive.
    fn answer(&mut self, step: StepId, index: usize, at_us: u64) {
        let Some(item) = self.items.get(&step).cloned() else {
            return;
        };
        let seen = self.memory.at(index);
        // A request with an answer of its own is not answered by an empty HTTP response.
        let is_answer = self
            .answers
            .of(seen)
            .and_then(|answered| answered.with)
            .is_none_or(|kind| seen.kind() == Some(kind));
        let status = if is_answer && seen.is_positive_answer() {
            Status::Done
        } else {
            self.ledger.refused(step, &item, seen, at_us);
            Status::Broken
        };
        self.memory.take(index);
        self.status.insert(step, status);
    }

    /// An answer that came before the relay could serve: a sign of life, and no outcome.
    fn put_off(&mut self, event: &Event) {
        self.case.alive = true;
        if let Some(sighting) = Sighting::of(event) {
            let index = self.memory.add(sighting);
            self.memory.take(index);
        }
    }

    fn halt(&mut self, step: StepId, got: String, at_us: u64) {
        if let Some(item) = self.items.get(&step).cloned() {
            self.ledger.unreachable(step, &item, got, at_us);
        }
        self.status.insert(step, Status::Broken);
    }
}
