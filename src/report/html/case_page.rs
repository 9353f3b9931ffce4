//! The page of a case.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Serialize;

use super::demand::{Demand, demand};
use super::fate::{Fate, decided_on};
use super::ladder;
use super::listing::{Listing, Listings};
use super::markup::Markup;
use super::message::{Around, MessageBlock, span};
use super::text::{counted, shown, shown_lines, sign};
use crate::case::Topology;
use crate::report::names::file_name;
use crate::report::words::{self, RUN_AGAIN, blamed};
use crate::run::evidence::{Evidence, Message};
use crate::run::outcome::{CaseResult, ExpectationResult, RunResult, Verdict};

/// Messages of a page: a relay may send without end. Those on which a demand was violated are always there.
const MOST: usize = 400;

/// What there is to show of a case beside its verdicts.
#[derive(Debug)]
pub struct Shown {
    /// What its journal holds, or why that cannot be shown; in words for a person.
    pub evidence: Result<Evidence, String>,
    /// Where its capture is, from the page's folder; none if there is none.
    pub capture: Option<String>,
}

/// Another case that did not pass.
#[derive(Serialize)]
pub(super) struct Neighbour {
    id: String,
    href: String,
}

impl Neighbour {
    pub fn of(case: &CaseResult) -> Neighbour {
        Neighbour {
            id: shown(&case.id),
            href: format!("{}.html", file_name(&case.id)),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Neighbours {
    pub previous: Option<Neighbour>,
    pub next: Option<Neighbour>,
    pub place: Option<String>,
}

#[derive(Serialize)]
pub(super) struct CasePage {
    id: String,
    title: String,
    verdict: &'static str,
    sign: &'static str,
    topology: String,
    file: String,
    bindings: Vec<(String, String)>,
    defects: Vec<String>,
    hop: Option<String>,
    relay: Option<String>,
    began: Option<String>,
    duration: String,
    reason: Option<String>,
    again: Option<&'static str>,
    /// Whose fault it is, in a sentence.
    blame: Option<String>,
    unmet: Vec<Demand>,
    demands: Vec<Demand>,
    ladder: Option<Markup>,
    ladder_left_out: usize,
    /// What is missing from the page.
    gaps: Vec<String>,
    messages: Vec<MessageBlock>,
    messages_left_out: usize,
    findings: Vec<String>,
    listings: Vec<Listing>,
    logs: Vec<Log>,
    command: String,
    capture: Option<String>,
    neighbours: Neighbours,
}

#[derive(Serialize)]
struct Log {
    relay: String,
    lines: Vec<String>,
    left_out: u64,
}

pub(super) fn page(
    run: &RunResult,
    case: &CaseResult,
    given: &Shown,
    neighbours: Neighbours,
    text_of: &dyn Fn(&str) -> Option<Arc<str>>,
) -> CasePage {
    let nothing = Evidence::default();
    let evidence = given.evidence.as_ref().unwrap_or(&nothing);
    let listings = Listings::of(case, evidence.steps.iter().map(|step| &step.source), text_of);
    let messages = chosen(case, evidence);
    let there: HashSet<u64> = messages.iter().map(|message| message.seq).collect();
    let demand_of =
        |e: &ExpectationResult| demand(case, e, listings.place(&e.source), &|seq| there.contains(&seq));
    let around = Around {
        case,
        evidence,
        place: &|source| listings.place(source),
        words_at: &|source| listings.words_at(source),
    };
    let scene = ladder::scene(case, evidence, &there);
    let (unmet, demands): (Vec<Demand>, Vec<Demand>) = case
        .expectations
        .iter()
        .map(demand_of)
        .partition(|demand| demand.is_unmet);
    let first = case.expectations.iter().find(|e| Fate::of(e) == Fate::Broken);
    CasePage {
        id: shown(&case.id),
        title: shown(&case.title),
        verdict: case.verdict.name(),
        sign: sign(case.verdict),
        topology: shown(&case.topology),
        file: shown(&case.source.file),
        bindings: bindings(run, case, evidence),
        defects: run.run.defects.iter().map(|defect| shown(defect)).collect(),
        hop: first.and_then(|e| e.hop.as_deref()).map(shown),
        relay: first.and_then(|e| e.relay.as_deref()).map(shown),
        began: evidence.unix.and_then(super::text::instant),
        duration: duration(case.duration_ms),
        reason: case.reason.as_deref().map(shown_lines),
        again: case.run_again.then_some(RUN_AGAIN),
        blame: first
            .and_then(|e| e.blame.as_ref())
            .map(|blame| shown(&blamed(blame))),
        ladder_left_out: scene.as_ref().map_or(0, |scene| scene.left_out),
        ladder: scene.map(|scene| ladder::draw(&scene)),
        gaps: gaps(case, given, evidence),
        messages_left_out: evidence.messages().count() - messages.len() + evidence.left_out,
        findings: if messages.is_empty() {
            findings(case)
        } else {
            Vec::new()
        },
        messages: messages
            .into_iter()
            .map(|message| around.block(message))
            .collect(),
        listings: listings.render(),
        logs: case
            .log
            .iter()
            .map(|log| Log {
                relay: shown(&log.relay),
                lines: log.lines.iter().map(|line| shown(line)).collect(),
                left_out: log.left_out,
            })
            .collect(),
        command: words::command(run, case),
        capture: given.capture.clone(),
        unmet,
        demands,
        neighbours,
    }
}

/// The messages that are shown.
fn chosen<'a>(case: &CaseResult, evidence: &'a Evidence) -> Vec<&'a Message> {
    let is_broken = |message: &Message| decided_on(case, message.seq).any(|e| Fate::of(e) >= Fate::Undecided);
    evidence
        .messages()
        .enumerate()
        .filter(|(at, message)| *at < MOST || is_broken(message))
        .map(|(_, message)| message)
        .collect()
}

/// The relays of the case with what played them.
fn bindings(run: &RunResult, case: &CaseResult, evidence: &Evidence) -> Vec<(String, String)> {
    let known = Topology::ALL.iter().find(|(name, _)| *name == case.topology);
    let is_there = |relay: &str| known.is_none_or(|(_, topology)| topology.relays().contains(&relay));
    let all = if evidence.bindings.is_empty() {
        &run.run.bindings
    } else {
        &evidence.bindings
    };
    all.iter()
        .filter(|(relay, _)| is_there(relay))
        .map(|(relay, target)| (shown(relay), shown(target)))
        .collect()
}

fn gaps(case: &CaseResult, given: &Shown, evidence: &Evidence) -> Vec<String> {
    let mut gaps = Vec::new();
    match &given.evidence {
        Err(why) => gaps.push(format!("The journal of the run cannot be shown: {}", shown(why))),
        Ok(_) if case.verdict == Verdict::NotApplicable => {}
        Ok(evidence) if evidence.entries.is_empty() && evidence.unix.is_none() => gaps.push(
            "The journal has no events of this case: its verdict rests on those of other cases, or on what the target claims."
                .to_owned(),
        ),
        Ok(evidence) if !evidence.has_ended => gaps.push(
            "The run was cut short in the middle of this case: what the journal holds up to there is shown.".to_owned(),
        ),
        Ok(_) => {}
    }
    if evidence.left_out > 0 {
        gaps.push(format!(
            "{} more came; the journal has them all.",
            counted(evidence.left_out, "message")
        ));
    }
    gaps
}

/// What decoders noticed, where no message can show it.
fn findings(case: &CaseResult) -> Vec<String> {
    let all = case.findings.iter().map(|f| {
        let place = span(f.finding.offset, f.finding.len);
        shown(&format!(
            "{} at {}, {place}: {} ({})",
            f.pdu, f.place, f.finding.text, f.finding.clause
        ))
    });
    all.collect()
}

fn duration(ms: u64) -> String {
    if ms < 1000 {
        format!("{ms} ms")
    } else {
        format!("{}.{} s", ms / 1000, ms / 100 % 10)
    }
}
