//! One binary for all integration tests.

mod architecture;
mod report_sample;

mod cli_exit;
mod cli_present;
mod report_junit;
mod report_progress;
mod report_results;
mod report_tables;
mod report_terminal;
