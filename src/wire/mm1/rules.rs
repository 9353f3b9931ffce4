//! What ENC 1.3 demands of a PDU as a whole: order, presence, repetition.

use super::decode::{BY_NAME, Seen};
use super::{CONTENT_TYPE, MESSAGE_TYPE, TRANSACTION_ID, VERSION, conditions, contents, versions};
use crate::wire::finding::Findings;
use crate::wire::table::{self, FieldSet, PduDef};
use crate::wire::{Pdu, Span};

/// Adds what is wrong with the PDU beyond its single fields. `seen` are its fields, in wire order; `len` is its
/// length in octets.
pub(super) fn check(pdu: &Pdu, seen: &[Seen], len: usize, findings: &mut Findings) {
    let (def, sets) = (table::pdu(pdu.kind), table::pdu_sets(pdu.kind));
    let (met, again) = met(seen);
    order(seen, findings);
    let has_one = def.at_least_one.is_empty() || met.meets(sets.one_of);
    if !(sets.mandatory.is_within(met) && has_one) {
        presence(def, pdu, seen, len, findings);
    }
    let none_foreign = met.is_within(sets.allowed) && (pdu.content.is_none() || def.has_content);
    if !(none_foreign && again.is_within(sets.repeatable)) {
        repetition(def, pdu, seen, findings);
    }
    // What stands under a name instead of its number, or could not be read, is in no set.
    let is_plain = findings.is_empty() && seen.iter().all(|field| field.octet != BY_NAME);
    if !is_plain || met.meets(sets.restricted) {
        conditions::check(def, pdu, len, findings);
    }
    versions::check(def, pdu, seen, met, findings);
    contents::check(pdu, seen, findings);
}

/// Which fields there are, and which of them more than once.
fn met(seen: &[Seen]) -> (FieldSet, FieldSet) {
    let (mut met, mut again) = (FieldSet::default(), FieldSet::default());
    for field in seen {
        if !met.insert(field.octet) {
            again.insert(field.octet);
        }
    }
    (met, again)
}

/// X-Mms-Message-Type, X-Mms-Transaction-ID if there is one, X-Mms-MMS-Version: first and in this order.
fn order(seen: &[Seen], findings: &mut Findings) {
    let mut place = 0;
    for octet in [MESSAGE_TYPE, TRANSACTION_ID, VERSION] {
        let Some(field) = seen.iter().find(|field| field.octet == octet) else {
            continue;
        };
        if seen[place].octet != octet {
            let name = table::field_by_octet(octet).map_or("", |def| def.name);
            let text = format!("{name} does not stand at its place among the first fields");
            findings.error("header-order", field.at, "ENC 1.3 §7", text);
            return;
        }
        place += 1;
    }
}

fn presence(def: &PduDef, pdu: &Pdu, seen: &[Seen], len: usize, findings: &mut Findings) {
    let end = Span { offset: len, len: 0 };
    for name in def.mandatory() {
        let octet = table::field(name).and_then(|field| field.octet);
        if !seen.iter().any(|field| Some(field.octet) == octet) && pdu.field(name).is_none() {
            let text = format!("{} has no {name}", def.kind);
            findings.error("missing-mandatory", end, def.clause, text);
        }
    }
    let one_of = def.at_least_one;
    if !one_of.is_empty() && !one_of.iter().any(|name| pdu.field(name).is_some()) {
        let text = format!("{} has none of {}", def.kind, one_of.join(", "));
        findings.error("missing-mandatory", end, def.clause, text);
    }
}

fn repetition(def: &PduDef, pdu: &Pdu, seen: &[Seen], findings: &mut Findings) {
    let mut met = [false; 256];
    for field in seen {
        let Some(known) = table::field_by_octet(field.octet) else {
            continue;
        };
        let usage = def.usage(known.name);
        if usage.is_none() {
            let text = format!("{} has no field {}", def.kind, known.name);
            findings.warning("field-not-in-pdu", field.at, def.clause, text);
        }
        let repeatable = usage.is_some_and(|usage| usage.repeatable);
        let again = std::mem::replace(&mut met[usize::from(field.octet)], true);
        if again && !repeatable {
            let text = format!("{} stands more than once", known.name);
            findings.warning("duplicate-field", field.at, "ENC 1.3 §6", text);
        }
    }
    if pdu.content.is_some() && !def.has_content && !seen.iter().any(|field| field.octet == CONTENT_TYPE) {
        let text = format!("{} has no content", def.kind);
        findings.warning("field-not-in-pdu", Span::default(), def.clause, text);
    }
}
