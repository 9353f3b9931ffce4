//! Seeded misbehaviour: each defect is one small deviation with a name, checked at one place in the code.

mod across;
mod cluster;
mod compatibility;
mod mm1;
mod mm4;
mod registry;
mod routing;
mod store;

pub use registry::{DEFECTS, Defect, UnknownDefect, find};
pub(super) use registry::{Seed, Seeds};
