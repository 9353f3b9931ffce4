//! Cases that a run and the suite at hand do not share, and those that were edited between.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::case::{Script, Source};
use crate::run::execute::Refused;
use crate::run::fingerprint::Fingerprint;
use crate::run::journal::RunHead;
use crate::run::outcome::{CaseResult, Verdict};
use crate::run::select::Selection;
use crate::run::sources::Sources;
use crate::run::suite::{Kept as KeptScripts, Suite, kept};

use super::align::{Alignment, is_same, stage_of};
use super::replay::{Again, Edited, Was};

/// The cases of a run as they were when it was made.
pub struct Kept {
    /// By script id.
    scripts: BTreeMap<String, Arc<Script>>,
    /// Why some of them cannot be read any more.
    problems: Vec<String>,
    /// Whether the run's folder holds the texts of its cases.
    has_sources: bool,
    /// What the suite at hand sends.
    at_hand: Fingerprint,
}

impl Kept {
    /// # Errors
    /// A compiled-in part is wrong itself.
    pub fn of(sources: &Sources, suite: &Suite) -> Result<Kept, Refused> {
        // What is as it was need not be read again.
        let KeptScripts { scripts, problems } = kept(sources, suite)?;
        Ok(Kept {
            scripts: scripts.into_iter().map(|s| (s.id.clone(), s)).collect(),
            problems: problems.iter().map(|p| p.render(false)).collect(),
            has_sources: !sources.is_empty(),
            at_hand: Fingerprint::of(suite),
        })
    }

    pub fn scripts(&self) -> Vec<Arc<Script>> {
        self.scripts.values().cloned().collect()
    }

    /// A case that the suite has no longer.
    pub fn gone(&self, id: &str) -> CaseResult {
        let reason = "this suite no longer has the case, so nothing says what it demands; \
                      give the run's own cases with --cases DIR";
        match self.scripts.get(id) {
            Some(script) => CaseResult {
                id: id.to_owned(),
                ..inconc(script, reason)
            },
            None => CaseResult {
                id: id.to_owned(),
                title: String::new(),
                topology: String::new(),
                source: Source {
                    file: "gone".to_owned(),
                    line: 1,
                    column: 1,
                    len: 1,
                },
                ..blank(reason)
            },
        }
    }

    /// A script that both have, and what became of it since.
    pub fn again(&self, script: &Arc<Script>, head: &RunHead) -> Again {
        Again {
            script: Arc::clone(script),
            was: self.was(script, head),
        }
    }

    fn was(&self, script: &Arc<Script>, head: &RunHead) -> Was {
        if !self.has_sources {
            return Was::Lost(
                "the run's folder has no sources.json: nobody can say which steps were played".to_owned(),
            );
        }
        let Some(old) = self.scripts.get(&script.id) else {
            let why = match self.problems.first() {
                Some(problem) => format!("the case as it was played cannot be read any more: {problem}"),
                None => "sources.json of the run does not hold the case".to_owned(),
            };
            return Was::Lost(why);
        };
        let contents = (&head.suite, &self.at_hand);
        let same_contents = contents.0.contents == contents.1.contents;
        if same_contents && (Arc::ptr_eq(old, script) || is_same(old, script)) {
            return Was::Same;
        }
        if stage_of(old) != stage_of(script) {
            return Was::Lost(
                "the case was played with other nodes, or another routing, than it now has".to_owned(),
            );
        }
        let alignment = Alignment::of(old, script, contents);
        match newly_unclaimed(old, script, head) {
            Ok(newly_unclaimed) => Was::Other(Box::new(Edited {
                old: Arc::clone(old),
                alignment,
                newly_unclaimed,
            })),
            Err(why) => Was::Lost(why),
        }
    }
}

/// What a script requires that it did not require when it was played, and a relay of it does not claim.
fn newly_unclaimed(old: &Script, script: &Script, head: &RunHead) -> Result<Vec<String>, String> {
    let mut unclaimed = Vec::new();
    for item in script.requires.iter().filter(|item| !old.requires.contains(item)) {
        let (name, wanted) = match item.strip_prefix("not ") {
            Some(name) => (name.trim(), false),
            None => (item.as_str(), true),
        };
        if name.starts_with("push.") {
            return Err(format!(
                "the case now requires {item}, and the run does not say whether that was so"
            ));
        }
        let relays = script.topology.relays().iter();
        let lacks = relays.filter_map(|relay| head.lacks.get(*relay));
        if lacks
            .into_iter()
            .any(|lacks| lacks.iter().any(|l| l == name) == wanted)
        {
            unclaimed.push(item.clone());
        }
    }
    Ok(unclaimed)
}

/// Ids of the scripts of this suite that what was typed for the run selects today.
pub fn selected(head: &RunHead, suite: &Suite) -> Vec<String> {
    let Some(words) = &head.selection else {
        return Vec::new();
    };
    let pick = |words: &[String]| Selection::new(words).pick(&suite.scripts).unwrap_or_default();
    let picked: Vec<Arc<Script>> = if words.is_empty() {
        pick(words)
    } else {
        // A word that selects nothing any more, such as a file that is gone, leaves the others as they are.
        words
            .iter()
            .flat_map(|word| pick(std::slice::from_ref(word)))
            .collect()
    };
    let counts = |script: &Script| {
        (script.cost == crate::case::Cost::Normal || head.all || !words.is_empty())
            && (head.shard.is_none_or(|shard| shard.has(&script.id)) || !script.rules().is_empty())
    };
    let mut ids: Vec<String> = picked
        .iter()
        .filter(|s| counts(s))
        .map(|s| s.id.clone())
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

/// A case that the run does not have.
pub fn new(script: &Script) -> CaseResult {
    inconc(script, "the run has no journal of this case: it was not played")
}

fn inconc(script: &Script, reason: &str) -> CaseResult {
    CaseResult {
        id: script.id.clone(),
        title: script.title.clone(),
        topology: script.topology.name().to_owned(),
        source: script.source.clone(),
        ..blank(reason)
    }
}

fn blank(reason: &str) -> CaseResult {
    CaseResult {
        id: String::new(),
        title: String::new(),
        verdict: Verdict::Inconc,
        topology: String::new(),
        source: Source {
            file: String::new(),
            line: 1,
            column: 1,
            len: 1,
        },
        duration_ms: 0,
        expectations: Vec::new(),
        findings: Vec::new(),
        quirks: Vec::new(),
        alive: false,
        reason: Some(reason.to_owned()),
        run_again: false,
        log: Vec::new(),
    }
}
