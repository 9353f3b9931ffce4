//! WSP push PDU (WAP-230 §8.2.4) that carries an MM1 PDU to a user agent.
use super::{Finding, Undecodable};
use bytes::Bytes;

/// A decoded WSP push.
#[derive(Debug, Clone, PartialEq)]
pub struct Push {
    pub tid: u8,
    /// 0x06 Push or 0x07 ConfirmedPush.
    pub pdu_type: u8,
    /// The content type as text, for example `application/vnd.wap.mms-message`.
    pub content_type: String,
    /// X-Wap-Application-Id as text: `4` or `x-wap-application:mms.ua`.
    pub application_id: Option<String>,
    /// All headers (name, text), in wire order.
    pub headers: Vec<(String, String)>,
    /// The pushed PDU.
    pub body: Bytes,
    pub findings: Vec<Finding>,
}
pub fn decode(_octets: &Bytes) -> Result<Push, Undecodable> {
    todo!()
}
/// A connectionless push with content type 0x3E and application id 4.
pub fn encode(_tid: u8, _body: &[u8]) -> Vec<u8> {
    todo!()
}
/// UDH with WDP ports 2948 ← 9200 (push.md: `06 05 04 0B 84 23 F0`).
pub const PORTS_UDH: [u8; 7] = [0x06, 0x05, 0x04, 0x0B, 0x84, 0x23, 0xF0];
