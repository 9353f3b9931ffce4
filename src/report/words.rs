//! The words that several reports use for the same thing.

use crate::run::outcome::{CaseResult, ExpectationResult, Verdict};

/// The purposes an expectation decides, `TP-E2E-03, TP-M4R-01`; its own id when it decides none.
pub(super) fn decides(e: &ExpectationResult) -> String {
    if e.tests.is_empty() {
        e.id.clone()
    } else {
        let ids: Vec<&str> = e.tests.iter().map(|t| t.id.as_str()).collect();
        ids.join(", ")
    }
}

/// Demands that were not met and do not count: a `should`, a `derived` one, or hearsay that counts as `inconc`.
pub(super) fn uncounted(case: &CaseResult) -> impl Iterator<Item = &ExpectationResult> {
    let unmet = |e: &&ExpectationResult| !e.counts && matches!(e.verdict, Verdict::Fail | Verdict::Inconc);
    case.expectations.iter().filter(unmet)
}
