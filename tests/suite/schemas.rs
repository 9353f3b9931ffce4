//! Files against published JSON Schemas, by a validator that is not ours.

use boon::{Compiler, Schemas};
use serde_json::Value;

/// Fails with the validator's words if the value does not fit.
pub fn valid(schema: &str, value: &Value) {
    if let Err(error) = check(schema, value) {
        panic!("{error}");
    }
}

/// Why a value does not fit a schema, if it does not.
pub fn check(schema: &str, value: &Value) -> Result<(), String> {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
    compiler.add_resource("mem:schema", schema).unwrap();
    let index = compiler.compile("mem:schema", &mut schemas).unwrap();
    schemas.validate(value, index).map_err(|e| format!("{e:#}"))
}
