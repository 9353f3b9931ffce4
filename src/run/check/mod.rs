//! Can this target be driven? Before the first run against a relay: what `mmspec` must open, what it must reach, and one MM each
//! way, each with what came instead and how to mend it.

mod carry;
mod listeners;
mod model;
mod reach;
mod survey;

pub use model::{Check, Line, State};
pub use survey::{Wanted, check};
