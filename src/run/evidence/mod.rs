//! What a stored run can show: the journal of each script, read from `events.jsonl` one script at a time, as messages between nodes
//! with what they carry.
//!
//! A run may be large and may have been killed: [`Stored::open`] notes where the events of each script stand, and reads them when they
//! are asked for; half a line at the end is passed over and remembered.

mod message;
mod passage;
mod scene;
mod stored;

pub use crate::link::passed::{Passed, plain_port};
pub use crate::link::{Carriage, Crossing, Transport};
pub use message::{Carrier, Message};
pub use passage::{Flow, Passage, Ways};
pub use scene::{Entry, Evidence, MOST, Mark, MarkKind};
pub use stored::{JOURNAL, Stored};
