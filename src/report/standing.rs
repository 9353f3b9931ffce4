//! How each case of a run stands: by its verdict alone, or against the baseline that the run was compared with.

use std::collections::HashMap;

use crate::run::outcome::{CaseResult, Change, ChangeClass, ExpectationResult, Known, RunResult, Verdict};

/// What a report says of a case first.
#[derive(Debug, Clone)]
pub(super) enum Standing<'a> {
    Pass,
    NotApplicable,
    /// It did not pass, exactly as the baseline says.
    Known(&'a Known),
    /// It did not pass, the baseline does not say so, and the run does not fail for it: it is new in the suite.
    Tolerated(&'a Change),
    /// It did not pass; with a baseline, what kind of a change that is.
    Broken(Option<&'a Change>),
}

/// The comparison of a run, by case.
pub(super) struct Standings<'a> {
    changes: HashMap<&'a str, Vec<&'a Change>>,
    known: HashMap<&'a str, Vec<&'a Known>>,
    /// What is wrong with the baseline itself: entries that are stale, unknown, expired, or of what passes.
    pub entries: Vec<&'a Change>,
}

impl<'a> Standings<'a> {
    pub fn of(run: &'a RunResult) -> Self {
        let mut all = Standings {
            changes: HashMap::new(),
            known: HashMap::new(),
            entries: Vec::new(),
        };
        let Some(comparison) = &run.comparison else {
            return all;
        };
        for change in &comparison.changes {
            if is_about_the_relay(change.class) {
                all.changes.entry(&change.case).or_default().push(change);
            } else {
                all.entries.push(change);
            }
        }
        for known in &comparison.known {
            all.known.entry(&known.case).or_default().push(known);
        }
        all
    }

    pub fn case(&self, case: &CaseResult) -> Standing<'a> {
        let change = self
            .changes
            .get(case.id.as_str())
            .and_then(|c| c.first().copied());
        let known = self.known.get(case.id.as_str()).and_then(|k| k.first().copied());
        match (case.verdict, change, known) {
            (Verdict::Pass, ..) => Standing::Pass,
            (Verdict::NotApplicable, ..) => Standing::NotApplicable,
            (Verdict::Error, ..) => Standing::Broken(None),
            (_, None, Some(known)) => Standing::Known(known),
            (_, Some(change), _) if !change.fails_run => Standing::Tolerated(change),
            (_, change, _) => Standing::Broken(change),
        }
    }

    /// What kind of a change a case is that did not pass and is not known; none: no baseline speaks of it.
    pub fn class(&self, case: &CaseResult) -> Option<Option<ChangeClass>> {
        match self.case(case) {
            Standing::Broken(change) => Some(change.map(|c| c.class)),
            Standing::Tolerated(change) => Some(Some(change.class)),
            _ => None,
        }
    }

    /// What the baseline says of an expectation that was violated.
    pub fn expectation(&self, case: &CaseResult, e: &ExpectationResult) -> Option<&'a Known> {
        let of_case = self.known.get(case.id.as_str())?;
        let named = |k: &&&Known| k.expectation.as_deref().is_none_or(|id| id == e.id);
        of_case.iter().find(named).copied()
    }

    /// Cases that did not pass and that no baseline excuses, the gravest first: regressions, what fails otherwise than
    /// before, errors, fails and what could not decide, and at last what is new.
    pub fn broken(&self, run: &'a RunResult) -> Vec<(&'a CaseResult, Option<&'a Change>)> {
        let mut broken: Vec<_> = run
            .cases
            .iter()
            .filter_map(|case| match self.case(case) {
                Standing::Broken(change) => Some((case, change)),
                Standing::Tolerated(change) => Some((case, Some(change))),
                _ => None,
            })
            .collect();
        broken.sort_by(|(a, ca), (b, cb)| {
            let key =
                |case: &CaseResult, change: Option<&Change>| (rank(change), std::cmp::Reverse(case.verdict));
            key(a, *ca).cmp(&key(b, *cb)).then_with(|| a.id.cmp(&b.id))
        });
        broken
    }

    /// Cases that did not pass, as the baseline says, in order of their ids.
    pub fn known(&self, run: &'a RunResult) -> Vec<(&'a CaseResult, &'a Known)> {
        let mut known: Vec<_> = run
            .cases
            .iter()
            .filter_map(|case| match self.case(case) {
                Standing::Known(known) => Some((case, known)),
                _ => None,
            })
            .collect();
        known.sort_by(|a, b| a.0.id.cmp(&b.0.id));
        known
    }
}

/// What changed in a case, where one case is looked at alone.
pub(super) fn change_of<'a>(run: &'a RunResult, case: &CaseResult) -> Option<&'a Change> {
    let changes = run.comparison.iter().flat_map(|comparison| &comparison.changes);
    let mut of_case = changes.filter(|change| is_about_the_relay(change.class) && change.case == case.id);
    of_case.next()
}

/// Whether a change says something of a case that ran and did not pass, and not of the baseline's entries.
fn is_about_the_relay(class: ChangeClass) -> bool {
    matches!(
        class,
        ChangeClass::PassToFail | ChangeClass::Changed | ChangeClass::New
    )
}

fn rank(change: Option<&Change>) -> u8 {
    match change.map(|c| c.class) {
        Some(ChangeClass::PassToFail) => 0,
        Some(ChangeClass::Changed) => 1,
        Some(ChangeClass::New) => 3,
        _ => 2,
    }
}
