//! The matrix as one page that needs nothing else.

use serde::Serialize;

use super::text::{cell, line, place, summary, told};
use crate::report::page;
use crate::run::matrix::{Encounter, Fate, Matrix};
use crate::run::outcome::PurposeRef;
use crate::show::visible;

const PAGE: &str = include_str!("page.html");

/// The grid with a cell for each pair; below, for each pair, the cases that did not pass, whose fault that is, the requirement, and links
/// to what the run left.
///
/// # Errors
/// What the template engine says.
pub fn html(matrix: &Matrix) -> Result<String, String> {
    let pairs: Vec<Pair<'_>> = matrix.pairs.iter().enumerate().map(pair).collect();
    let names: Vec<String> = matrix
        .relays
        .iter()
        .map(|name| visible(name).into_owned())
        .collect();
    let rows = names
        .iter()
        .zip(pairs.chunks(names.len().max(1)))
        .map(|(name, cells)| Row { name, cells })
        .collect();
    let shown = Page {
        summary: summary(matrix),
        rows,
        names: &names,
        pairs: &pairs,
        version: &matrix.tool.version,
    };
    page::render(PAGE, &shown)
}

/// What the template speaks of.
#[derive(Serialize)]
struct Page<'a> {
    summary: String,
    rows: Vec<Row<'a>>,
    names: &'a [String],
    pairs: &'a [Pair<'a>],
    version: &'a str,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    cells: &'a [Pair<'a>],
}

#[derive(Serialize)]
struct Pair<'a> {
    /// Where the page has it: `pair-3`.
    id: String,
    /// `good`, `bad`, `open`, `off`.
    mood: &'static str,
    cell: String,
    line: String,
    places: Vec<String>,
    dir: Option<&'a str>,
    silent: Vec<String>,
    cases: Vec<Case<'a>>,
    /// Whether it has a section of its own.
    told: bool,
}

#[derive(Serialize)]
struct Case<'a> {
    verdict: &'static str,
    script: String,
    title: String,
    told: String,
    requirements: &'a [PurposeRef],
    source: String,
}

fn pair((number, pair): (usize, &Encounter)) -> Pair<'_> {
    let cases = pair.shown.iter().map(|case| Case {
        verdict: case.verdict.name(),
        script: visible(&case.script).into_owned(),
        title: visible(&case.title).into_owned(),
        told: told(case),
        requirements: &case.requirements,
        source: case.source.to_string(),
    });
    Pair {
        id: format!("pair-{}", number + 1),
        mood: mood(pair),
        cell: cell(pair),
        line: line(pair),
        places: pair.blamed.iter().map(place).collect(),
        dir: pair.dir.as_deref(),
        silent: pair.silent.iter().map(|s| visible(s).into_owned()).collect(),
        cases: cases.collect(),
        told: pair.dir.is_some() || pair.reason.is_some(),
    }
}

fn mood(pair: &Encounter) -> &'static str {
    let s = pair.summary;
    match pair.fate {
        Fate::Skipped => "off",
        Fate::Refused => "bad",
        Fate::Ran if pair.applicable() == 0 => "off",
        Fate::Ran if s.fail + s.error > 0 => "bad",
        Fate::Ran if s.inconc > 0 => "open",
        Fate::Ran => "good",
    }
}
