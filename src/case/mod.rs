//! The case language: YAML text → positioned nodes → [`Script`]s ready to run. Knows the standards' names through
//! [`crate::wire`]; knows nothing of sockets, relays or reports.

mod decides;
pub mod model;

pub use model::*;
