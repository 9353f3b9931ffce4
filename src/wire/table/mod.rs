//! The standards' tables as data: which fields there are ([`fields`]), what their values look like ([`Kind`], [`tokens`]),
//! which PDU has which ([`pdu`]), what becomes of which on its way through a relay ([`ways`]). MM1 and MM4 share one list: a name means the same field on both.

mod condition;
mod fields;
mod kind;
mod pdus;
mod sets;
pub mod tokens;
pub mod ways;

pub use condition::{Condition, Given};
pub use fields::{FieldDef, field, field_by_octet, fields};
pub use kind::{Kind, TokenList};
pub use pdus::{FieldUse, PduDef, Presence, pdu, pdus};
pub use sets::{FieldSet, PduSets, fields_of_version, pdu_sets};
