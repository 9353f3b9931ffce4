//! What brings MM1 PDUs to a user agent: the WSP push PDU, and what carries it over SMS or over a push proxy.
//!
//! | module | carrier | source |
//! |---|---|---|
//! | [`wsp`] | WSP push PDU | WAP-230 §8.2.4 |
//! | [`udh`], [`segments`] | ports and concatenation in the user data of an SMS | WAP-259, 3GPP TS 23.040 §9.2.3.24 |
//! | [`sms`] | SMS-DELIVER and SMS-SUBMIT | 3GPP TS 23.040 §9.2.2 |
//! | [`smpp`] | PDUs between a relay and an SMSC | SMPP 3.4 |
//! | [`pap`] | messages between a relay and a push proxy | WAP-247 |
//! | [`wdp`] | datagrams of UDP | WAP-259 |
//! | [`kannel`] | the `sendsms` request of a Kannel gateway | its user's guide |
//! | [`hook`] | an HTTP request of any form | the target file |
//!
//! [`Carried`] is what each of them carries, and [`Pushed`] what reached whom in the end.
//!
//! Everything is read leniently: deviations are findings, and the rest is read.

pub mod hook;
pub mod kannel;
pub mod pap;
pub mod request;
pub mod segments;
pub mod smpp;
pub mod sms;
pub mod udh;
pub mod wdp;
pub mod wsp;

mod carried;
mod gsm;
mod reading;

pub use carried::{Carried, Pushed};
pub use reading::{Reading, Row};
pub use udh::{PORTS_UDH, Udh};
pub use wsp::{ContentTypeForm, Push, PushHeader, Shape, decode, encode, encode_as, names_type_as_text};
