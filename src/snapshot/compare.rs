//! What is different between two snapshots, change by change.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{CaseShot, Line, Shot, Snapshot};
use super::sentence::{ChangeKind, Diff, Grouping};

/// Everything that is different. What no case waited for is compared where both have it; that it is missing means nothing: it may have
/// come after the case's end.
pub fn diff(first: &Snapshot, second: &Snapshot) -> Diff {
    let mut changes = Grouping::default();
    for (id, was) in &first.cases {
        match second.cases.get(id) {
            Some(is) => Pair {
                id,
                was,
                is,
                changes: &mut changes,
            }
            .compare(),
            None => changes.put(id, ChangeKind::Case, "only in the first".to_owned()),
        }
    }
    for id in second.cases.keys().filter(|id| !first.cases.contains_key(*id)) {
        changes.put(id, ChangeKind::Case, "only in the second".to_owned());
    }
    let both = first.cases.keys().filter(|id| second.cases.contains_key(*id));
    Diff {
        compared: both.count(),
        changes: changes.finish(),
    }
}

/// Messages of one kind between the same two.
#[derive(Default)]
struct Alike<'a> {
    before: Vec<&'a Shot>,
    after: Vec<&'a Shot>,
}

/// A case that both have.
struct Pair<'a> {
    id: &'a str,
    was: &'a CaseShot,
    is: &'a CaseShot,
    changes: &'a mut Grouping,
}

impl Pair<'_> {
    fn put(&mut self, kind: ChangeKind, sentence: String) {
        self.changes.put(self.id, kind, sentence);
    }

    fn compare(&mut self) {
        let (was, is) = (self.was, self.is);
        if was.verdict != is.verdict {
            let kind = ChangeKind::Verdict {
                was: was.verdict,
                is: is.verdict,
            };
            let sentence = format!(
                "the verdict is now {} instead of {}",
                is.verdict.name(),
                was.verdict.name()
            );
            self.put(kind, sentence);
        }
        self.expectations(was, is);
        self.messages(was, is);
        for (first, second) in &was.order {
            if is.order.iter().any(|(a, b)| a == second && b == first) {
                self.put(ChangeKind::Order, format!("{first} now comes after {second}"));
            }
        }
    }

    fn expectations(&mut self, was: &CaseShot, is: &CaseShot) {
        let now: BTreeMap<&str, _> = is.expectations.iter().map(|(id, v)| (id.as_str(), *v)).collect();
        for (id, before) in &was.expectations {
            if let Some(after) = now.get(id.as_str()).filter(|after| *after != before) {
                let sentence = format!(
                    "expectation {id} is now {} instead of {}",
                    after.name(),
                    before.name()
                );
                self.put(ChangeKind::Expectation, sentence);
            }
        }
    }

    fn messages(&mut self, was: &CaseShot, is: &CaseShot) {
        let mut places: BTreeMap<_, Alike<'_>> = BTreeMap::new();
        for shot in &was.messages {
            places.entry(shot.place()).or_default().before.push(shot);
        }
        for shot in &is.messages {
            places.entry(shot.place()).or_default().after.push(shot);
        }
        for Alike {
            mut before,
            mut after,
        } in places.into_values()
        {
            let only_one = before.len() == 1 && after.len() == 1;
            before.retain(|shot| {
                let same = after
                    .iter()
                    .position(|s| s.what == shot.what && s.lines == shot.lines);
                same.map(|at| after.remove(at)).is_none()
            });
            before.sort_by_key(|shot| !shot.awaited);
            for shot in before {
                let like = |other: &&Shot| {
                    shot.lines
                        .iter()
                        .filter(|line| other.lines.contains(line))
                        .count()
                };
                let nearest = (0..after.len()).max_by_key(|at| (like(&after[*at]), std::cmp::Reverse(*at)));
                let fits = |now: &Shot| {
                    // Answers to what parties send by themselves may meet the end of the case.
                    let is_told = only_one && shot.answers.is_none();
                    is_told || shot.awaited || now.awaited
                };
                match nearest.map(|at| after.remove(at)) {
                    Some(now) if fits(now) => self.message(shot, now),
                    Some(_) => {}
                    None if shot.awaited => {
                        self.put(ChangeKind::Message, format!("{} no longer comes", shot.name()));
                    }
                    None => {}
                }
            }
            for new in after.iter().filter(|shot| shot.awaited) {
                self.put(
                    ChangeKind::Message,
                    format!("{} now comes, and did not", new.name()),
                );
            }
        }
    }

    fn message(&mut self, was: &Shot, is: &Shot) {
        if was.what != is.what {
            let request = was.answers.as_deref().unwrap_or("what it answers");
            self.put(
                ChangeKind::Reply,
                format!(
                    "the answer to {request} is now {} instead of {}",
                    is.what, was.what
                ),
            );
            return;
        }
        let (before, after) = (by_name(&was.lines), by_name(&is.lines));
        let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
        for name in names {
            let none = Vec::new();
            let (old, new) = (
                before.get(name).unwrap_or(&none),
                after.get(name).unwrap_or(&none),
            );
            if old == new {
                continue;
            }
            self.field(was, name, old, new);
        }
        // Fields that both have, as often.
        let number = |lines: &BTreeMap<&str, Vec<&str>>, name: &str| lines.get(name).map_or(0, Vec::len);
        let order = |lines: &[Line]| -> Vec<String> {
            let names = lines.iter().map(|line| line.name.clone());
            names
                .filter(|name| name != "finding" && number(&before, name) == number(&after, name))
                .collect()
        };
        if order(&was.lines) != order(&is.lines) {
            self.put(
                ChangeKind::Field,
                format!("{} has its fields in another order", was.name()),
            );
        }
    }

    fn field(&mut self, shot: &Shot, name: &str, old: &[&str], new: &[&str]) {
        let message = shot.name();
        if name == "finding" {
            for code in new.iter().filter(|code| !old.contains(code)) {
                self.put(
                    ChangeKind::Field,
                    format!("{message} now has what decoders find fault with: {code}"),
                );
            }
            for code in old.iter().filter(|code| !new.contains(code)) {
                self.put(
                    ChangeKind::Field,
                    format!("{message} no longer has what decoders find fault with: {code}"),
                );
            }
            return;
        }
        let what = match name {
            "smtp text" => "a text",
            "content" => "content",
            other => other,
        };
        match (old, new) {
            ([], _) => self.put(ChangeKind::Field, format!("{message} now carries {what}")),
            (_, []) => self.put(ChangeKind::Field, format!("{message} no longer carries {what}")),
            ([was], [is]) => self.value(shot, name, was, is),
            (old, new) if sorted(old) == sorted(new) => {
                self.put(
                    ChangeKind::Field,
                    format!("{message} has its {what} in another order"),
                );
            }
            (old, new) if old.len() == new.len() => {
                for (was, is) in old.iter().zip(new).filter(|(was, is)| was != is) {
                    self.value(shot, name, was, is);
                }
            }
            (old, new) => {
                let times = |n: usize| {
                    if n == 1 {
                        "once".to_owned()
                    } else {
                        format!("{n} times")
                    }
                };
                let sentence = format!(
                    "{message} now carries {what} {} instead of {}",
                    times(new.len()),
                    times(old.len())
                );
                self.put(ChangeKind::Field, sentence);
            }
        }
    }

    fn value(&mut self, shot: &Shot, name: &str, was: &str, is: &str) {
        if self.is_consequence(was, is) {
            return;
        }
        let message = shot.name();
        let kind = match name {
            "http" | "smtp" => ChangeKind::Reply,
            _ => ChangeKind::Field,
        };
        let (about, of) = match name {
            "http" => (
                format!("the answer to {}", shot.answers.as_deref().unwrap_or("it")),
                "",
            ),
            "smtp" => (message.clone(), ""),
            "smtp text" => ("the text".to_owned(), message.as_str()),
            "content" => ("the content".to_owned(), message.as_str()),
            field => (field.to_owned(), message.as_str()),
        };
        let of = if of.is_empty() {
            String::new()
        } else {
            format!(" of {of}")
        };
        let shown = |value: &str| match (name, value) {
            ("http", value) => format!("HTTP {value}"),
            (_, "") => "empty".to_owned(),
            (_, value) if value.contains(' ') && !value.starts_with('<') => format!("{value:?}"),
            (_, value) => value.to_owned(),
        };
        let sentence = format!("{about}{of} is now {} instead of {}", shown(is), shown(was));
        self.changes
            .put_value(self.id, kind, format!("{about}{of}"), sentence);
    }
}

impl Pair<'_> {
    /// Whether an id only has another name because what it was called by is gone, or new: that is told of its own.
    fn is_consequence(&self, was: &str, is: &str) -> bool {
        [was, is]
            .into_iter()
            .filter_map(Origin::of)
            .any(|origin| origin.is_in(self.was) != origin.is_in(self.is))
    }
}

/// What an id is called by: `<Message-ID of M-Send.conf to alice>`.
struct Origin<'a> {
    field: &'a str,
    what: &'a str,
    to: &'a str,
}

impl<'a> Origin<'a> {
    fn of(value: &'a str) -> Option<Origin<'a>> {
        let (field, rest) = value.split_once(" of ")?;
        let (what, to) = rest.split_once(" to ")?;
        Some(Origin {
            field: field.rsplit('<').next()?,
            what,
            to: to.split('>').next()?,
        })
    }

    fn is_in(&self, case: &CaseShot) -> bool {
        let here = |shot: &&Shot| shot.what == self.what && shot.to == self.to;
        let messages = case.messages.iter().filter(here);
        messages
            .flat_map(|shot| &shot.lines)
            .any(|line| line.name == self.field)
    }
}

fn by_name(lines: &[Line]) -> BTreeMap<&str, Vec<&str>> {
    let mut by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in lines {
        by_name.entry(&line.name).or_default().push(&line.value);
    }
    by_name
}

fn sorted<'a>(values: &[&'a str]) -> Vec<&'a str> {
    let mut values = values.to_vec();
    values.sort_unstable();
    values
}
