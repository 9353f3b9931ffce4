//! mmspec: conformance and interop tests for MMS Relay/Servers.
//!
//! The way of a case: YAML → [`case`] → [`run`] brings a topology up, drives the parties, writes a journal, judges it → verdicts
//! → reports. See `ARCHITECTURE.md`.
pub mod baseline;
pub mod case;
pub mod cli;
pub mod inspect;
pub mod link;
pub mod party;
pub mod relay;
pub mod report;
pub mod run;
pub mod show;
pub mod snapshot;
pub mod target;
pub mod wire;
