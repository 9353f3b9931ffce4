//! `results.json`, version 1: the run as other programs read it.

use serde::Serialize;

use crate::show::json;

pub use crate::run::outcome::SCHEMA;
use crate::run::outcome::{
    CaseResult, Comparison, QuirkResult, RunInfo, RunResult, Summary, Tool, UnsolicitedResult,
};

/// The JSON Schema of the file (draft 2020-12).
pub const JSON_SCHEMA: &str = include_str!("results.schema.json");

/// The file's text: pretty, cases in order of their ids, so that two runs can be compared line by line.
///
/// # Errors
/// Those of the serializer.
pub fn render(run: &RunResult) -> serde_json::Result<String> {
    let mut cases: Vec<&CaseResult> = run.cases.iter().collect();
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    let file = File {
        schema: &run.schema,
        tool: &run.tool,
        run: &run.run,
        summary: run.summary,
        comparison: run.comparison.as_ref(),
        cases,
        quirks: &run.quirks,
        unsolicited: &run.unsolicited,
    };
    json::pretty(&file)
}

/// Reads a file that [`render`] wrote.
///
/// # Errors
/// It is not JSON, not a results file, or of another version.
pub fn parse(text: &str) -> Result<RunResult, String> {
    let run: RunResult = serde_json::from_str(text).map_err(|e| e.to_string())?;
    if run.schema == SCHEMA {
        Ok(run)
    } else {
        Err(format!(
            "schema is {:?}, this version reads {SCHEMA:?}",
            run.schema
        ))
    }
}

/// [`RunResult`] with its cases in order, without copying them.
#[derive(Serialize)]
struct File<'a> {
    schema: &'a str,
    tool: &'a Tool,
    run: &'a RunInfo,
    summary: Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<&'a Comparison>,
    cases: Vec<&'a CaseResult>,
    quirks: &'a [QuirkResult],
    unsolicited: &'a [UnsolicitedResult],
}
