//! `mmspec man`.

use std::fs;
use std::path::Path;

use clap::CommandFactory as _;
use clap_mangen::{Man, generate_to};

use super::shared::print;
use crate::cli::args::{Cli, ManArgs};
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::show::visible;

pub fn man(args: &ManArgs) -> Result<u8, Failure> {
    match &args.dir {
        Some(dir) => pages(dir)?,
        None => {
            let mut page = Vec::new();
            Man::new(Cli::command())
                .render(&mut page)
                .map_err(Failure::error)?;
            output::print_octets(&page).map_err(Failure::error)?;
        }
    }
    Ok(exit::AS_EXPECTED)
}

/// One page for the program and one for each command.
fn pages(dir: &Path) -> Result<(), Failure> {
    let cannot = |e: std::io::Error| Failure::error(format!("{}: {e}", dir.display()));
    fs::create_dir_all(dir).map_err(cannot)?;
    generate_to(Cli::command(), dir).map_err(cannot)?;
    print(&format!(
        "man pages: {}; man -l {0}/mmspec.1 shows the first",
        visible(&dir.to_string_lossy())
    ))
}
