//! `mmspec rejudge`.

use super::finish::{present, refused, warn};
use crate::cli::args::RejudgeArgs;
use crate::cli::failure::Failure;
use crate::cli::outputs::Outputs;
use crate::run;

/// The reports go beside those of the run, which stay as they are.
const REPORTS: &str = "rejudged";

pub fn rejudge(args: &RejudgeArgs) -> Result<u8, Failure> {
    let outputs = Outputs::of(&args.reports)?;
    let mut finished = run::rejudge(&args.run_dir, &args.cases.dirs).map_err(refused)?;
    let reports = finished.dir.join(REPORTS);
    warn(&finished, &outputs);
    present(&mut finished, &reports, &outputs, None)
}
