//! Words, numbers and bounds of the pages.

use crate::run::outcome::{Basis, Verdict};
use crate::show::{visible_lines, visible_up_to};

/// Characters of a value from a relay.
const MOST: usize = 600;

/// Text of anybody, harmless and not too long. The template escapes it.
pub(super) fn shown(text: &str) -> String {
    visible_up_to(text, MOST).into_owned()
}

/// As [`shown`], in lines.
pub(super) fn shown_lines(text: &str) -> String {
    visible_lines(text).chars().take(4 * MOST).collect()
}

/// `0.4`, `123.7`, `15121`.
pub(super) fn ms(us: u64) -> String {
    if us < 1_000_000 {
        format!("{}.{}", us / 1000, us / 100 % 10)
    } else {
        (us / 1000).to_string()
    }
}

/// `3 octets`.
pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// What a claim rests on, for somebody who has not read the manual.
pub(super) fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Text => "the standard's text was read",
        Basis::Recalled => "recalled: the clause is known, its wording was not at hand",
        Basis::Observed => "observed: deployed traffic and implementations agree",
        Basis::Derived => "derived: an engineering demand of this suite, no standard makes it",
    }
}

/// A sign that tells a verdict without colour.
pub(super) fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓",
        Verdict::NotApplicable => "∅",
        Verdict::NotReached => "–",
        Verdict::Inconc => "?",
        Verdict::Fail => "✗",
        Verdict::Error => "⚠",
    }
}

/// `2026-11-29 23:02:53 UTC`.
pub(super) fn instant(unix: i64) -> Option<String> {
    let at = jiff::Timestamp::from_second(unix).ok()?;
    Some(at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}
