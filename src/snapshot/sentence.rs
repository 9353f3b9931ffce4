//! Changes in sentences: the same change in many cases is one.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::run::outcome::Verdict;
use crate::show::Paint;

/// Cases that are named with a change.
const NAMED: usize = 5;

/// More different changes of one field than this are told as one.
const MOST_VALUES: usize = 3;

/// What two snapshots have different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// Cases that both have.
    pub compared: usize,
    /// Verdicts first; then as the kinds stand, what is in most cases first.
    pub changes: Vec<Change>,
}

impl Diff {
    pub fn is_same(&self) -> bool {
        self.changes.is_empty()
    }
}

/// One change, in all the cases that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub kind: ChangeKind,
    /// `M-Send.conf no longer carries Message-ID`. Harmless, of one line.
    pub sentence: String,
    /// Ids of the cases, in order.
    pub cases: Vec<String>,
}

/// What a change is about, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// A case came to something else.
    Verdict { is: Verdict, was: Verdict },
    /// One of its expectations did.
    Expectation,
    /// A case is in one of them only.
    Case,
    /// A message is gone or new.
    Message,
    /// A request is answered otherwise.
    Reply,
    /// A field is gone, new or another.
    Field,
    /// Messages come in another order.
    Order,
}

impl ChangeKind {
    /// `verdict`, `expectation`, …
    pub fn name(self) -> &'static str {
        match self {
            ChangeKind::Verdict { .. } => "verdict",
            ChangeKind::Expectation => "expectation",
            ChangeKind::Case => "case",
            ChangeKind::Message => "message",
            ChangeKind::Reply => "reply",
            ChangeKind::Field => "field",
            ChangeKind::Order => "order",
        }
    }

    /// Where it stands: what is worse than it was comes before what is better.
    fn rank(self) -> (u8, std::cmp::Reverse<Option<Verdict>>) {
        match self {
            ChangeKind::Verdict { is, .. } => (0, std::cmp::Reverse(Some(is))),
            ChangeKind::Expectation => (1, std::cmp::Reverse(None)),
            ChangeKind::Case => (2, std::cmp::Reverse(None)),
            ChangeKind::Message => (3, std::cmp::Reverse(None)),
            ChangeKind::Reply => (4, std::cmp::Reverse(None)),
            ChangeKind::Field => (5, std::cmp::Reverse(None)),
            ChangeKind::Order => (6, std::cmp::Reverse(None)),
        }
    }
}

/// Puts equal changes together.
#[derive(Debug, Default)]
pub(super) struct Grouping {
    /// Kind, subject → sentence → cases.
    groups: BTreeMap<(ChangeKind, String), BTreeMap<String, Vec<String>>>,
}

impl Grouping {
    pub fn put(&mut self, case: &str, kind: ChangeKind, sentence: String) {
        self.put_value(case, kind, sentence.clone(), sentence);
    }

    /// A change of a value: `subject` is what has another value, whatever it is.
    pub fn put_value(&mut self, case: &str, kind: ChangeKind, subject: String, sentence: String) {
        let sentences = self.groups.entry((kind, subject)).or_default();
        let cases = sentences.entry(sentence).or_default();
        if cases.last().is_none_or(|last| last != case) {
            cases.push(case.to_owned());
        }
    }

    pub fn finish(self) -> Vec<Change> {
        let mut changes = Vec::new();
        for ((kind, subject), sentences) in self.groups {
            if sentences.len() <= MOST_VALUES {
                changes.extend(sentences.into_iter().map(|(sentence, cases)| Change {
                    kind,
                    sentence,
                    cases,
                }));
                continue;
            }
            let count = sentences.len();
            let example = sentences.iter().max_by_key(|(_, cases)| cases.len());
            let example = example.map(|(sentence, _)| sentence.clone()).unwrap_or_default();
            let mut cases: Vec<String> = sentences.into_values().flatten().collect();
            cases.sort();
            cases.dedup();
            let rest = example.strip_prefix(&subject).unwrap_or(&example).trim();
            let rest = rest.strip_prefix("is now").unwrap_or(rest).trim();
            changes.push(Change {
                kind,
                sentence: format!("{subject} is another in {count} ways, such as: {rest}"),
                cases,
            });
        }
        changes.sort_by(|a, b| {
            let key = |c: &Change| (c.kind.rank(), std::cmp::Reverse(c.cases.len()));
            key(a).cmp(&key(b)).then_with(|| a.sentence.cmp(&b.sentence))
        });
        changes
    }
}

/// The diff for people: a sentence for each change, with how many cases it is in and the first of them.
pub fn to_text(diff: &Diff, paint: Paint) -> String {
    let mut text = String::new();
    let mut kind = None;
    for change in &diff.changes {
        let title = title(change.kind);
        if kind.replace(title) != Some(title) {
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}{}", paint.bold(title));
        }
        let _ = writeln!(text, "  {}", change.sentence);
        let named = change
            .cases
            .iter()
            .take(NAMED)
            .cloned()
            .collect::<Vec<_>>()
            .join(", ");
        let more = match change.cases.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let _ = writeln!(text, "    {}: {named}{more}", cases(change.cases.len()));
    }
    if diff.is_same() {
        let _ = writeln!(text, "no difference in {}", cases(diff.compared));
    } else {
        let touched: std::collections::BTreeSet<&String> =
            diff.changes.iter().flat_map(|c| &c.cases).collect();
        let s = if diff.changes.len() == 1 { "" } else { "s" };
        let _ = writeln!(
            text,
            "\n{} difference{s}, in {}; both have {}",
            diff.changes.len(),
            cases(touched.len()),
            cases(diff.compared)
        );
    }
    text
}

fn title(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Verdict { .. } | ChangeKind::Expectation => "verdicts",
        ChangeKind::Case => "cases",
        ChangeKind::Message | ChangeKind::Reply | ChangeKind::Field | ChangeKind::Order => "what relays say",
    }
}

fn cases(count: usize) -> String {
    match count {
        1 => "1 case".to_owned(),
        n => format!("{n} cases"),
    }
}
