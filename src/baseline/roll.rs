//! The list of cases that a baseline knows, kept up to date.

use std::collections::BTreeSet;

use super::edit::{Edit, scalar};
use super::model::Baseline;
use crate::run::outcome::{ChangeClass, Comparison, RunResult};

/// The list of cases that the baseline knows, brought up to date with the ids of the `suite`: those that ran are known from now
/// on, but for the ones that still are new and do not pass; those that the suite no longer has go. An empty list gets all, and a
/// baseline without a list gets none.
pub fn ids(
    baseline: &Baseline,
    run: &RunResult,
    comparison: &Comparison,
    suite: &BTreeSet<&str>,
) -> Vec<Edit> {
    let Some(place) = baseline.layout.cases else {
        return Vec::new();
    };
    let (gone, missing) = turnover(baseline, run, comparison, suite);
    if gone.is_empty() && missing.is_empty() {
        return Vec::new();
    }
    let indent = " ".repeat(place.indent.unwrap_or(2));
    let line = |id: &str| format!("{indent}- {}", scalar(id, false));
    let listed = &baseline.layout.case_lines;
    if place.indent.is_none() {
        // Empty, or in brackets: written anew.
        let kept = listed
            .iter()
            .map(|(_, id)| id.as_str())
            .filter(|id| !gone.contains(id));
        let all: BTreeSet<&str> = kept.chain(missing).collect();
        return vec![Edit {
            line: place.key,
            remove: place.end - place.key,
            add: std::iter::once("cases:".to_owned())
                .chain(all.into_iter().map(line))
                .collect(),
        }];
    }
    let gone = listed.iter().filter(|(_, id)| gone.contains(id.as_str()));
    let mut edits: Vec<Edit> = gone
        .map(|(at, _)| Edit {
            line: *at,
            remove: 1,
            add: Vec::new(),
        })
        .collect();
    for id in missing {
        let before = listed.iter().find(|(_, other)| other.as_str() > id);
        let at = before.map_or(place.end, |(at, _)| *at);
        match edits.iter_mut().find(|e| e.line == at && e.remove == 0) {
            Some(edit) => edit.add.push(line(id)),
            None => edits.push(Edit {
                line: at,
                remove: 0,
                add: vec![line(id)],
            }),
        }
    }
    edits.sort_by_key(|edit| (edit.line, edit.remove));
    edits
}

/// Ids that leave the list, and ids that come into it.
fn turnover<'a>(
    baseline: &'a Baseline,
    run: &'a RunResult,
    comparison: &Comparison,
    suite: &BTreeSet<&'a str>,
) -> (BTreeSet<&'a str>, BTreeSet<&'a str>) {
    let Some(known) = &baseline.cases else {
        return (BTreeSet::new(), suite.clone());
    };
    let new = comparison
        .changes
        .iter()
        .filter(|change| change.class == ChangeClass::New);
    let open: BTreeSet<&str> = new.map(|change| change.case.as_str()).collect();
    let known: BTreeSet<&str> = known.iter().map(String::as_str).collect();
    let gone = known.iter().copied().filter(|id| !suite.contains(id)).collect();
    let ran = run.cases.iter().map(|case| case.id.as_str());
    let missing = ran.filter(|id| suite.contains(id) && !known.contains(id) && !open.contains(id));
    (gone, missing.collect())
}
