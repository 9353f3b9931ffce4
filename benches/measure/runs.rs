//! Whole runs, as `mmspec run` does them, into a folder that goes away.

use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use mmspec::run::observer::Observer;
use mmspec::run::outcome::CaseResult;
use mmspec::run::{Finished, Options, execute};
use tokio::runtime::Runtime;

use crate::measure::Spent;

/// A run that has ended, and what it took.
pub struct Ran {
    pub finished: Finished,
    pub spent: Spent,
    /// From the start of the run to the first case.
    pub first_case: Duration,
}

/// Runs what the options select, with the journal and reports below `dir`.
pub fn run(runtime: &Runtime, dir: &Path, options: Options) -> Result<Ran, String> {
    let first = FirstCase {
        began: Instant::now(),
        after: Mutex::new(None),
    };
    let options = Options {
        report_dir: dir.to_owned(),
        ..options
    };
    let (spent, finished) = Spent::during(|| runtime.block_on(execute(options, &first)));
    let finished = finished.map_err(|refused| refused.to_string())?;
    let first_case = first.after.into_inner().ok().flatten().unwrap_or_default();
    Ok(Ran {
        finished,
        spent,
        first_case,
    })
}

struct FirstCase {
    began: Instant,
    after: Mutex<Option<Duration>>,
}

impl Observer for FirstCase {
    fn begin(&self, _total: usize) {}

    fn case_started(&self, _id: &str) {
        if let Ok(mut after) = self.after.lock() {
            after.get_or_insert_with(|| self.began.elapsed());
        }
    }

    fn case_ended(&self, _result: &CaseResult) {}

    fn end(&self) {}
}
