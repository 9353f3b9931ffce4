//! What a decoder noticed: deviations that did not stop it, and the one that did.

use serde::{Deserialize, Serialize};

use super::Span;

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

/// The findings of one PDU as they are collected, never more than [`Findings::MAX`]: a PDU made of faults must not cost more
/// memory than it is worth.
#[derive(Debug)]
pub struct Findings {
    list: Vec<Finding>,
    left_out: usize,
    most_per_code: usize,
}

impl Default for Findings {
    fn default() -> Self {
        Findings {
            list: Vec::new(),
            left_out: 0,
            most_per_code: Self::MAX,
        }
    }
}

impl Findings {
    pub const MAX: usize = 200;
    const MAX_PER_CODE_IN_TEXT: usize = 16;

    /// Findings about text, which can be odd in every line: few of each code are kept, and the rest is passed over.
    pub fn about_text() -> Findings {
        Findings {
            most_per_code: Self::MAX_PER_CODE_IN_TEXT,
            ..Findings::default()
        }
    }

    pub fn error(&mut self, code: &str, at: Span, clause: &str, text: impl Into<String>) {
        self.add(code, Severity::Error, at, clause, text);
    }

    pub fn warning(&mut self, code: &str, at: Span, clause: &str, text: impl Into<String>) {
        self.add(code, Severity::Warning, at, clause, text);
    }

    pub fn note(&mut self, code: &str, at: Span, clause: &str, text: impl Into<String>) {
        self.add(code, Severity::Note, at, clause, text);
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// In the order of their octets; a last one says how many were left out.
    pub fn into_vec(self) -> Vec<Finding> {
        let mut list = self.list;
        list.sort_by_key(|finding| finding.offset);
        if self.left_out > 0 {
            list.push(Finding {
                code: "more-findings".to_owned(),
                severity: Severity::Note,
                offset: list.last().map_or(0, |last| last.offset),
                len: 0,
                clause: String::new(),
                text: format!("{} more findings are left out", self.left_out),
            });
        }
        list
    }

    pub fn add(&mut self, code: &str, severity: Severity, at: Span, clause: &str, text: impl Into<String>) {
        if self.list.len() >= Self::MAX {
            self.left_out += 1;
            return;
        }
        if self.list.iter().filter(|f| f.code == code).count() >= self.most_per_code {
            return;
        }
        self.list.push(Finding {
            code: code.to_owned(),
            severity,
            offset: at.offset,
            len: at.len,
            clause: clause.to_owned(),
            text: text.into(),
        });
    }
}
