//! `mmspec killmatrix`.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::finish::refused;
use super::shared::{REPORT_DIR, print, runtime};
use crate::cli::args::KillMatrixArgs;
use crate::cli::failure::Failure;
use crate::cli::present::write_all;
use crate::cli::{exit, output};
use crate::report::killmatrix as report;
use crate::run::killmatrix::{Matrix, Survey, survey};

pub fn killmatrix(args: KillMatrixArgs) -> Result<u8, Failure> {
    let dir = args
        .report_dir
        .unwrap_or_else(|| PathBuf::from(REPORT_DIR))
        .join("killmatrix");
    let scratch = Scratch(dir.join(format!("runs-{}", std::process::id())));
    let what = Survey {
        defects: args.defects,
        selection: args.selection,
        case_dirs: args.cases.dirs,
        every_case: args.every_case,
        at_once: args.jobs as usize,
        scratch: scratch.0.clone(),
    };
    let done = AtomicUsize::new(0);
    let started = Instant::now();
    let matrix = runtime()?
        .block_on(survey(&what, &|defect, _| {
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            output::complain(&format!("{done:>4} {}", defect.name));
        }))
        .map_err(refused)?;
    drop(scratch);
    publish(&matrix, &dir)?;
    print(&report::text(&matrix, output::paint(), args.verbose))?;
    print(&format!(
        "{:.1} s, {}",
        started.elapsed().as_secs_f64(),
        dir.join("index.html").display()
    ))?;
    Ok(if matrix.is_good() {
        exit::AS_EXPECTED
    } else {
        exit::VIOLATED
    })
}

fn publish(matrix: &Matrix, dir: &Path) -> Result<(), Failure> {
    let files = [
        ("killmatrix.json", report::json(matrix).map_err(Failure::error)?),
        ("killmatrix.md", report::markdown(matrix)),
        ("index.html", report::html(matrix).map_err(Failure::error)?),
    ];
    write_all(dir, &files).map_err(Failure::error)
}

/// Journals of runs that nobody reads once their results are known.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
