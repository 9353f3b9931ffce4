//! Arguments and exit codes, nothing else: each command is a call into the part that does the work and one into
//! [`crate::report`] that shows it.

pub mod args;
pub mod exit;
mod output;
pub mod present;

pub use exit::exit_code;
