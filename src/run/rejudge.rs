//! Judges a stored journal again, with the same judge, by the suite at hand or by the cases that the run itself had.

mod absent;
mod align;
mod replay;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::collect::{show, stranger};
use super::evidence::JOURNAL;
use super::execute::{Finished, Refused, result};
use super::falls::Falls;
use super::journal::{Event, RunHead};
use super::judge::{Policy, RuleJudge};
use super::outcome::{CaseResult, UnsolicitedResult};
use super::sources::Sources;
use super::statics;
use super::suite::Suite;

use absent::Kept;
use replay::{Again, Replay};

/// Reads `events.jsonl` of a run's folder and judges it by the suite at hand. Nothing is decided that was not recorded: a case
/// that the run does not have, or that this suite has no longer, and what an edited case now waits for and the run did not, is inconclusive and says
/// why. Of a journal that was cut short, the scripts that were cut are errors and the others keep their verdicts.
///
/// # Errors
/// There is no journal or it cannot be read, or the suite is wrong.
pub fn rejudge(dir: &Path, case_dirs: &[PathBuf]) -> Result<Finished, Refused> {
    let head = RunHead::read(dir).map_err(Refused::Usage)?;
    let suite = Suite::load(case_dirs)?;
    let sources = Sources::read(dir).map_err(Refused::Usage)?;
    let kept = Kept::of(&sources, &suite)?;
    let (mut finished, extent) = judged(dir, head, Arc::new(suite), &kept)?;
    if !extent.is_whole() {
        finished.warnings.push(extent.to_string());
    }
    Ok(finished)
}

/// The same by the cases that the run had, as far as its folder holds them, and how much of the run its journal holds.
///
/// # Errors
/// As for [`rejudge`].
pub(super) fn judge_as_it_was(dir: &Path, case_dirs: &[PathBuf]) -> Result<(Finished, Extent), Refused> {
    let head = RunHead::read(dir).map_err(Refused::Usage)?;
    let sources = Sources::read(dir).map_err(Refused::Usage)?;
    let at_hand = Suite::load(case_dirs)?;
    let kept = Kept::of(&sources, &at_hand)?;
    let suite = at_hand.with(kept.scripts());
    judged(dir, head, Arc::new(suite), &kept)
}

/// How much of a run its journal holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extent {
    /// Cases that came to their end.
    pub ended: usize,
    /// Ids of those that had begun and not ended.
    pub cut: Vec<String>,
    /// Ids of those that had not begun.
    pub unbegun: Vec<String>,
    /// Whether the journal ends in the middle of a line.
    pub half_line: bool,
}

impl Extent {
    /// Whether the run came to its end.
    pub fn is_whole(&self) -> bool {
        self.cut.is_empty() && self.unbegun.is_empty() && !self.half_line
    }
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_whole() {
            return f.write_str("the run came to its end");
        }
        let all = self.ended + self.cut.len() + self.unbegun.len();
        write!(f, "the run was cut: {} of {all} cases had ended", self.ended)?;
        for (what, ids) in [
            ("had begun and not ended", &self.cut),
            ("had not begun", &self.unbegun),
        ] {
            if !ids.is_empty() {
                write!(f, "; {} {what}: {}", ids.len(), first_of(ids))?;
            }
        }
        Ok(())
    }
}

/// Ids that are named where there may be many.
const NAMED: usize = 10;

fn first_of(ids: &[String]) -> String {
    let named = ids[..ids.len().min(NAMED)].join(" ");
    match ids.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

fn judged(dir: &Path, head: RunHead, suite: Arc<Suite>, kept: &Kept) -> Result<(Finished, Extent), Refused> {
    let policy = Policy {
        strict: head.strict,
        recalled_inconc: head.recalled_inconc,
    };
    let mut absent = Vec::new();
    let mut again: Vec<Again> = Vec::new();
    let mut rules = Vec::new();
    let of_run: BTreeSet<&str> = head.scripts.iter().map(String::as_str).collect();
    let new = absent::selected(&head, &suite);
    let new = new.iter().filter(|id| !of_run.contains(id.as_str()));
    for id in of_run.iter().copied().chain(new.map(String::as_str)) {
        match suite.scripts.iter().find(|s| s.id == id) {
            None => absent.push(kept.gone(id)),
            Some(script) if !script.rules().is_empty() => {
                rules.push(RuleJudge::new(Arc::clone(script), Arc::clone(&suite), policy));
            }
            Some(script) if of_run.contains(id) => again.push(kept.again(script, &head)),
            Some(script) => absent.push(absent::new(script)),
        }
    }
    let journals = again
        .iter()
        .map(|again| (again.script.id.as_str(), Replay::new(again, &suite, policy)));
    let mut reading = Reading {
        journals: journals.collect(),
        rules,
        falls: Falls::default(),
        strangers: Vec::new(),
        half_line: false,
    };
    reading.read(&dir.join(JOURNAL))?;
    let extent = reading.extent();
    let (mut cases, strangers) = reading.finish();
    cases.extend(absent);
    cases.extend(statics::judge(&head.lacks, &head.bindings));
    let finished = Finished {
        result: result(head, cases, strangers),
        dir: dir.to_owned(),
        silent: Vec::new(),
        warnings: Vec::new(),
        suite,
    };
    Ok((finished, extent))
}

/// A journal while it is read.
struct Reading<'a> {
    journals: BTreeMap<&'a str, Replay<'a>>,
    rules: Vec<RuleJudge>,
    falls: Falls,
    strangers: Vec<UnsolicitedResult>,
    half_line: bool,
}

impl Reading<'_> {
    fn read(&mut self, path: &Path) -> Result<(), Refused> {
        let cannot = |what: &dyn std::fmt::Display| Refused::Usage(format!("{}: {what}", path.display()));
        let mut file = BufReader::new(File::open(path).map_err(|e| cannot(&e))?);
        let (mut line, mut number) = (Vec::new(), 0);
        while file.read_until(b'\n', &mut line).map_err(|e| cannot(&e))? > 0 {
            number += 1;
            match serde_json::from_slice(&line) {
                Ok(event) => self.take(&event),
                // A run that was killed leaves half a line at the end.
                Err(_) if !line.ends_with(b"\n") => self.half_line = true,
                Err(e) => return Err(cannot(&format!("line {number}: {e}"))),
            }
            line.clear();
        }
        Ok(())
    }

    fn take(&mut self, event: &Event) {
        show(event, &mut self.rules);
        self.strangers.extend(stranger(event));
        self.falls.feed(event);
        if let Some(journal) = self.journals.get_mut(event.script.as_str()) {
            journal.feed(event);
        }
    }

    fn extent(&self) -> Extent {
        let mut extent = Extent {
            half_line: self.half_line,
            ..Extent::default()
        };
        for (id, journal) in &self.journals {
            match (journal.has_begun(), journal.has_ended()) {
                (_, true) => extent.ended += 1,
                (true, false) => extent.cut.push((*id).to_owned()),
                (false, false) => extent.unbegun.push((*id).to_owned()),
            }
        }
        extent
    }

    fn finish(self) -> (Vec<CaseResult>, Vec<UnsolicitedResult>) {
        let mut cases: Vec<CaseResult> = self.journals.into_values().map(Replay::finish).collect();
        cases.extend(self.rules.into_iter().map(RuleJudge::finish));
        cases.extend(self.falls.finish());
        (cases, self.strangers)
    }
}
