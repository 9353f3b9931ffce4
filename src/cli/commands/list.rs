//! `mmspec list`.

use super::shared::print;
use crate::cli::args::ListArgs;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::listing::listed;
use crate::report::tables;
use crate::run::select::Selection;
use crate::run::suite::Suite;

pub fn list(args: &ListArgs) -> Result<u8, Failure> {
    let selection = Selection::new(&args.selection);
    let suite = Suite::load(&args.cases.dirs, &selection).map_err(Failure::usage)?;
    let picked = selection.pick(&suite.scripts).map_err(Failure::nothing_tested)?;
    let rows: Vec<_> = picked.into_iter().map(listed).collect();
    if args.json {
        print(&tables::list_json(&rows).map_err(Failure::error)?)?;
    } else {
        print(&tables::list(&rows))?;
    }
    Ok(exit::AS_EXPECTED)
}
