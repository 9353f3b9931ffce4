//! Every script of the compiled-in suite as a test of its own, against embedded relays.
//!
//! The scripts that a command line selects run side by side in one run; each test reports what that run made of its script.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use mmspec::case::{Cost, Script};
use mmspec::report::terminal::Terminal;
use mmspec::run::observer::Silent;
use mmspec::run::outcome::{CaseResult, Verdict};
use mmspec::run::suite::Suite;
use mmspec::run::{self, Options, Refused};
use mmspec::show::Paint;

fn main() -> ExitCode {
    let args = Arguments::from_args();
    let suite = match Suite::load(&[]) {
        Ok(suite) => suite,
        Err(broken) => return cannot(&Refused::from(broken)),
    };
    let reports = match tempfile::Builder::new().prefix("mmspec-conformance-").tempdir() {
        Ok(dir) => dir,
        Err(e) => return cannot(&e),
    };
    let shared = Arc::new(Shared {
        selection: selection(&args, &suite.scripts),
        report_dir: reports.path().to_owned(),
        outcomes: OnceLock::new(),
    });
    let trials = suite
        .scripts
        .iter()
        .map(|script| trial(script, Some(Arc::clone(&shared))))
        .collect();
    let conclusion = libtest_mimic::run(&args, trials);
    if conclusion.has_failed() {
        // What failed names its evidence there.
        let _ = reports.keep();
    }
    conclusion.exit_code()
}

fn cannot(why: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("conformance: {why}");
    ExitCode::FAILURE
}

/// Scripts that cost much are ignored unless asked for (`--include-ignored`).
fn trial(script: &Script, shared: Option<Arc<Shared>>) -> Trial {
    let id = script.id.clone();
    let trial = Trial::ignorable_test(id.clone(), move || match shared {
        Some(shared) => shared.outcome(&id),
        None => Ok(Completion::Completed),
    });
    trial.with_ignored_flag(script.cost != Cost::Normal)
}

/// The ids behind the tests that are going to be asked.
fn selection(args: &Arguments, scripts: &[Arc<Script>]) -> Vec<String> {
    let asked = scripts.iter().filter(|script| {
        let trial = trial(script, None);
        !args.is_filtered_out(&trial) && !args.is_ignored(&trial)
    });
    asked.map(|script| script.id.clone()).collect()
}

/// The one run, made when its first result is asked for.
struct Shared {
    selection: Vec<String>,
    report_dir: PathBuf,
    outcomes: OnceLock<Result<HashMap<String, Outcome>, String>>,
}

/// What a run made of a script.
struct Outcome {
    verdict: Verdict,
    /// Why it is not applicable, or what the terminal report says of it.
    text: String,
}

impl Shared {
    fn outcome(&self, id: &str) -> Result<Completion, Failed> {
        let outcomes = self.outcomes.get_or_init(|| self.run()).as_ref()?;
        let outcome = outcomes.get(id).ok_or("the run has no result for it")?;
        match outcome.verdict {
            Verdict::Pass => Ok(Completion::Completed),
            Verdict::NotApplicable => Ok(Completion::ignored_with(&outcome.text)),
            _ => Err(Failed::from(&outcome.text)),
        }
    }

    fn run(&self) -> Result<HashMap<String, Outcome>, String> {
        let options = Options {
            selection: self.selection.clone(),
            report_dir: self.report_dir.clone(),
            ..Options::default()
        };
        let runtime = tokio::runtime::Runtime::new().map_err(|e| e.to_string())?;
        let finished = runtime
            .block_on(run::execute(options, &Silent))
            .map_err(|e| e.to_string())?;
        let terminal = Terminal {
            paint: Paint::new(false),
            verbose: false,
            text_of: &|file| finished.text_of(file),
            dir: Some(&finished.dir),
            elapsed: None,
        };
        let outcome = |case: &CaseResult| Outcome {
            verdict: case.verdict,
            text: match case.verdict {
                Verdict::NotApplicable => case.reason.clone().unwrap_or_default(),
                _ => terminal.case(&finished.result, case),
            },
        };
        Ok(finished
            .result
            .cases
            .iter()
            .map(|case| (case.id.clone(), outcome(case)))
            .collect())
    }
}
