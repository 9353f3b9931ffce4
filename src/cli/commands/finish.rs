//! What all commands share that end in a finished run: the seam to the engine.

use std::path::Path;
use std::time::Duration;

use crate::cli::exit::exit_code;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::outputs::Outputs;
use crate::cli::present::Present;
use crate::run::{Finished, Refused};

use super::shared::print;

/// Writes the reports of a finished run, prints the summary, returns the exit code.
pub(super) fn present(
    finished: &mut Finished,
    reports: &Path,
    outputs: &Outputs,
    elapsed: Option<Duration>,
) -> Result<u8, Failure> {
    outputs.compare(finished);
    let present = Present {
        dir: &finished.dir,
        reports,
        wanted: &outputs.wanted,
        verbose: outputs.verbose,
        paint: match outputs.takes_stdout() {
            true => output::paint_errors(),
            false => output::paint(),
        },
        coverage: &finished.coverage(),
        text_of: &|file| finished.text_of(file),
        elapsed,
    };
    present.write(&finished.result).map_err(Failure::error)?;
    let summary = outputs.shown(&present.summary(&finished.result));
    if outputs.takes_stdout() {
        output::complain(&summary);
    } else {
        print(&summary)?;
    }
    if let Some(github) = &outputs.github {
        github.tell(&finished.result);
    }
    Ok(exit_code(&finished.result))
}

/// Writes the reports of a finished run to its folder, and shows nothing.
pub(super) fn write_reports(finished: &Finished) -> Result<(), Failure> {
    let present = Present {
        dir: &finished.dir,
        reports: &finished.dir,
        wanted: &[],
        verbose: false,
        paint: output::paint(),
        coverage: &finished.coverage(),
        text_of: &|file| finished.text_of(file),
        elapsed: None,
    };
    present.write(&finished.result).map_err(Failure::error)
}

/// Says what there is to be careful about.
pub(super) fn warn(finished: &Finished, outputs: &Outputs) {
    for warning in &finished.warnings {
        output::complain(&outputs.shown(&format!("mmspec: warning: {warning}")));
    }
}

pub(super) fn refused(refused: Refused) -> Failure {
    match refused {
        Refused::Usage(text) => Failure::usage(text),
        Refused::NothingSelected(text) => Failure::nothing_tested(text),
        Refused::Environment(text) => Failure::error(text),
    }
}
