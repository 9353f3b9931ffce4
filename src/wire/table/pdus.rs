//! Which PDU has which fields (ENC 1.3 §6 for MM1, TS 23.140 §8.4 for MM4).

use crate::wire::PduType;

mod mm1;
mod mm4;

/// Whether a PDU has a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Mandatory,
    Conditional,
    Optional,
}

/// A field's place in a PDU.
#[derive(Debug, Clone, Copy)]
pub struct FieldUse {
    pub field: &'static str,
    pub presence: Presence,
    /// May stand more than once.
    pub repeatable: bool,
}

impl FieldUse {
    const fn many(self) -> Self {
        FieldUse {
            repeatable: true,
            ..self
        }
    }
}

/// A PDU.
#[derive(Debug, Clone, Copy)]
pub struct PduDef {
    pub kind: PduType,
    /// In the standard's order, X-Mms-Message-Type and Content-Type among them. MM1 demands that order of message type,
    /// transaction id and version at the front and of Content-Type at the end, and leaves the rest free.
    pub fields: &'static [FieldUse],
    /// At least one of these must be there; empty if there is no such rule.
    pub at_least_one: &'static [&'static str],
    pub has_content: bool,
    /// Sent by the user agent or peer towards the relay (true), by the relay (false); MM4: both directions (true).
    pub to_relay: bool,
    pub clause: &'static str,
}

impl PduDef {
    /// The field's place in this PDU, by its name without regard to case.
    pub fn usage(&self, field: &str) -> Option<&'static FieldUse> {
        self.fields.iter().find(|u| u.field.eq_ignore_ascii_case(field))
    }

    /// The fields that must always be there.
    pub fn mandatory(&self) -> impl Iterator<Item = &'static str> {
        self.fields
            .iter()
            .filter(|u| u.presence == Presence::Mandatory)
            .map(|u| u.field)
    }
}

/// The definition of a PDU.
pub fn pdu(kind: PduType) -> &'static PduDef {
    // The list stands in the order of the enumeration: a test holds that.
    &PDUS[kind as usize]
}

/// Every PDU, in the order of [`PduType::ALL`].
pub fn pdus() -> &'static [PduDef] {
    &PDUS
}

static PDUS: [PduDef; 30] = {
    let mut all = [mm1::PDUS[0]; 30];
    let (mut at, mm1_count) = (0, mm1::PDUS.len());
    while at < all.len() {
        all[at] = if at < mm1_count {
            mm1::PDUS[at]
        } else {
            mm4::PDUS[at - mm1_count]
        };
        at += 1;
    }
    all
};

const fn m(field: &'static str) -> FieldUse {
    FieldUse {
        field,
        presence: Presence::Mandatory,
        repeatable: false,
    }
}

const fn c(field: &'static str) -> FieldUse {
    FieldUse {
        field,
        presence: Presence::Conditional,
        repeatable: false,
    }
}

const fn o(field: &'static str) -> FieldUse {
    FieldUse {
        field,
        presence: Presence::Optional,
        repeatable: false,
    }
}

const TYPE: FieldUse = m("X-Mms-Message-Type");
const TID: FieldUse = m("X-Mms-Transaction-ID");

impl PduDef {
    const fn with_one_of(self, names: &'static [&'static str]) -> Self {
        PduDef {
            at_least_one: names,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Protocol, table};

    #[test]
    fn the_list_stands_in_the_order_of_the_types() {
        assert_eq!(PDUS.len(), PduType::ALL.len());
        for kind in PduType::ALL {
            assert_eq!(pdu(*kind).kind, *kind);
        }
    }

    #[test]
    fn every_field_of_a_pdu_is_in_the_table() {
        for pdu in pdus() {
            for usage in pdu.fields {
                let def = table::field(usage.field).unwrap_or_else(|| panic!("{}", usage.field));
                if pdu.kind.protocol() == Protocol::Mm1 {
                    assert!(def.octet.is_some(), "{} in {}", def.name, pdu.kind);
                }
            }
        }
    }

    #[test]
    fn content_type_is_last_where_there_is_content() {
        for pdu in pdus() {
            let has = pdu.fields.last().is_some_and(|u| u.field == "Content-Type");
            assert_eq!(has, pdu.has_content, "{}", pdu.kind);
        }
    }
}
