//! How the relay inside `mmspec` is to be where it plays the target.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What of an embedded relay can be chosen; addresses are found by the run.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Embedded {
    /// The channel through which it pushes.
    #[serde(default)]
    pub push: PushChannel,
    /// Ways of other relays that it imitates: `mmspec relay --list-dialects`.
    #[serde(default)]
    pub dialects: Vec<String>,
    /// As `ixit.mm1.reaction`.
    #[serde(default)]
    pub reaction: u64,
    /// As `ixit.mm1.fetch-again`.
    #[serde(default)]
    pub fetch_again: Vec<u64>,
}

/// A channel for pushes, by its name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PushChannel {
    #[default]
    Kannel,
    Smpp,
    Pap,
    Hook,
    Wsp,
}

impl PushChannel {
    /// As a target file has it.
    pub fn name(self) -> &'static str {
        match self {
            PushChannel::Kannel => "kannel",
            PushChannel::Smpp => "smpp",
            PushChannel::Pap => "pap",
            PushChannel::Hook => "hook",
            PushChannel::Wsp => "wsp",
        }
    }
}
