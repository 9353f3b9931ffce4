//! The recorded wire under every party and between relays. Knows octets and protocols, not cases.
//!
//! [`hop`] is the wire between two nodes; [`follow`] reads SMTP passively off it; [`reply`] and [`transaction`] are what every
//! observer of an SMTP dialogue needs, at a hop or at its end.

pub mod crossing;
pub mod follow;
pub mod hop;
pub mod reply;
pub mod transaction;

pub use crossing::Crossing;
pub use hop::Hop;

/// Something that a relay sent and that arrived at a fake party or passed over a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    /// Party (`bob`, `p`) or link (`A-B`).
    pub place: String,
    /// The relay it came from, when the listener knows.
    pub from: Option<String>,
    pub crossing: Crossing,
}
