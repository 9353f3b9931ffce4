//! The words that several reports use for the same thing.

use crate::run::outcome::{Blame, CaseResult, ExpectationResult, Held, RelayLog, TrailStep, Verdict};
use crate::show::Paint;

/// Of a case whose first attempt does not count.
pub(super) const RUN_AGAIN: &str = "run again alone: before, a relay ended while other cases ran on it too";

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
