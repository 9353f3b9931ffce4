//! A finished run in the forms people and machines read. One file per format, each a pure function of
//! [`crate::run::outcome`]; nothing here knows how a run came about. What a relay sent is untrusted and goes through
//! `show` first.

mod against;
pub mod annotations;
pub mod check;
pub mod coverage;
pub mod ctrf;
mod excerpt;
pub mod formats;
mod group;
pub mod html;
pub mod junit;
pub mod killmatrix;
pub mod markdown;
pub mod matrix;
pub mod names;
mod page;
pub mod pcapng;
pub mod progress;
pub mod results;
mod standing;
pub mod tables;
pub mod tap;
pub mod terminal;
mod words;

pub use group::group_of;
