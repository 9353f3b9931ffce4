//! The integration tests, one binary: each module drives one part at its boundary.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod wire_compare;
mod wire_mm1;
