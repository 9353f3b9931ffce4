//! A target: what a relay claims (ICS), what a tester must know to drive it (IXIT), and how it is started.
//! Knows nothing of cases and runs: what a target needs to be fit for a script is asked by [`crate::run`].

mod file;
pub mod probe;

pub use file::{Ixit, Peer, Start, Target, Timers, Wrong};
