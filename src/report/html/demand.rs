//! The demands of a case: what was wanted, what came, and what makes it a requirement.

use serde::Serialize;

use super::fate::Fate;
use super::message::Link;
use super::text::{basis, shown};
use crate::report::names::file_name;
use crate::report::words;
use crate::run::outcome::{Blame, CaseResult, ExpectationResult, Held};

#[derive(Serialize)]
pub(super) struct Demand {
    anchor: String,
    id: String,
    verdict: &'static str,
    pub(super) class: &'static str,
    sign: &'static str,
    counts: bool,
    level: &'static str,
    basis: &'static str,
    purposes: Vec<Purpose>,
    place: Link,
    note: String,
    expected: String,
    got: String,
    hop: Option<String>,
    relay: Option<String>,
    /// The messages it was decided on.
    messages: Vec<Link>,
    blame: Option<BlameBlock>,
    /// Whether it stands among what was not met.
    pub(super) is_unmet: bool,
}

#[derive(Serialize)]
struct Purpose {
    id: String,
    purpose: String,
    clause: String,
    level: &'static str,
    basis: &'static str,
}

#[derive(Serialize)]
struct BlameBlock {
    sentence: String,
    trail: Vec<Trail>,
}

#[derive(Serialize)]
struct Trail {
    node: String,
    took: String,
    gave: String,
    held: &'static str,
    class: &'static str,
    what: String,
}

/// `#d3`: the demand's place in the page.
pub(super) fn anchor(case: &CaseResult, expectation: &ExpectationResult) -> String {
    let number = case
        .expectations
        .iter()
        .position(|e| std::ptr::eq(e, expectation));
    format!("#d{}", number.unwrap_or_default())
}

pub(super) fn demand(
    case: &CaseResult,
    e: &ExpectationResult,
    place: Option<String>,
    has_message: &dyn Fn(u64) -> bool,
) -> Demand {
    let fate = Fate::of(e);
    Demand {
        anchor: anchor(case, e)[1..].to_owned(),
        id: shown(&e.id),
        verdict: e.verdict.name(),
        class: fate.class(),
        sign: fate.sign(),
        counts: e.counts,
        level: e.level.name(),
        basis: basis(e.basis),
        purposes: e
            .tests
            .iter()
            .map(|p| Purpose {
                id: shown(&p.id),
                purpose: shown(&p.purpose),
                clause: shown(&p.clause),
                level: p.level.name(),
                basis: basis(p.basis),
            })
            .collect(),
        place: Link {
            text: shown(&e.source.to_string()),
            href: place.unwrap_or_default(),
        },
        note: shown(&e.note),
        expected: shown(&e.expected),
        got: shown(&e.got),
        hop: e.hop.as_deref().map(shown),
        relay: e.relay.as_deref().map(shown),
        messages: messages(e, has_message),
        blame: e.blame.as_ref().map(blame),
        is_unmet: fate >= Fate::Noted,
    }
}

fn messages(e: &ExpectationResult, has_message: &dyn Fn(u64) -> bool) -> Vec<Link> {
    match &e.events_of {
        Some(other) => e
            .events
            .iter()
            .map(|seq| Link {
                text: shown(&format!("message {seq} of {other}")),
                href: format!("{}.html#m{seq}", file_name(other)),
            })
            .collect(),
        None => e
            .events
            .iter()
            .filter(|seq| has_message(**seq))
            .map(|seq| Link {
                text: format!("message {seq}"),
                href: format!("#m{seq}"),
            })
            .collect(),
    }
}

fn blame(blame: &Blame) -> BlameBlock {
    BlameBlock {
        sentence: shown(&words::blamed(blame)),
        trail: blame
            .trail
            .iter()
            .map(|step| Trail {
                node: shown(&step.node),
                took: step.took.as_deref().map_or_else(|| "?".to_owned(), shown),
                gave: step.gave.as_deref().map_or_else(|| "nothing".to_owned(), shown),
                held: words::held(step.held),
                class: match step.held {
                    Held::Same | Held::Own => "passed",
                    Held::Changed | Held::Nothing => "broken",
                    Held::Unseen => "undecided",
                },
                what: shown(&step.what),
            })
            .collect(),
    }
}
