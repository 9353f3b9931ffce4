//! Whole runs of the compiled-in suite, in this process.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};

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

/// Runs of hundreds of cases that go side by side: most of their time is waiting, but more would slow each other down.
const AT_ONCE: usize = 2;

static TAKEN: Mutex<usize> = Mutex::new(0);
static GIVEN_BACK: Condvar = Condvar::new();

/// Waits until it is this test's turn, and has it until it is dropped.
pub struct Turn(());

pub fn turn() -> Turn {
    let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut taken = GIVEN_BACK
        .wait_while(taken, |taken| *taken >= AT_ONCE)
        .unwrap_or_else(PoisonError::into_inner);
    *taken += 1;
    Turn(())
}

impl Drop for Turn {
    fn drop(&mut self) {
        *TAKEN.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        GIVEN_BACK.notify_one();
    }
}
