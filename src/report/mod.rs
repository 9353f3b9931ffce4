//! A finished run in the forms people and machines read. One file per format, each a pure function of
//! [`crate::run::outcome`]; nothing here knows how a run came about. What a relay sent is untrusted and goes through
//! `show` first.

pub mod check;
pub mod coverage;
mod excerpt;
mod group;
pub mod html;
pub mod junit;
pub mod killmatrix;
pub mod matrix;
pub mod names;
mod page;
pub mod pcapng;
pub mod progress;
pub mod results;
pub mod tables;
pub mod terminal;
mod words;

pub use group::group_of;
