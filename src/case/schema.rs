//! The JSON Schema of a case.

/// Accepts anything until the tables are turned into a schema.
pub fn schema() -> serde_json::Value {
    serde_json::Value::Bool(true)
}
