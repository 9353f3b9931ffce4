//! A case in plain words.

mod page;
mod phrases;

pub use page::explain;
