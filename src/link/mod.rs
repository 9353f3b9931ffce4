//! The recorded wire under every party and between relays. Knows octets and protocols, not cases.
//!
//! [`hop`] is the wire between two nodes; [`follow`] reads SMTP passively off it; [`reply`] and [`transaction`] are what every
//! observer of an SMTP dialogue needs, at a hop or at its end; [`stream`] is the TCP under the parties.

mod crossing;
pub mod follow;
pub mod hop;
pub mod reply;
pub mod stream;
pub mod transaction;

pub use crossing::{Arrival, Crossing};
pub use hop::Hop;
