//! mmspec: conformance and interop tests for MMS Relay/Servers.
pub mod wire;
