//! Which sighting answers which step's request.

use std::collections::BTreeMap;

use crate::case::{SendWhat, StepId};
use crate::wire::PduType;

use super::select::{Answered, answer_to};
use super::sighting::Sighting;

/// Requests by their journal position.
#[derive(Debug, Default)]
pub struct Answers {
    requests: BTreeMap<u64, Request>,
}

#[derive(Debug)]
struct Request {
    step: StepId,
    with: Option<PduType>,
    expected_later: bool,
}

impl Answers {
    pub fn sent(&mut self, seq: u64, step: StepId, what: &SendWhat, expected_later: bool) {
        self.requests.insert(
            seq,
            Request {
                step,
                with: answer_to(what),
                expected_later,
            },
        );
    }

    /// What this sighting answers.
    pub fn of(&self, seen: &Sighting) -> Option<Answered> {
        let request = self.requests.get(&seen.answers?)?;
        Some(Answered { with: request.with })
    }

    /// The step whose request stands at `seq`, if no step of the script expects its answer.
    pub fn unexpected(&self, seq: u64) -> Option<StepId> {
        self.requests
            .get(&seq)
            .filter(|r| !r.expected_later)
            .map(|r| r.step)
    }
}
