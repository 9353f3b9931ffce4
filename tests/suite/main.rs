//! One binary for all integration tests.

mod architecture;
mod report_sample;

mod report_junit;
mod report_progress;
mod report_results;
mod report_tables;
mod report_terminal;
