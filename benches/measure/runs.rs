//! Whole runs, as `mmspec run` does them, into a folder that goes away.

use std::path::Path;

use mmspec::run::observer::Observer;
use mmspec::run::{Finished, Options, execute};
use tokio::runtime::Runtime;

use crate::spent::Spent;

/// Runs what the options select, with the journal and reports below `dir`.
pub fn run(
    runtime: &Runtime,
    dir: &Path,
    options: Options,
    observer: &dyn Observer,
) -> Result<(Spent, Finished), String> {
    let options = Options {
        report_dir: dir.to_owned(),
        ..options
    };
    let (spent, finished) = Spent::during(|| runtime.block_on(execute(options, observer)));
    finished
        .map(|finished| (spent, finished))
        .map_err(|refused| refused.to_string())
}
