//! Collects what a decoder noticed, bounded: what comes in is untrusted and may be odd in every line.

use crate::wire::{Finding, Severity, Span};

/// How many findings of one code are kept.
const MOST_PER_CODE: usize = 16;

#[derive(Debug, Default)]
pub(super) struct Findings {
    list: Vec<Finding>,
}

impl Findings {
    pub(super) fn error(&mut self, code: &str, at: Span, clause: &str, text: impl Into<String>) {
        self.add(Severity::Error, code, at, clause, text);
    }

    pub(super) fn warning(&mut self, code: &str, at: Span, clause: &str, text: impl Into<String>) {
        self.add(Severity::Warning, code, at, clause, text);
    }

    pub(super) fn note(&mut self, code: &str, at: Span, clause: &str, text: impl Into<String>) {
        self.add(Severity::Note, code, at, clause, text);
    }

    /// In the order of the octets they are about.
    pub(super) fn into_sorted(mut self) -> Vec<Finding> {
        self.list.sort_by_key(|finding| finding.offset);
        self.list
    }

    fn add(&mut self, severity: Severity, code: &str, at: Span, clause: &str, text: impl Into<String>) {
        if self.list.iter().filter(|f| f.code == code).count() >= MOST_PER_CODE {
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
