//! `mmspec list`.

use super::shared::{load, print};
use crate::case::{Body, Script};
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
    let is_in = |script: &Script| {
        // Rules speak of every journal, so of those of each shard.
        let is_rule = matches!(script.body, Body::Always(_));
        is_rule || args.shard.is_none_or(|shard| shard.has(&script.id))
    };
    let picked = picked.iter().filter(|script| is_in(script));
    let rows: Vec<_> = picked.map(|script| listed(script)).collect();
    if args.json {
        print(&tables::list_json(&rows).map_err(Failure::error)?)?;
    } else {
        print(&tables::list(&rows))?;
    }
    Ok(exit::AS_EXPECTED)
}
