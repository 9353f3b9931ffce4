//! The capture of a case for Wireshark: the octets that its journal holds, as packets between the sockets they passed between, each
//! message with a comment that says what it is in the case and what was decided on it.
//!
//! Octets, addresses and the times of messages are those of the journal. Handshakes, acknowledgements, segments and ends of connections
//! are not in it, and are made up around them. See `docs/captures.md`.

mod capture;
mod comment;
mod conversation;
mod packets;

pub use capture::{Uncaptured, write};
pub use comment::Decided;
