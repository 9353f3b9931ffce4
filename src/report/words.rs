//! The words that several reports use for the same thing.

use crate::run::outcome::{Basis, ExpectationResult, Level};

pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::May => "may",
        Level::Should => "should",
        Level::Shall => "shall",
    }
}

pub(super) fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Derived => "derived",
        Basis::Observed => "observed",
        Basis::Recalled => "recalled",
        Basis::Text => "text",
    }
}

/// The purposes an expectation decides, `TP-E2E-03, TP-M4R-01`; its own id when it decides none.
pub(super) fn decides(e: &ExpectationResult) -> String {
    if e.tests.is_empty() {
        e.id.clone()
    } else {
        let ids: Vec<&str> = e.tests.iter().map(|t| t.id.as_str()).collect();
        ids.join(", ")
    }
}
