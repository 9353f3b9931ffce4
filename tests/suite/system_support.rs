//! Whole runs of the compiled-in suite, in this process.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mmspec::run::observer::Silent;
use mmspec::run::{self, Finished, Options};

/// Options of a run whose reports go below `dir`.
pub fn options(dir: &Path, selection: &[String]) -> Options {
    Options {
        selection: selection.to_vec(),
        report_dir: dir.to_owned(),
        ..Options::default()
    }
}

/// Options of a run with a defect in the embedded relays.
pub fn with_defect(dir: &Path, selection: &[String], defect: &str) -> Options {
    Options {
        defects: vec![defect.to_owned()],
        ..options(dir, selection)
    }
}

/// Options of a run against a remote relay A.
pub fn against(dir: &Path, selection: &[String], target: PathBuf) -> Options {
    let relays = BTreeMap::from([("A".to_owned(), target)]);
    Options {
        relays,
        strict: Some(true),
        ..options(dir, selection)
    }
}

pub async fn execute(options: Options) -> Finished {
    match run::execute(options, &Silent).await {
        Ok(finished) => finished,
        Err(refused) => panic!("{refused}"),
    }
}

pub fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Runtime::new().unwrap().block_on(future)
}

/// Runs of hundreds of cases go one after the other: side by side they would only slow each other down.
pub fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}
