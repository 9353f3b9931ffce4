//! MM4: PDUs as RFC 5322 messages with MIME content (TS 23.140 §8.4.4).
//!
//! [`decode`] reads leniently and says what was odd; [`segments`] writes what the standard has, unless a field's value is
//! [`Value::Octets`](super::Value::Octets), which goes out exactly so. [`mime`] is the content alone, for whoever needs a
//! body outside of a PDU. Nothing here knows SMTP: dot-stuffing is [`smtp`](super::smtp)'s.

mod decode;
mod encode;
mod header;
mod mailbox;
mod media;
pub mod mime;
mod radix64;
mod transfer;
mod value;
mod words;

pub use decode::decode;
pub use encode::{encode, segments};

/// Text with its encoded words (RFC 2047) read.
pub(crate) fn decode_words(text: &str) -> String {
    words::decode(text.as_bytes()).0
}
