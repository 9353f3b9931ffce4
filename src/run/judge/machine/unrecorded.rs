//! What a judge is told of a journal that was recorded for another form of its case.

use crate::case::StepId;

use super::super::plan::Kind;
use super::{Judge, Status};

impl Judge {
    /// Where a step stands of which the judge has heard; none if the journal never came to it.
    pub fn standing(&self, step: StepId) -> Option<Status> {
        self.status.get(&step).copied()
    }

    /// When the window of this step was opened, if it is open: microseconds since the script began.
    pub fn opened_at(&self, step: StepId) -> Option<u64> {
        self.open.get(&step).map(|window| window.since_us)
    }

    /// This step cannot be decided from the journal, and why. What was decided before stays.
    pub fn unrecorded(&mut self, step: StepId, why: &str, at_us: u64) {
        let Some(item) = self.items.get(&step).cloned() else {
            return;
        };
        self.open.remove(&step);
        self.ledger.unrecorded(step, &item, why.to_owned(), at_us);
        self.status.insert(step, Status::Broken);
    }

    /// As [`Judge::unrecorded`], for all that the script expects.
    pub fn all_unrecorded(&mut self, why: &str, at_us: u64) {
        let expectations = self.items.iter().filter(|(_, item)| item.is_expectation());
        let steps: Vec<StepId> = expectations.map(|(step, _)| *step).collect();
        for step in steps {
            self.unrecorded(step, why, at_us);
        }
    }

    /// Why a reference has no value: what it names is an event, or something that was said when the script began.
    pub(super) fn no_value(&self, missing: &str) -> String {
        let names = |capture: &String| {
            let rest = missing.strip_prefix(capture.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let is_event = self.items.values().any(|item| {
            let alternatives = match &item.kind {
                Kind::AnyOf(any) => any.alternatives.as_slice(),
                _ => &[],
            };
            let inner = alternatives.iter().filter_map(|e| e.capture.as_ref());
            item.capture.iter().chain(inner).any(names)
        });
        if is_event {
            format!("${missing} has no value: the event it names did not carry it")
        } else {
            format!("${missing} has no value: nothing in the journal gives it one")
        }
    }
}
