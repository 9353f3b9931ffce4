//! The cases of a run, a row each: as data for the page's script, which shows as many as are looked at, and the first of them as they are
//! shown without it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::fate::Fate;
use super::text::{shown, sign};
use crate::report::group::group_of;
use crate::report::names::file_name;
use crate::report::words;
use crate::run::outcome::{CaseResult, ChangeClass, Comparison, ExpectationResult, Level, Verdict};
use crate::show::visible_up_to;

/// Rows that are there without the script.
pub(super) const STATIC: usize = 200;
/// Characters of what came, in a row.
const GOT: usize = 220;

/// All rows, compact: `shown` in the page's script reads them.
#[derive(Serialize)]
pub(super) struct Table {
    verdicts: [&'static str; 6],
    signs: [&'static str; 6],
    groups: Vec<String>,
    hops: Vec<String>,
    levels: [&'static str; 3],
    baseline: Vec<&'static str>,
    rows: Vec<Packed>,
}

/// Verdict, id, file unless it is the id, title, group, levels as bits, hop or -1, test purposes, clause, what came, violations that do
/// not count, place in `baseline` or -1.
#[derive(Serialize)]
struct Packed(
    usize,
    String,
    Option<String>,
    String,
    usize,
    u8,
    i32,
    String,
    String,
    String,
    usize,
    i32,
);

/// A row that is there without the script.
#[derive(Serialize)]
pub(super) struct Row {
    verdict: &'static str,
    sign: &'static str,
    id: String,
    href: String,
    title: String,
    clause: String,
    got: String,
    hop: String,
    notes: usize,
    baseline: Option<&'static str>,
}

const VERDICTS: [Verdict; 6] = [
    Verdict::Error,
    Verdict::Fail,
    Verdict::Inconc,
    Verdict::NotReached,
    Verdict::Pass,
    Verdict::NotApplicable,
];
const LEVELS: [Level; 3] = [Level::Shall, Level::Should, Level::May];
/// Of a case that does not pass, and was not to.
const KNOWN: &str = "known";

/// `cases` in the order of the table.
pub(super) fn table(cases: &[&CaseResult], comparison: Option<&Comparison>) -> (Table, Vec<Row>) {
    let mut names = Names::default();
    let compared = comparison.map(Compared::of);
    let mut packed = Vec::with_capacity(cases.len());
    let mut rows = Vec::new();
    for case in cases {
        let first = first_broken(case);
        let row = Row {
            verdict: case.verdict.name(),
            sign: sign(case.verdict),
            id: shown(&case.id),
            href: format!("cases/{}.html", file_name(&case.id)),
            title: shown(&case.title),
            clause: first.map_or_else(String::new, clause),
            got: visible_up_to(&got(case, first), GOT).into_owned(),
            hop: first
                .and_then(|e| e.hop.as_deref())
                .map_or_else(String::new, shown),
            notes: words::uncounted(case).count(),
            baseline: compared.as_ref().and_then(|compared| compared.word(case)),
        };
        packed.push(names.pack(case, first, &row));
        if rows.len() < STATIC {
            rows.push(row);
        }
    }
    let table = Table {
        verdicts: VERDICTS.map(Verdict::name),
        signs: VERDICTS.map(sign),
        groups: names.groups,
        hops: names.hops,
        levels: LEVELS.map(Level::name),
        baseline: names.baseline,
        rows: packed,
    };
    (table, rows)
}

/// The demand that a row tells of: the first that decided the verdict, else the first violation that does not count.
fn first_broken(case: &CaseResult) -> Option<&ExpectationResult> {
    let mut all = case.expectations.iter();
    all.clone()
        .find(|e| e.counts && e.verdict == case.verdict && Fate::of(e) >= Fate::Undecided)
        .or_else(|| all.find(|e| Fate::of(e) >= Fate::Noted))
}

/// Test purposes of a demand that a row names.
const NAMED: usize = 2;

fn clause(e: &ExpectationResult) -> String {
    let mut clauses: Vec<String> = e
        .tests
        .iter()
        .take(NAMED)
        .map(|test| format!("{} {}, {}", test.id, test.clause, test.level.name()))
        .collect();
    if e.tests.len() > NAMED {
        clauses.push(format!("{} more", e.tests.len() - NAMED));
    }
    shown(&clauses.join("; "))
}

fn got(case: &CaseResult, first: Option<&ExpectationResult>) -> String {
    let reason = || case.reason.clone().unwrap_or_default();
    let Some(e) = first else {
        return reason();
    };
    match (e.got.is_empty(), e.note.is_empty()) {
        (false, _) => e.got.clone(),
        (true, false) => e.note.clone(),
        (true, true) => reason(),
    }
}

/// What of a case the baseline did not have so.
struct Compared<'a>(BTreeMap<&'a str, ChangeClass>);

impl<'a> Compared<'a> {
    fn of(comparison: &'a Comparison) -> Self {
        let mut changes = BTreeMap::new();
        // The first is the gravest.
        for change in comparison.changes.iter().rev() {
            changes.insert(change.case.as_str(), change.class);
        }
        Compared(changes)
    }

    fn word(&self, case: &CaseResult) -> Option<&'static str> {
        match self.0.get(case.id.as_str()) {
            Some(class) => Some(super::comparison::word(*class)),
            None => (case.verdict > Verdict::Pass).then_some(KNOWN),
        }
    }
}

/// Words that many rows share.
#[derive(Default)]
struct Names {
    groups: Vec<String>,
    hops: Vec<String>,
    baseline: Vec<&'static str>,
}

impl Names {
    fn pack(&mut self, case: &CaseResult, first: Option<&ExpectationResult>, row: &Row) -> Packed {
        let file = file_name(&case.id);
        let group = place(&mut self.groups, shown(&group_of(&case.source.file)));
        let hop = match row.hop.is_empty() {
            true => -1,
            false => signed(place(&mut self.hops, row.hop.clone())),
        };
        let baseline = row
            .baseline
            .map_or(-1, |word| signed(place(&mut self.baseline, word)));
        Packed(
            VERDICTS
                .iter()
                .position(|v| *v == case.verdict)
                .unwrap_or_default(),
            row.id.clone(),
            (file != row.id).then_some(file),
            row.title.clone(),
            group,
            levels(case, first),
            hop,
            purposes(case),
            row.clause.clone(),
            row.got.clone(),
            row.notes,
            baseline,
        )
    }
}

/// The levels of what was not met; if all was, of what is demanded.
fn levels(case: &CaseResult, first: Option<&ExpectationResult>) -> u8 {
    let is_told = |e: &&ExpectationResult| first.is_none() || Fate::of(e) >= Fate::Noted;
    let levels = case
        .expectations
        .iter()
        .filter(is_told)
        .filter(|e| !e.tests.is_empty());
    levels.fold(0, |bits, e| {
        bits | LEVELS
            .iter()
            .position(|level| *level == e.level)
            .map_or(0, |at| 1 << at)
    })
}

fn purposes(case: &CaseResult) -> String {
    let mut ids: Vec<&str> = case
        .expectations
        .iter()
        .flat_map(|e| &e.tests)
        .map(|t| t.id.as_str())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    shown(&ids.join(" "))
}

fn place<T: PartialEq>(names: &mut Vec<T>, name: T) -> usize {
    names.iter().position(|known| *known == name).unwrap_or_else(|| {
        names.push(name);
        names.len() - 1
    })
}

fn signed(place: usize) -> i32 {
    i32::try_from(place).unwrap_or(-1)
}
