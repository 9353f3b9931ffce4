//! What the judge made of a place in a case, as pages mark it.

use serde::Serialize;

use crate::run::outcome::{CaseResult, ExpectationResult, Verdict};

/// From what matters least to what matters most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Fate {
    /// No demand was decided here.
    None,
    Passed,
    NotReached,
    /// A violation that does not count.
    Noted,
    Undecided,
    Broken,
    /// We or the environment are at fault.
    Fault,
}

impl Fate {
    pub fn of(expectation: &ExpectationResult) -> Fate {
        match (expectation.verdict, expectation.counts) {
            (Verdict::Pass, _) => Fate::Passed,
            (Verdict::NotApplicable, _) => Fate::None,
            (Verdict::NotReached, _) => Fate::NotReached,
            (Verdict::Inconc, true) => Fate::Undecided,
            (Verdict::Fail, true) => Fate::Broken,
            (Verdict::Fail | Verdict::Inconc, false) => Fate::Noted,
            (Verdict::Error, _) => Fate::Fault,
        }
    }

    /// The class of what is marked so.
    pub fn class(self) -> &'static str {
        match self {
            Fate::None => "",
            Fate::Passed => "passed",
            Fate::NotReached => "moot",
            Fate::Noted => "noted",
            Fate::Undecided => "undecided",
            Fate::Broken => "broken",
            Fate::Fault => "fault",
        }
    }

    /// A sign that tells it without colour.
    pub fn sign(self) -> &'static str {
        match self {
            Fate::None => "",
            Fate::Passed => "✓",
            Fate::NotReached => "–",
            Fate::Noted => "!",
            Fate::Undecided => "?",
            Fate::Broken => "✗",
            Fate::Fault => "⚠",
        }
    }
}

/// The demands that were decided on an event of the case itself.
pub(super) fn decided_on(case: &CaseResult, seq: u64) -> impl Iterator<Item = &ExpectationResult> {
    let all = case.expectations.iter();
    all.filter(move |e| e.events_of.is_none() && e.events.contains(&seq))
}

/// The gravest that was decided on an event.
pub(super) fn fate_of(case: &CaseResult, seq: u64) -> Fate {
    decided_on(case, seq).map(Fate::of).max().unwrap_or(Fate::None)
}
