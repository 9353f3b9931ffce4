//! A peer MMSE on MM4: an SMTP server that takes what relays send ([`serve`]), an SMTP client that sends what a case wants
//! ([`SmtpClient`]), and SMTP word by word ([`Dialogue`]). Where a relay has no SMTP, [`run`] is the way in, a command for each
//! recipient, and [`sendmail`] the way out, the command that a relay runs. [`Inbound`] is either way in.

mod channel;
mod client;
mod command;
mod dialogue;
mod inbound;
mod recorder;
pub mod sendmail;
mod server;
mod session;

pub use channel::Place;
pub use client::{Delivery, Ended, Letter, NoReply, SmtpClient, deliver};
pub use command::{CannotRun, run};
pub use dialogue::Dialogue;
pub use inbound::Inbound;
#[cfg(unix)]
pub use server::{AtPath, serve_at_path};
pub use server::{PeerIdentity, Terms, serve, serve_on};
