//! `mmspec matrix`.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::finish::{refused, write_reports};
use super::shared::{REPORT_DIR, print, runtime};
use crate::cli::args::Recalled;
use crate::cli::exit::matrix_code;
use crate::cli::failure::Failure;
use crate::cli::matrix_args::MatrixArgs;
use crate::cli::output;
use crate::cli::present::write_all;
use crate::report::matrix as report;
use crate::run::Finished;
use crate::run::matrix::{Encounter, Entrant, Matrix, Survey, folder, survey};
use crate::run::observer::Silent;

pub fn matrix(args: MatrixArgs) -> Result<u8, Failure> {
    let reports = args.report_dir.unwrap_or_else(|| PathBuf::from(REPORT_DIR));
    let dir = folder(&reports)
        .map_err(|e| Failure::error(format!("cannot make a folder in {}: {e}", reports.display())))?;
    let what = Survey {
        relays: args.targets.iter().map(|word| Entrant::from_word(word)).collect(),
        selection: args.selection,
        case_dirs: args.cases.dirs,
        strict: match (args.strict, args.no_strict) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            (false, false) => None,
        },
        recalled_inconc: args.recalled == Recalled::Inconc,
        jobs: args.jobs.map(|jobs| jobs as usize),
        all: args.all,
        program: None,
        dir: dir.clone(),
    };
    let started = Instant::now();
    let unwritten = Mutex::new(None);
    let seen = |pair: &Encounter, run: Option<&Finished>| {
        output::complain(&report::line(pair));
        if let Some(Err(failure)) = run.map(write_reports) {
            let mut unwritten = unwritten.lock().unwrap_or_else(PoisonError::into_inner);
            unwritten.get_or_insert(failure);
        }
    };
    let surveyed = runtime()?.block_on(survey(&what, &Silent, &seen));
    let matrix = surveyed.map_err(|why| {
        // Nothing was run: what was made for it goes, if it is empty.
        let _ = std::fs::remove_dir(&dir);
        refused(why)
    })?;
    if let Some(failure) = unwritten.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(failure);
    }
    publish(&matrix, &dir)?;
    print(&report::text(&matrix, output::paint(), args.verbose))?;
    print(&format!(
        "{:.1} s, {}",
        started.elapsed().as_secs_f64(),
        dir.join("index.html").display()
    ))?;
    Ok(matrix_code(&matrix))
}

fn publish(matrix: &Matrix, dir: &Path) -> Result<(), Failure> {
    let files = [
        ("matrix.json", report::json(matrix).map_err(Failure::error)?),
        ("matrix.md", report::markdown(matrix)),
        ("index.html", report::html(matrix).map_err(Failure::error)?),
    ];
    write_all(dir, &files).map_err(Failure::error)
}
