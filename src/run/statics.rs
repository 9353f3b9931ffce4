//! What is wrong with a relay and belongs to no script: an ICS that denies what the standard makes mandatory, and ends of a
//! relay that cannot be put down to one script.

use std::collections::BTreeMap;

use crate::case::{Basis, Level, Source};
use crate::wire::ics;

use super::outcome::{
    CaseResult, ExpectationResult, PurposeRef, RELAY_STAYS_UP, STATIC_CONFORMANCE, Verdict,
};

/// One result for all bound targets, if any of them denies something mandatory.
/// `lacks` and `labels` go by relay name.
pub fn judge(lacks: &BTreeMap<String, Vec<String>>, labels: &BTreeMap<String, String>) -> Option<CaseResult> {
    let expectations: Vec<ExpectationResult> = lacks
        .iter()
        .flat_map(|(relay, items)| items.iter().map(move |item| (relay, item)))
        .filter_map(|(relay, item)| {
            let item = ics::item(item)?;
            let label = labels.get(relay).map_or("", String::as_str);
            Some(denied(relay, label, item, item.mandatory?))
        })
        .collect();
    if expectations.is_empty() {
        return None;
    }
    Some(CaseResult {
        id: STATIC_CONFORMANCE.to_owned(),
        title: "The ICS claims what the standards make mandatory".to_owned(),
        verdict: Verdict::Fail,
        topology: String::new(),
        source: nowhere(),
        duration_ms: 0,
        expectations,
        findings: Vec::new(),
        quirks: Vec::new(),
        alive: false,
        reason: None,
        run_again: false,
        log: Vec::new(),
    })
}

/// One result for all ends of relays that cannot be put down to one script, each in words.
pub fn fallen(falls: &[String]) -> Option<CaseResult> {
    if falls.is_empty() {
        return None;
    }
    Some(CaseResult {
        id: RELAY_STAYS_UP.to_owned(),
        title: "A relay does not end unasked".to_owned(),
        verdict: Verdict::Fail,
        topology: String::new(),
        source: Source {
            file: "relay".to_owned(),
            ..nowhere()
        },
        duration_ms: 0,
        expectations: Vec::new(),
        findings: Vec::new(),
        quirks: Vec::new(),
        alive: true,
        reason: Some(falls.join("\n")),
        run_again: false,
        log: Vec::new(),
    })
}

fn denied(relay: &str, label: &str, item: &ics::Item, clause: &str) -> ExpectationResult {
    let basis = if clause.starts_with("3GPP") {
        Basis::Recalled
    } else {
        Basis::Text
    };
    ExpectationResult {
        id: format!("{relay}.{}", item.name),
        verdict: Verdict::Fail,
        counts: true,
        level: Level::Shall,
        basis,
        tests: vec![PurposeRef {
            id: format!("ICS {}", item.name),
            purpose: format!("A relay {}", item.what),
            clause: clause.to_owned(),
            level: Level::Shall,
            basis,
        }],
        hop: None,
        relay: Some(relay.to_owned()),
        source: nowhere(),
        note: "denied".to_owned(),
        expected: format!("{} claimed", item.name),
        got: format!("{label} lists it under `lacks:`"),
        at_us: 0,
        events: Vec::new(),
        events_of: None,
        blame: None,
    }
}

fn nowhere() -> Source {
    Source {
        file: "ICS".to_owned(),
        line: 1,
        column: 1,
        len: 1,
    }
}
