//! What ENC 1.3 demands of a PDU as a whole: order, presence, repetition.

use super::decode::Seen;
use super::{CONTENT_TYPE, MESSAGE_TYPE};
use crate::wire::finding::Findings;
use crate::wire::table::{self, PduDef};
use crate::wire::{Interval, Pdu, PduType, Span, Value};

const TRANSACTION_ID: u8 = 0x98;
const VERSION: u8 = 0x8D;

/// Adds what is wrong with the PDU beyond its single fields. `seen` are its fields, in wire order; `len` is its
/// length in octets.
pub(super) fn check(pdu: &Pdu, seen: &[Seen], len: usize, findings: &mut Findings) {
    let def = table::pdu(pdu.kind);
    order(seen, findings);
    presence(def, pdu, seen, len, findings);
    repetition(def, pdu, seen, findings);
    values(pdu, findings);
}

/// X-Mms-Message-Type, X-Mms-Transaction-ID if there is one, X-Mms-MMS-Version: first and in this order.
fn order(seen: &[Seen], findings: &mut Findings) {
    let front: Vec<u8> = [MESSAGE_TYPE, TRANSACTION_ID, VERSION]
        .into_iter()
        .filter(|octet| seen.iter().any(|field| field.octet == *octet))
        .collect();
    for (place, octet) in front.iter().enumerate() {
        let Some(field) = seen.iter().find(|field| field.octet == *octet) else {
            continue;
        };
        if seen[place].octet != *octet {
            let name = table::field_by_octet(*octet).map_or("", |def| def.name);
            let text = format!("{name} does not stand at its place among the first fields");
            findings.error("header-order", field.at, "ENC 1.3 §7", text);
            return;
        }
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

/// Values that are well formed but not allowed in this PDU.
fn values(pdu: &Pdu, findings: &mut Findings) {
    for field in &pdu.fields {
        match (field.name.as_str(), &field.value) {
            ("X-Mms-Expiry", Value::Interval(Interval::Absolute(_)))
                if pdu.kind == PduType::NotificationInd =>
            {
                let text = "the expiry of a notification is relative";
                findings.error("expiry-not-relative", field.at, "ENC 1.3 §6.2", text);
            }
            ("From", Value::InsertAddress) if !table::pdu(pdu.kind).to_relay => {
                let text = "the insert-address token is for the client alone";
                findings.error("insert-address-not-allowed", field.at, "ENC 1.3 §7.3.22", text);
            }
            ("Message-ID", Value::Text(id)) if id.starts_with('<') => {
                let text = "a Message-ID stands without angle brackets";
                findings.warning("message-id-brackets", field.at, "ENC 1.3 §7.3.29", text);
            }
            _ => {}
        }
    }
}
