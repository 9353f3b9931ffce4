//! Who interworks with whom? The interop cases for every ordered pair of some relays.
//!
//! [`survey`] runs them pair after pair; [`Encounter::of`] says what a run showed of its pair.

mod encounter;
mod survey;

pub use encounter::{Blamed, Encounter, Fate, Matrix, SCHEMA, Shown};
pub use survey::{Entrant, Survey, folder, survey};
