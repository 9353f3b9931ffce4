//! `mmspec coverage`.

use std::fs;
use std::path::{Path, PathBuf};

use super::shared::{REPORT_DIR, load, print};
use crate::cli::args::CoverageArgs;
use crate::cli::failure::Failure;
use crate::cli::{exit, output};
use crate::report::{coverage as report, results};
use crate::run::coverage::Coverage;
use crate::run::outcome::RunResult;
use crate::run::select::Selection;

pub fn coverage(args: &CoverageArgs) -> Result<u8, Failure> {
    let run = match &args.run {
        Some(path) => Some(read(path)?),
        None => latest()?,
    };
    let suite = load(&args.cases.dirs, &Selection::default())?;
    let coverage = Coverage::of(&suite, run.as_ref());
    if args.json {
        print(&report::json(&coverage).map_err(Failure::error)?)?;
    } else {
        print(&report::text(&coverage, output::paint()))?;
    }
    Ok(exit::AS_EXPECTED)
}

/// The run that ended last in this folder, if there is one.
fn latest() -> Result<Option<RunResult>, Failure> {
    let path = PathBuf::from(REPORT_DIR).join("latest").join("results.json");
    if !path.is_file() {
        return Ok(None);
    }
    output::complain(&format!("mmspec: verdicts are those of {}", path.display()));
    read(&path).map(Some)
}

/// A run's folder, or its results.json.
pub(super) fn read(path: &Path) -> Result<RunResult, Failure> {
    let file = if path.is_dir() {
        path.join("results.json")
    } else {
        path.to_owned()
    };
    let wrong = |reason: String| Failure::usage(format!("{}: {reason}", file.display()));
    let text = fs::read_to_string(&file).map_err(|e| wrong(e.to_string()))?;
    results::parse(&text).map_err(wrong)
}
