//! What a decoder noticed: deviations that did not stop it, and the one that did.

use serde::{Deserialize, Serialize};

/// How much a deviation matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Legal, but unusual enough to be worth a line.
    Note,
    /// Against a `should`, or tolerated by every deployed receiver.
    Warning,
    /// Against a `shall`.
    Error,
}

/// One deviation seen while decoding. Decoding went on after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable, kebab-case, for example `header-order` or `value-length-beyond-pdu`.
    pub code: String,
    pub severity: Severity,
    /// Octet offset into the decoded PDU.
    pub offset: usize,
    /// Length in octets; 0 where something is missing.
    pub len: usize,
    /// For example `ENC 1.3 §7.1`.
    pub clause: String,
    /// One sentence for a person.
    pub text: String,
}

/// Octets that cannot be taken as the PDU they claim to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at octet {offset}: {reason}")]
pub struct Undecodable {
    /// Octet offset where decoding had to stop.
    pub offset: usize,
    pub reason: String,
}
