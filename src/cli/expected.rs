//! Baselines as commands use them: files, and the day it is.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::failure::Failure;
use super::output;
use crate::baseline::{self, Baseline};
use crate::case::Diagnostic;

/// Reads a baseline.
///
/// # Errors
/// It is not there, or something is wrong with it.
pub(super) fn load(path: &Path) -> Result<Baseline, Failure> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|e| {
        Failure::usage(format!(
            "{name}: {e}; `mmspec baseline update --baseline {name} RUN` writes one"
        ))
    })?;
    parse(&name, &text)
}

/// The same of a text.
///
/// # Errors
/// Something is wrong with it.
pub(super) fn parse(name: &str, text: &str) -> Result<Baseline, Failure> {
    baseline::read(name, text).map_err(|problems| {
        let colour = output::paint_errors().is_on();
        let texts: Vec<String> = problems.iter().map(|p: &Diagnostic| p.render(colour)).collect();
        let s = if problems.len() == 1 { "" } else { "s" };
        Failure::usage(format!("{} problem{s} in {name}", problems.len())).after(texts.join("\n\n"))
    })
}

/// The day in UTC: machines of one pipeline stand in many zones.
pub(super) fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}
