//! A run: topology up → steps → journal → verdict → topology down.

pub mod journal;
pub mod observer;
pub mod outcome;
pub mod select;
pub mod suite;
