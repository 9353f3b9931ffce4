//! What a ladder shows, in order, before anything is drawn.

use std::collections::HashSet;

use super::columns::{Column, columns};
use crate::report::html::fate::{Fate, fate_of};
use crate::run::evidence::{Carrier, Entry, Evidence, MarkKind};
use crate::run::outcome::{CaseResult, ExpectationResult, Verdict};

/// A ladder.
#[derive(Debug)]
pub(in crate::report::html) struct Scene {
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// Messages that are not shown.
    pub left_out: usize,
}

/// One row.
#[derive(Debug)]
pub(in crate::report::html) struct Row {
    pub at_us: u64,
    pub what: What,
    pub fate: Fate,
    /// The first demand that counts and was violated.
    pub is_broken: bool,
}

#[derive(Debug)]
pub(in crate::report::html) enum What {
    Arrow {
        seq: u64,
        from: usize,
        to: usize,
        label: String,
        is_ours: bool,
        is_lost: bool,
    },
    /// Something at a life line, between two, or (none) across all.
    Note {
        at: Option<(usize, usize)>,
        text: String,
    },
}

/// The ladder of a case with the messages that its page shows; none if nothing happened.
pub(in crate::report::html) fn scene(
    case: &CaseResult,
    evidence: &Evidence,
    there: &HashSet<u64>,
) -> Option<Scene> {
    let mut builder = Builder {
        columns: columns(&case.topology, evidence),
        evidence,
        case,
        there,
        rows: Vec::new(),
        left_out: 0,
    };
    if builder.columns.is_empty() {
        return None;
    }
    for entry in &evidence.entries {
        builder.entry(entry);
    }
    for expectation in &case.expectations {
        builder.absent(expectation);
    }
    // Stable: what happened in one instant stays in the order of the journal.
    builder.rows.sort_by_key(|row| row.at_us);
    for expectation in &case.expectations {
        builder.not_reached(expectation);
    }
    if let Some(row) = builder.rows.iter_mut().find(|row| row.fate == Fate::Broken) {
        row.is_broken = true;
    }
    Some(Scene {
        columns: builder.columns,
        left_out: builder.left_out,
        rows: builder.rows,
    })
}

/// How a mark of a relay that was started without more to say ends.
const STARTED: &str = " started";

/// `GET /mms/1` for `GET http://127.0.0.1:8000/mms/1`: whose host it is, the life line says.
fn without_host(label: &str) -> String {
    let split = label
        .split_once(" http://")
        .and_then(|(verb, url)| Some((verb, url.find('/')?, url)));
    match split {
        Some((verb, host, url)) => format!("{verb} {}", &url[host..]),
        None => label.to_owned(),
    }
}

struct Builder<'a> {
    columns: Vec<Column>,
    evidence: &'a Evidence,
    case: &'a CaseResult,
    there: &'a HashSet<u64>,
    rows: Vec<Row>,
    left_out: usize,
}

impl Builder<'_> {
    fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Message(message) if !self.there.contains(&message.seq) => self.left_out += 1,
            Entry::Message(message) => {
                let (Some(from), Some(to)) = (self.column(&message.from), self.column(&message.to)) else {
                    return;
                };
                let what = What::Arrow {
                    seq: message.seq,
                    from,
                    to,
                    label: without_host(&message.label),
                    is_ours: message.is_ours,
                    is_lost: message.carrier == Carrier::None,
                };
                self.push(message.at_us, what, fate_of(self.case, message.seq));
            }
            Entry::Mark(mark) => {
                let at = mark.node.as_ref().and_then(|place| self.place(place));
                let (at, text, fate) = match mark.kind {
                    MarkKind::Step => return,
                    // That relays are started is told of those that are started later.
                    MarkKind::Node if self.rows.is_empty() && mark.text.ends_with(STARTED) => return,
                    MarkKind::Node | MarkKind::Shaped => (at, mark.text.clone(), Fate::None),
                    MarkKind::Fault => (None, mark.text.clone(), Fate::Fault),
                    MarkKind::Overrun => (None, mark.text.clone(), Fate::Undecided),
                    MarkKind::Halt => {
                        let step = mark.step.and_then(|id| self.evidence.step(id));
                        let does = step.map_or("a step", |step| &step.does);
                        (None, format!("{does}: {}", mark.text), Fate::NotReached)
                    }
                    // What was due by then and did not come is told by its expectation.
                    MarkKind::WindowEnd => {
                        let Some(step) = mark.step.and_then(|id| self.evidence.step(id)) else {
                            return;
                        };
                        let Some(none) = step.does.strip_prefix("expect-none ") else {
                            return;
                        };
                        if step.expectation.as_ref().is_some_and(|id| !self.passed(id)) {
                            return;
                        }
                        let at = step.place.as_ref().and_then(|place| self.place(place));
                        (at, format!("no {none} came"), Fate::Passed)
                    }
                };
                self.push(mark.at_us, What::Note { at, text }, fate);
            }
        }
    }

    /// A demand on something that did not come.
    fn absent(&mut self, expectation: &ExpectationResult) {
        let is_unmet = matches!(
            expectation.verdict,
            Verdict::Fail | Verdict::Inconc | Verdict::Error
        );
        if !is_unmet || !expectation.events.is_empty() || expectation.events_of.is_some() {
            return;
        }
        let (at, what) = self.due(expectation);
        let note = if expectation.note.is_empty() {
            expectation.verdict.name()
        } else {
            &expectation.note
        };
        let text = format!("{what}: {note}");
        self.push(expectation.at_us, What::Note { at, text }, Fate::of(expectation));
    }

    fn not_reached(&mut self, expectation: &ExpectationResult) {
        if expectation.verdict == Verdict::NotReached {
            let (at, what) = self.due(expectation);
            let text = format!("not reached: {what}");
            let end = self.rows.last().map_or(0, |row| row.at_us);
            self.push(end, What::Note { at, text }, Fate::NotReached);
        }
    }

    /// Where something was due, and what.
    fn due(&self, expectation: &ExpectationResult) -> (Option<(usize, usize)>, String) {
        let id = expectation.id.trim_end_matches("!should");
        let step = self
            .evidence
            .steps
            .iter()
            .find(|s| s.expectation.as_deref() == Some(id));
        let at = step.and_then(|step| step.place.as_ref());
        let what = match step.and_then(|step| step.does.split_once(' ')) {
            Some(("expect", pdu)) => pdu.to_owned(),
            Some(("expect-none", pdu)) => format!("no {pdu}"),
            _ => id.to_owned(),
        };
        (at.and_then(|place| self.place(place)), what)
    }

    fn passed(&self, id: &str) -> bool {
        let mut all = self.case.expectations.iter();
        all.any(|e| e.id == id && e.verdict == Verdict::Pass)
    }

    fn push(&mut self, at_us: u64, what: What, fate: Fate) {
        self.rows.push(Row {
            at_us,
            what,
            fate,
            is_broken: false,
        });
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// A node, or the two ends of a link.
    fn place(&self, name: &str) -> Option<(usize, usize)> {
        if let Some(at) = self.column(name) {
            return Some((at, at));
        }
        let (a, b) = name.split_once('-')?;
        Some((self.column(a)?, self.column(b)?))
    }
}
