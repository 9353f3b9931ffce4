//! The runs behind a kill matrix.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};
use globset::Glob;

use super::matrix::{Equivalents, Matrix};
use crate::case::{Body, Cost, Script};
use crate::relay::{DEFECTS, Defect};
use crate::run::execute::{Options, Refused, execute};
use crate::run::observer::Silent;
use crate::run::outcome::RunResult;
use crate::run::suite::{self, Suite};

/// What to survey.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// Names of defects, which may hold `*` and `?`; all if empty.
    pub defects: Vec<String>,
    /// Cases, as for a run; all if empty.
    pub selection: Vec<String>,
    pub case_dirs: Vec<PathBuf>,
    /// Run every case against every defect, not only those that decide one of its test purposes: it takes several times as long,
    /// and shows what else each defect breaks.
    pub every_case: bool,
    /// Runs side by side.
    pub at_once: usize,
    /// Where the runs write their journals; the caller removes it.
    pub scratch: PathBuf,
}

/// Runs the cases once without a defect, then with each defect in every embedded relay. `seen` is told of each defect as its
/// run ends.
///
/// # Errors
/// Nothing could be run, and why.
pub async fn survey(survey: &Survey, seen: &(dyn Fn(&Defect, &RunResult) + Sync)) -> Result<Matrix, Refused> {
    let defects = chosen(&survey.defects)?;
    let equivalents = equivalents()?;
    let clean = run(survey, None, &survey.selection).await?;
    let suite = Suite::load(&survey.case_dirs)?;
    let runs = defects
        .iter()
        .map(|defect| (defect, aimed_at(defect, survey, &suite)));
    let runs = runs.map(|(defect, selection)| async move {
        let result = run(survey, Some(defect), &selection).await?;
        seen(defect, &result);
        Ok::<_, Refused>((*defect, result))
    });
    let mut runs: Vec<(&Defect, RunResult)> = stream::iter(runs)
        .buffer_unordered(survey.at_once.max(1))
        .collect::<Vec<_>>()
        .await
        .into_iter()
        .collect::<Result<_, _>>()?;
    runs.sort_by_key(|(defect, _)| DEFECTS.iter().position(|d| d.name == defect.name));
    let whole = defects.len() == DEFECTS.len() && survey.selection.is_empty();
    Ok(Matrix::of(&clean, &runs, &equivalents, whole))
}

/// The cases that can kill a defect: those that decide one of its test purposes. Everything, if one of them is a rule, which
/// looks at the journals of all cases.
fn aimed_at(defect: &Defect, survey: &Survey, suite: &Suite) -> Vec<String> {
    if survey.every_case || !survey.selection.is_empty() {
        return survey.selection.clone();
    }
    let decides = |script: &Script| script.purposes().iter().any(|test| defect.tests.contains(test));
    let ordinary = suite.scripts.iter().filter(|script| script.cost == Cost::Normal);
    let aimed: Vec<&Arc<Script>> = ordinary.filter(|script| decides(script)).collect();
    if aimed.iter().any(|script| matches!(script.body, Body::Always(_))) {
        return Vec::new();
    }
    aimed.into_iter().map(|script| script.id.clone()).collect()
}

/// One run of the cases; its folder goes as soon as its result is known.
async fn run(survey: &Survey, defect: Option<&Defect>, selection: &[String]) -> Result<RunResult, Refused> {
    let dir = survey.scratch.join(defect.map_or("clean", |d| d.name));
    let options = Options {
        selection: selection.to_vec(),
        case_dirs: survey.case_dirs.clone(),
        defects: defect.iter().map(|d| d.name.to_owned()).collect(),
        strict: Some(true),
        report_dir: dir.clone(),
        ..Options::default()
    };
    let finished = execute(options, &Silent).await;
    remove(&dir);
    Ok(finished?.result)
}

/// Best effort: the scratch folder as a whole is the caller's to remove.
fn remove(dir: &Path) {
    let _ = std::fs::remove_dir_all(dir);
}

fn chosen(names: &[String]) -> Result<Vec<&'static Defect>, Refused> {
    if names.is_empty() {
        return Ok(DEFECTS.iter().collect());
    }
    let mut chosen: Vec<&Defect> = Vec::new();
    for name in names {
        let glob = Glob::new(name)
            .map_err(|e| Refused::Usage(format!("{name:?} is no pattern: {e}")))?
            .compile_matcher();
        let before = chosen.len();
        chosen.extend(DEFECTS.iter().filter(|d| glob.is_match(d.name)));
        if chosen.len() == before {
            return Err(Refused::Usage(format!(
                "no defect matches {name:?}; `mmspec relay --list-defects` shows what there is"
            )));
        }
    }
    chosen.sort_by_key(|defect| defect.name);
    chosen.dedup_by_key(|defect| defect.name);
    Ok(chosen)
}

fn equivalents() -> Result<Equivalents, Refused> {
    let equivalents = suite::equivalents()?;
    match equivalents
        .keys()
        .find(|name| !DEFECTS.iter().any(|d| d.name == name.as_str()))
    {
        Some(name) => Err(Refused::Usage(format!(
            "cases/equivalents.yaml names {name}, which is no defect"
        ))),
        None => Ok(equivalents),
    }
}
