//! The baseline on a terminal: what is known in a line each, entries that are wrong, and what all of that comes to.

use super::standing::Standings;
use super::words;
use crate::run::outcome::{ChangeClass, Comparison, RunResult};
use crate::show::{Paint, visible, visible_up_to};

/// Characters of a reason.
const LONGEST: usize = 300;

/// Cases that did not pass as the baseline says, a line each.
pub(super) fn known(run: &RunResult, standings: &Standings<'_>, paint: Paint) -> String {
    let mut out = String::new();
    for (case, known) in standings.known(run) {
        out.push_str(&format!(
            "{}  {}  {}: {}\n",
            paint.dim("known"),
            visible(&case.id),
            case.verdict.name(),
            visible_up_to(&words::pardon(known), LONGEST)
        ));
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// Entries of the baseline that are wrong, a line each with their place.
pub(super) fn entries(standings: &Standings<'_>, paint: Paint) -> String {
    let mut out = String::new();
    for change in &standings.entries {
        let at = change.entry.as_ref().map(ToString::to_string).unwrap_or_default();
        out.push_str(&format!(
            "{}  {}  {}: {}\n",
            paint.bad(&change.class.name().to_ascii_uppercase()),
            visible(&at),
            visible(&change.case),
            visible_up_to(&change.text, LONGEST)
        ));
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// What stands beside a case that did not pass: what kind of a change it is.
pub(super) fn label(class: ChangeClass) -> &'static str {
    match class {
        ChangeClass::PassToFail => "regression",
        ChangeClass::Changed => "otherwise than the baseline says",
        ChangeClass::New => "new in the suite",
        class => class.name(),
    }
}

/// `baseline known.yaml: 3 as expected, 1 pass-to-fail, 2 stale; the run fails`.
pub(super) fn sum(comparison: &Comparison) -> String {
    let mut counts = vec![format!("{} as expected", comparison.expected)];
    for class in ChangeClass::ALL {
        let n = comparison.changes.iter().filter(|c| c.class == class).count();
        if n > 0 {
            counts.push(format!("{n} {}", class.name()));
        }
    }
    let fails = comparison.changes.iter().any(|change| change.fails_run);
    format!(
        "baseline {}: {}{}\n",
        visible(&comparison.baseline),
        counts.join(", "),
        if fails { "; the run fails" } else { "" }
    )
}
