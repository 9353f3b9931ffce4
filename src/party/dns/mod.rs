//! The fake DNS: a name server that speaks for every name, as a recursive resolver would. What a name holds belongs to the
//! script that owns it; what nobody owns does not exist.

mod server;
mod zone;

pub use server::listen;
pub use zone::{Answer, Change, Data, Kind, Record};
pub(super) use zone::{Names, key};
