//! What the runs with a defect show, as data.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::case::Source;
use crate::relay::Defect;
use crate::run::outcome::{CaseResult, ExpectationResult, RunResult, Tool, Verdict};

/// Value of `schema` in every kill matrix this version writes.
pub const SCHEMA: &str = "mmspec-killmatrix/1";

/// Defects that no case can notice, each with the reason: defect → reason.
pub type Equivalents = BTreeMap<String, String>;

/// Defects × cases.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Matrix {
    /// [`SCHEMA`].
    pub schema: &'static str,
    pub tool: Tool,
    /// Every defect met every case. Otherwise nothing can be said of cases that killed nothing.
    pub whole: bool,
    pub totals: Totals,
    /// What was violated without any defect: these cases show nothing.
    pub clean: Vec<Kill>,
    pub defects: Vec<DefectRow>,
    pub cases: Vec<CaseColumn>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Totals {
    pub defects: usize,
    pub killed: usize,
    pub survived: usize,
    pub equivalent: usize,
    /// Cases that ran; those that do not apply to the embedded relay are not among them.
    pub cases: usize,
    /// Cases that killed nothing.
    pub idle: usize,
    pub kills: usize,
    /// Violated demands that decide none of the defect's test purposes.
    pub elsewhere: usize,
}

/// What became of a defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    Killed,
    Survived,
    /// Nobody outside can notice it; the reason is written down.
    Equivalent,
}

impl Fate {
    pub fn name(self) -> &'static str {
        match self {
            Fate::Killed => "killed",
            Fate::Survived => "survived",
            Fate::Equivalent => "equivalent",
        }
    }
}

/// One defect and what noticed it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct DefectRow {
    pub name: String,
    pub breaks: String,
    pub clause: String,
    /// Test purposes it violates.
    pub tests: Vec<String>,
    pub fate: Fate,
    /// Why it is equivalent.
    pub reason: Option<String>,
    /// Violated demands that decide one of its test purposes.
    pub kills: Vec<Kill>,
    /// Violated demands that decide none of them: the defect does more than it says, or the demand other than it says.
    pub elsewhere: Vec<Kill>,
    /// Scripts that could not decide, or that ended in our own error.
    pub undecided: Vec<String>,
}

/// A counting demand that was violated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Kill {
    /// `case` or `case[row]`.
    pub script: String,
    pub expectation: String,
    pub tests: Vec<String>,
    pub source: Source,
    pub got: String,
}

impl Kill {
    /// The id of the case without its row.
    pub fn case(&self) -> &str {
        case_of(&self.script)
    }
}

/// One case, with all its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CaseColumn {
    pub id: String,
    pub title: String,
    pub source: Source,
    /// Whether any of its rows applies to the embedded relay.
    pub applies: bool,
    /// Names of the defects it killed.
    pub kills: Vec<String>,
}

impl Matrix {
    /// Reads the runs: one without a defect, and one for each.
    pub fn of(
        clean: &RunResult,
        runs: &[(&Defect, RunResult)],
        equivalents: &Equivalents,
        whole: bool,
    ) -> Self {
        let failing: BTreeSet<&str> = violated(&clean.cases).map(|(case, _)| case.id.as_str()).collect();
        let defects: Vec<DefectRow> = runs
            .iter()
            .map(|(defect, run)| row(defect, run, &failing, equivalents))
            .collect();
        let cases = columns(&clean.cases, &defects);
        Matrix {
            schema: SCHEMA,
            tool: clean.tool.clone(),
            whole,
            totals: totals(&defects, &cases),
            clean: violated(&clean.cases).map(|(case, e)| kill(case, e)).collect(),
            defects,
            cases,
        }
    }

    /// Cases that ran and killed nothing. None is named unless every defect met every case.
    pub fn idle(&self) -> impl Iterator<Item = &CaseColumn> {
        self.cases
            .iter()
            .filter(|case| self.whole && case.applies && case.kills.is_empty())
    }

    pub fn survivors(&self) -> impl Iterator<Item = &DefectRow> {
        self.defects.iter().filter(|row| row.fate == Fate::Survived)
    }

    /// Every defect was killed, every case killed one, and nothing failed without a defect.
    pub fn is_good(&self) -> bool {
        self.clean.is_empty() && self.survivors().next().is_none() && self.idle().next().is_none()
    }
}

fn row(
    defect: &Defect,
    run: &RunResult,
    failing_anyway: &BTreeSet<&str>,
    equivalents: &Equivalents,
) -> DefectRow {
    let decides = |e: &ExpectationResult| e.tests.iter().any(|t| defect.tests.contains(&t.id.as_str()));
    let (kills, elsewhere): (Vec<_>, Vec<_>) = violated(&run.cases)
        .filter(|(case, _)| !failing_anyway.contains(case.id.as_str()))
        .partition(|(_, e)| decides(e));
    let kills: Vec<Kill> = kills.into_iter().map(|(case, e)| kill(case, e)).collect();
    let reason = equivalents.get(defect.name).cloned();
    let fate = match (kills.is_empty(), &reason) {
        (false, _) => Fate::Killed,
        (true, Some(_)) => Fate::Equivalent,
        (true, None) => Fate::Survived,
    };
    let undecided = |case: &&CaseResult| matches!(case.verdict, Verdict::Inconc | Verdict::Error);
    DefectRow {
        name: defect.name.to_owned(),
        breaks: defect.breaks.to_owned(),
        clause: defect.clause.to_owned(),
        tests: defect.tests.iter().map(|t| (*t).to_owned()).collect(),
        fate,
        reason,
        kills,
        elsewhere: elsewhere.into_iter().map(|(case, e)| kill(case, e)).collect(),
        undecided: run
            .cases
            .iter()
            .filter(undecided)
            .map(|case| case.id.clone())
            .collect(),
    }
}

fn columns(clean: &[CaseResult], defects: &[DefectRow]) -> Vec<CaseColumn> {
    let mut columns: BTreeMap<&str, CaseColumn> = BTreeMap::new();
    for script in clean {
        let id = case_of(&script.id);
        let column = columns.entry(id).or_insert_with(|| CaseColumn {
            id: id.to_owned(),
            title: script.title.clone(),
            source: script.source.clone(),
            applies: false,
            kills: Vec::new(),
        });
        column.applies |= script.verdict != Verdict::NotApplicable;
    }
    for defect in defects {
        let by: BTreeSet<&str> = defect.kills.iter().map(Kill::case).collect();
        for case in by {
            if let Some(column) = columns.get_mut(case) {
                column.kills.push(defect.name.clone());
            }
        }
    }
    columns.into_values().collect()
}

fn totals(defects: &[DefectRow], cases: &[CaseColumn]) -> Totals {
    let fate = |fate: Fate| defects.iter().filter(|row| row.fate == fate).count();
    let applying = || cases.iter().filter(|case| case.applies);
    Totals {
        defects: defects.len(),
        killed: fate(Fate::Killed),
        survived: fate(Fate::Survived),
        equivalent: fate(Fate::Equivalent),
        cases: applying().count(),
        idle: applying().filter(|case| case.kills.is_empty()).count(),
        kills: defects.iter().map(|row| row.kills.len()).sum(),
        elsewhere: defects.iter().map(|row| row.elsewhere.len()).sum(),
    }
}

fn violated(cases: &[CaseResult]) -> impl Iterator<Item = (&CaseResult, &ExpectationResult)> {
    cases
        .iter()
        .flat_map(|case| case.expectations.iter().map(move |e| (case, e)))
        .filter(|(_, e)| e.counts && e.verdict == Verdict::Fail)
}

fn kill(case: &CaseResult, expectation: &ExpectationResult) -> Kill {
    Kill {
        script: case.id.clone(),
        expectation: expectation.id.clone(),
        tests: expectation.tests.iter().map(|t| t.id.clone()).collect(),
        source: expectation.source.clone(),
        got: expectation.got.clone(),
    }
}

fn case_of(script: &str) -> &str {
    script.split_once('[').map_or(script, |(case, _)| case)
}
