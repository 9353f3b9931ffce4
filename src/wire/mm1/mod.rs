//! MM1: the MMS encapsulation of OMA-TS-MMS_ENC-V1_3.
//!
//! [`decode`] reads whatever can be read and reports the rest as findings; [`segments`] writes a PDU as named runs of octets, so
//! that a case can damage one field of it.

mod conditions;
mod contents;
mod decode;
mod element;
mod encode;
mod rules;
mod unnamed;
mod values;
mod versions;
mod words;

use unnamed::{unnamed, unnamed_octet};
pub(crate) use values::parse_version;
pub(crate) use words::without_encoded_words;

pub use decode::decode;
pub use encode::{encode, segments};

/// The media type of every MM1 PDU (ENC 1.3 §5).
pub const MEDIA_TYPE: &str = "application/vnd.wap.mms-message";

/// Field octets the codec itself must know.
const CONTENT_TYPE: u8 = 0x84;
const MESSAGE_TYPE: u8 = 0x8C;
const VERSION: u8 = 0x8D;
const TRANSACTION_ID: u8 = 0x98;
