//! Single PDUs outside of a run: octets → layers, fields, parts and findings for people and programs ([`decode`]), and YAML →
//! octets ([`encode()`]). What is decoded is untrusted: whatever goes to a terminal is escaped.
//!
//! A file is a pile of layers: an SMS carries a WSP push, that carries an MM1 PDU. [`Layer`] is one of them with what it
//! carries. [`to_yaml`] writes a layer so that [`encode()`] makes the same octets of it.

mod input;
mod json;
mod kind;
mod layer;
mod open;
mod parts;
mod recipe;
mod text;
mod yaml;

pub use input::{Form, Input, NotHex};
pub use json::{JSON_SCHEMA, SCHEMA, to_json};
pub use kind::Kind;
pub use layer::{Layer, Place, Row};
pub use open::{Decoded, Unreadable, decode};
pub use parts::{PartNode, parts};
pub use recipe::{Contents, encode};
pub use text::{TextOptions, to_text};
pub use yaml::to_yaml;
