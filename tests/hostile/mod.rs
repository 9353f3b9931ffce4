//! Hostile inputs, and what must hold for them. Whoever needs less than all of it takes the files by themselves.

pub mod mutation;
pub mod seeds;
pub mod targets;
