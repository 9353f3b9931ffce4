//! One event offered to one open expectation: whether it is the event that is due, and what follows if it is.

use std::sync::Arc;

use crate::case::{AnyOf, Expect, Level, Selector, StepId, TestRef};

use super::super::demand::{self, Violation};
use super::super::ledger::Subject;
use super::super::plan::{Item, Kind};
use super::super::select::{is_mere_acceptance, selects};
use super::super::verdict::NO_RELAY;
use super::{Judge, Status};

impl Judge {
    pub(super) fn offer(&mut self, step: StepId, item: &Arc<Item>, index: usize) {
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
                ) && (seen.no_reply.is_none() || none.select == Selector::Loss)
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
        if seen.no_reply.is_some() && !self.case.all_alive() {
            self.ledger
                .undecidable(step, item, NO_RELAY, seen.describe(), seen.at_us);
            self.decide(step, true);
            return;
        }
        if seen.is_loss() {
            self.ledger.lost(step, item, seen);
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
