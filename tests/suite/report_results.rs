//! `results.json`.

use mmspec::report::results::{JSON_SCHEMA, parse, render};
use serde_json::Value;

use crate::report_sample::{compared, run};
use crate::schemas::valid;

#[test]
fn reads_like_this() {
    insta::assert_snapshot!(render(&run()).unwrap());
}

#[test]
fn comes_back_as_it_went_but_for_the_order_of_cases() {
    let mut sorted = run();
    sorted.cases.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(parse(&render(&run()).unwrap()).unwrap(), sorted);
}

#[test]
fn another_version_is_refused() {
    let mut other = run();
    other.schema = "mmspec-results/2".into();
    let refusal = parse(&render(&other).unwrap()).unwrap_err();
    assert!(refusal.contains("mmspec-results/2"), "{refusal}");
    assert!(parse("{}").is_err());
}

/// The published schema names exactly the members that are written, at every depth, with their types.
#[test]
fn the_schema_describes_the_file() {
    let schema: Value = serde_json::from_str(JSON_SCHEMA).unwrap();
    for run in [run(), compared()] {
        let file: Value = serde_json::from_str(&render(&run).unwrap()).unwrap();
        check(&schema, &schema, &file, "$");
        valid(JSON_SCHEMA, &file);
    }
}

#[test]
fn a_comparison_comes_back() {
    let again = parse(&render(&compared()).unwrap()).unwrap();
    assert_eq!(again.comparison, compared().comparison);
}

fn check(root: &Value, schema: &Value, value: &Value, path: &str) {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let key = name.trim_start_matches("#/$defs/");
        return check(root, &root["$defs"][key], value, path);
    }
    if let Some(constant) = schema.get("const") {
        return assert_eq!(constant, value, "{path}");
    }
    if let Some(names) = schema.get("enum").and_then(Value::as_array) {
        return assert!(names.contains(value), "{path}: {value} is not in the schema");
    }
    if let Some(ways) = schema.get("anyOf").and_then(Value::as_array) {
        let way = usize::from(value.is_null());
        return check(root, &ways[way], value, path);
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        other => panic!("{path}: no type but {other}"),
    };
    assert!(
        types.contains(&type_of(value)),
        "{path}: {value} is not {types:?}"
    );
    if let (Value::Object(members), Some(known)) = (value, schema["properties"].as_object()) {
        for (name, member) in members {
            let schema = known
                .get(name)
                .unwrap_or_else(|| panic!("{path}.{name} is not in the schema"));
            check(root, schema, member, &format!("{path}.{name}"));
        }
        for name in schema["required"].as_array().unwrap() {
            assert!(
                members.contains_key(name.as_str().unwrap()),
                "{path}: {name} is missing"
            );
        }
    }
    for (i, item) in value.as_array().into_iter().flatten().enumerate() {
        check(root, &schema["items"], item, &format!("{path}[{i}]"));
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
