//! An SMSC as a relay's push gateway: it speaks SMPP 3.4, the relay binds to it as an ESME and submits its pushes as short
//! messages, one or several for each datagram.
//!
//! | file | what it knows |
//! |---|---|
//! | `server` | who may come in, and what its sessions share |
//! | `session` | one connection: bind, enquire_link, unbind, and whose turn it is |
//! | `submit` | from a submit_sm to what arrives at a user agent |
//! | `datagrams` | segments and what is still open |
//! | `receipts` | delivery receipts that are due, and to whom |
//! | `statuses` | command_status ⇄ HTTP status |
//! | `params` | what an event tells of a message |
//! | `throttle` | messages in a second |

mod datagrams;
mod params;
mod receipts;
mod server;
mod session;
mod statuses;
mod submit;
mod throttle;
mod wire;

pub use server::{Account, listen, listen_and_tell};
