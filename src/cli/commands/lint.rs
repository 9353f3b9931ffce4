//! `mmspec lint`.

use super::shared::{broken, print, wrong};
use crate::cli::args::LintArgs;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::run::suite;

pub fn lint(args: &LintArgs) -> Result<u8, Failure> {
    let (files, problems) = suite::lint(&args.paths).map_err(broken)?;
    let files = format!("{files} case file{}", if files == 1 { "" } else { "s" });
    if problems.is_empty() {
        print(&format!("{files}, nothing wrong"))?;
        return Ok(exit::AS_EXPECTED);
    }
    Err(wrong(&problems, &files))
}
