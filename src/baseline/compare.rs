//! A finished run against a baseline.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::model::{Baseline, Entry, NewCases};
use crate::run::outcome::{
    CaseResult, Change, ChangeClass, Comparison, ExpectationResult, Known, RunResult, Verdict, WITHOUT_FILE,
};

/// How a run stands against a baseline. `suite` says of an id whether the suite has such a case, selected or not; `today` is
/// the day in UTC.
///
/// A run of a part of the suite says nothing of entries whose cases were not run.
pub fn compare(
    baseline: &Baseline,
    run: &RunResult,
    suite: &dyn Fn(&str) -> bool,
    today: Date,
) -> Comparison {
    let mut found = Found {
        baseline,
        changes: Vec::new(),
        known: Vec::new(),
    };
    let results: BTreeMap<&str, &CaseResult> = run.cases.iter().map(|c| (c.id.as_str(), c)).collect();
    let mut spoken_for = BTreeSet::new();
    for entry in &baseline.entries {
        let result = results.get(entry.case.as_str()).copied();
        if result.is_none() && !suite(&entry.case) {
            found.unknown(entry);
        }
        let (Some(case), true) = (result, entry.applies_to(&run.run)) else {
            continue;
        };
        // Two entries may apply, of relays that are both there: the first speaks.
        if spoken_for.insert(entry.case.as_str()) {
            found.entry(entry, case, today);
        }
    }
    for case in &run.cases {
        if !spoken_for.contains(case.id.as_str()) {
            found.unexpected(case);
        }
    }
    found.changes.sort_by(|a, b| {
        let key = |c: &Change| (!c.fails_run, rank(c.class));
        key(a).cmp(&key(b)).then_with(|| a.case.cmp(&b.case))
    });
    found.known.sort_by(|a, b| a.case.cmp(&b.case));
    Comparison {
        baseline: baseline.file.clone(),
        expected: found.known.len(),
        changes: found.changes,
        known: found.known,
    }
}

/// The order of reports: regressions first.
fn rank(class: ChangeClass) -> u8 {
    match class {
        ChangeClass::PassToFail => 0,
        ChangeClass::Changed => 1,
        ChangeClass::FailToPass => 2,
        ChangeClass::Expired => 3,
        ChangeClass::Stale => 4,
        ChangeClass::Unknown => 5,
        ChangeClass::New => 6,
    }
}

/// The expectations of a case that were violated and count.
pub(super) fn broken(case: &CaseResult) -> impl Iterator<Item = &ExpectationResult> {
    let is_broken = |e: &&ExpectationResult| e.counts && matches!(e.verdict, Verdict::Fail | Verdict::Inconc);
    case.expectations.iter().filter(is_broken)
}

/// `not-reached` of a whole case is a case that could not decide.
pub(super) fn verdict_of(case: &CaseResult) -> Verdict {
    match case.verdict {
        Verdict::NotReached => Verdict::Inconc,
        verdict => verdict,
    }
}

struct Found<'a> {
    baseline: &'a Baseline,
    changes: Vec<Change>,
    known: Vec<Known>,
}

impl Found<'_> {
    /// A case with an entry that applies.
    fn entry(&mut self, entry: &Entry, case: &CaseResult, today: Date) {
        let is = verdict_of(case);
        let mut change = |class, expectation: Option<&str>, was, is, text: String| {
            self.changes.push(Change {
                class,
                case: entry.case.clone(),
                expectation: expectation.map(str::to_owned),
                was: Some(was),
                is: Some(is),
                text,
                entry: Some(entry.source.clone()),
                reason: Some(entry.reason.clone()),
                link: entry.link.clone(),
                fails_run: true,
            });
        };
        match is {
            // Nothing is known of the relay.
            Verdict::Error => return,
            Verdict::Pass => {
                let text = format!(
                    "it passes, and the entry says {}: remove the entry",
                    entry.verdict.name()
                );
                return change(ChangeClass::FailToPass, None, entry.verdict, is, text);
            }
            Verdict::NotApplicable => {
                let text = "it does not apply to these targets any more: remove the entry".to_owned();
                return change(ChangeClass::Stale, None, entry.verdict, is, text);
            }
            _ if is != entry.verdict => {
                let text = format!("it is {}, and the entry says {}", is.name(), entry.verdict.name());
                return change(ChangeClass::Changed, None, entry.verdict, is, text);
            }
            _ => {}
        }
        let named = entry.expectations.as_deref().unwrap_or_default();
        let mut others = Vec::new();
        if entry.expectations.is_some() {
            for e in broken(case).filter(|e| !named.contains(&e.id)) {
                others.push(e.id.as_str());
                let text = format!("{} is violated too, and the entry does not name it", e.id);
                change(
                    ChangeClass::PassToFail,
                    Some(&e.id),
                    Verdict::Pass,
                    e.verdict,
                    text,
                );
            }
            if others.is_empty() && broken(case).next().is_none() {
                let text = "it did not come to what the entry names".to_owned();
                change(ChangeClass::Changed, None, entry.verdict, is, text);
                return;
            }
        }
        let mut holds = entry.expectations.is_none();
        for id in named {
            let text = format!("{id} is met now: remove it from the entry");
            match case.expectations.iter().find(|e| &e.id == id).map(|e| e.verdict) {
                None => {
                    let text = format!("the case has no expectation {id}");
                    change(ChangeClass::Unknown, Some(id), entry.verdict, is, text);
                }
                Some(Verdict::Pass) => change(
                    ChangeClass::FailToPass,
                    Some(id),
                    entry.verdict,
                    Verdict::Pass,
                    text,
                ),
                // What is not reached may be as it was.
                Some(verdict) => holds |= matches!(verdict, Verdict::Fail | Verdict::Inconc),
            }
        }
        if holds {
            if let Some(until) = entry.until.filter(|_| entry.has_expired(today)) {
                let text = format!(
                    "the entry was to hold until {until}, and it still is {}",
                    is.name()
                );
                change(ChangeClass::Expired, None, entry.verdict, is, text);
            }
            self.known.push(Known {
                case: entry.case.clone(),
                expectation: match named {
                    [one] => Some(one.clone()),
                    _ => None,
                },
                verdict: entry.verdict,
                reason: entry.reason.clone(),
                link: entry.link.clone(),
                until: entry.until.map(|until| until.to_string()),
                entry: entry.source.clone(),
            });
        }
    }

    fn unknown(&mut self, entry: &Entry) {
        self.changes.push(Change {
            class: ChangeClass::Unknown,
            case: entry.case.clone(),
            expectation: None,
            was: Some(entry.verdict),
            is: None,
            text: "the suite has no such case: it was renamed or removed".to_owned(),
            entry: Some(entry.source.clone()),
            reason: Some(entry.reason.clone()),
            link: entry.link.clone(),
            fails_run: true,
        });
    }

    /// A case of which the baseline expects that it passes.
    fn unexpected(&mut self, case: &CaseResult) {
        let is = verdict_of(case);
        if !matches!(is, Verdict::Fail | Verdict::Inconc) {
            return;
        }
        let lacks = |cases: &BTreeSet<String>| !cases.contains(&case.id);
        let has_file = !WITHOUT_FILE.contains(&case.id.as_str());
        let is_new = has_file && self.baseline.cases.as_ref().is_some_and(lacks);
        let (class, was, text) = match is_new {
            true => (
                ChangeClass::New,
                None,
                format!("it is {}, and the baseline is older than the case", is.name()),
            ),
            false => (
                ChangeClass::PassToFail,
                Some(Verdict::Pass),
                format!("it is {}, and no entry says so", is.name()),
            ),
        };
        self.changes.push(Change {
            class,
            case: case.id.clone(),
            expectation: None,
            was,
            is: Some(is),
            text,
            entry: None,
            reason: None,
            link: None,
            fails_run: !is_new || self.baseline.new_cases == NewCases::Fail,
        });
    }
}
