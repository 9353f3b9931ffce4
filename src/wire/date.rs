//! Instants as text: RFC 3339 for people and cases, RFC 5322 and HTTP-date for the wire.

/// `2026-11-24T13:00:00Z`.
pub fn rfc3339(_seconds: i64) -> String {
    todo!()
}
/// `Tue, 24 Nov 2026 13:00:00 +0000`.
pub fn rfc5322(_seconds: i64) -> String {
    todo!()
}
/// `Tue, 24 Nov 2026 13:00:00 GMT`, valid as HTTP-date and as RFC 5322 date-time.
pub fn http(_seconds: i64) -> String {
    todo!()
}
/// Reads any of the above, and every RFC 5322 zone and obsolete form.
pub fn parse(_text: &str) -> Option<i64> {
    todo!()
}
