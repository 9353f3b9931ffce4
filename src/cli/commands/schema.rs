//! `mmspec schema`.

use serde::Serialize;

use super::shared::print;
use crate::baseline;
use crate::case;
use crate::cli::args::{SchemaArgs, SchemaOf};
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::inspect;
use crate::report::{coverage, killmatrix, matrix, results};
use crate::snapshot;
use crate::target;

pub fn schema(args: &SchemaArgs) -> Result<u8, Failure> {
    match args.of {
        SchemaOf::Case => pretty(&case::schema())?,
        SchemaOf::Target => pretty(&target::schema())?,
        SchemaOf::Coverage => pretty(&coverage::schema())?,
        SchemaOf::Matrix => pretty(&matrix::schema())?,
        SchemaOf::Killmatrix => pretty(&killmatrix::schema())?,
        SchemaOf::Results => print(results::JSON_SCHEMA)?,
        SchemaOf::Baseline => print(baseline::JSON_SCHEMA)?,
        SchemaOf::Decoded => print(inspect::JSON_SCHEMA)?,
        SchemaOf::Diff => print(snapshot::JSON_SCHEMA)?,
    }
    Ok(exit::AS_EXPECTED)
}

fn pretty(schema: &impl Serialize) -> Result<(), Failure> {
    print(&serde_json::to_string_pretty(schema).map_err(Failure::error)?)
}
