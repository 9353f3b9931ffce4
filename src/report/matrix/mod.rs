//! Relays × relays in the forms people and machines read.

mod html;
mod json;
mod markdown;
mod text;

pub use html::html;
pub use json::{json, schema};
pub use markdown::markdown;
pub use text::{line, text};
