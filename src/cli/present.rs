//! A finished run, handed to the reporters.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::pages::write_pages;
use crate::report::html::Site;
use crate::report::terminal::Terminal;
use crate::report::{coverage, junit, results};
use crate::run::coverage::Coverage;
use crate::run::outcome::RunResult;
use crate::show::Paint;

use super::captures;

/// Where the reports of a run go and how they look.
pub struct Present<'a> {
    /// The run's folder, with its journal.
    pub dir: &'a Path,
    /// The folder that gets the reports; it is made if it is not there.
    pub reports: &'a Path,
    /// A second place for the JUnit file.
    pub junit: Option<&'a Path>,
    pub verbose: bool,
    pub paint: Paint,
    pub coverage: &'a Coverage,
    /// The text of a case file by the name [`crate::case::Source`] gives it.
    pub text_of: &'a (dyn Fn(&str) -> Option<Arc<str>> + Sync),
    pub elapsed: Option<Duration>,
}

/// A report that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Unwritten {
    #[error("cannot write {path}: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error("cannot make {format}: {reason}")]
    Format { format: &'static str, reason: String },
}

impl Present<'_> {
    /// Writes `results.json`, `junit.xml`, `coverage.json`, the captures, and the HTML report.
    ///
    /// # Errors
    /// The first report that could not be written.
    pub fn write(&self, run: &RunResult) -> Result<(), Unwritten> {
        let json = results::render(run).map_err(|e| Unwritten::Format {
            format: "results.json",
            reason: e.to_string(),
        })?;
        let xml = junit::render(run).map_err(|reason| Unwritten::Format {
            format: "junit.xml",
            reason,
        })?;
        let covered = coverage::json(self.coverage).map_err(|e| Unwritten::Format {
            format: "coverage.json",
            reason: e.to_string(),
        })?;
        captures::write(self.dir, self.reports, run)?;
        write(&self.reports.join("results.json"), &json)?;
        write(&self.reports.join("coverage.json"), &covered)?;
        write(&self.reports.join("junit.xml"), &xml)?;
        self.junit.map_or(Ok(()), |path| write(path, &xml))?;
        let site = Site::new(run, self.coverage, self.text_of).map_err(|reason| Unwritten::Format {
            format: "the HTML report",
            reason,
        })?;
        write_pages(&site, self.dir, self.reports)
    }

    /// What the terminal shows at the end.
    pub fn summary(&self, run: &RunResult) -> String {
        Terminal {
            paint: self.paint,
            verbose: self.verbose,
            text_of: self.text_of,
            dir: Some(self.dir),
            elapsed: self.elapsed,
        }
        .render(run)
    }
}

/// Writes a file and the folders it stands in.
///
/// # Errors
/// The file system's.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Unwritten> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder
        .and_then(|()| fs::write(path, text))
        .map_err(|source| Unwritten::File {
            path: path.to_owned(),
            source,
        })
}

/// Writes files into a folder.
///
/// # Errors
/// The first that could not be written.
pub fn write_all(dir: &Path, files: &[(&str, String)]) -> Result<(), Unwritten> {
    files
        .iter()
        .try_for_each(|(name, text)| write(&dir.join(name), text))
}
