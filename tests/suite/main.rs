//! The integration tests, one binary: each module drives one part at its boundary.

mod party_hop;
mod party_kannel;
mod party_mailin;
mod party_ownership;
mod party_peer;
mod party_support;
mod party_user_agent;
