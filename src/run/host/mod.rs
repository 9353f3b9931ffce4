//! Where embedded relays live: in this process, or each in a process of its own, or there in a network namespace of its own too.
//! Whoever drives them sees no difference but in what a kill is: tasks that end, or SIGKILL.

mod isolation;
mod namespace;
mod process;
mod running;

pub use isolation::{Host, Isolation};
pub use namespace::{Forbidden, in_private_network};
pub use process::READ_AGAIN;
pub use running::{Reloading, Running};
