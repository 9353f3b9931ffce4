//! How PDUs reach a client that did not ask: as a push, through the one channel that is configured.
//!
//! | module | channel |
//! |---|---|
//! | `kannel` | Kannel's sendsms over HTTP |
//! | `smpp` | an ESME, bound to a short message service centre |
//! | `pap` | the Push Access Protocol, to a push proxy gateway |
//! | `hook` | an HTTP request whose form is a template |
//! | `wsp` | connectionless WSP, a datagram to the client itself |
//!
//! `gateway` chooses among them and tries again what failed for the moment.

mod gateway;
mod hook;
mod http;
mod kannel;
mod pap;
mod smpp;
mod wsp;

pub(crate) use gateway::{PushGateway, Taken};
