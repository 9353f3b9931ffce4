//! MM4: PDUs as RFC 5322 messages with MIME content (TS 23.140 §8.4.4).
use super::{Decoded, Pdu, Segment, Undecodable};
use bytes::Bytes;

/// Decodes a message (header, blank line, body) leniently.
pub fn decode(_octets: &Bytes) -> Result<Decoded, Undecodable> {
    todo!()
}
/// Encodes as named segments; joined they are the message, with CRLF line ends, not dot-stuffed.
pub fn segments(_pdu: &Pdu) -> Vec<Segment> {
    todo!()
}
pub fn encode(pdu: &Pdu) -> Vec<u8> {
    segments(pdu).into_iter().flat_map(|s| s.octets).collect()
}
