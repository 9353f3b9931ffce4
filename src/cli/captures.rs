//! The captures of a run: a file for each case of which something passed between sockets.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use crate::report::names::file_name;
use crate::report::pcapng::{self, Decided};
use crate::run::evidence::{Stored, Ways};
use crate::run::outcome::RunResult;

use super::present::Unwritten;

/// Writes `cases/<name>.pcapng` into the folder of the reports, from the journal in the folder of the run. Where there is none, there are no
/// captures; the report says so.
///
/// # Errors
/// The first file that could not be read or written.
pub fn write(dir: &Path, reports: &Path, run: &RunResult) -> Result<(), Unwritten> {
    let not_made = |reason: String| Unwritten::Format {
        format: "captures",
        reason,
    };
    let Ok(stored) = Stored::open(dir) else {
        return Ok(());
    };
    let decided = Decided::of(run);
    let folder = reports.join("cases");
    for case in &run.cases {
        let ways = Ways::of(&stored, &case.id).map_err(not_made)?;
        if ways.is_empty() {
            continue;
        }
        let path = folder.join(format!("{}.pcapng", file_name(&case.id)));
        let unwritten = |source| Unwritten::File {
            path: path.clone(),
            source,
        };
        fs::create_dir_all(&folder).map_err(unwritten)?;
        let file = BufWriter::new(File::create(&path).map_err(unwritten)?);
        pcapng::write(file, &stored, &case.id, ways, &decided)
            .map_err(|why| not_made(format!("{}: {why}", path.display())))?;
    }
    Ok(())
}
