//! Starting a relay that `mmspec` has to start: its files are written, its processes started in order, each when the one before is
//! ready; what they say is kept; they are stopped in the other order, and nothing of them stays behind.
//!
//! Each process leads a process group of its own, so that its children end with it. Beside it lives a guard in the same group: a shell
//! that reads from a pipe of ours, and kills the group when that ends, however `mmspec` came to its end.

mod capture;
mod child;
mod files;
mod group;
mod launched;
mod log;
mod provision;
mod ready;
mod tail;
mod trouble;
mod user;

pub use files::remove_folder;
pub use group::is_signal;
pub use launched::{Bound, Launch, Launched};
pub use log::{Excerpt, Log, Mark};
pub use provision::Provisioner;
pub use trouble::{Ended, Trouble};
