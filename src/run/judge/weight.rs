//! What a violated expectation is worth: level, basis, and whether it counts.

use crate::case::{Basis, Catalogue, Level, TestRef};
use crate::run::outcome::{PurposeRef, Verdict};

/// How a run counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// `should` and `derived` demands count too.
    pub strict: bool,
    /// A fail that rests on a recalled clause is `inconc`, and so is its case.
    pub recalled_inconc: bool,
}

/// The weight of one expectation.
#[derive(Debug, Clone)]
pub struct Weight {
    pub level: Level,
    pub basis: Basis,
    /// Whether a violation decides the verdict of the case.
    pub counts: bool,
    pub tests: Vec<PurposeRef>,
    /// What a violation is called.
    pub violated: Verdict,
}

impl Policy {
    /// Weighs an expectation by the purposes it decides. `cap` bounds the level: the `should:` half of a step.
    /// Without purposes it is a precondition, whose absence makes the case inconclusive.
    pub fn weigh(self, tests: &[TestRef], cap: Option<Level>, catalogue: &Catalogue) -> Weight {
        let tests: Vec<PurposeRef> = tests
            .iter()
            .filter_map(|test| catalogue.get(&test.id))
            .map(|p| PurposeRef {
                id: p.id.clone(),
                purpose: match (&p.weaker, cap) {
                    (Some(weaker), Some(_)) => weaker.purpose.clone(),
                    _ => p.purpose.clone(),
                },
                clause: p.clause.clone(),
                level: match (&p.weaker, cap) {
                    (_, None) => p.level,
                    (Some(weaker), Some(cap)) => weaker.level.min(cap),
                    (None, Some(cap)) => p.level.min(cap),
                },
                basis: p.basis,
            })
            .collect();
        let strongest = tests
            .iter()
            .max_by_key(|t| (self.counts(t.level, t.basis), t.level, t.basis));
        let Some(strongest) = strongest else {
            let (level, basis) = (cap.unwrap_or(Level::Shall), Basis::Derived);
            return Weight {
                level,
                basis,
                counts: cap.is_none(),
                tests,
                violated: Verdict::Inconc,
            };
        };
        let (level, basis) = (strongest.level, strongest.basis);
        let hearsay = self.recalled_inconc && basis == Basis::Recalled;
        Weight {
            level,
            basis,
            counts: self.counts(level, basis),
            violated: if level == Level::May || hearsay {
                Verdict::Inconc
            } else {
                Verdict::Fail
            },
            tests,
        }
    }

    fn counts(self, level: Level, basis: Basis) -> bool {
        match level {
            Level::May => false,
            Level::Should => self.strict,
            Level::Shall => basis != Basis::Derived || self.strict,
        }
    }
}
