//! `mmspec report`.

use super::finish::{present, refused};
use super::shared::stored_result;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::outputs::Outputs;
use crate::cli::stored_args::ReportRunArgs;
use crate::run;

pub fn report(args: &ReportRunArgs) -> Result<u8, Failure> {
    let outputs = Outputs::of(&args.reports)?;
    let mut finished = match stored_result(&args.run)? {
        Some(result) => run::stored(&args.run, result, &args.cases.dirs).map_err(refused)?,
        None => {
            let (finished, extent) = run::recover(&args.run, &args.cases.dirs).map_err(refused)?;
            output::complain(&format!(
                "mmspec: {} was never judged: {extent}",
                args.run.display()
            ));
            finished
        }
    };
    let dir = finished.dir.clone();
    present(&mut finished, &dir, &outputs, None)
}
