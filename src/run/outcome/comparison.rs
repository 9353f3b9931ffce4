//! A run against a baseline.

use serde::{Deserialize, Serialize};

use super::Verdict;
use crate::case::Source;

/// How a run compares with what was expected of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The baseline's file, as it was given.
    pub baseline: String,
    /// Entries of the baseline that came out as they say.
    pub expected: usize,
    /// What came out otherwise, and entries that say nothing true any more: those that fail the run first.
    pub changes: Vec<Change>,
    /// The entries that came out as they say.
    #[serde(default)]
    pub known: Vec<Known>,
}

/// One thing that is not as the baseline has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub class: ChangeClass,
    /// Script id, or what an entry says instead of one.
    pub case: String,
    /// None: the case as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expectation: Option<String>,
    /// The verdict that was expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Verdict>,
    /// The verdict there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Verdict>,
    /// In one sentence, for a person.
    pub text: String,
    /// The baseline's entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Source>,
    /// Why the entry is there, and where more is said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    pub fails_run: bool,
}

/// What kind of change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeClass {
    /// A regression.
    PassToFail,
    /// Better than expected.
    FailToPass,
    /// Neither was nor is a pass.
    Changed,
    /// The baseline did not know the case.
    New,
    /// The entry's case or expectation is there and needs no entry.
    Stale,
    /// There is no such case or expectation.
    Unknown,
    /// The entry was to hold until a day that is past.
    Expired,
}

impl ChangeClass {
    pub const ALL: [ChangeClass; 7] = [
        ChangeClass::PassToFail,
        ChangeClass::Changed,
        ChangeClass::FailToPass,
        ChangeClass::Expired,
        ChangeClass::Stale,
        ChangeClass::Unknown,
        ChangeClass::New,
    ];

    pub fn name(self) -> &'static str {
        match self {
            ChangeClass::PassToFail => "pass-to-fail",
            ChangeClass::Changed => "changed",
            ChangeClass::FailToPass => "fail-to-pass",
            ChangeClass::Expired => "expired",
            ChangeClass::Stale => "stale",
            ChangeClass::Unknown => "unknown",
            ChangeClass::New => "new",
        }
    }
}

/// An entry of a baseline, and that the run was as it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Script id.
    pub case: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expectation: Option<String>,
    pub verdict: Verdict,
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The last day on which it holds, `2027-03-01`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Where the entry stands.
    pub entry: Source,
}
