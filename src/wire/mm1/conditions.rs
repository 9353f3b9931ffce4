//! Fields that stand where the table's conditions do not want them, and those that are missing where they must be.

use crate::wire::finding::Findings;
use crate::wire::table::{self, Given, PduDef};
use crate::wire::{Field, Pdu, Span, Value};

/// Adds what the table says about conditional fields and about values of this PDU. `len` is its length in octets.
pub(super) fn check(def: &PduDef, pdu: &Pdu, len: usize, findings: &mut Findings) {
    let end = Span { offset: len, len: 0 };
    for usage in def.fields {
        if let Some(condition) = usage.condition.filter(|c| c.must_if.or(c.only_if).is_some()) {
            let holds = |given: Option<Given>| given.map(|given| is_given(pdu, given));
            match pdu.field(usage.field) {
                None if holds(condition.must_if) == Some(true) => {
                    let text = format!("{} is missing: {}", usage.field, condition.words);
                    findings.error("condition-missing", end, def.clause, text);
                }
                Some(field) if holds(condition.only_if) == Some(false) => {
                    let text = format!("{} stands here only if {}", usage.field, condition.words);
                    findings.warning("condition-not-met", field.at, def.clause, text);
                }
                _ => {}
            }
        }
        if !usage.barred.is_empty() {
            for field in pdu.all(usage.field) {
                barred(def, usage.barred, field, findings);
            }
        }
    }
}

fn barred(def: &PduDef, barred: &[u8], field: &Field, findings: &mut Findings) {
    if let Value::Token {
        name,
        octet: Some(octet),
    } = field.value.uncounted()
        && barred.contains(octet)
    {
        let text = format!("{name} is no value of {} in {}", field.name, def.kind);
        findings.warning("token-not-in-pdu", field.at, def.clause, text);
    }
}

fn is_given(pdu: &Pdu, given: Given) -> bool {
    match given {
        Given::Field(name) => pdu.field(name).is_some(),
        Given::Word(name, word) => {
            let wanted = table::field(name).and_then(|def| def.kind.token_octet(word));
            pdu.all(name).any(|field| {
                matches!(field.value.uncounted(), Value::Token { octet: Some(octet), .. } if Some(*octet) == wanted)
            })
        }
    }
}
