//! Which PDU has which fields (ENC 1.3 §6 for MM1, TS 23.140 §8.4 for MM4).

use super::Condition;
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
    /// When it stands there, where the standard says so. Every conditional field of MM1 has one but those of
    /// [`PduDef::at_least_one`].
    pub condition: Option<Condition>,
    /// Octets of the field's list that do not belong into this PDU.
    pub barred: &'static [u8],
}

impl FieldUse {
    const fn many(self) -> Self {
        FieldUse {
            repeatable: true,
            ..self
        }
    }

    const fn when(self, condition: Condition) -> Self {
        FieldUse {
            condition: Some(condition),
            ..self
        }
    }

    const fn without(self, barred: &'static [u8]) -> Self {
        FieldUse { barred, ..self }
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
    /// The minor version of MMS 1.x that brought the PDU to MM1; 0 for those of MM4.
    pub since: u8,
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
#[inline]
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

const fn of(field: &'static str, presence: Presence) -> FieldUse {
    FieldUse {
        field,
        presence,
        repeatable: false,
        condition: None,
        barred: &[],
    }
}

const fn m(field: &'static str) -> FieldUse {
    of(field, Presence::Mandatory)
}

const fn c(field: &'static str) -> FieldUse {
    of(field, Presence::Conditional)
}

const fn o(field: &'static str) -> FieldUse {
    of(field, Presence::Optional)
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
    fn every_condition_of_mm1_is_said() {
        for pdu in pdus().iter().filter(|pdu| pdu.kind.protocol() == Protocol::Mm1) {
            for usage in pdu.fields.iter().filter(|u| u.presence == Presence::Conditional) {
                let said = usage.condition.is_some() || pdu.at_least_one.contains(&usage.field);
                assert!(said, "{} in {}", usage.field, pdu.kind);
            }
        }
    }

    #[test]
    fn conditions_and_barred_octets_speak_of_what_is_there() {
        use crate::wire::table::Given;
        for pdu in pdus() {
            for usage in pdu.fields {
                let def = table::field(usage.field).expect("a field");
                for octet in usage.barred {
                    assert!(
                        def.kind.token_name(*octet).is_some(),
                        "{} in {}",
                        def.name,
                        pdu.kind
                    );
                }
                let conditions = usage.condition.iter().flat_map(|c| [c.must_if, c.only_if]);
                for given in conditions.flatten() {
                    let (Given::Field(field) | Given::Word(field, _)) = given;
                    assert!(pdu.usage(field).is_some(), "{field} in {}", pdu.kind);
                    if let Given::Word(field, word) = given {
                        let kind = table::field(field).expect("a field").kind;
                        assert!(kind.token_octet(word).is_some(), "{word} of {field}");
                    }
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
