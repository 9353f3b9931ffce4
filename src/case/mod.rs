//! The case language: YAML text → positioned nodes → [`Script`]s ready to run. Knows the standards' names through
//! [`crate::wire`]; knows nothing of sockets, relays or reports.
//!
//! [`load`] reads one file, [`load_all`] a whole suite; [`schema`] is for editors, [`explain`] for people.

mod behaviour;
mod catalogue;
mod cluster;
mod decides;
mod diagnostic;
mod dns;
mod expand;
mod explain;
mod library;
mod lint;
mod model;
mod parse;
mod pattern;
mod schema;
mod scope;
mod shaping;
pub mod steps;
mod template;
mod vocabulary;
mod world;
mod yaml;

pub use behaviour::{HttpRule, SmppRule, SmtpAct, SmtpRule, SmtpStage};
pub use catalogue::{Basis, Catalogue, Level, Purpose};
pub use diagnostic::Diagnostic;
pub use dns::{DnsAnswer, DnsRecord, DnsSet, Routing};
pub use explain::explain;
pub use library::Library;
pub use model::*;
pub use parse::{duplicate_ids, load, load_all};
pub use pattern::Pattern;
pub use schema::schema;
pub use shaping::{CutAfter, LinkShape, LinkState, Radio, Shaping, Way};
pub use template::split_reference;

pub(crate) use parse::{Args, Reader, hex as read_hex};
pub(crate) use vocabulary::{Key as KeyDef, Shape, may, need};
pub(crate) use world::World;
pub(crate) use yaml::{Data, Key as YamlKey, Node, SourceFile, read as read_yaml};
