//! The recorded wire under every party and between relays. Knows octets and protocols, not cases.
//!
//! [`hop`] is the wire between two nodes; [`follow`] reads SMTP passively off it; [`reply`] and [`transaction`] are what every
//! observer of an SMTP dialogue needs, at a hop or at its end; [`stream`] is the TCP under the parties. [`shape`] is what may be
//! wrong with a wire; a [`Tunnel`] puts a party's own exchange on such a wire.

mod carriage;
mod crossing;
pub mod follow;
pub mod hop;
pub mod passed;
mod record;
pub mod reply;
pub mod shape;
pub mod stream;
mod tape;
pub mod transaction;
mod tunnel;

pub use carriage::{Carriage, Connection, Leg, Transport};
pub use crossing::{Arrival, Crossing, LossKind};
pub use hop::{Hop, Mails};
pub use shape::{Line, Lost};
pub use tape::{Exchange, Tape, Taped};
pub use tunnel::Tunnel;
