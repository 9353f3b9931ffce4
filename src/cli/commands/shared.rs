//! What several commands do.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use tokio::runtime::Runtime;

use crate::case::Diagnostic;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::report::progress::{Bar, Lines};
use crate::report::results;
use crate::run::observer::Observer;
use crate::run::outcome::RunResult;
use crate::run::select::Selection;
use crate::run::suite::{Broken, Suite};

/// Where runs land unless told otherwise.
pub(super) const REPORT_DIR: &str = "reports";

pub(super) fn runtime() -> Result<Runtime, Failure> {
    Runtime::new().map_err(|e| Failure::error(format!("cannot start the runtime: {e}")))
}

/// Progress on standard error: a bar where one can be drawn, lines elsewhere.
pub(super) fn observer(verbose: bool) -> Box<dyn Observer> {
    let paint = output::paint_errors();
    if output::can_redraw() {
        Box::new(Bar::new(paint))
    } else {
        Box::new(Lines::new(std::io::stderr(), paint, verbose))
    }
}

pub(super) fn print(text: &str) -> Result<(), Failure> {
    output::print(text).map_err(|e| Failure::error(format!("cannot write to standard output: {e}")))
}

/// The compiled-in cases, those of the folders, and those the selection names by path.
pub(super) fn load(dirs: &[PathBuf], selection: &Selection) -> Result<Suite, Failure> {
    let mut extra = dirs.to_vec();
    extra.extend(selection.paths().map(Path::to_owned));
    Suite::load(&extra).map_err(broken)
}

pub(super) fn broken(broken: Broken) -> Failure {
    match broken {
        Broken::Cases(problems) => wrong(&problems, "the cases"),
        Broken::File(text) => Failure::usage(text),
    }
}

/// Each problem with the line it is about, then how many there are.
pub(super) fn wrong(problems: &[Diagnostic], place: &str) -> Failure {
    let colour = output::paint_errors().is_on();
    let texts: Vec<String> = problems.iter().map(|p| p.render(colour)).collect();
    let s = if problems.len() == 1 { "" } else { "s" };
    Failure::usage(format!("{} problem{s} in {place}", problems.len())).after(texts.join("\n\n"))
}

/// The octets of a file, or of standard input for `-`, and what to call it.
pub(super) fn octets_of(path: &Path) -> Result<(String, Vec<u8>), Failure> {
    if path == Path::new("-") {
        let mut octets = Vec::new();
        std::io::stdin()
            .read_to_end(&mut octets)
            .map_err(|e| Failure::usage(format!("standard input: {e}")))?;
        return Ok(("standard input".to_owned(), octets));
    }
    let name = path.display().to_string();
    let octets = std::fs::read(path).map_err(|e| Failure::usage(format!("{name}: {e}")))?;
    Ok((name, octets))
}

/// What a run's folder says of it; none if the run was killed before it was judged.
pub(super) fn stored_result(dir: &Path) -> Result<Option<RunResult>, Failure> {
    let path = dir.join("results.json");
    let wrong = |reason: String| Failure::usage(format!("{}: {reason}", path.display()));
    match std::fs::read_to_string(&path) {
        Ok(text) => results::parse(&text).map(Some).map_err(wrong),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(wrong(e.to_string())),
    }
}
