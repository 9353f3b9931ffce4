//! The diff for programs.

use serde::Serialize;

use super::sentence::Diff;

/// Value of `schema` in every file this version writes.
pub const SCHEMA: &str = "mmspec-diff/1";

/// The JSON Schema of the file (draft 2020-12).
pub const JSON_SCHEMA: &str = include_str!("diff.schema.json");

#[derive(Serialize)]
struct File<'a> {
    schema: &'a str,
    first: &'a str,
    second: &'a str,
    same: bool,
    compared: usize,
    changes: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is: Option<&'a str>,
    sentence: &'a str,
    count: usize,
    cases: &'a [String],
}

/// The file's text. `first` and `second` are what was compared, as it was typed.
///
/// # Errors
/// Those of the serializer.
pub fn to_json(diff: &Diff, first: &str, second: &str) -> serde_json::Result<String> {
    let changes = diff.changes.iter().map(|change| {
        let (was, is) = match change.kind {
            super::ChangeKind::Verdict { was, is } => (Some(was.name()), Some(is.name())),
            _ => (None, None),
        };
        Entry {
            kind: change.kind.name(),
            was,
            is,
            sentence: &change.sentence,
            count: change.cases.len(),
            cases: &change.cases,
        }
    });
    let file = File {
        schema: SCHEMA,
        first,
        second,
        same: diff.is_same(),
        compared: diff.compared,
        changes: changes.collect(),
    };
    Ok(serde_json::to_string_pretty(&file)? + "\n")
}
