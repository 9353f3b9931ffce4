//! SMPP 3.4: the relay is an ESME. `esme` keeps it bound, `session` speaks over one connection, `message` makes the short messages.

mod esme;
mod message;
mod session;

pub(super) use esme::Esme;
pub(super) use message::Outgoing;
