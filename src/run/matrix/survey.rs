//! The runs behind a matrix.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::encounter::{Encounter, Fate, Matrix, SCHEMA};
use crate::case::{Cost, Script, Topology};
use crate::run::bindings;
use crate::run::execute::{Finished, Options, Refused, execute};
use crate::run::folder::fresh_folder;
use crate::run::observer::Observer;
use crate::run::outcome::Tool;
use crate::run::select::Selection;
use crate::run::suite::Suite;
use crate::target::{Instances, Start, Target};

/// The relay inside `mmspec` among those that meet.
const EMBEDDED: &str = "embedded";

/// A relay that meets the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entrant {
    Embedded,
    /// A target file.
    File(PathBuf),
}

impl Entrant {
    /// `embedded`, or a path.
    pub fn from_word(word: &str) -> Entrant {
        match word {
            EMBEDDED => Entrant::Embedded,
            path => Entrant::File(path.into()),
        }
    }
}

/// What to survey.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    pub relays: Vec<Entrant>,
    /// Cases, as for a run; those on two MMSEs if empty.
    pub selection: Vec<String>,
    pub case_dirs: Vec<PathBuf>,
    /// As for a run.
    pub strict: Option<bool>,
    pub recalled_inconc: bool,
    /// Cases side by side within a run.
    pub jobs: Option<usize>,
    /// Cases that cost much too.
    pub all: bool,
    /// The program that is a relay; none: this one.
    pub program: Option<PathBuf>,
    /// The folder of the matrix, for example from [`folder`]; runs go below it.
    pub dir: PathBuf,
}

/// A new folder `matrix/TIME` among the reports.
///
/// # Errors
/// It cannot be made.
pub fn folder(reports: &Path) -> std::io::Result<PathBuf> {
    fresh_folder(&reports.join("matrix"), jiff::Timestamp::now())
}

/// A relay that was found.
struct Relay {
    name: String,
    file: Option<PathBuf>,
    target: Target,
}

/// Runs the cases for each ordered pair, one pair after the other: addresses that relays expect each other at are taken while one
/// runs. `seen` is told of each pair, with its run if there was one.
///
/// # Errors
/// A target file or a case that is wrong; nothing was run then.
pub async fn survey(
    survey: &Survey,
    observer: &dyn Observer,
    seen: &(dyn Fn(&Encounter, Option<&Finished>) + Sync),
) -> Result<Matrix, Refused> {
    let selection = cases(survey)?;
    let relays = entrants(survey)?;
    // All pairs are judged alike.
    let strict = relays.iter().all(|relay| relay.target.is_embedded());
    let strict = survey.strict.unwrap_or(strict);
    let mut pairs = Vec::new();
    for (row, a) in relays.iter().enumerate() {
        for (column, b) in relays.iter().enumerate() {
            let twice = row == column || (a.file.is_some() && a.file == b.file);
            let (encounter, run) = match twice.then(|| cannot_be_two(&a.target)).flatten() {
                Some(why) => (Encounter::not_run(&a.name, &b.name, Fate::Skipped, why), None),
                None => meet(survey, &selection, strict, a, b, observer).await?,
            };
            seen(&encounter, run.as_ref());
            pairs.push(encounter);
        }
    }
    Ok(Matrix {
        schema: SCHEMA,
        tool: Tool {
            name: "mmspec".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        relays: relays.into_iter().map(|relay| relay.name).collect(),
        pairs,
    })
}

async fn meet(
    survey: &Survey,
    selection: &[String],
    strict: bool,
    a: &Relay,
    b: &Relay,
    observer: &dyn Observer,
) -> Result<(Encounter, Option<Finished>), Refused> {
    let bound = [("A", a), ("B", b)].into_iter();
    let relays = bound.filter_map(|(node, relay)| Some((node.to_owned(), relay.file.clone()?)));
    let options = Options {
        selection: selection.to_vec(),
        relays: relays.collect(),
        case_dirs: case_dirs(survey),
        strict: Some(strict),
        recalled_inconc: survey.recalled_inconc,
        jobs: survey.jobs,
        all: true,
        program: survey.program.clone(),
        report_dir: survey.dir.join("runs"),
        ..Options::default()
    };
    match execute(options, observer).await {
        Ok(finished) => {
            let dir = relative(&finished.dir, &survey.dir);
            let encounter = Encounter {
                silent: finished.silent.clone(),
                ..Encounter::of(&a.name, &b.name, &finished.result, dir)
            };
            Ok((encounter, Some(finished)))
        }
        // Addresses of this pair that are taken, a relay that does not start: other pairs may do.
        Err(Refused::Environment(why)) => {
            Ok((Encounter::not_run(&a.name, &b.name, Fate::Refused, why), None))
        }
        Err(refused) => Err(refused),
    }
}

/// Why a target cannot be A and B at once.
fn cannot_be_two(target: &Target) -> Option<String> {
    match (target.start, target.instances) {
        (Start::Remote, _) => Some("it runs already, once: a remote relay cannot be both A and B".to_owned()),
        (Start::Command, Instances::One) => {
            Some("there can be one of it only (instances: one in its target file)".to_owned())
        }
        (Start::Embedded, _) | (Start::Command, Instances::Many) => None,
    }
}

/// Ids of the cases that the pairs run.
fn cases(survey: &Survey) -> Result<Vec<String>, Refused> {
    let suite = Suite::load(&case_dirs(survey))?;
    let picked = Selection::new(&survey.selection)
        .pick(&suite.scripts)
        .map_err(|e| Refused::NothingSelected(e.to_string()))?;
    let wanted = |script: &&Arc<Script>| {
        let chosen = !survey.selection.is_empty();
        let topology = match chosen {
            true => script.topology.relays().len() > 1 || !script.rules().is_empty(),
            false => script.topology == Topology::TwoMmse,
        };
        topology && (script.cost == Cost::Normal || survey.all || chosen)
    };
    let ids: Vec<String> = picked.iter().filter(wanted).map(|s| s.id.clone()).collect();
    if ids.is_empty() {
        return Err(Refused::NothingSelected(
            "no case on several relays is selected; `mmspec matrix` is about how relays interwork".into(),
        ));
    }
    Ok(ids)
}

/// Where there are cases beside the compiled-in ones.
fn case_dirs(survey: &Survey) -> Vec<PathBuf> {
    let selection = Selection::new(&survey.selection);
    let mut dirs = survey.case_dirs.clone();
    dirs.extend(selection.paths().map(Path::to_owned));
    dirs
}

/// Every relay with a name of its own: what its target file calls it, and the file where two call theirs alike.
fn entrants(survey: &Survey) -> Result<Vec<Relay>, Refused> {
    if survey.relays.is_empty() {
        return Err(Refused::Usage(
            "name the relays that meet: target files, or `embedded`".into(),
        ));
    }
    let program = Options {
        program: survey.program.clone(),
        ..Options::default()
    }
    .program()?;
    let mut relays = Vec::new();
    for entrant in &survey.relays {
        let (file, target) = match entrant {
            Entrant::Embedded => (None, Target::embedded()),
            Entrant::File(path) => (Some(path.clone()), bindings::load("A", path, &program)?),
        };
        relays.push(Relay {
            name: target.label(),
            file,
            target,
        });
    }
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for relay in &relays {
        *names.entry(relay.name.clone()).or_default() += 1;
    }
    for relay in &mut relays {
        if let (Some(2..), Some(file)) = (names.get(&relay.name), &relay.file) {
            relay.name = format!("{} ({})", relay.name, file.display());
        }
    }
    Ok(relays)
}

/// A folder as a page in another one above it names it.
fn relative(dir: &Path, from: &Path) -> String {
    let parts = dir.strip_prefix(from).unwrap_or(dir).components();
    let parts: Vec<String> = parts
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    parts.join("/")
}
