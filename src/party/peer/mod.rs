//! A peer MMSE on MM4: an SMTP server that takes what relays send ([`serve`]), an SMTP client that sends what a case wants
//! ([`deliver`]), and SMTP word by word ([`Dialogue`]).

mod client;
mod dialogue;
mod recorder;
mod server;
mod session;

pub use client::{Delivery, Ended, NoReply, deliver};
pub use dialogue::Dialogue;
pub use server::{PeerIdentity, serve};
