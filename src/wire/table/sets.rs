//! The fields of a PDU of MM1 as sets of octets: what a decoder asks of every PDU must cost next to nothing.

use std::sync::LazyLock;

use super::{FieldUse, Given, Presence, field, fields, pdus};
use crate::wire::PduType;

/// A set of MM1's fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FieldSet(u64);

impl FieldSet {
    /// Adds the field of that octet; whether it is new. Octets beyond 0x80 to 0xBF are no field's and are never in a set.
    #[inline]
    pub fn insert(&mut self, octet: u8) -> bool {
        let before = self.0;
        if (0x80..=0xBF).contains(&octet) {
            self.0 |= 1 << (octet - 0x80);
        }
        self.0 != before
    }

    #[inline]
    pub fn is_within(self, other: FieldSet) -> bool {
        self.0 & !other.0 == 0
    }

    #[inline]
    pub fn meets(self, other: FieldSet) -> bool {
        self.0 & other.0 != 0
    }

    fn of<'a>(names: impl Iterator<Item = &'a str>) -> FieldSet {
        let mut set = FieldSet::default();
        for octet in names.filter_map(|name| field(name)?.octet) {
            set.insert(octet);
        }
        set
    }
}

/// What [`super::PduDef`] says about the fields, as sets. Empty for MM4.
#[derive(Debug, Clone, Copy, Default)]
pub struct PduSets {
    pub allowed: FieldSet,
    pub mandatory: FieldSet,
    pub repeatable: FieldSet,
    /// At least one of these must be there; empty if there is no such rule.
    pub one_of: FieldSet,
    /// Only where one of these stands can a condition or a barred octet be about the PDU: the fields whose place or value is
    /// restricted, and those whose presence or value demands another field.
    pub restricted: FieldSet,
}

/// The sets of a PDU.
pub fn pdu_sets(kind: PduType) -> &'static PduSets {
    &SETS[kind as usize]
}

static SETS: LazyLock<Vec<PduSets>> = LazyLock::new(|| {
    let sets = |pdu: &super::PduDef| {
        let of = |wanted: fn(&&FieldUse) -> bool| {
            FieldSet::of(pdu.fields.iter().filter(wanted).map(|usage| usage.field))
        };
        PduSets {
            allowed: of(|_| true),
            mandatory: of(|usage| usage.presence == Presence::Mandatory),
            repeatable: of(|usage| usage.repeatable),
            one_of: FieldSet::of(pdu.at_least_one.iter().copied()),
            restricted: FieldSet::of(pdu.fields.iter().flat_map(restricted)),
        }
    };
    pdus().iter().map(sets).collect()
});

fn restricted(usage: &FieldUse) -> impl Iterator<Item = &'static str> {
    let only_if = usage
        .condition
        .is_some_and(|condition| condition.only_if.is_some());
    let own = Some(usage.field).filter(|_| only_if || !usage.barred.is_empty());
    let demands = usage
        .condition
        .and_then(|condition| condition.must_if)
        .map(|(Given::Field(name) | Given::Word(name, _))| name);
    own.into_iter().chain(demands)
}

/// The fields that MMS 1.`minor` has.
pub fn fields_of_version(minor: u8) -> FieldSet {
    static OF_VERSION: LazyLock<[FieldSet; 4]> = LazyLock::new(|| {
        std::array::from_fn(|minor| {
            let known = fields().iter().filter(|def| usize::from(def.since) <= minor);
            FieldSet::of(known.map(|def| def.name))
        })
    });
    let newest = OF_VERSION.len() - 1;
    OF_VERSION[usize::from(minor).min(newest)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_say_what_the_table_says() {
        let sets = pdu_sets(PduType::SendReq);
        let just = |octet| {
            let mut set = FieldSet::default();
            assert!(set.insert(octet) && !set.insert(octet));
            set
        };
        let (to, transaction_id, status) = (just(0x97), just(0x98), just(0x95));
        assert!(to.is_within(sets.repeatable) && to.meets(sets.one_of) && !to.meets(sets.mandatory));
        assert!(transaction_id.is_within(sets.mandatory) && !transaction_id.meets(sets.repeatable));
        assert!(!status.meets(sets.allowed));
        assert!(!FieldSet::default().insert(0xC0));
    }
}
