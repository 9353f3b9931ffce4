//! `mmspec merge`.

use std::path::Path;

use super::finish::{present, refused, warn};
use super::shared::{REPORT_DIR, stored_result};
use crate::cli::failure::Failure;
use crate::cli::outputs::Outputs;
use crate::cli::stored_args::MergeArgs;
use crate::run::{self, Out, Part};

pub fn merge(args: &MergeArgs) -> Result<u8, Failure> {
    let outputs = Outputs::of(&args.reports)?;
    let parts = args.runs.iter().map(|dir| {
        Ok(Part {
            dir: dir.clone(),
            result: stored_result(dir)?,
        })
    });
    let parts: Vec<Part> = parts.collect::<Result<_, Failure>>()?;
    let reports = args.report_dir.as_deref().unwrap_or(Path::new(REPORT_DIR));
    let out = match &args.out {
        Some(dir) => Out::Folder(dir),
        None => Out::Below(reports),
    };
    let mut finished = run::merge(&parts, &out, &args.cases.dirs).map_err(refused)?;
    warn(&finished, &outputs);
    let dir = finished.dir.clone();
    present(&mut finished, &dir, &outputs, None)
}
