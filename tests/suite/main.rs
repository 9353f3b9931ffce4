//! The integration tests, one binary: each module drives one part at its boundary.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod architecture;
mod case_docs;
mod case_errors;
mod case_examples;
mod case_language;
mod case_robust;
mod case_schema;
mod case_support;
mod cli_commands;
mod cli_exit;
mod cli_present;
mod cli_run;
mod party_hop;
mod party_kannel;
mod party_mailin;
mod party_ownership;
mod party_peer;
mod party_support;
mod party_user_agent;
mod relay_cluster;
mod relay_load;
mod relay_mm1;
mod relay_mm4;
mod relay_support;
mod report_junit;
mod report_progress;
mod report_results;
mod report_sample;
mod report_tables;
mod report_terminal;
mod wire_compare;
mod wire_mm1;
mod wire_mm4;
mod wire_mm4_round_trip;
mod wire_smtp;
