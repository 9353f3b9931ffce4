//! Static conformance: an ICS that denies what the standard makes mandatory is a fail before anything runs.

use std::collections::BTreeMap;

use crate::case::{Basis, Level, Source};
use crate::wire::ics;

use super::outcome::{CaseResult, ExpectationResult, PurposeRef, Verdict};

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
        id: "static-conformance".to_owned(),
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
