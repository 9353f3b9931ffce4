//! A snapshot as text that a review can read: one line a field, one paragraph a message.

use std::fmt::Write as _;

use crate::run::outcome::Verdict;

use super::model::{CaseShot, Line, Shot, Snapshot};

/// The first line of every file.
pub const FIRST: &str = "mmspec snapshot 1";

/// The mark of what no case waited for.
const UNAWAITED: &str = "not waited for";

/// A text that is no snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct Unreadable {
    /// From 1.
    pub line: usize,
    pub what: String,
}

/// The whole.
pub fn render(snapshot: &Snapshot) -> String {
    let mut text = render_head(snapshot);
    for (id, case) in &snapshot.cases {
        text.push('\n');
        text.push_str(&render_case(id, case));
    }
    text
}

/// The first lines: which run it was.
pub fn render_head(snapshot: &Snapshot) -> String {
    let mut text = format!("{FIRST}\n");
    for (relay, target) in &snapshot.head.bindings {
        put(&mut text, format_args!("relay {relay}: {}", harmless(target)));
    }
    for defect in &snapshot.head.defects {
        put(&mut text, format_args!("defect: {}", harmless(defect)));
    }
    text
}

/// One case.
pub fn render_case(id: &str, case: &CaseShot) -> String {
    let mut text = String::new();
    put(
        &mut text,
        format_args!("case {}: {}", harmless(id), case.verdict.name()),
    );
    for (id, verdict) in &case.expectations {
        put(
            &mut text,
            format_args!("  expectation {}: {}", harmless(id), verdict.name()),
        );
    }
    for (first, second) in &case.order {
        put(&mut text, format_args!("  order: {first}; then {second}"));
    }
    for shot in &case.messages {
        let answers = match &shot.answers {
            Some(request) => format!("; answers {}", harmless(request)),
            None => String::new(),
        };
        let mark = if shot.awaited {
            String::new()
        } else {
            format!("; {UNAWAITED}")
        };
        put(
            &mut text,
            format_args!(
                "\n  {} -> {}: {}{answers}{mark}",
                harmless(&shot.from),
                harmless(&shot.to),
                harmless(&shot.what)
            ),
        );
        for line in &shot.lines {
            put(&mut text, format_args!("    {}: {}", line.name, line.value));
        }
    }
    text
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    let start = text.len();
    // A string takes whatever is written to it.
    let _ = text.write_fmt(line);
    let end = text.trim_end().len();
    text.truncate(end.max(start));
    text.push('\n');
}

fn harmless(text: &str) -> String {
    crate::show::visible(text).into_owned()
}

/// Reads what [`render`] wrote, or files of [`render_case`] after [`render_head`].
///
/// # Errors
/// The line that is not as it must be.
pub fn parse(text: &str) -> Result<Snapshot, Unreadable> {
    let mut snapshot = Snapshot::default();
    let mut lines = text.lines().enumerate();
    let wrong = |line: usize, what: &str| Unreadable {
        line: line + 1,
        what: what.to_owned(),
    };
    if lines.next().map(|(_, first)| first) != Some(FIRST) {
        return Err(wrong(0, &format!("a snapshot begins with {FIRST:?}")));
    }
    let mut open: Option<String> = None;
    for (number, line) in lines {
        let wrong = |what: &str| wrong(number, what);
        let indent = line.len() - line.trim_start_matches(' ').len();
        let rest = &line[indent..];
        if rest.is_empty() {
            continue;
        }
        let (name, value) = split(rest).ok_or_else(|| wrong("expected `name: value`"))?;
        if indent == 0 {
            match name.split_once(' ') {
                None if name == "defect" => snapshot.head.defects.push(value.to_owned()),
                Some(("relay", relay)) => {
                    snapshot.head.bindings.insert(relay.to_owned(), value.to_owned());
                }
                Some(("case", id)) => {
                    let verdict = verdict(value).ok_or_else(|| wrong("expected a verdict"))?;
                    let case = CaseShot {
                        verdict,
                        expectations: Vec::new(),
                        messages: Vec::new(),
                        order: Vec::new(),
                    };
                    if snapshot.cases.insert(id.to_owned(), case).is_some() {
                        return Err(wrong("the case is there twice"));
                    }
                    open = Some(id.to_owned());
                }
                _ => return Err(wrong("expected `relay NAME:`, `defect:` or `case ID:`")),
            }
            continue;
        }
        let Some(case) = open.as_ref().and_then(|id| snapshot.cases.get_mut(id)) else {
            return Err(wrong("this belongs to no case"));
        };
        if indent >= 4 {
            let shot = case.messages.last_mut();
            let shot = shot.ok_or_else(|| wrong("this belongs to no message"))?;
            shot.lines.push(Line {
                name: name.to_owned(),
                value: value.to_owned(),
            });
        } else if let Some(id) = name.strip_prefix("expectation ") {
            let verdict = verdict(value).ok_or_else(|| wrong("expected a verdict"))?;
            case.expectations.push((id.to_owned(), verdict));
        } else if name == "order" {
            let (first, second) = value
                .split_once("; then ")
                .ok_or_else(|| wrong("expected `first; then second`"))?;
            case.order.push((first.to_owned(), second.to_owned()));
        } else {
            let (from, to) = name
                .split_once(" -> ")
                .ok_or_else(|| wrong("expected `A -> bob: M-Notification.ind`"))?;
            case.messages.push(message(from, to, value));
        }
    }
    Ok(snapshot)
}

fn message(from: &str, to: &str, value: &str) -> Shot {
    let mark = format!("; {UNAWAITED}");
    let (value, awaited) = match value.strip_suffix(&mark) {
        Some(value) => (value, false),
        None => (value, true),
    };
    let (what, answers) = match value.split_once("; answers ") {
        Some((what, answers)) => (what, Some(answers.to_owned())),
        None => (value, None),
    };
    Shot {
        from: from.to_owned(),
        to: to.to_owned(),
        what: what.to_owned(),
        answers,
        awaited,
        lines: Vec::new(),
    }
}

/// A line at its last colon of the name: ids of expectations hold none before `: `.
fn split(line: &str) -> Option<(&str, &str)> {
    match line.split_once(": ") {
        Some((name, value)) => Some((name, value)),
        None => Some((line.strip_suffix(':')?, "")),
    }
}

fn verdict(name: &str) -> Option<Verdict> {
    [
        Verdict::NotApplicable,
        Verdict::Pass,
        Verdict::NotReached,
        Verdict::Inconc,
        Verdict::Fail,
        Verdict::Error,
    ]
    .into_iter()
    .find(|verdict| verdict.name() == name)
}
