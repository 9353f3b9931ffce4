//! The words that several reports use for the same thing.

use super::standing::Standings;
use crate::run::outcome::{
    Blame, CaseResult, Change, ExpectationResult, Held, Known, Level, PurposeRef, RelayLog, RunResult,
    TrailStep, Verdict,
};
use crate::show::{Paint, shell_word, visible, visible_lines, visible_up_to};

/// Of a case whose first attempt does not count.
pub(super) const RUN_AGAIN: &str = "run again alone: before, a relay ended while other cases ran on it too";

/// Of a case that did not pass and that the baseline is older than.
pub(super) const NEW: &str = "new in the suite since the baseline was written";

/// The purposes an expectation decides, `TP-E2E-03, TP-M4R-01`; its own id when it decides none.
pub(super) fn decides(e: &ExpectationResult) -> String {
    if e.tests.is_empty() {
        e.id.clone()
    } else {
        let ids: Vec<&str> = e.tests.iter().map(|t| t.id.as_str()).collect();
        ids.join(", ")
    }
}

/// Demands that were not met and do not count: a `should`, a `derived` one, or hearsay that counts as `inconc`.
pub(super) fn uncounted(case: &CaseResult) -> impl Iterator<Item = &ExpectationResult> {
    let unmet = |e: &&ExpectationResult| !e.counts && matches!(e.verdict, Verdict::Fail | Verdict::Inconc);
    case.expectations.iter().filter(unmet)
}

/// What relays said, a line each below the relay's name.
pub(super) fn logs(logs: &[RelayLog]) -> String {
    let mut out = String::new();
    for log in logs {
        let left_out = match log.left_out {
            0 => String::new(),
            n => format!(" ({n} earlier lines are left out)"),
        };
        out.push_str(&format!("relay {} said{left_out}:\n", log.relay));
        for line in &log.lines {
            out.push_str(&format!("  {line}\n"));
        }
    }
    out
}

/// `relay A, hop A-B: A passed it on wrong: …`.
pub(super) fn blamed(blame: &Blame) -> String {
    let whose = match (&blame.node, blame.candidates.as_slice()) {
        (Some(node), _) => format!("relay {node}"),
        (None, []) => "not attributable".to_owned(),
        (None, candidates) => format!("not attributable ({})", candidates.join(" or ")),
    };
    let hop = blame
        .hop
        .iter()
        .map(|hop| format!(", hop {hop}"))
        .collect::<String>();
    format!("{whose}{hop}: {}", blame.why)
}

/// `A: M-Send.req of alice → MM4_forward.REQ on A-B, the same`.
pub(super) fn passed(step: &TrailStep) -> String {
    let took = step.took.as_deref().unwrap_or("?");
    let gave = step.gave.as_deref().unwrap_or("nothing");
    format!("{}: {took} → {gave}, {}", step.node, held(step.held))
}

/// How what a node gave out compares with what it took in.
pub(super) fn held(held: Held) -> &'static str {
    match held {
        Held::Same => "the same",
        Held::Changed => "changed",
        Held::Own => "its own",
        Held::Nothing => "not what was due",
        Held::Unseen => "from what was not seen",
    }
}

/// Characters of a relay's words that one line of a report holds.
const LONGEST: usize = 4000;

/// The demands that made the case what it is.
pub(super) fn broken_demands(case: &CaseResult) -> Vec<&ExpectationResult> {
    let verdict = match case.verdict {
        Verdict::NotReached => Verdict::Inconc,
        verdict => verdict,
    };
    let blamed = |e: &&ExpectationResult| e.counts && e.verdict == verdict;
    case.expectations.iter().filter(blamed).collect()
}

/// Why a case did not pass, in one line that is safe to show: `TP-M4R-04: got …`.
pub(super) fn headline(case: &CaseResult) -> String {
    match (broken_demands(case).first(), &case.reason) {
        (Some(e), _) => visible_up_to(&format!("{}: {}", decides(e), e.got), LONGEST).into_owned(),
        (None, Some(reason)) => visible_up_to(reason, LONGEST).into_owned(),
        (None, None) => case.verdict.name().to_owned(),
    }
}

/// `TP-M4R-04  3GPP TS 23.140 §8.4.4  shall, recalled: the purpose`; safe to show.
pub(super) fn requirement(purpose: &PurposeRef) -> String {
    format!(
        "{}  {}  {}, {}: {}",
        visible(&purpose.id),
        visible(&purpose.clause),
        purpose.level.name(),
        purpose.basis.name(),
        visible(&purpose.purpose)
    )
}

/// The command that repeats a case as the run had it, for a shell.
pub(super) fn command(run: &RunResult, case: &CaseResult) -> String {
    let mut command = format!("mmspec run {}", shell_word(&case.id));
    for option in &run.run.options {
        command.push(' ');
        command.push_str(&shell_word(option));
    }
    command
}

/// All of one broken demand, for people; safe to show.
pub(super) fn account(e: &ExpectationResult) -> String {
    let mut text = String::new();
    for purpose in &e.tests {
        text.push_str(&format!("{}\n", requirement(purpose)));
    }
    text.push_str(&format!("at        {}\n", visible(&e.source.to_string())));
    text.push_str(&format!("expected  {}\n", visible_up_to(&e.expected, LONGEST)));
    text.push_str(&format!("got       {}\n", visible_up_to(&e.got, LONGEST)));
    for (name, node) in [("hop", &e.hop), ("relay", &e.relay)] {
        if let Some(node) = node {
            text.push_str(&format!("{name:<10}{}\n", visible(node)));
        }
    }
    if let Some(blame) = &e.blame {
        text.push_str(&format!("blame     {}\n", visible_up_to(&blamed(blame), LONGEST)));
    }
    text
}

/// Why a case did not pass, as a whole: its reason, then each broken demand with what the baseline says of it.
pub(super) fn full_account(case: &CaseResult, standings: &Standings<'_>) -> String {
    let mut text = String::new();
    if let Some(reason) = &case.reason {
        for line in visible_lines(reason).lines() {
            text.push_str(&format!("{}\n", visible_up_to(line, LONGEST)));
        }
    }
    for e in broken_demands(case) {
        text.push_str(&account(e));
        if let Some(known) = standings.expectation(case, e) {
            text.push_str(&format!("known     {}\n", visible(&pardon(known))));
        }
    }
    text
}

/// Why a failure is known: `the reason (https://…, until 2027-03-01)`.
pub(super) fn pardon(known: &Known) -> String {
    let until = known.until.as_ref().map(|day| format!("until {day}"));
    let more: Vec<String> = known.link.iter().cloned().chain(until).collect();
    match more.is_empty() {
        true => known.reason.clone(),
        false => format!("{} ({})", known.reason, more.join(", ")),
    }
}

/// The clauses that a case's demands rest on, each once.
pub(super) fn clauses(case: &CaseResult) -> Vec<&str> {
    let mut clauses: Vec<&str> = purposes_of(case).map(|p| p.clause.as_str()).collect();
    clauses.sort_unstable();
    clauses.dedup();
    clauses
}

/// The strongest level of a case's demands.
pub(super) fn level(case: &CaseResult) -> Option<Level> {
    purposes_of(case).map(|p| p.level).max()
}

fn purposes_of(case: &CaseResult) -> impl Iterator<Item = &PurposeRef> {
    case.expectations.iter().flat_map(|e| &e.tests)
}

/// Where demands of a case were broken: hops and relays, each once.
pub(super) fn places(case: &CaseResult) -> (Vec<&str>, Vec<&str>) {
    let broken = broken_demands(case);
    let once = |of: fn(&ExpectationResult) -> Option<&str>| {
        let mut names: Vec<&str> = broken.iter().filter_map(|e| of(e)).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    (once(|e| e.hop.as_deref()), once(|e| e.relay.as_deref()))
}

/// `known.yaml:12:5: stale: …`, for a change that is about an entry of the baseline.
pub(super) fn entry_problem(change: &Change) -> String {
    let place = change
        .entry
        .as_ref()
        .map(|at| format!("{at}: "))
        .unwrap_or_default();
    format!("{place}{}: {}", change.class.name(), change.text)
}

/// A verdict's name in capitals, in its colour.
pub(super) fn verdict(paint: Paint, verdict: Verdict) -> String {
    let name = verdict.name().to_ascii_uppercase();
    match verdict {
        Verdict::Pass => paint.good(&name),
        Verdict::NotApplicable | Verdict::NotReached => paint.dim(&name),
        Verdict::Inconc => paint.doubtful(&name),
        Verdict::Fail => paint.bad(&name),
        Verdict::Error => paint.trouble(&name),
    }
}
