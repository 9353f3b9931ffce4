//! MM1: the MMS encapsulation of OMA-TS-MMS_ENC-V1_3.
use super::{Decoded, Pdu, Segment, Undecodable};
use bytes::Bytes;

/// The media type of every MM1 PDU (ENC 1.3 §5).
pub const MEDIA_TYPE: &str = "application/vnd.wap.mms-message";

/// Decodes leniently: everything that can be read is read, deviations become findings.
pub fn decode(_octets: &Bytes) -> Result<Decoded, Undecodable> {
    todo!()
}
/// Encodes as named segments; joined they are the PDU. Content-Type comes last, then the body.
pub fn segments(_pdu: &Pdu) -> Vec<Segment> {
    todo!()
}
/// Encodes a PDU.
pub fn encode(pdu: &Pdu) -> Vec<u8> {
    segments(pdu).into_iter().flat_map(|s| s.octets).collect()
}
