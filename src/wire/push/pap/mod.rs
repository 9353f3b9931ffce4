//! The Push Access Protocol (WAP-164, WAP-247), which a push initiator and a push proxy gateway speak over HTTP: a control
//! document, and with a push-message what is to be pushed.
//!
//! [`table`] holds the elements and attributes as data; reading and writing go by it.

mod address;
mod control;
mod document;
mod read;
pub mod table;
mod write;
mod xml;

pub use address::{Address, plmn_address};
pub use document::{Element, Pap};
pub use read::{decode, decode_capture};
pub use table::Version;
pub use write::{Written, encode, encode_control};
