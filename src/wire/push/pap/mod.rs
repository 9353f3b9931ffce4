//! The Push Access Protocol (WAP-247): what a push initiator (the relay) and a push proxy say to each other over HTTP.
//!
//! A submission is a `multipart/related` of a control entity in XML, the content, and perhaps capabilities; every other message
//! is the control entity alone. [`decode`] reads either.

mod codec;
mod messages;
mod xml;

pub use codec::{Entity, Pap, decode, encode};
pub use messages::{MESSAGES, Message, RESULT_CODES};
pub use xml::Element;
