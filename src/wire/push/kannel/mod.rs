//! Kannel's `sendsms`, by which relays hand a push to an SMS gateway: an HTTP request whose parameters are octets.

mod document;
pub mod percent;
mod read;
pub mod table;
mod write;

pub use document::{Parameter, SendSms};
pub use read::{addressing_fault, decode, decode_capture};
pub use write::{Escapes, encode};
