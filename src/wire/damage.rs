//! Deliberately wrong PDUs: what a case does to the segments of an encoded one.

use super::Segment;

/// One deliberate fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// The PDU ends in the middle of this field.
    CutIn(String),
    /// The PDU ends after this many octets.
    CutAt(usize),
    /// Without these fields.
    Omit(Vec<String>),
    /// These fields appear twice.
    Duplicate(Vec<String>),
    /// The fields stand in this order first, the others after them.
    Reorder(Vec<String>),
    /// The octets of one field (name and value) are exactly these.
    Octets { field: String, are: Vec<u8> },
    /// The whole PDU is exactly these octets.
    Raw(Vec<u8>),
}
impl Damage {
    /// Applies the fault and joins the segments.
    ///
    /// # Errors
    /// The named field is not in the PDU.
    pub fn apply(&self, _segments: Vec<Segment>) -> Result<Vec<u8>, String> {
        todo!()
    }
}
