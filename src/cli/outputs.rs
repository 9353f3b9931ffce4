//! Where a finished run goes besides its folder, made ready before it starts: what is wrong with it must not be found out when
//! everything has been run.

use super::failure::Failure;
use super::github::{Github, inert};
use super::report_args::{ReportArgs, Wanted};

pub struct Outputs {
    pub wanted: Vec<Wanted>,
    pub github: Option<Github>,
}

impl Outputs {
    /// # Errors
    /// The arguments contradict each other.
    pub(super) fn of(args: &ReportArgs) -> Result<Self, Failure> {
        Ok(Outputs {
            wanted: args.wanted().map_err(Failure::usage)?,
            github: if args.no_github { None } else { Github::here() },
        })
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
