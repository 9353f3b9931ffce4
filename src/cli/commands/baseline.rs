//! `mmspec baseline`.

use std::path::PathBuf;

use super::coverage::read as read_run;
use super::shared::{load, print};
use crate::baseline::{self, Baseline, Edit, Proposal};
use crate::cli::baseline_args::{BaselineCheckArgs, BaselineUpdateArgs};
use crate::cli::expected::{self, today};
use crate::cli::failure::Failure;
use crate::cli::review::{Answer, Reviewer, Words};
use crate::cli::{exit, output};
use crate::report::terminal::Terminal;
use crate::run::outcome::{Comparison, RunResult};
use crate::run::select::Selection;
use crate::run::suite::Suite;

pub fn check(args: &BaselineCheckArgs) -> Result<u8, Failure> {
    let baseline = expected::load(&args.file)?;
    let suite = load(&args.cases.dirs, &Selection::default())?;
    let today = today();
    let mut problems = Vec::new();
    for entry in &baseline.entries {
        if !suite.has_case(&entry.case) {
            problems.push(format!(
                "{}: unknown: the suite has no case {}",
                entry.source, entry.case
            ));
        }
        if let (true, Some(until), Some(at)) = (entry.has_expired(today), entry.until, &entry.until_at) {
            problems.push(format!(
                "{at}: expired: the entry of {} was to hold until {until}",
                entry.case
            ));
        }
    }
    let n = baseline.entries.len();
    problems.push(format!(
        "{}: {n} entr{}",
        baseline.file,
        if n == 1 { "y" } else { "ies" }
    ));
    print(&problems.join("\n"))?;
    Ok(match problems.len() {
        1 => exit::AS_EXPECTED,
        _ => exit::VIOLATED,
    })
}

pub fn update(args: &BaselineUpdateArgs) -> Result<u8, Failure> {
    let run = read_run(&args.run)?;
    let file = match (&args.baseline, &run.comparison) {
        (Some(file), _) => file.clone(),
        (None, Some(comparison)) => PathBuf::from(&comparison.baseline),
        (None, None) => {
            return Err(Failure::usage(
                "the run was not compared with a baseline; name the one to change with --baseline FILE",
            ));
        }
    };
    let baseline = match file.exists() {
        true => {
            let baseline = expected::load(&file)?;
            expected::parse(&baseline.file, &baseline::with_list(&baseline))?
        }
        false => expected::parse(&file.display().to_string(), &baseline::fresh())?,
    };
    let suite = load(&args.cases.dirs, &Selection::default())?;
    let comparison = compare(&baseline, &run, &suite);
    let update = Update {
        args,
        run: &run,
        suite: &suite,
        baseline: &baseline,
    };
    let (edits, left_out) = update.decide(&baseline::propose(&baseline, &run, &comparison))?;
    let changed = baseline::apply(&baseline.text, &edits);
    let again = expected::parse(&baseline.file, &changed)?;
    let comparison = compare(&again, &run, &suite);
    let all = suite.scripts.iter().map(|script| script.id.as_str()).collect();
    let known = baseline::ids(&again, &run, &comparison, &all);
    if !update.writes() {
        let known = match known.len() {
            0 => "",
            _ => "the list of known cases would change too\n",
        };
        let hint = match (left_out, known) {
            (0, "") => "nothing to change\n",
            _ => "nothing is written: decide with --review, --yes or --accept CLASS\n",
        };
        print(&format!("{known}{hint}"))?;
    } else if edits.is_empty() && (known.is_empty() || left_out > 0) {
        print(&format!("{} stays as it is", baseline.file))?;
    } else {
        let text = baseline::apply(&again.text, &known);
        // What was written must be readable, whatever it was made of.
        expected::parse(&baseline.file, &text)?;
        std::fs::write(&file, text)
            .map_err(|e| Failure::error(format!("cannot write {}: {e}", file.display())))?;
        print(&format!("wrote {}", baseline.file))?;
    }
    let fails = comparison.changes.iter().any(|change| change.fails_run);
    Ok(if fails { exit::VIOLATED } else { exit::AS_EXPECTED })
}

fn compare(baseline: &Baseline, run: &RunResult, suite: &Suite) -> Comparison {
    baseline::compare(baseline, run, &|id| suite.has_case(id), today())
}

struct Update<'a> {
    args: &'a BaselineUpdateArgs,
    run: &'a RunResult,
    suite: &'a Suite,
    baseline: &'a Baseline,
}

impl Update<'_> {
    /// Whether anything may be written at all.
    fn writes(&self) -> bool {
        self.args.review || self.args.yes || !self.args.accept.is_empty()
    }

    /// The edits of what is taken over, and how many proposals are not.
    fn decide(&self, proposals: &[Proposal]) -> Result<(Vec<Edit>, usize), Failure> {
        let mut reviewer = Reviewer::new(std::io::stdin().lock());
        let mut edits = Vec::new();
        let mut left_out = 0;
        let mut all_of = Vec::new();
        for (at, proposal) in proposals.iter().enumerate() {
            let mut words = Words {
                reason: self.args.reason.clone(),
                link: self.args.link.clone(),
                until: self.args.until,
            };
            self.show(proposal, &words, at + 1, proposals.len())?;
            let accepted = if self.args.yes || self.args.accept.contains(&proposal.class) {
                self.complete(proposal, &words)?;
                true
            } else if self.args.review {
                let answer = match all_of.iter().find(|(class, _)| *class == proposal.class) {
                    Some((_, said)) => {
                        words = Words::clone(said);
                        Answer::Yes
                    }
                    None => reviewer.ask(proposal, &mut words).map_err(Failure::error)?,
                };
                if answer == Answer::All {
                    all_of.push((proposal.class, words.clone()));
                }
                if answer == Answer::Quit {
                    return Ok((edits, left_out + proposals.len() - at));
                }
                answer != Answer::No
            } else {
                false
            };
            if accepted {
                edits.extend(self.edits(proposal, &words).map_err(Failure::usage)?);
            } else {
                left_out += 1;
            }
        }
        Ok((edits, left_out))
    }

    /// Without a person to ask, what an entry needs must have been said.
    fn complete(&self, proposal: &Proposal, words: &Words) -> Result<(), Failure> {
        if proposal.needs_reason() && words.reason.is_none() {
            return Err(Failure::usage(format!(
                "an entry for {} needs a reason: --reason TEXT, or --review to be asked",
                proposal.case
            )));
        }
        if proposal.needs_date() && words.until.is_none_or(|until| until < today()) {
            return Err(Failure::usage(format!(
                "the entry of {} has expired: --until DATE lets it hold longer",
                proposal.case
            )));
        }
        Ok(())
    }

    fn edits(&self, proposal: &Proposal, words: &Words) -> Result<Vec<Edit>, String> {
        let reason = words.reason.as_deref().unwrap_or("?");
        proposal.edits(self.baseline, reason, words.link.as_deref(), words.until)
    }

    /// The evidence, then what would become of the file.
    fn show(&self, proposal: &Proposal, words: &Words, number: usize, of: usize) -> Result<(), Failure> {
        let paint = output::paint();
        let mut out = format!(
            "{}\n",
            paint.bold(&format!(
                "[{number}/{of}] {}: {}",
                proposal.class.name(),
                proposal.case
            ))
        );
        if let Some(case) = self.run.cases.iter().find(|case| case.id == proposal.case) {
            let terminal = Terminal {
                paint,
                verbose: false,
                text_of: &|file| self.suite.text_of(file),
                dir: None,
                elapsed: None,
            };
            out.push_str(&terminal.case(self.run, case));
        }
        for change in &proposal.changes {
            let at = change
                .entry
                .as_ref()
                .map(|at| format!("{at}: "))
                .unwrap_or_default();
            out.push_str(&format!("{at}{}\n", change.text));
        }
        match self.edits(proposal, words) {
            Ok(edits) => {
                for line in baseline::hunk(&self.baseline.file, &self.baseline.text, &edits).lines() {
                    out.push_str(&match line.chars().next() {
                        Some('+') => paint.good(line),
                        Some('-') => paint.bad(line),
                        _ => paint.dim(line),
                    });
                    out.push('\n');
                }
            }
            Err(why) => out.push_str(&format!("{why}\n")),
        }
        print(&out)
    }
}
