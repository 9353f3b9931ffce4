//! The incremental judge of one script: opens an expectation when its step is reached, offers it what was seen since the
//! script began and what comes after, and closes it when its window ends.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::case::{AnyOf, Demands, Expect, Level, Script, StepId, TestRef};
use crate::run::journal::{Event, NodeState, What};
use crate::run::outcome::CaseResult;
use crate::run::suite::Suite;

use super::answers::Answers;
use super::demand::{self, Scope, Violation};
use super::memory::{Memory, unresolved};
use super::plan::{Item, Kind, items};
use super::results::{Case, Ledger, Subject};
use super::select::{is_mere_acceptance, selects};
use super::sighting::Sighting;
use super::weight::Policy;

/// What is got of a relay nobody ever heard.
const NO_SIGN: &str = "no relay has answered anything";

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
                ..
            } => {
                self.memory.unix = *unix;
                self.memory.vars.clone_from(vars);
                self.case.not_applicable(unclaimed, missing);
                self.case.alive |= !alive.is_empty();
            }
            What::StepStart { step } => self.start(*step, event.at_us),
            What::WindowEnd { step } => self.close(*step, event.at_us),
            What::Sent { step, capture, .. } => self.sent(*step, capture.as_deref(), event),
            What::Seen { .. } | What::NoReply { .. } => self.seen(event),
            What::Halt { step, missing } => self.halt(*step, missing, event.at_us),
            What::Node { node, state, detail } => match state {
                NodeState::Started => self.case.alive = true,
                NodeState::Died => self
                    .case
                    .deaths
                    .push(format!("relay {node} ended unasked: {detail}")),
                NodeState::Stopped | NodeState::Killed => {}
            },
            What::Fault { text, .. } => self.case.faults.push(text.clone()),
            // It has no script, so it is nobody's evidence.
            What::Unsolicited { .. } => {}
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

    /// The verdict on everything fed so far.
    pub fn finish(mut self) -> CaseResult {
        for (step, item) in &self.items {
            self.ledger.settle(*step, item, self.case.is_over());
        }
        self.case.result(&self.script, self.ledger, self.memory.all())
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
            self.ledger.unreachable(step, &item, &missing, at_us);
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
        if let Kind::ExpectNone(none) = &item.kind {
            if self.case.alive {
                self.ledger.pass(step, &item, Subject::Absence(none), None, at_us);
                self.status.insert(step, Status::Done);
            } else {
                self.ledger.never_alive(step, &item, NO_SIGN.to_owned(), at_us);
                self.status.insert(step, Status::Broken);
            }
            return;
        }
        if self.case.alive {
            let waited_ms = at_us.saturating_sub(window.since_us) / 1000;
            self.ledger.missing(step, &item, waited_ms, &self.memory, at_us);
        } else {
            self.ledger.never_alive(step, &item, NO_SIGN.to_owned(), at_us);
        }
        self.status.insert(step, Status::Broken);
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
        if let Kind::Send { send, answered_later } = &item.kind {
            self.answers.sent(event.seq, step, &send.what, *answered_later);
            let status = if *answered_later {
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
        self.case.alive |= sighting.no_reply.is_none();
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

    fn halt(&mut self, step: StepId, missing: &str, at_us: u64) {
        if let Some(item) = self.items.get(&step).cloned() {
            self.ledger.unreachable(step, &item, missing, at_us);
        }
        self.status.insert(step, Status::Broken);
    }

    fn offer(&mut self, step: StepId, item: &Arc<Item>, index: usize) {
        if self.memory.is_taken(index) {
            return;
        }
        match &item.kind {
            Kind::Expect(expect) | Kind::Recv(expect) => self.offer_to_expect(step, item, expect, index),
            Kind::AnyOf(any) => self.offer_to_any(step, item, any, index),
            Kind::ExpectNone(none) => {
                let seen = self.memory.at(index);
                let answered = self.answers.of(seen);
                let right = selects(
                    &none.select,
                    &none.place,
                    &none.narrow,
                    seen,
                    answered.as_ref(),
                    &self.memory,
                ) && seen.no_reply.is_none()
                    && (none.count_repeats || !self.memory.repeats_a_taken_push(seen));
                if right {
                    let at_us = seen.at_us;
                    let level = self.ledger.came_although(step, item, none, seen, at_us);
                    self.decide(step, level == Level::Shall);
                }
            }
            Kind::Send { .. } | Kind::Other => {}
        }
    }

    fn offer_to_expect(&mut self, step: StepId, item: &Arc<Item>, expect: &Expect, index: usize) {
        let seen = self.memory.at(index);
        let answered = self.answers.of(seen);
        if !selects(
            &expect.select,
            &expect.place,
            &expect.narrow,
            seen,
            answered.as_ref(),
            &self.memory,
        ) {
            return;
        }
        // A push that another step took is no new event when it is repeated.
        let own = self.open.get(&step).map_or(&[][..], |w| &w.taken);
        let own = if expect.skip_repeats { &[] } else { own };
        if self.memory.repeats_a_push_taken_by_others(seen, own) {
            return;
        }
        self.memory.take(index);
        let Some(window) = self.open.get_mut(&step) else {
            return;
        };
        window.taken.push(index);
        let taken = window.taken.clone();
        if let Some(name) = &expect.capture
            && taken.len() == 1
        {
            self.memory.capture(name, index);
        }
        let at_us = self.memory.at(index).at_us;
        if let Some(violation) = self.violation(expect, index, &taken) {
            self.wrong(step, item, &expect.tests, violation, index);
            return;
        }
        if taken.len() < usize::try_from(expect.times).unwrap_or(usize::MAX) {
            return;
        }
        self.satisfied(step, item, expect, &taken, at_us);
    }

    fn satisfied(&mut self, step: StepId, item: &Arc<Item>, expect: &Expect, taken: &[usize], at_us: u64) {
        let last = taken.last().map(|i| self.memory.at(*i));
        self.ledger.pass(step, item, Subject::Event(expect), last, at_us);
        if let Some(should) = &expect.should {
            let violation = taken
                .iter()
                .find_map(|i| demand::check(should, self.memory.at(*i), &self.memory).map(|v| (v, *i)));
            let (violation, index) = match violation {
                Some((v, i)) => (Some(v), Some(i)),
                None => (None, taken.last().copied()),
            };
            let seen = index.map(|i| self.memory.at(i));
            self.ledger.should(step, item, expect, violation, seen, at_us);
        }
        let status = if expect.ends_case {
            Status::CaseOver
        } else {
            Status::Done
        };
        if expect.ends_case {
            self.case.over();
        }
        self.open.remove(&step);
        self.status.insert(step, status);
    }

    /// What is wrong with the event an expectation took last, its order and sameness included.
    fn violation(&self, expect: &Expect, index: usize, taken: &[usize]) -> Option<Violation> {
        let seen = self.memory.at(index);
        demand::undecided(expect, seen)
            .or_else(|| demand::check(&expect.demands, seen, &self.memory))
            .or_else(|| {
                expect.after.iter().find_map(|(name, source)| {
                    let earlier = self.memory.captured(name);
                    demand::check_order(name, source, earlier, seen)
                })
            })
            .or_else(|| {
                let first = self.memory.at(*taken.first()?);
                expect.same.iter().find_map(|(field, source)| {
                    demand::check_same(field, source, first, seen, self.memory.unix)
                })
            })
    }

    fn offer_to_any(&mut self, step: StepId, item: &Arc<Item>, any: &AnyOf, index: usize) {
        let seen = self.memory.at(index);
        let answered = self.answers.of(seen);
        let meant: Vec<&Expect> = any
            .alternatives
            .iter()
            .filter(|e| {
                selects(
                    &e.select,
                    &e.place,
                    &e.narrow,
                    seen,
                    answered.as_ref(),
                    &self.memory,
                )
            })
            .collect();
        if meant.is_empty() || self.memory.repeats_a_taken_push(seen) {
            return;
        }
        let verdicts: Vec<Option<Violation>> =
            meant.iter().map(|e| self.violation(e, index, &[index])).collect();
        let passing = verdicts.iter().position(Option::is_none).map(|i| meant[i]);
        if passing.is_none() && is_mere_acceptance(seen) {
            return;
        }
        self.memory.take(index);
        let at_us = self.memory.at(index).at_us;
        if let Some(expect) = passing {
            for name in expect.capture.iter().chain(&item.capture) {
                self.memory.capture(name, index);
            }
            let mut whole = expect.clone();
            whole.tests = any.tests.iter().chain(&expect.tests).cloned().collect();
            self.satisfied(step, item, &whole, &[index], at_us);
            return;
        }
        // The alternative of the event's own type says best what is wrong.
        let seen = self.memory.at(index);
        let own = meant
            .iter()
            .position(|e| demand::is_of_type(&e.select, seen))
            .unwrap_or(0);
        let tests: Vec<_> = any
            .tests
            .iter()
            .chain(any.alternatives.iter().flat_map(|e| &e.tests))
            .cloned()
            .collect();
        if let Some(violation) = verdicts.into_iter().nth(own).flatten() {
            self.wrong(step, item, &tests, violation, index);
        }
    }

    /// An expectation took something that is not what it demands. That nobody answers accuses only a relay that lives.
    fn wrong(
        &mut self,
        step: StepId,
        item: &Arc<Item>,
        tests: &[TestRef],
        violation: Violation,
        index: usize,
    ) {
        let seen = self.memory.at(index);
        if seen.no_reply.is_some() && !self.case.alive {
            self.ledger.never_alive(step, item, seen.describe(), seen.at_us);
            self.decide(step, true);
            return;
        }
        let level = self
            .ledger
            .violated(step, item, tests, violation, seen, seen.at_us);
        self.decide(step, level == Level::Shall);
    }

    /// Closes a violated expectation. A weaker demand does not end the sequence: its event was there.
    fn decide(&mut self, step: StepId, broken: bool) {
        self.open.remove(&step);
        self.status
            .insert(step, if broken { Status::Broken } else { Status::Done });
    }
}
