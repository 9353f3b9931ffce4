//! `mmspec target check`.

use std::path::{Path, PathBuf};

use super::finish::refused;
use super::shared::{REPORT_DIR, print, runtime};
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::target_args::TargetCheckArgs;
use crate::report::check as report;
use crate::run::check::{Wanted, check};

pub fn target_check(args: &TargetCheckArgs) -> Result<u8, Failure> {
    let reports = args
        .report_dir
        .clone()
        .unwrap_or_else(|| PathBuf::from(REPORT_DIR));
    let wanted = Wanted {
        target: args.file.clone(),
        send: !args.no_send,
        report_dir: reports.join("check"),
    };
    let found = runtime()?.block_on(check(&wanted)).map_err(refused)?;
    print(&report::render(&found, &run_line(&args.file), output::paint()))?;
    Ok(if found.is_good() {
        exit::AS_EXPECTED
    } else {
        exit::VIOLATED
    })
}

/// What to type when all is well.
fn run_line(file: &Path) -> String {
    format!("mmspec run --target {}", file.display())
}
