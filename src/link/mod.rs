//! The recorded wire under every party and between relays. Knows octets and protocols, not cases.

pub mod crossing;

pub use crossing::Crossing;

/// Something that a relay sent and that arrived at a fake party or passed over a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    /// Party (`bob`, `p`) or link (`A-B`).
    pub place: String,
    /// The relay it came from, when the listener knows.
    pub from: Option<String>,
    pub crossing: Crossing,
}
