//! `mmspec rejudge`.

use super::finish::{present, refused, warn};
use crate::cli::args::RejudgeArgs;
use crate::cli::failure::Failure;
use crate::run;

/// The reports go beside those of the run, which stay as they are.
const REPORTS: &str = "rejudged";

pub fn rejudge(args: &RejudgeArgs) -> Result<u8, Failure> {
    let finished = run::rejudge(&args.run_dir, &args.cases.dirs).map_err(refused)?;
    let reports = finished.dir.join(REPORTS);
    warn(&finished);
    present(&finished, &reports, args.junit.as_deref(), args.verbose, None)
}
