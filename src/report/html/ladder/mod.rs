//! The ladder diagram of a case: life lines for its nodes, an arrow for each message, and the places where something was due.

mod columns;
mod draw;
mod scene;

pub(super) use draw::draw;
pub(super) use scene::scene;
