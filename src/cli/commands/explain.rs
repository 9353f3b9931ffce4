//! `mmspec explain`.

use super::shared::{load, print};
use crate::case;
use crate::cli::args::ExplainArgs;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::listing::{listed, purpose_ref};
use crate::report::tables;
use crate::run::select::Selection;

pub fn explain(args: &ExplainArgs) -> Result<u8, Failure> {
    let selection = Selection::new(&[&args.id]);
    let suite = load(&args.cases.dirs, &selection)?;
    if let Some(purpose) = suite.catalogue.get(&args.id) {
        // A purpose that no case decides is in the catalogue all the same.
        let cases = selection.pick(&suite.scripts).unwrap_or_default();
        let rows: Vec<_> = cases.iter().map(|script| listed(script)).collect();
        print(&tables::explain_purpose(&purpose_ref(purpose), &rows))?;
        return Ok(exit::AS_EXPECTED);
    }
    let scripts = selection.pick(&suite.scripts).map_err(Failure::usage)?;
    let texts: Vec<String> = scripts
        .iter()
        .map(|script| case::explain(script, &suite.catalogue))
        .collect();
    print(&texts.join("\n"))?;
    Ok(exit::AS_EXPECTED)
}
