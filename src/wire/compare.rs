//! Equality by a field's type, and values from the text of a case.

use super::{Content, Value};

/// The value a case means by this text in this field, for encoding. `insert-address` is the token of From; a date is
/// RFC 3339, RFC 5322 or seconds; an interval is seconds (relative) or a date (absolute); `hex:…` is raw octets.
///
/// # Errors
/// What is wrong with the text, for a person.
pub fn value_of(_field: &str, _text: &str) -> Result<Value, String> {
    todo!()
}
/// Whether a decoded value equals what a case wrote: ids modulo one pair of quotes, tokens caseless, addresses
/// normalised, dates as instants, text verbatim.
pub fn equal(_field: &str, _expected: &str, _got: &Value) -> bool {
    todo!()
}
/// Whether two contents are the same part by part: same count, each body octet-equal, same media type essence.
///
/// # Errors
/// The first difference, for a person.
pub fn same_content(_expected: &Content, _got: &Content) -> Result<(), String> {
    todo!()
}
