//! A run's folder, opened again: as it was judged, or, where the run was killed before it was, as its journal shows it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::execute::{Finished, Refused};
use super::journal::RunHead;
use super::outcome::RunResult;
use super::rejudge::{Extent, judge_as_it_was};
use super::sources::Sources;
use super::suite::{Suite, kept};

/// A run that was judged, with the cases it had; `result` is what its folder says. Nothing is judged.
///
/// # Errors
/// The folder is of no run, or the suite is wrong.
pub fn stored(dir: &Path, result: RunResult, case_dirs: &[PathBuf]) -> Result<Finished, Refused> {
    RunHead::read(dir).map_err(Refused::Usage)?;
    let suite = Suite::load(case_dirs)?;
    let sources = Sources::read(dir).map_err(Refused::Usage)?;
    let scripts = kept(&sources, &suite)?.scripts;
    Ok(Finished {
        result,
        dir: dir.to_owned(),
        silent: Vec::new(),
        warnings: Vec::new(),
        suite: Arc::new(suite.with(scripts)),
    })
}

/// A run that left no result: its journal, judged by the cases it had, and how much of the run the journal holds. Cases that
/// had not ended are errors.
///
/// # Errors
/// The folder is of no run, its journal cannot be read, or the suite is wrong.
pub fn recover(dir: &Path, case_dirs: &[PathBuf]) -> Result<(Finished, Extent), Refused> {
    judge_as_it_was(dir, case_dirs)
}
