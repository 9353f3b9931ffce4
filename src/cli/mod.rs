//! Arguments and exit codes, nothing else: each command is a call into the part that does the work and one into
//! [`crate::report`] that shows it.

mod args;
mod captures;
mod commands;
mod dispatch;
pub mod exit;
mod failure;
mod listing;
mod matrix_args;
mod output;
mod pages;
pub mod present;
mod stored_args;
mod target_args;
mod threads;

pub use dispatch::main;
pub use exit::exit_code;
