//! Judges a stored journal again, with the suite at hand and the same judge.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::collect::{show, stranger};
use super::execute::{Finished, Refused, result};
use super::falls::Falls;
use super::journal::{Event, RunHead, What};
use super::judge::{Judge, Policy, RuleJudge};
use super::outcome::CaseResult;
use super::statics;
use super::suite::Suite;
use crate::case::Script;

/// Reads `events.jsonl` of a run's folder and judges it. A journal that was cut short gives what it holds: the script that
/// was cut is an error, the others keep their verdicts.
///
/// # Errors
/// There is no journal, it cannot be read, or the suite no longer has a case of it.
pub fn rejudge(dir: &Path, case_dirs: &[PathBuf]) -> Result<Finished, Refused> {
    let head = RunHead::read(dir).map_err(Refused::Usage)?;
    let suite = Arc::new(Suite::load(case_dirs)?);
    let policy = Policy {
        strict: head.strict,
        recalled_inconc: head.recalled_inconc,
    };
    let (mut strangers, mut falls) = (Vec::new(), Falls::default());
    let mut played = BTreeMap::new();
    let mut rules = Vec::new();
    for id in &head.scripts {
        let script = suite.scripts.iter().find(|s| &s.id == id).ok_or_else(|| {
            Refused::Usage(format!(
                "this suite has no case {id}; give the run's own cases with --cases DIR"
            ))
        })?;
        if script.rules().is_empty() {
            played.insert(id.clone(), Played::new(script, &suite, policy));
        } else {
            rules.push(RuleJudge::new(Arc::clone(script), Arc::clone(&suite), policy));
        }
    }
    let path = dir.join("events.jsonl");
    let cannot = |what: &dyn std::fmt::Display| Refused::Usage(format!("{}: {what}", path.display()));
    let file = File::open(&path).map_err(|e| cannot(&e))?;
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|e| cannot(&e))?;
        let event: Event = match serde_json::from_str(&line) {
            Ok(event) => event,
            // A run that was killed leaves half a line at the end.
            Err(e) if e.is_eof() => break,
            Err(e) => return Err(cannot(&format!("line {}: {e}", number + 1))),
        };
        show(&event, &mut rules);
        strangers.extend(stranger(&event));
        falls.feed(&event);
        if let Some(played) = played.get_mut(&event.script) {
            played.feed(&event);
        }
    }
    let mut cases: Vec<CaseResult> = played.into_values().map(Played::finish).collect();
    cases.extend(rules.into_iter().map(RuleJudge::finish));
    cases.extend(statics::judge(&head.lacks, &head.bindings));
    cases.extend(falls.finish());
    Ok(Finished {
        result: result(head, cases, strangers),
        dir: dir.to_owned(),
        silent: Vec::new(),
        warnings: Vec::new(),
        suite,
    })
}

/// The last attempt of a script.
struct Played<'a> {
    script: &'a Arc<Script>,
    suite: &'a Suite,
    policy: Policy,
    judge: Judge,
    has_ended: bool,
    is_again: bool,
}

impl<'a> Played<'a> {
    fn new(script: &'a Arc<Script>, suite: &'a Suite, policy: Policy) -> Self {
        Played {
            script,
            suite,
            policy,
            judge: Judge::new(Arc::clone(script), suite, policy),
            has_ended: false,
            is_again: false,
        }
    }

    fn feed(&mut self, event: &Event) {
        if self.has_ended {
            // What follows an end belongs to another attempt, which alone counts.
            *self = Played {
                is_again: true,
                ..Played::new(self.script, self.suite, self.policy)
            };
        }
        self.judge.feed(event);
        self.has_ended = matches!(event.what, What::End);
    }

    fn finish(self) -> CaseResult {
        CaseResult {
            run_again: self.is_again,
            ..self.judge.finish()
        }
    }
}
