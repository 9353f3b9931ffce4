//! What there is to run, as tables for a terminal: `mmspec list`, and `mmspec explain` of a purpose.

use serde::Serialize;

use crate::case::Source;
use crate::run::outcome::PurposeRef;
use crate::show::visible;

/// A script in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    pub id: String,
    pub title: String,
    pub group: String,
    pub topology: String,
    /// ICS items the relay must claim.
    pub requires: Vec<String>,
    /// Ids of the purposes it decides, in order, each once.
    pub tests: Vec<String>,
    pub source: Source,
}

/// Id and title, in the order given; the last line counts.
pub fn list(cases: &[Listed]) -> String {
    let width = cases.iter().map(|c| c.id.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for case in cases {
        out.push_str(&format!(
            "{:<width$}  {}\n",
            visible(&case.id),
            visible(&case.title)
        ));
    }
    out.push_str(&format!(
        "{} case{}\n",
        cases.len(),
        if cases.len() == 1 { "" } else { "s" }
    ));
    out
}

/// The same as a JSON array.
///
/// # Errors
/// Those of the serializer.
pub fn list_json(cases: &[Listed]) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(cases)?;
    text.push('\n');
    Ok(text)
}

/// A purpose of the catalogue and the cases that decide it.
pub fn explain_purpose(purpose: &PurposeRef, cases: &[Listed]) -> String {
    let mut out = purpose_lines(purpose);
    out.push('\n');
    if cases.is_empty() {
        out.push_str("  no case decides it\n");
    }
    for case in cases {
        out.push_str(&format!("  {}  {}\n", visible(&case.id), visible(&case.title)));
    }
    out
}

fn purpose_lines(purpose: &PurposeRef) -> String {
    format!(
        "  {}  {}\n    {}  {}, {}\n",
        visible(&purpose.id),
        visible(&purpose.purpose),
        visible(&purpose.clause),
        purpose.level.name(),
        purpose.basis.name()
    )
}
