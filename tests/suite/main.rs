//! The integration tests, one binary: each module drives one part at its boundary.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod relay_boundary;
mod relay_cluster;
mod relay_load;
mod relay_mm1;
mod relay_mm4;
mod relay_support;
mod wire_mm4;
mod wire_mm4_round_trip;
mod wire_smtp;
