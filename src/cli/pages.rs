//! The HTML report's files.

use std::path::Path;

use super::present::{Unwritten, write};
use super::threads;
use crate::report::html::{Shown, Site};
use crate::report::names::file_name;
use crate::run::evidence::Stored;
use crate::run::outcome::CaseResult;

/// Writes `index.html` and `cases/<name>.html` into `reports`, with what the journal `stored` in the folder `journal` shows. One that cannot be
/// read is no error: the pages say so. Cases are read and written one at a time, by as many threads as there are processors.
///
/// # Errors
/// The first page that could not be made or written.
pub(super) fn write_pages(
    site: &Site,
    stored: &Result<Stored, String>,
    journal: &Path,
    reports: &Path,
) -> Result<(), Unwritten> {
    let cases = &site.run().cases;
    let ended = || unmade("a page's thread ended".to_owned());
    threads::each(cases, ended, |case| {
        let shown = shown(case, stored, journal, reports);
        let text = site.case(case, &shown).map_err(unmade)?;
        write(&reports.join(Site::path_of(&case.id)), &text)
    })?;
    let index = site.index().map_err(unmade)?;
    write(&reports.join("index.html"), &index)
}

fn shown(case: &CaseResult, stored: &Result<Stored, String>, journal: &Path, reports: &Path) -> Shown {
    Shown {
        evidence: match stored {
            Ok(stored) => stored.case(&case.id),
            Err(why) => Err(why.clone()),
        },
        capture: capture(&case.id, journal, reports),
    }
}

/// Where the capture of a case is, from its page: beside it, or in the run's folder if the reports are in one below.
fn capture(id: &str, journal: &Path, reports: &Path) -> Option<String> {
    let name = format!("{}.pcapng", file_name(id));
    if reports.join("cases").join(&name).is_file() {
        return Some(name);
    }
    let below = reports.strip_prefix(journal).ok()?.components().count();
    let there = journal.join("cases").join(&name).is_file();
    there.then(|| format!("{}cases/{name}", "../".repeat(below + 1)))
}

fn unmade(reason: String) -> Unwritten {
    Unwritten::Format {
        format: "the HTML report",
        reason,
    }
}
