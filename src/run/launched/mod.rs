//! Relays that the run starts by itself (`start: command`): one instance of each for all scripts, kept up, and instances of their own
//! for scripts that put a relay down.

mod keeper;
mod node;
mod seat;
mod usage;
mod users;

pub use keeper::Keeper;
pub use node::{Fall, Node};
pub use seat::{Company, Seat};
pub use usage::{LOG_LINES, Usage, provision};
