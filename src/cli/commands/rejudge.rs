//! `mmspec rejudge`.

use super::shared::{present, refused};
use crate::cli::args::RejudgeArgs;
use crate::cli::failure::Failure;
use crate::run;

pub fn rejudge(args: &RejudgeArgs) -> Result<u8, Failure> {
    let finished = run::rejudge(&args.run_dir, &args.cases.dirs).map_err(refused)?;
    present(&finished, args.junit.as_deref(), args.verbose, None)
}
