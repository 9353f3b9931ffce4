//! The case's files with line numbers, and what came of their lines.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::fate::Fate;
use super::text::shown;
use crate::case::Source;
use crate::run::outcome::CaseResult;
use crate::show::visible;

/// Lines of a file that are shown.
const MOST: usize = 3_000;

#[derive(Serialize)]
pub(super) struct Listing {
    file: String,
    lines: Vec<ListedLine>,
    left_out: usize,
}

#[derive(Default, Serialize)]
struct ListedLine {
    id: String,
    number: usize,
    /// Before the marked words, the words, after them.
    before: String,
    words: String,
    after: String,
    class: &'static str,
    sign: &'static str,
    /// What was found there.
    note: String,
}

/// The files of a case, in the order in which they are listed.
pub(super) struct Listings<'a> {
    files: Vec<(String, Arc<str>)>,
    case: &'a CaseResult,
}

impl<'a> Listings<'a> {
    /// The case's file, and those its demands and steps stand in.
    pub fn of(
        case: &'a CaseResult,
        others: impl Iterator<Item = &'a Source>,
        text_of: &dyn Fn(&str) -> Option<Arc<str>>,
    ) -> Self {
        let demands = case.expectations.iter().map(|e| &e.source);
        let mut files: Vec<(String, Arc<str>)> = Vec::new();
        for source in std::iter::once(&case.source).chain(demands).chain(others) {
            if !files.iter().any(|(file, _)| *file == source.file)
                && let Some(text) = text_of(&source.file)
            {
                files.push((source.file.clone(), text));
            }
        }
        Listings { files, case }
    }

    /// `#y0-14`, if the line is shown.
    pub fn place(&self, at: &Source) -> Option<String> {
        let (number, text) = self.file(&at.file)?;
        let line = at.line as usize;
        (line >= 1 && line <= text.lines().count().min(MOST)).then(|| format!("#{}", id(number, line)))
    }

    /// The words at a place.
    pub fn words_at(&self, at: &Source) -> Option<String> {
        let (_, text) = self.file(&at.file)?;
        let line = text.lines().nth((at.line as usize).checked_sub(1)?)?;
        let words = line.chars().skip((at.column as usize).saturating_sub(1));
        Some(words.take(at.len as usize).collect())
    }

    fn file(&self, name: &str) -> Option<(usize, &str)> {
        let number = self.files.iter().position(|(file, _)| file == name)?;
        Some((number, &self.files[number].1))
    }

    pub fn render(&self) -> Vec<Listing> {
        self.files
            .iter()
            .enumerate()
            .map(|(number, (file, text))| {
                let marks = self.marks(file);
                let mut lines: Vec<ListedLine> = Vec::new();
                for (at, line) in text.lines().take(MOST).enumerate() {
                    let mark = marks.get(&(at + 1));
                    lines.push(listed(id(number, at + 1), at + 1, line, mark));
                }
                Listing {
                    file: shown(file),
                    left_out: text.lines().count() - lines.len(),
                    lines,
                }
            })
            .collect()
    }

    /// The gravest thing found in each line.
    fn marks(&self, file: &str) -> BTreeMap<usize, (Fate, &'a Source, &'a str)> {
        let mut marks: BTreeMap<usize, (Fate, &Source, &str)> = BTreeMap::new();
        for e in self.case.expectations.iter().filter(|e| e.source.file == file) {
            let found = (Fate::of(e), &e.source, e.note.as_str());
            marks
                .entry(e.source.line as usize)
                .and_modify(|mark| {
                    if found.0 > mark.0 {
                        *mark = found;
                    }
                })
                .or_insert(found);
        }
        marks
    }
}

fn id(file: usize, line: usize) -> String {
    format!("y{file}-{line}")
}

fn listed(id: String, number: usize, line: &str, mark: Option<&(Fate, &Source, &str)>) -> ListedLine {
    let Some((fate, at, note)) = mark else {
        return ListedLine {
            id,
            number,
            before: visible(line).into_owned(),
            ..ListedLine::default()
        };
    };
    let start = (at.column as usize).saturating_sub(1);
    let piece = |skip: usize, take: usize| -> String {
        let piece: String = line.chars().skip(skip).take(take).collect();
        visible(&piece).into_owned()
    };
    ListedLine {
        id,
        number,
        before: piece(0, start),
        words: piece(start, at.len as usize),
        after: piece(start + at.len as usize, usize::MAX),
        class: fate.class(),
        sign: fate.sign(),
        note: if *fate >= Fate::Noted {
            shown(note)
        } else {
            String::new()
        },
    }
}
