//! The verdicts that are expected from a target: which failures are known, why, and until when. A file that people write and
//! review; [`update`] changes it only where it must, so that comments and order stay.
//!
//! Knows the results of a run and the case language's way of reading YAML; nothing of relays, files or terminals.

mod compare;
mod edit;
mod lines;
mod model;
mod read;
mod roll;
mod update;
mod version;

pub use compare::compare;
pub use edit::{Edit, apply, hunk};
pub use model::{Baseline, Entry, NewCases, When};
pub use read::read;
pub use roll::ids;
pub use update::{Amendment, Proposal, fresh, propose, with_list};
pub use version::Requirement;

/// The JSON Schema of the file (draft 2020-12), for editors.
pub const JSON_SCHEMA: &str = include_str!("baseline.schema.json");
