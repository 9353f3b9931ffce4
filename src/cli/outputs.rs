//! Where a finished run goes besides its folder, made ready before it starts: what is wrong with it must not be found out when
//! everything has been run.

use super::expected;
use super::failure::Failure;
use super::github::{Github, inert};
use super::report_args::{ReportArgs, Wanted};
use crate::baseline::{self, Baseline};
use crate::run::Finished;

pub struct Outputs {
    pub wanted: Vec<Wanted>,
    pub baseline: Option<Baseline>,
    pub github: Option<Github>,
    pub verbose: bool,
}

impl Outputs {
    /// # Errors
    /// The arguments contradict each other.
    pub(super) fn of(args: &ReportArgs) -> Result<Self, Failure> {
        Ok(Outputs {
            wanted: args.wanted().map_err(Failure::usage)?,
            baseline: args.baseline.as_deref().map(expected::load).transpose()?,
            github: if args.no_github { None } else { Github::here() },
            verbose: args.verbose,
        })
    }

    /// Says of a run how it stands against the baseline, if there is one.
    pub(super) fn compare(&self, finished: &mut Finished) {
        if let Some(baseline) = &self.baseline {
            let has = |id: &str| finished.has_case(id);
            let comparison = baseline::compare(baseline, &finished.result, &has, expected::today());
            finished.result.comparison = Some(comparison);
        }
    }

    /// Whether standard output is a report's.
    pub fn takes_stdout(&self) -> bool {
        self.wanted.iter().any(Wanted::is_stdout)
    }

    /// A text for a person as it may be printed here.
    pub fn shown(&self, text: &str) -> String {
        match &self.github {
            Some(_) => inert(text),
            None => text.to_owned(),
        }
    }
}
