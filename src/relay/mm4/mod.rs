//! MM4: the side of the relay that other Relay/Servers see. In: [`server`] speaks SMTP with whom [`access`] lets in, [`local`] with programs of
//! this machine; [`recipient`] tells whom a path means, [`inbound`] takes MMs, [`reports`]
//! takes and makes reports. Out: [`transfers`] begins one transfer per MM and next hop, [`outbound`] keeps it, [`post`]
//! sends what needs no answer, [`mail`] writes it, [`way`] finds the host, [`smtp_client`] carries it, in a connection that [`held`] may keep open; or [`pipe`] gives it to a
//! program. [`spoken`] is what a dialect makes of all that. [`hub`] is a mail relay
//! between MMSEs. [`spoiled`] is what defects of the server do to messages.

mod access;
mod answers;
mod command;
mod fields;
mod held;
mod hub;
mod inbound;
mod local;
mod mail;
mod outbound;
mod pipe;
mod post;
mod recipient;
mod reports;
mod requests;
mod server;
mod smtp_client;
mod spoiled;
mod spoken;
mod transfers;
mod way;

pub(crate) use held::{Lines, keep};
pub(crate) use inbound::recall;
pub use local::deliver;
pub(crate) use local::{Doorway, serve as serve_local};
pub(crate) use post::post;
pub(crate) use reports::{delivery_report, imply_delivery, read_report};
pub(crate) use server::serve;
pub(crate) use transfers::{forward, resume, start};
