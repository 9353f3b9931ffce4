//! `mmspec schema`.

use super::shared::print;
use crate::case;
use crate::cli::args::{SchemaArgs, SchemaOf};
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::report::results;

pub fn schema(args: &SchemaArgs) -> Result<u8, Failure> {
    match args.of {
        SchemaOf::Case => print(&format!("{:#}", case::schema()))?,
        SchemaOf::Results => print(results::JSON_SCHEMA)?,
    }
    Ok(exit::AS_EXPECTED)
}
