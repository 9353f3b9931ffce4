//! The embedded reference MMS Relay/Server. It is an implementation under test: it imports nothing of mmspec but
//! [`crate::wire`] and speaks to the world only through sockets.
//!
//! The way of an MM: `mm1` or `mm4` takes it in and makes a `model::Mm` of it → `intake` sends it on to each
//! recipient by `routing` → `delivery` notifies a client of this relay, or an MM4 transfer carries it to the next relay
//! → what becomes of it goes to `reports`. Everything that is remembered stands in `store`; what has
//! to survive the process is written to `ledger` first, and `resume` takes it up again. What is `owed` to others, a RES, a report, a
//! push, is sent until it is taken.
//!
//! Several relays of one MMSE: `homes` knows whose subscriber a number is, and lets MMs follow one who moves; on a `common` ledger
//! `replica` learns what the others wrote and takes over for one that died.

mod accent;
mod common;
mod defects;
mod delivery;
mod dialects;
mod dns;
mod homes;
mod ids;
mod intake;
mod ledger;
mod mm1;
mod mm4;
mod model;
mod node;
mod owed;
mod push;
mod pushing;
mod queue;
mod replica;
mod reports;
mod resume;
mod routing;
mod secure;
mod socket;
mod store;
mod timer;

pub mod config;

pub use config::Config;
pub use defects::{DEFECTS, Defect, UnknownDefect, find as find_defect};
pub use dialects::{DIALECTS, Dialect, DialectError, check_dialects};
pub use mm4::deliver;
pub use node::{Log, Relay, StartError};
