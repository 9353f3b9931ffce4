//! The formats a finished run can be written in. What a run's folder gets and what `--write` can ask for is this table.

use super::{annotations, ctrf, junit, markdown, results, tap};
use crate::run::outcome::RunResult;

/// One way to write a run down.
#[derive(Debug)]
pub struct Format {
    /// What `--write` calls it.
    pub name: &'static str,
    /// Its file in a run's folder; none: it is written only where it is asked for.
    pub file: Option<&'static str>,
    /// For whom it is.
    pub about: &'static str,
    /// The file's text, or why there is none.
    pub render: fn(&RunResult) -> Result<String, String>,
}

/// All of them.
pub const FORMATS: &[Format] = &[
    Format {
        name: "results",
        file: Some("results.json"),
        about: "everything, for programs (mmspec schema results)",
        render: |run| results::render(run).map_err(|e| e.to_string()),
    },
    Format {
        name: "junit",
        file: Some("junit.xml"),
        about: "JUnit XML, for CI servers",
        render: junit::render,
    },
    Format {
        name: "tap",
        file: Some("tap"),
        about: "TAP 14, for TAP harnesses",
        render: |run| Ok(tap::render(run)),
    },
    Format {
        name: "ctrf",
        file: Some("ctrf.json"),
        about: "Common Test Report Format (ctrf.io)",
        render: |run| ctrf::render(run).map_err(|e| e.to_string()),
    },
    Format {
        name: "markdown",
        file: Some("summary.md"),
        about: "a summary for people, as GitHub shows it",
        render: |run| Ok(markdown::render(run)),
    },
    Format {
        name: "annotations",
        file: None,
        about: "GitHub workflow commands at the lines of the cases",
        render: |run| Ok(annotations::render(run)),
    },
];

impl Format {
    /// The format of that name.
    pub fn named(name: &str) -> Option<&'static Format> {
        FORMATS.iter().find(|format| format.name == name)
    }
}
