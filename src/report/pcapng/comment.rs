//! What a message is in its case, and what was decided on it.

use std::collections::BTreeMap;

use crate::case::StepNote;
use crate::run::evidence::{Passage, Transport};
use crate::run::outcome::{ExpectationResult, RunResult};
use crate::show::visible_up_to;

/// Characters of a piece of text, and octets of a comment: the format ends at 65,535.
const LONGEST_TEXT: usize = 300;
const LONGEST_COMMENT: usize = 16 * 1024;

/// The expectations of a run, by the event they were decided on.
#[derive(Debug, Default)]
pub struct Decided<'a> {
    /// Script → `seq` → what was decided.
    by_script: BTreeMap<&'a str, BTreeMap<u64, Vec<&'a ExpectationResult>>>,
}

impl<'a> Decided<'a> {
    pub fn of(run: &'a RunResult) -> Decided<'a> {
        let mut by_script: BTreeMap<_, BTreeMap<_, Vec<_>>> = BTreeMap::new();
        for case in &run.cases {
            for expectation in &case.expectations {
                let script = expectation.events_of.as_deref().unwrap_or(&case.id);
                for event in &expectation.events {
                    let of_script = by_script.entry(script).or_default();
                    of_script.entry(*event).or_default().push(expectation);
                }
            }
        }
        Decided { by_script }
    }

    fn on(&self, script: &str, seq: u64) -> &[&'a ExpectationResult] {
        let decided = self.by_script.get(script).and_then(|events| events.get(&seq));
        decided.map_or(&[], Vec::as_slice)
    }
}

/// The comment of a message: what it is, its step, and the verdicts of the expectations that were decided on it, a line each.
pub(super) fn text(passage: &Passage, script: &str, steps: &[StepNote], decided: &Decided<'_>) -> String {
    let message = &passage.message;
    let short = |text: &str| visible_up_to(text, LONGEST_TEXT).into_owned();
    let (from, to) = (short(&message.from), short(&message.to));
    let mut lines = vec![format!("{} from {from} to {to}", short(&message.label))];
    let step = message
        .step
        .and_then(|id| steps.iter().find(|step| step.step == id));
    if let Some(step) = step {
        lines.push(format!("step: {}, {}", short(&step.does), step.source));
    }
    for expectation in decided.on(script, message.seq) {
        lines.push(verdict(expectation));
    }
    if passage.transport == Transport::Tls {
        lines.push("was protected by TLS: this is what was in it, and no handshake is shown".to_owned());
    }
    let left_out: u64 = passage.octets.iter().map(|piece| piece.left_out).sum();
    if left_out > 0 {
        lines.push(format!("{left_out} octets of it were not kept"));
    }
    bounded(lines)
}

fn verdict(expectation: &ExpectationResult) -> String {
    let short = |text: &str| visible_up_to(text, LONGEST_TEXT).into_owned();
    let mut line = format!("{}: {}", expectation.verdict.name(), short(&expectation.id));
    for test in &expectation.tests {
        line.push(' ');
        line.push_str(&test.id);
    }
    line.push_str(&format!(", {}", expectation.source));
    if !expectation.note.is_empty() {
        line.push_str(": ");
        line.push_str(&short(&expectation.note));
    }
    line
}

/// Whole lines, as many as there is room for.
fn bounded(lines: Vec<String>) -> String {
    let mut text = String::new();
    let count = lines.len();
    for (number, line) in lines.into_iter().enumerate() {
        if text.len() + line.len() > LONGEST_COMMENT {
            text.push_str(&format!("\n… {} more lines", count - number));
            break;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&line);
    }
    text
}
