//! Which test purposes the suite decides, and what a run said of them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::outcome::{ExpectationResult, RunResult, Verdict};
use super::suite::Suite;
use crate::case::{Basis, Level};

/// Value of `schema` in every coverage file this version writes.
pub const SCHEMA: &str = "mmspec-coverage/1";

/// Every test purpose of the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Coverage {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// In the catalogue's order.
    pub groups: Vec<Group>,
}

#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Group {
    /// `SUB`
    pub name: String,
    pub title: String,
    pub purposes: Vec<Covered>,
}

impl Group {
    /// Purposes that at least one case decides.
    pub fn decided(&self) -> usize {
        self.purposes.iter().filter(|p| !p.cases.is_empty()).count()
    }
}

/// One test purpose.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Covered {
    pub id: String,
    pub purpose: String,
    pub clause: String,
    pub level: Level,
    pub basis: Basis,
    /// The worst verdict of its cases that says something; none without a run, or if nothing was said.
    pub verdict: Option<Verdict>,
    pub cases: Vec<CaseVerdict>,
    /// Why no case decides it, where that is on purpose.
    pub no_case: Option<String>,
}

/// A script that decides a purpose.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CaseVerdict {
    pub script: String,
    /// What its expectations for this purpose came to; none without a run, or if the run left it out.
    pub verdict: Option<Verdict>,
}

impl Coverage {
    /// What the suite's cases decide, with the verdicts of a run if there is one.
    pub fn of(suite: &Suite, run: Option<&RunResult>) -> Self {
        let said = run.map(verdicts).unwrap_or_default();
        let mut decide: BTreeMap<&str, Vec<CaseVerdict>> = BTreeMap::new();
        for script in &suite.scripts {
            for id in script.purposes() {
                decide.entry(id).or_default().push(CaseVerdict {
                    script: script.id.clone(),
                    verdict: said.get(&(script.id.as_str(), id)).copied(),
                });
            }
        }
        let groups = suite.catalogue.groups().iter().map(|(name, title)| Group {
            name: name.clone(),
            title: title.clone(),
            purposes: suite
                .catalogue
                .iter()
                .filter(|p| p.group == *name)
                .map(|p| {
                    let cases = decide.remove(p.id.as_str()).unwrap_or_default();
                    Covered {
                        id: p.id.clone(),
                        purpose: p.purpose.clone(),
                        clause: p.clause.clone(),
                        level: p.level,
                        basis: p.basis,
                        verdict: cases.iter().filter_map(|c| c.verdict).max(),
                        cases,
                        no_case: p.no_case.clone(),
                    }
                })
                .collect(),
        });
        Coverage {
            schema: SCHEMA,
            groups: groups.collect(),
        }
    }

    /// Every purpose, group by group.
    pub fn purposes(&self) -> impl Iterator<Item = &Covered> {
        self.groups.iter().flat_map(|group| &group.purposes)
    }
}

/// (script, purpose) → the worst that its expectations say. An expectation that does not count says no worse than `inconc`.
fn verdicts(run: &RunResult) -> BTreeMap<(&str, &str), Verdict> {
    let mut said = BTreeMap::new();
    for case in &run.cases {
        for expectation in &case.expectations {
            for purpose in &expectation.tests {
                let verdict = weighed(expectation);
                said.entry((case.id.as_str(), purpose.id.as_str()))
                    .and_modify(|worst: &mut Verdict| *worst = verdict.max(*worst))
                    .or_insert(verdict);
            }
        }
    }
    said
}

fn weighed(expectation: &ExpectationResult) -> Verdict {
    match expectation.verdict {
        Verdict::Fail if !expectation.counts => Verdict::Inconc,
        other => other,
    }
}
