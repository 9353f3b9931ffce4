//! What relays say, case by case, without what is different each time: to be kept, read in a review, and compared.
//!
//! [`take`] makes a [`Snapshot`] of a stored run; [`write`] and [`read`] are its text; [`diff`] says what is different between two, and
//! [`to_text`] and [`to_json`] tell it in sentences.

mod compare;
mod fields;
mod json;
mod model;
mod names;
mod sentence;
mod store;
mod take;
mod text;

pub use compare::diff;
pub use json::{JSON_SCHEMA, SCHEMA, to_json};
pub use model::{CaseShot, Head, Line, Shot, Snapshot};
pub use sentence::{Change, ChangeKind, Diff, to_text};
pub use store::{read, write};
pub use take::take;
pub use text::{Unreadable, parse, render, render_case};
