//! What is wrong with a case, where, and how to mend it.

use std::fmt;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::model::Source;
use super::yaml::Span;

/// One error in a case or a file it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub source: Source,
    /// The whole text of that file.
    pub text: Arc<str>,
    pub message: String,
    /// Stands beside the caret; may be empty.
    pub label: String,
    /// What was expected, how to mend it.
    pub help: Vec<String>,
    /// The error is in a group: where the case uses it.
    pub used_at: Option<Source>,
}

impl Diagnostic {
    pub(crate) fn at(span: &Span, message: String) -> Self {
        Diagnostic {
            source: span.own(),
            text: Arc::clone(&span.file.text),
            message,
            label: String::new(),
            help: Vec::new(),
            used_at: span.used_at.as_ref().map(|s| s.source()),
        }
    }

    #[must_use]
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds "did you mean", or the list of what would have been right if that is short.
    #[must_use]
    pub(crate) fn suggest<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        match nearest(word, known.iter().copied()) {
            Some(name) => self.label(format!("did you mean `{name}`?")),
            None if known.is_empty() => self,
            None if known.len() <= 24 => {
                let list: Vec<String> = known.iter().map(|k| format!("`{k}`")).collect();
                self.help(format!("known here: {}", list.join(", ")))
            }
            None => self,
        }
    }

    /// The error with the line it is about and a caret under it.
    pub fn render(&self, color: bool) -> String {
        let range = self.range();
        let annotation = AnnotationKind::Primary.span(range);
        let annotation = if self.label.is_empty() {
            annotation
        } else {
            annotation.label(self.label.as_str())
        };
        let mut group = Level::ERROR.primary_title(self.message.as_str()).element(
            Snippet::source(&*self.text)
                .path(self.source.file.as_str())
                .annotation(annotation),
        );
        if let Some(used) = &self.used_at {
            group = group.element(Level::NOTE.message(format!("the group is used at {used}")));
        }
        for help in &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        renderer.render(&[group])
    }

    /// The octets of the text that the error is about.
    fn range(&self) -> std::ops::Range<usize> {
        let start_of_line = line_start(&self.text, self.source.line);
        let rest = &self.text[start_of_line..];
        let line = &rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())];
        let offset = |chars: u32| {
            line.char_indices()
                .nth(chars as usize)
                .map_or(line.len(), |(at, _)| at)
        };
        let first = self.source.column.saturating_sub(1);
        let start = start_of_line + offset(first);
        let end = start_of_line + offset(first.saturating_add(self.source.len));
        start..end.max(start)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.source, self.message)
    }
}

/// Where a line begins, counted from 1; lines end as in YAML with LF, CR LF or CR.
fn line_start(text: &str, line: u32) -> usize {
    let mut number = 1;
    let mut octets = text.bytes().enumerate().peekable();
    while number < line {
        match octets.next() {
            None => return text.len(),
            Some((_, b'\n')) => number += 1,
            Some((_, b'\r')) => {
                if octets.peek().is_some_and(|(_, b)| *b == b'\n') {
                    octets.next();
                }
                number += 1;
            }
            Some(_) => {}
        }
    }
    octets.next().map_or(text.len(), |(at, _)| at)
}

/// The name most like `word`, if one is like it enough to be meant.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = word.to_lowercase().chars().take(64).collect();
    known
        .into_iter()
        .map(|name| (name, name.to_lowercase().chars().collect::<Vec<char>>()))
        .map(|(name, letters)| (distance(&wanted, &letters), letters.len().max(wanted.len()), name))
        .filter(|(edits, len, _)| *edits <= (len / 3).clamp(1, 4) && edits < len)
        .min_by_key(|(edits, _, _)| *edits)
        .map(|(_, _, name)| name)
}

/// Edits between two words: insert, delete, replace, swap two neighbours.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=a.len()).collect();
    for i in 1..=b.len() {
        let mut row = vec![i];
        for j in 1..=a.len() {
            let replaced = last[j - 1] + usize::from(a[j - 1] != b[i - 1]);
            let mut best = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[j - 1] == b[i - 2] && a[j - 2] == b[i - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = last;
        last = row;
    }
    last[a.len()]
}
