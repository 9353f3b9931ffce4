//! One file per command. Each returns its exit code.

mod completions;
mod coverage;
mod decode;
mod encode;
mod explain;
mod finish;
mod killmatrix;
mod lint;
mod list;
mod man;
mod matrix;
mod rejudge;
mod relay;
mod run;
mod schema;
mod shared;
mod shim;
mod target_check;
mod target_init;

pub(super) use completions::completions;
pub(super) use coverage::coverage;
pub(super) use decode::decode;
pub(super) use encode::encode;
pub(super) use explain::explain;
pub(super) use killmatrix::killmatrix;
pub(super) use lint::lint;
pub(super) use list::list;
pub(super) use man::man;
pub(super) use matrix::matrix;
pub(super) use rejudge::rejudge;
pub(super) use relay::relay;
pub(super) use run::run;
pub(super) use schema::schema;
pub(super) use shim::shim;
pub(super) use target_check::target_check;
pub(super) use target_init::target_init;
