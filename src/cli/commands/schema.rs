//! `mmspec schema`.

use super::shared::print;
use crate::case;
use crate::cli::args::{SchemaArgs, SchemaOf};
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::inspect;
use crate::report::results;
use crate::snapshot;
use crate::target;

pub fn schema(args: &SchemaArgs) -> Result<u8, Failure> {
    match args.of {
        SchemaOf::Case => print(&serde_json::to_string_pretty(&case::schema()).map_err(Failure::error)?)?,
        SchemaOf::Target => print(&serde_json::to_string_pretty(&target::schema()).map_err(Failure::error)?)?,
        SchemaOf::Results => print(results::JSON_SCHEMA)?,
        SchemaOf::Decoded => print(inspect::JSON_SCHEMA)?,
        SchemaOf::Diff => print(snapshot::JSON_SCHEMA)?,
    }
    Ok(exit::AS_EXPECTED)
}
