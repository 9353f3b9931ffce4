//! The dialogue of a review: a question on standard output, a line from standard input. It can be driven by a pipe.

use std::io::{self, BufRead};

use jiff::civil::Date;

use super::expected::today;
use super::output;
use crate::baseline::Proposal;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    /// This one and all later ones of its class, with the same words.
    All,
    /// Neither this one nor a later one; those before stay accepted.
    Quit,
}

/// What a person says of a change.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    pub reason: Option<String>,
    pub link: Option<String>,
    pub until: Option<Date>,
}

const HELP: &str = "\
  y  take this change over
  n  leave it
  e  take it over, and say reason, link and last day
  a  take this and all later ones of its class over, with the same words
  q  take neither this nor a later one over
";

pub(super) struct Reviewer<R> {
    lines: R,
}

impl<R: BufRead> Reviewer<R> {
    pub fn new(lines: R) -> Self {
        Reviewer { lines }
    }

    /// Asks until there is an answer; the end of the input is [`Answer::Quit`].
    ///
    /// # Errors
    /// Standard input's or standard output's.
    pub fn ask(&mut self, proposal: &Proposal, words: &mut Words) -> io::Result<Answer> {
        loop {
            let Some(line) = self.line("take it over? [y,n,e,a,q,?]")? else {
                return Ok(Answer::Quit);
            };
            let (answer, says_all) = match line.as_str() {
                "y" | "yes" => (Answer::Yes, false),
                "e" => (Answer::Yes, true),
                "a" => (Answer::All, false),
                "n" | "no" => return Ok(Answer::No),
                "q" => return Ok(Answer::Quit),
                _ => {
                    output::print(HELP)?;
                    continue;
                }
            };
            if !self.words(proposal, words, says_all)? {
                return Ok(Answer::Quit);
            }
            return Ok(answer);
        }
    }

    /// Asks for what is missing, or for everything; false at the end of the input.
    fn words(&mut self, proposal: &Proposal, words: &mut Words, all: bool) -> io::Result<bool> {
        if proposal.needs_reason() && (all || words.reason.is_none()) {
            loop {
                let Some(line) = self.line("reason (why is this failure known?)")? else {
                    return Ok(false);
                };
                if !line.is_empty() {
                    words.reason = Some(line);
                    break;
                }
            }
        }
        if proposal.needs_reason() && all {
            let Some(line) = self.line("link (empty: none)")? else {
                return Ok(false);
            };
            words.link = Some(line).filter(|line| !line.is_empty());
        }
        let must = proposal.needs_date();
        let has_date = words.until.is_some_and(|until| until >= today());
        if (must && !has_date) || (all && proposal.needs_reason()) {
            let question = match must {
                true => "last day from now on (as 2027-03-01)",
                false => "last day (as 2027-03-01; empty: no end)",
            };
            loop {
                let Some(line) = self.line(question)? else {
                    return Ok(false);
                };
                match line.parse() {
                    Ok(date) if date >= today() => words.until = Some(date),
                    _ if line.is_empty() && !must => words.until = None,
                    _ => {
                        output::print("that is no day from today on")?;
                        continue;
                    }
                }
                break;
            }
        }
        Ok(true)
    }

    fn line(&mut self, question: &str) -> io::Result<Option<String>> {
        output::ask(&format!("{question} "))?;
        let mut line = String::new();
        let read = self.lines.read_line(&mut line)?;
        Ok((read > 0).then(|| line.trim().to_owned()))
    }
}
