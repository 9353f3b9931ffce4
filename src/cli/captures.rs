//! The captures of a run: a file for each case of which something passed between sockets.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use super::present::Unwritten;
use super::threads;
use crate::report::names::file_name;
use crate::report::pcapng::{self, Decided, Uncaptured};
use crate::run::evidence::{Stored, Ways};
use crate::run::outcome::RunResult;

/// Writes `cases/<name>.pcapng` into the folder of the reports, from the journal of the run. What cannot be read of it has no
/// captures: the pages of the cases say so.
///
/// # Errors
/// The first file that could not be written.
pub(super) fn write(stored: &Stored, reports: &Path, run: &RunResult) -> Result<(), Unwritten> {
    let decided = Decided::of(run);
    let folder = reports.join("cases");
    let ended = || unmade("a capture's thread ended".to_owned());
    threads::each(&run.cases, ended, |case| {
        capture(&case.id, stored, &decided, &folder)
    })
}

fn capture(id: &str, stored: &Stored, decided: &Decided<'_>, folder: &Path) -> Result<(), Unwritten> {
    let ways = match Ways::of(stored, id) {
        Ok(ways) if !ways.is_empty() => ways,
        Ok(_) | Err(_) => return Ok(()),
    };
    let path = folder.join(format!("{}.pcapng", file_name(id)));
    let unwritten = |source| Unwritten::File {
        path: path.clone(),
        source,
    };
    fs::create_dir_all(folder).map_err(unwritten)?;
    let file = BufWriter::new(File::create(&path).map_err(unwritten)?);
    match pcapng::write(file, stored, id, ways, decided) {
        Ok(()) | Err(Uncaptured::Journal(_)) => Ok(()),
        Err(why) => Err(unmade(format!("{}: {why}", path.display()))),
    }
}

fn unmade(reason: String) -> Unwritten {
    Unwritten::Format {
        format: "captures",
        reason,
    }
}
