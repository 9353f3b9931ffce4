//! A target: what a relay claims (ICS), what a tester must know to drive it (IXIT), and how it is started.

pub mod file;
pub mod probe;

pub use file::{Ixit, Peer, Start, Target, Timers, Wrong};
