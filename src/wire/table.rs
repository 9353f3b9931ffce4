//! The standards' tables as data: which fields there are, what their values look like, which PDU has which.

use super::PduType;

/// How a field's value is written on the wire and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Plain text.
    Text,
    /// An id: equal modulo one pair of quotes or angle brackets.
    Id,
    Uri,
    Encoded,
    Address,
    /// From of MM1: an address or the insert token.
    From,
    /// A closed list, octet on MM1, word on MM4.
    Token(&'static [(&'static str, u8)]),
    /// X-Mms-Message-Class: a token of the list or token text.
    Class(&'static [(&'static str, u8)]),
    LongInteger,
    Integer,
    Date,
    Interval,
    Version,
    PreviouslySentBy,
    PreviouslySentDate,
    /// Structured values this version keeps as octets on MM1.
    Octets,
}

/// A header field.
#[derive(Debug, Clone, Copy)]
pub struct FieldDef {
    pub name: &'static str,
    /// Field number with the high bit set (ENC 1.3 §7.4); none for fields of MM4 alone.
    pub octet: Option<u8>,
    pub kind: Kind,
}

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
    pub repeatable: bool,
}

/// A PDU.
#[derive(Debug, Clone, Copy)]
pub struct PduDef {
    pub kind: PduType,
    pub fields: &'static [FieldUse],
    pub has_content: bool,
    /// Sent by the user agent or peer towards the relay (true), by the relay (false); MM4: both directions (true).
    pub to_relay: bool,
    pub clause: &'static str,
}

/// The field of that name, without regard to case.
pub fn field(_name: &str) -> Option<&'static FieldDef> {
    todo!()
}
/// The MM1 field with that octet.
pub fn field_by_octet(_octet: u8) -> Option<&'static FieldDef> {
    todo!()
}
pub fn fields() -> &'static [FieldDef] {
    todo!()
}
pub fn pdu(_kind: PduType) -> &'static PduDef {
    todo!()
}
