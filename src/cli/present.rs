//! A finished run, handed to the reporters.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::pages::write_pages;
use super::report_args::Wanted;
use super::{captures, output};
use crate::report::coverage;
use crate::report::formats::FORMATS;
use crate::report::html::Site;
use crate::report::terminal::Terminal;
use crate::run::coverage::Coverage;
use crate::run::evidence::Stored;
use crate::run::outcome::RunResult;
use crate::show::Paint;

/// Where the reports of a run go and how they look.
pub struct Present<'a> {
    /// The run's folder, with its journal.
    pub dir: &'a Path,
    /// The folder that gets the reports; it is made if it is not there.
    pub reports: &'a Path,
    /// Reports that were asked for besides.
    pub wanted: &'a [Wanted],
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
    /// Writes every format that has a file of its own, `coverage.json`, what was asked for besides, the captures, and the HTML report,
    /// which names them.
    ///
    /// # Errors
    /// The first report that could not be written.
    pub fn write(&self, run: &RunResult) -> Result<(), Unwritten> {
        for format in FORMATS {
            let wanted = || self.wanted.iter().filter(|w| w.format.name == format.name);
            if format.file.is_none() && wanted().next().is_none() {
                continue;
            }
            let text = (format.render)(run).map_err(|reason| Unwritten::Format {
                format: format.name,
                reason,
            })?;
            if let Some(file) = format.file {
                write(&self.reports.join(file), &text)?;
            }
            for wanted in wanted() {
                if wanted.is_stdout() {
                    output::print(&text).map_err(|source| Unwritten::File {
                        path: "standard output".into(),
                        source,
                    })?;
                } else {
                    write(&wanted.file, &text)?;
                }
            }
        }
        let covered = coverage::json(self.coverage).map_err(|e| Unwritten::Format {
            format: "coverage",
            reason: e.to_string(),
        })?;
        write(&self.reports.join("coverage.json"), &covered)?;
        let site = Site::new(run, self.coverage, self.text_of).map_err(|reason| Unwritten::Format {
            format: "the HTML report",
            reason,
        })?;
        // Read through once, for both.
        let stored = Stored::open(self.dir);
        if let Ok(stored) = &stored {
            captures::write(stored, self.reports, run)?;
        }
        write_pages(&site, &stored, self.dir, self.reports)
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
