//! `matrix.json`, version 1.

use schemars::Schema;
use schemars::generate::SchemaSettings;

use crate::run::matrix::Matrix;

/// The JSON Schema of the file (draft 2020-12), from the types that are written.
pub fn schema() -> Schema {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<Matrix>()
}

/// # Errors
/// Those of the serializer.
pub fn json(matrix: &Matrix) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(matrix)?;
    text.push('\n');
    Ok(text)
}
