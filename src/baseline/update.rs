//! From a comparison to changes of the file: one proposal for each entry or case, each on its own.

use jiff::civil::Date;

use super::compare::{broken, verdict_of};
use super::edit::{Edit, apply, scalar};
use super::model::{Baseline, Entry};
use crate::run::outcome::{CaseResult, Change, ChangeClass, Comparison, RunResult, Verdict};

/// One change to the file, with what speaks for it.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The gravest of the changes.
    pub class: ChangeClass,
    pub case: String,
    pub changes: Vec<Change>,
    pub amendment: Amendment,
}

/// What becomes of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amendment {
    /// A new entry; needs a reason.
    Add {
        verdict: Verdict,
        expectations: Vec<String>,
    },
    /// An entry goes.
    Remove { entry: usize },
    /// An entry says something else from now on.
    Replace {
        entry: usize,
        verdict: Verdict,
        expectations: Option<Vec<String>>,
    },
    /// An entry holds longer; needs a date.
    Extend { entry: usize },
}

/// A baseline without entries, to begin with.
pub fn fresh() -> String {
    "# Failures of this target that are known. docs/baselines.md of mmspec is the format.\n\
     baseline: 1\n\
     \n\
     entries:\n\
     \n\
     # What the suite had when this was written: a case that is not here and fails is new.\n\
     cases:\n"
        .to_owned()
}

/// The text with an empty list of entries, if it has none: so that each proposal has a place to go.
pub fn with_list(baseline: &Baseline) -> String {
    if baseline.layout.entries.is_some() {
        return baseline.text.to_string();
    }
    let end = baseline.text.lines().count();
    let edit = Edit {
        line: baseline.layout.cases.map_or(end, |cases| cases.key),
        remove: 0,
        add: vec!["entries:".to_owned()],
    };
    apply(&baseline.text, &[edit])
}

/// What would have to be changed for the run to be as expected, in the order of the comparison.
pub fn propose(baseline: &Baseline, run: &RunResult, comparison: &Comparison) -> Vec<Proposal> {
    let mut proposals: Vec<Proposal> = Vec::new();
    for change in &comparison.changes {
        let entry = change.entry.as_ref();
        let same = |p: &&mut Proposal| {
            let extends = matches!(p.amendment, Amendment::Extend { .. });
            p.changes[0].entry.as_ref() == entry
                && p.case == change.case
                && extends == (change.class == ChangeClass::Expired)
        };
        if let Some(known) = proposals.iter_mut().find(same) {
            known.changes.push(change.clone());
            continue;
        }
        let at = entry.and_then(|at| baseline.entries.iter().position(|e| &e.source == at));
        let case = run.cases.iter().find(|c| c.id == change.case);
        if let Some(amendment) = amendment(baseline, change, at, case) {
            proposals.push(Proposal {
                class: change.class,
                case: change.case.clone(),
                changes: vec![change.clone()],
                amendment,
            });
        }
    }
    proposals
}

fn amendment(
    baseline: &Baseline,
    change: &Change,
    entry: Option<usize>,
    case: Option<&CaseResult>,
) -> Option<Amendment> {
    let violated = |case: &CaseResult| broken(case).map(|e| e.id.clone()).collect::<Vec<_>>();
    Some(match (entry, case) {
        (None, case) => {
            let case = case?;
            Amendment::Add {
                verdict: verdict_of(case),
                expectations: violated(case),
            }
        }
        (Some(entry), _) if change.class == ChangeClass::Expired => Amendment::Extend { entry },
        (Some(entry), None) => Amendment::Remove { entry },
        (Some(entry), Some(case)) => match verdict_of(case) {
            verdict @ (Verdict::Fail | Verdict::Inconc) => {
                let names = baseline.entries[entry].expectations.is_some();
                Amendment::Replace {
                    entry,
                    verdict,
                    expectations: names.then(|| violated(case)).filter(|v| !v.is_empty()),
                }
            }
            _ => Amendment::Remove { entry },
        },
    })
}

impl Proposal {
    /// Whether a person has to say why.
    pub fn needs_reason(&self) -> bool {
        matches!(self.amendment, Amendment::Add { .. })
    }

    /// Whether a person has to say until when.
    pub fn needs_date(&self) -> bool {
        matches!(self.amendment, Amendment::Extend { .. })
    }

    /// The lines that change.
    ///
    /// # Errors
    /// The file is written in a way that cannot be changed line by line; says how to write it.
    pub fn edits(
        &self,
        baseline: &Baseline,
        reason: &str,
        link: Option<&str>,
        until: Option<Date>,
    ) -> Result<Vec<Edit>, String> {
        let lines: Vec<&str> = baseline.text.lines().collect();
        match &self.amendment {
            Amendment::Add {
                verdict,
                expectations,
            } => {
                let entry = Written {
                    case: &self.case,
                    verdict: *verdict,
                    expectations,
                    reason,
                    link,
                    until,
                };
                add(baseline, &lines, &entry)
            }
            Amendment::Remove { entry } => remove(baseline, &lines, *entry),
            Amendment::Replace {
                entry,
                verdict,
                expectations,
            } => {
                let entry = block(baseline, *entry)?;
                let mut edits = Vec::new();
                if *verdict != entry.verdict {
                    edits.push(set(&lines, entry, "verdict", Some(verdict.name().to_owned()))?);
                }
                if expectations != &entry.expectations {
                    let list = expectations.as_ref().map(|ids| flow(ids));
                    edits.push(set(&lines, entry, "expectations", list)?);
                }
                Ok(edits)
            }
            Amendment::Extend { entry } => {
                let entry = block(baseline, *entry)?;
                // Shown before a person has said it.
                let day = until.map_or_else(|| "?".to_owned(), |until| until.to_string());
                Ok(vec![set(&lines, entry, "until", Some(day))?])
            }
        }
    }
}

/// A new entry.
struct Written<'a> {
    case: &'a str,
    verdict: Verdict,
    expectations: &'a [String],
    reason: &'a str,
    link: Option<&'a str>,
    until: Option<Date>,
}

fn add(baseline: &Baseline, lines: &[&str], entry: &Written<'_>) -> Result<Vec<Edit>, String> {
    let place = baseline.layout.entries;
    let indent = match place {
        Some(place) if !baseline.entries.is_empty() => place.indent.ok_or_else(|| list_style(baseline))?,
        _ => 2,
    };
    let pad = " ".repeat(indent);
    let mut add = vec![format!("{pad}- case: {}", scalar(entry.case, false))];
    if !entry.expectations.is_empty() {
        add.push(format!("{pad}  expectations: {}", flow(entry.expectations)));
    }
    if entry.verdict != Verdict::Fail {
        add.push(format!("{pad}  verdict: {}", entry.verdict.name()));
    }
    add.push(format!("{pad}  reason: {}", scalar(entry.reason, false)));
    if let Some(link) = entry.link {
        add.push(format!("{pad}  link: {}", scalar(link, false)));
    }
    if let Some(until) = entry.until {
        add.push(format!("{pad}  until: {until}"));
    }
    let is_empty = baseline.entries.is_empty();
    let line = match place {
        // An empty list may still be written in brackets.
        Some(place) if is_empty && lines.get(place.key).is_some_and(|l| l.trim_end() == "entries:") => {
            place.key + 1
        }
        Some(place) if !is_empty => place.end,
        _ => return Err(list_style(baseline)),
    };
    Ok(vec![Edit { line, remove: 0, add }])
}

/// The entry with the comment right above it, unless it is the first: a comment there may be about all.
fn remove(baseline: &Baseline, lines: &[&str], at: usize) -> Result<Vec<Edit>, String> {
    let own = &baseline.entries[at].lines;
    if baseline.layout.entries.and_then(|place| place.indent).is_none() {
        return Err(list_style(baseline));
    }
    let (mut start, mut end) = (own.start, own.end);
    if baseline.entries.iter().any(|e| e.lines.start < own.start) {
        while start > 0 && lines[start - 1].trim_start().starts_with('#') {
            start -= 1;
        }
    }
    let is_empty = |line: Option<&&str>| line.is_some_and(|l| l.trim().is_empty());
    if start > 0 && is_empty(lines.get(start - 1)) && is_empty(lines.get(end)) {
        end += 1;
    }
    Ok(vec![Edit {
        line: start,
        remove: end - start,
        add: Vec::new(),
    }])
}

/// A key of an entry gets another value, or goes.
fn set(lines: &[&str], entry: &Entry, key: &str, value: Option<String>) -> Result<Edit, String> {
    let own = &entry.lines;
    let found = own.keys.iter().find(|(name, ..)| name == key);
    let written = value.map(|value| format!("{key}: {value}"));
    match (found, written) {
        (Some((_, from, to)), Some(written)) => {
            let line = lines[*from];
            let before: String = line.chars().take(own.indent).collect();
            let comment = match to - from {
                1 => line.find(" #").map_or("", |at| &line[at..]),
                _ => "",
            };
            Ok(Edit {
                line: *from,
                remove: to - from,
                add: vec![format!("{before}{written}{comment}")],
            })
        }
        (Some((_, from, _)), None) if *from == own.start => Err(format!(
            "{}: `{key}:` is the first key of its entry; put `case:` there",
            entry.source
        )),
        (Some((_, from, to)), None) => Ok(Edit {
            line: *from,
            remove: to - from,
            add: Vec::new(),
        }),
        (None, written) => {
            let after = own.keys.iter().find(|(name, ..)| name == "case");
            let pad = " ".repeat(own.indent);
            Ok(Edit {
                line: after.map_or(own.start + 1, |(_, _, to)| *to),
                remove: 0,
                add: written
                    .map(|written| format!("{pad}{written}"))
                    .into_iter()
                    .collect(),
            })
        }
    }
}

fn block(baseline: &Baseline, at: usize) -> Result<&Entry, String> {
    let entry = &baseline.entries[at];
    match entry.lines.is_block {
        true => Ok(entry),
        false => Err(format!(
            "{}: this entry can only be changed by hand; give each of its keys a line",
            entry.source
        )),
    }
}

fn list_style(baseline: &Baseline) -> String {
    format!(
        "{}: `entries:` can only be changed by hand; give each entry a line with `-`",
        baseline.file
    )
}

fn flow(ids: &[String]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| scalar(id, true)).collect();
    format!("[{}]", ids.join(", "))
}
