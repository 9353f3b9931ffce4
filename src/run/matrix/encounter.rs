//! What the runs of a matrix show, as data.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::case::Source;
use crate::run::outcome::{CaseResult, ExpectationResult, PurposeRef, RunResult, Summary, Tool, Verdict};

/// Value of `schema` in every matrix this version writes.
pub const SCHEMA: &str = "mmspec-matrix/1";

/// Relays × relays.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Matrix {
    /// [`SCHEMA`].
    pub schema: &'static str,
    pub tool: Tool,
    /// Names of the relays, in the order given: the rows (A) and columns (B).
    pub relays: Vec<String>,
    /// Row by row.
    pub pairs: Vec<Encounter>,
}

/// One relay as A with one as B.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Encounter {
    pub a: String,
    pub b: String,
    pub fate: Fate,
    /// Why it was not run, or why no case applied.
    pub reason: Option<String>,
    pub summary: Summary,
    /// Whether any relay was seen alive.
    pub alive: bool,
    /// Relays that gave no sign of life before the first case began, and what came instead.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub silent: Vec<String>,
    /// The folder of its run, from that of the matrix on.
    pub dir: Option<String>,
    /// To whom the failed cases are attributed, the most frequent first.
    pub blamed: Vec<Blamed>,
    /// The cases that did not pass.
    pub shown: Vec<Shown>,
}

/// What became of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    Ran,
    /// One relay cannot play both sides.
    Skipped,
    /// It could not be run: the environment, or a target file.
    Refused,
}

/// Cases that failed at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Blamed {
    /// The relay at fault: `A`, `B`; none: not attributable.
    pub node: Option<String>,
    /// Where it showed: `A-B`, `B-bob`.
    pub hops: Vec<String>,
    pub cases: usize,
}

/// A case that did not pass, by the first demand that was violated.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Shown {
    /// `case` or `case[row]`.
    pub script: String,
    pub title: String,
    pub verdict: Verdict,
    /// None: the case as a whole has the verdict.
    pub expectation: Option<String>,
    /// The relay at fault, if it is known.
    pub node: Option<String>,
    pub hop: Option<String>,
    pub why: String,
    pub requirements: Vec<PurposeRef>,
    pub source: Source,
}

impl Encounter {
    /// What a run of two relays showed; `dir` is its folder, from that of the matrix on.
    pub fn of(a: &str, b: &str, run: &RunResult, dir: String) -> Encounter {
        let applied = run.cases.iter().any(|c| c.verdict != Verdict::NotApplicable);
        let shown: Vec<Shown> = run.cases.iter().filter_map(shown).collect();
        Encounter {
            a: a.to_owned(),
            b: b.to_owned(),
            fate: Fate::Ran,
            reason: if applied {
                None
            } else {
                commonest_reason(&run.cases)
            },
            summary: run.summary,
            alive: run.run.alive,
            silent: Vec::new(),
            dir: Some(dir),
            blamed: blamed(&shown),
            shown,
        }
    }

    /// A pair that was not run.
    pub fn not_run(a: &str, b: &str, fate: Fate, reason: String) -> Encounter {
        Encounter {
            a: a.to_owned(),
            b: b.to_owned(),
            fate,
            reason: Some(reason),
            summary: Summary::default(),
            alive: false,
            silent: Vec::new(),
            dir: None,
            blamed: Vec::new(),
            shown: Vec::new(),
        }
    }

    /// Cases that applied to the pair.
    pub fn applicable(&self) -> usize {
        self.summary.cases.saturating_sub(self.summary.not_applicable)
    }
}

impl Matrix {
    /// The counts of all pairs together.
    pub fn total(&self) -> Summary {
        self.pairs.iter().fold(Summary::default(), |sum, pair| {
            let one = pair.summary;
            Summary {
                cases: sum.cases + one.cases,
                pass: sum.pass + one.pass,
                fail: sum.fail + one.fail,
                inconc: sum.inconc + one.inconc,
                error: sum.error + one.error,
                not_applicable: sum.not_applicable + one.not_applicable,
                uncounted_fails: sum.uncounted_fails + one.uncounted_fails,
            }
        })
    }

    pub fn with_fate(&self, fate: Fate) -> usize {
        self.pairs.iter().filter(|pair| pair.fate == fate).count()
    }
}

fn shown(case: &CaseResult) -> Option<Shown> {
    if matches!(case.verdict, Verdict::Pass | Verdict::NotApplicable) {
        return None;
    }
    let first = first_violated(case);
    let blame = first.and_then(|e| e.blame.as_ref());
    let why = match (blame, first, &case.reason) {
        (Some(blame), ..) => blame.why.clone(),
        (None, Some(e), None) => format!("wanted {}, got {}", e.expected, e.got),
        (None, _, Some(reason)) => reason.clone(),
        (None, None, None) => String::new(),
    };
    Some(Shown {
        script: case.id.clone(),
        title: case.title.clone(),
        verdict: case.verdict,
        expectation: first.map(|e| e.id.clone()),
        node: blame.and_then(|b| b.node.clone()),
        hop: blame.map_or_else(|| first.and_then(|e| e.hop.clone()), |b| b.hop.clone()),
        why,
        requirements: first.map(|e| e.tests.clone()).unwrap_or_default(),
        source: first.map_or_else(|| case.source.clone(), |e| e.source.clone()),
    })
}

/// The demand that gave the case its verdict, or the first of them.
fn first_violated(case: &CaseResult) -> Option<&ExpectationResult> {
    let violated = case
        .expectations
        .iter()
        .filter(|e| e.counts && e.verdict == case.verdict);
    violated.min_by_key(|e| e.at_us)
}

fn blamed(shown: &[Shown]) -> Vec<Blamed> {
    let mut places: BTreeMap<Option<&str>, (usize, BTreeSet<&str>)> = BTreeMap::new();
    for case in shown.iter().filter(|case| case.verdict == Verdict::Fail) {
        let (count, hops) = places.entry(case.node.as_deref()).or_default();
        *count += 1;
        hops.extend(case.hop.as_deref());
    }
    let mut blamed: Vec<Blamed> = places
        .into_iter()
        .map(|(node, (cases, hops))| Blamed {
            node: node.map(str::to_owned),
            hops: hops.into_iter().map(str::to_owned).collect(),
            cases,
        })
        .collect();
    blamed.sort_by_key(|place| (place.node.is_none(), std::cmp::Reverse(place.cases)));
    blamed
}

fn commonest_reason(cases: &[CaseResult]) -> Option<String> {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for reason in cases.iter().filter_map(|case| case.reason.as_deref()) {
        *reasons.entry(reason).or_default() += 1;
    }
    let commonest = reasons.into_iter().max_by_key(|(_, count)| *count)?;
    Some(commonest.0.to_owned())
}
