//! `mmspec list`.

use super::shared::{load, print};
use crate::cli::args::ListArgs;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::listing::listed;
use crate::report::tables;
use crate::run::select::Selection;

pub fn list(args: &ListArgs) -> Result<u8, Failure> {
    let selection = Selection::new(&args.selection);
    let suite = load(&args.cases.dirs, &selection)?;
    let picked = selection.pick(&suite.scripts).map_err(Failure::nothing_tested)?;
    let rows: Vec<_> = picked.iter().map(|script| listed(script)).collect();
    if args.json {
        print(&tables::list_json(&rows).map_err(Failure::error)?)?;
    } else {
        print(&tables::list(&rows))?;
    }
    Ok(exit::AS_EXPECTED)
}
