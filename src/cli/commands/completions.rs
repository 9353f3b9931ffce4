//! `mmspec completions`.

use clap::CommandFactory as _;
use clap_complete::generate;

use crate::cli::args::{Cli, CompletionsArgs};
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output;

pub fn completions(args: &CompletionsArgs) -> Result<u8, Failure> {
    let mut script = Vec::new();
    generate(args.shell, &mut Cli::command(), "mmspec", &mut script);
    output::print_octets(&script).map_err(Failure::error)?;
    Ok(exit::AS_EXPECTED)
}
