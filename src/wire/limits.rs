//! How much of a PDU is read, whatever it holds: more of it than any real PDU has is passed over with a finding.

/// Fields of a PDU, the addresses of a list counted singly, and the fields of all its parts together.
pub(crate) const MAX_FIELDS: usize = 4096;

/// Parts of a multipart.
pub(crate) const MAX_PARTS: usize = 4096;
