//! `matrix.json`, version 1.

use crate::run::matrix::Matrix;

/// # Errors
/// Those of the serializer.
pub fn json(matrix: &Matrix) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(matrix)?;
    text.push('\n');
    Ok(text)
}
