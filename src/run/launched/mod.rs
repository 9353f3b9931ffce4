//! Relays that the run starts by itself (`start: command`): one instance of each for all scripts, kept up, and instances of their own
//! for scripts that put a relay down.

mod keeper;
mod node;
mod seat;
mod usage;

pub use keeper::Keeper;
pub use node::Node;
pub use seat::Seat;
pub use usage::{LOG_LINES, Usage, provision};
