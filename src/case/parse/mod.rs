//! Nodes → scripts. Every file of this module reads one kind of thing; the tables of [`super::vocabulary`] say which keys there are.

mod damage;
mod dns;
mod expect;
mod header;
mod homes;
mod matchers;
mod nodes;
mod reader;
mod rows;
mod rules;
mod send;
mod set;
mod shaping;
mod steps;
mod top;
mod topologies;

pub(crate) use matchers::hex;
pub(crate) use reader::{Args, Reader};
pub use top::{duplicate_ids, load, load_all};
