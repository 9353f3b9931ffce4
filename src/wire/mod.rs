//! Octets ⇄ values: the MMS wire formats. No I/O, no clock, knows no other part of mmspec.
//!
//! Everything the standards say about fields, tokens, statuses and who may send what stands once, as data,
//! in [`table`]. [`mm1`] is the MMS encapsulation (OMA-TS-MMS_ENC-V1_3), [`mm4`] the RFC 5322/MIME form of
//! TS 23.140 clause 8.4.4, [`push`] the WSP push PDU and its carriers.

pub mod address;
pub mod compare;
mod content;
pub mod damage;
pub mod date;
mod finding;
pub mod ics;
mod limits;
pub mod mm1;
pub mod mm4;
mod name;
mod pdu;
pub mod push;
pub mod smtp;
pub mod table;
mod value;
pub mod wsp;

pub use content::{Content, MediaType, Part};
pub use finding::{Finding, Findings, Severity, Undecodable};
pub use name::Name;
pub use pdu::{Decoded, Field, Pdu, PduType, Protocol, Segment, Span};
pub use value::{Interval, Value};
