//! Arguments and exit codes, nothing else: each command is a call into the part that does the work and one into
//! [`crate::report`] that shows it.

mod args;
mod baseline_args;
mod captures;
mod commands;
mod dispatch;
pub mod exit;
mod expected;
mod failure;
mod github;
mod listing;
mod matrix_args;
mod output;
mod outputs;
mod pages;
pub mod present;
mod report_args;
mod review;
mod stored_args;
mod target_args;
mod threads;

pub use dispatch::main;
pub use exit::exit_code;
pub use report_args::Wanted;
