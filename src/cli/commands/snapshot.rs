//! `mmspec snapshot` and `mmspec diff`.

use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};

use super::finish::refused;
use super::shared::{print, stored_result};
use crate::cli::failure::Failure;
use crate::cli::stored_args::{DiffArgs, SnapshotArgs};
use crate::cli::{exit, output};
use crate::run;
use crate::run::evidence::{JOURNAL, Stored};
use crate::snapshot::{self, Snapshot};

pub fn snapshot(args: &SnapshotArgs) -> Result<u8, Failure> {
    let mut taken = of_run(&args.run)?;
    if !args.cases.is_empty() {
        let wanted = args.cases.iter().map(|text| pattern(text));
        let wanted: Vec<GlobMatcher> = wanted.collect::<Result<_, _>>()?;
        taken
            .cases
            .retain(|id, _| wanted.iter().any(|glob| glob.is_match(id)));
        if taken.cases.is_empty() {
            let what = args.cases.join(", ");
            return Err(Failure::nothing_tested(format!(
                "{} has no case {what}",
                args.run.display()
            )));
        }
    }
    if args.awaited {
        for case in taken.cases.values_mut() {
            case.messages.retain(|message| message.awaited);
        }
    }
    match &args.out {
        Some(out) => snapshot::write(&taken, out).map_err(Failure::error)?,
        None => print(&snapshot::render(&taken))?,
    }
    Ok(exit::AS_EXPECTED)
}

pub fn diff(args: &DiffArgs) -> Result<u8, Failure> {
    let (first, second) = (of(&args.first)?, of(&args.second)?);
    let diff = snapshot::diff(&first, &second);
    if args.json {
        let (first, second) = (
            args.first.display().to_string(),
            args.second.display().to_string(),
        );
        print(&snapshot::to_json(&diff, &first, &second).map_err(Failure::error)?)?;
    } else {
        print(&snapshot::to_text(&diff, output::paint()))?;
    }
    Ok(if diff.is_same() {
        exit::AS_EXPECTED
    } else {
        exit::VIOLATED
    })
}

/// A run or a snapshot.
fn of(path: &Path) -> Result<Snapshot, Failure> {
    if path.join(JOURNAL).is_file() {
        of_run(path)
    } else {
        snapshot::read(path).map_err(Failure::usage)
    }
}

fn of_run(dir: &Path) -> Result<Snapshot, Failure> {
    let result = match stored_result(dir)? {
        Some(result) => result,
        None => {
            let (finished, extent) = run::recover(dir, &[]).map_err(refused)?;
            output::complain(&format!("mmspec: {} was never judged: {extent}", dir.display()));
            finished.result
        }
    };
    let stored = Stored::open(dir).map_err(Failure::usage)?;
    snapshot::take(&stored, &result).map_err(Failure::error)
}

/// `*` and `?` are wildcards; brackets are not, they belong to ids.
fn pattern(text: &str) -> Result<GlobMatcher, Failure> {
    let escaped = globset::escape(text).replace("[*]", "*").replace("[?]", "?");
    let glob = GlobBuilder::new(&escaped).build().map_err(Failure::usage)?;
    Ok(glob.compile_matcher())
}
