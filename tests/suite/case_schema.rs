//! The JSON Schema accepts what the parser accepts, and refuses the slips an editor should show.

use std::fs;

use mmspec::case::schema;
use regex::Regex;
use serde_json::Value;

use crate::case_support::{case_files, steps};

/// Why a value does not fit: the keywords that the schema uses.
fn check(schema: &Value, value: &Value, root: &Value, at: &str) -> Result<(), String> {
    let Some(schema) = schema.as_object() else {
        return Ok(());
    };
    for (keyword, wanted) in schema {
        let list = || wanted.as_array().map(Vec::as_slice).unwrap_or_default();
        let size = value.as_object().map_or(0, serde_json::Map::len) as u64;
        let good = match keyword.as_str() {
            "$ref" => {
                let name = wanted.as_str().unwrap().trim_start_matches("#/$defs/");
                let definition = root["$defs"]
                    .get(name)
                    .unwrap_or_else(|| panic!("no definition {name}"));
                check(definition, value, root, at)?;
                true
            }
            "type" => match wanted {
                Value::Array(kinds) => kinds.iter().any(|k| is(k, value)),
                kind => is(kind, value),
            },
            "enum" => list().contains(value),
            "const" => wanted == value,
            "pattern" => match value {
                Value::String(text) => Regex::new(wanted.as_str().unwrap()).unwrap().is_match(text),
                _ => true,
            },
            "anyOf" => {
                let tries: Vec<Result<(), String>> =
                    list().iter().map(|s| check(s, value, root, at)).collect();
                if tries.iter().all(Result::is_err) {
                    let reasons: Vec<String> = tries.into_iter().filter_map(Result::err).collect();
                    return Err(reasons.join(" | "));
                }
                true
            }
            "required" => list()
                .iter()
                .all(|key| value.get(key.as_str().unwrap()).is_some()),
            "minProperties" => size >= wanted.as_u64().unwrap(),
            "maxProperties" => size <= wanted.as_u64().unwrap(),
            "minItems" => value
                .as_array()
                .is_none_or(|a| a.len() as u64 >= wanted.as_u64().unwrap()),
            "minimum" => value.as_u64().is_none_or(|n| n >= wanted.as_u64().unwrap()),
            "properties" => {
                for (key, inner) in value.as_object().into_iter().flatten() {
                    if let Some(schema) = wanted.get(key) {
                        check(schema, inner, root, &format!("{at}/{key}"))?;
                    }
                }
                true
            }
            "additionalProperties" => {
                let known = schema.get("properties").and_then(Value::as_object);
                for (key, inner) in value.as_object().into_iter().flatten() {
                    if known.is_none_or(|k| !k.contains_key(key)) {
                        if wanted == &Value::Bool(false) {
                            return Err(format!("{at}: no `{key}`"));
                        }
                        check(wanted, inner, root, &format!("{at}/{key}"))?;
                    }
                }
                true
            }
            "items" => {
                for (n, inner) in value.as_array().into_iter().flatten().enumerate() {
                    check(wanted, inner, root, &format!("{at}/{n}"))?;
                }
                true
            }
            "if" => {
                let branch = if check(wanted, value, root, at).is_ok() {
                    "then"
                } else {
                    "else"
                };
                if let Some(branch) = schema.get(branch) {
                    check(branch, value, root, at)?;
                }
                true
            }
            "then" | "else" | "description" | "title" | "$schema" | "$defs" => true,
            other => panic!("the test does not know `{other}`"),
        };
        if !good {
            return Err(format!("{at}: {keyword}"));
        }
    }
    Ok(())
}

fn is(kind: &Value, value: &Value) -> bool {
    match kind.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("no type {other}"),
    }
}

fn verdict(text: &str) -> Result<(), String> {
    let value: Value = serde_saphyr::from_str(text).map_err(|e| e.to_string())?;
    let schema = schema();
    check(&schema, &value, &schema, "")
}

#[test]
fn it_accepts_the_cases_of_the_project() {
    for path in case_files() {
        let text = fs::read_to_string(&path).unwrap();
        if let Err(reason) = verdict(&text) {
            panic!("{}: {reason}", path.display());
        }
    }
}

#[test]
fn it_accepts_the_cases_on_the_page() {
    let page = fs::read_to_string("docs/cases.md").unwrap();
    for text in page
        .split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
    {
        if let Err(reason) = verdict(text) {
            panic!("{reason}\n{text}");
        }
    }
}

#[test]
fn it_refuses_slips() {
    for lines in [
        "  - { sned: M-Send.req, from: alice }",
        "  - { send: M-Sent.req, from: alice }",
        "  - { send: M-Send.req }",
        "  - { send: M-Send.req, from: alice, header: {} }",
        "  - { expect: M-Send.conf, at: alice, tests: [TP-1] }",
        "  - { expect: M-Send.conf, at: alice, within: soon }",
        "  - { expect: M-Send.conf, at: alice, headers: { To: { like: x } } }",
        "  - { send: M-Send.req, from: alice, damage: { cut-in: From, cut-at: 1 } }",
    ] {
        assert!(verdict(&steps(lines)).is_err(), "{lines}");
    }
    assert!(verdict("id: a\ntitle: t\nkind: always\nsteps: []\n").is_err());
    assert!(verdict("id: a\ntitle: t\ntopology: ring\nsteps: []\n").is_err());
}
