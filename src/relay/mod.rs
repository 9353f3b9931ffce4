//! The embedded reference MMS Relay/Server. It is an implementation under test: it imports nothing of mmspec but
//! [`crate::wire`] and speaks to the world only through sockets.

pub mod config;

pub use config::Config;
