//! Coverage: the clauses of the standards, and what the run says of the test purposes that rest on them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::text::shown;
use crate::run::coverage::{Coverage, Covered};
use crate::run::outcome::Verdict;

/// A standard.
#[derive(Serialize)]
pub(super) struct Document {
    name: String,
    counts: Counts,
    clauses: Vec<Clause>,
}

#[derive(Serialize)]
struct Clause {
    name: String,
    counts: Counts,
    purposes: Vec<PurposeRow>,
}

#[derive(Serialize)]
struct PurposeRow {
    id: String,
    purpose: String,
    level: &'static str,
    basis: &'static str,
    class: &'static str,
    word: &'static str,
    no_case: Option<String>,
}

/// Test purposes by what was said of them.
#[derive(Clone, Copy, Default, Serialize)]
pub(super) struct Counts {
    pass: usize,
    fail: usize,
    undecided: usize,
    /// A case decides them, and this run had none of those, or none that applies.
    not_run: usize,
    no_case: usize,
}

impl Counts {
    fn add(&mut self, purpose: &Covered) {
        let place = match said(purpose) {
            Said::Pass => &mut self.pass,
            Said::Fail => &mut self.fail,
            Said::Undecided => &mut self.undecided,
            Said::NotRun => &mut self.not_run,
            Said::NoCase => &mut self.no_case,
        };
        *place += 1;
    }

    pub fn of<'a>(purposes: impl Iterator<Item = &'a Covered>) -> Counts {
        purposes.fold(Counts::default(), |mut counts, purpose| {
            counts.add(purpose);
            counts
        })
    }
}

#[derive(Clone, Copy)]
enum Said {
    Pass,
    Fail,
    Undecided,
    NotRun,
    NoCase,
}

fn said(purpose: &Covered) -> Said {
    match purpose.verdict {
        Some(Verdict::Pass) => Said::Pass,
        Some(Verdict::Fail) => Said::Fail,
        Some(Verdict::Inconc | Verdict::NotReached | Verdict::Error) => Said::Undecided,
        Some(Verdict::NotApplicable) => Said::NotRun,
        None if purpose.cases.is_empty() => Said::NoCase,
        None => Said::NotRun,
    }
}

/// Every clause of the catalogue, by standard. A purpose that rests on clauses of several standards stands under the first.
pub(super) fn documents(coverage: &Coverage) -> Vec<Document> {
    let mut documents: BTreeMap<&str, BTreeMap<Vec<Piece>, (&str, Vec<&Covered>)>> = BTreeMap::new();
    for purpose in coverage.purposes() {
        let (document, clause) = split(&purpose.clause);
        let clauses = documents.entry(document).or_default();
        clauses
            .entry(pieces(clause))
            .or_insert_with(|| (clause, Vec::new()))
            .1
            .push(purpose);
    }
    documents
        .into_iter()
        .map(|(name, clauses)| Document {
            name: shown(name),
            counts: Counts::of(
                clauses
                    .values()
                    .flat_map(|(_, purposes)| purposes.iter().copied()),
            ),
            clauses: clauses
                .into_values()
                .map(|(name, purposes)| clause(name, &purposes))
                .collect(),
        })
        .collect()
}

/// What a clause's place within a standard begins with.
const PLACES: [&str; 6] = ["§", "annex ", "appendix ", "table ", "tables ", "item "];

/// The standard that is named first, and the clause.
fn split(clause: &str) -> (&str, &str) {
    let first = clause.split(';').next().unwrap_or(clause);
    let place = PLACES.iter().filter_map(|place| first.find(place)).min();
    let (document, _) = first.split_at(place.unwrap_or(first.len()));
    (
        document.trim(),
        clause[document.len()..].trim_start_matches(';').trim(),
    )
}

fn clause(name: &str, purposes: &[&Covered]) -> Clause {
    Clause {
        name: shown(name),
        counts: Counts::of(purposes.iter().copied()),
        purposes: purposes.iter().map(|purpose| row(purpose)).collect(),
    }
}

fn row(purpose: &Covered) -> PurposeRow {
    let (class, word) = match said(purpose) {
        Said::Pass => ("passed", "✓ pass"),
        Said::Fail => ("broken", "✗ fail"),
        Said::Undecided => ("undecided", "? undecided"),
        Said::NotRun => ("moot", "– not run"),
        Said::NoCase => ("moot", "∅ no case"),
    };
    PurposeRow {
        id: shown(&purpose.id),
        purpose: shown(&purpose.purpose),
        level: purpose.level.name(),
        basis: purpose.basis.name(),
        class,
        word,
        no_case: purpose.no_case.as_deref().map(shown),
    }
}

/// Clauses in their order: `9.2` before `10.1`.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Piece {
    Number(u64),
    Text(String),
}

fn pieces(clause: &str) -> Vec<Piece> {
    let bytes: Vec<char> = clause.chars().collect();
    bytes
        .chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit())
        .map(|run| {
            let text: String = run.iter().collect();
            match text.parse() {
                Ok(number) => Piece::Number(number),
                Err(_) => Piece::Text(text),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{pieces, split};

    #[test]
    fn a_clause_is_of_the_standard_it_names_first() {
        assert_eq!(
            split("OMA MMS ENC 1.3 §6.6, table 8"),
            ("OMA MMS ENC 1.3", "§6.6, table 8")
        );
        assert_eq!(
            split("3GPP TS 23.140 annex I; RFC 4356 §2.1"),
            ("3GPP TS 23.140", "annex I; RFC 4356 §2.1")
        );
        assert_eq!(split("RFC 2916; RFC 3761"), ("RFC 2916", "RFC 3761"));
        assert_eq!(
            split("deployed implementations"),
            ("deployed implementations", "")
        );
    }

    #[test]
    fn clauses_stand_in_their_order() {
        assert!(pieces("9.2") < pieces("10.1"));
        assert!(pieces("6.1") < pieces("6.1.2, table 2"));
    }
}
