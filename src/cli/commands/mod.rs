//! One file per command. Each returns its exit code.

mod explain;
mod lint;
mod list;
mod relay;
mod schema;
mod shared;

pub(super) use explain::explain;
pub(super) use lint::lint;
pub(super) use list::list;
pub(super) use relay::relay;
pub(super) use schema::schema;
