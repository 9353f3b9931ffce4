//! GitHub Actions: what a step tells it by itself.
//!
//! A runner reads standard output and standard error of a step for commands (`::error …`). What a relay said must not become
//! one, so that everything else which is printed goes through [`inert`].

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use super::output;
use crate::report::{annotations, markdown};
use crate::run::outcome::RunResult;

/// The step this program runs in.
#[derive(Debug)]
pub struct Github {
    /// The file whose Markdown the step's page shows.
    summary: Option<PathBuf>,
}

impl Github {
    /// `GITHUB_ACTIONS=true` is what the runner sets.
    pub fn here() -> Option<Self> {
        std::env::var_os("GITHUB_ACTIONS")
            .is_some_and(|value| value == "true")
            .then(|| Github {
                summary: std::env::var_os("GITHUB_STEP_SUMMARY")
                    .filter(|path| !path.is_empty())
                    .map(PathBuf::from),
            })
    }

    /// Prints the annotations and appends to the step's summary. Commands go to standard error, so that a report on standard
    /// output stays one. What cannot be written is said and fails nothing: the run's folder has the same.
    pub fn tell(&self, run: &RunResult) {
        let commands = annotations::render(run);
        if !commands.is_empty() {
            output::complain(&commands);
        }
        let Some(path) = &self.summary else { return };
        if let Err(e) = append(path, run) {
            output::complain(&format!("mmspec: cannot append to {}: {e}", path.display()));
        }
    }
}

/// Other commands of the step may have written before; the limit is for all.
fn append(path: &PathBuf, run: &RunResult) -> std::io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    let before = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    let text = markdown::render_up_to(run, markdown::LIMIT.saturating_sub(before));
    let separator = if before > 0 { "\n" } else { "" };
    file.write_all(format!("{separator}{text}").as_bytes())
}

/// The text, with what a runner would take for a command shown and not obeyed: `::` at the beginning of a line, and `##[`.
pub fn inert(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let rest = line.trim_start();
        let indent = &line[..line.len() - rest.len()];
        let line = match rest.strip_prefix("::") {
            Some(rest) => format!("{indent}\\x3a:{rest}"),
            None => line.to_owned(),
        };
        line.replace("##[", "#\\x23[")
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::inert;

    #[test]
    fn what_a_relay_says_is_no_command() {
        assert_eq!(
            inert("got ::error::x\n  ::stop-commands::x\na ##[add-mask]b\n"),
            "got ::error::x\n  \\x3a:stop-commands::x\na #\\x23[add-mask]b\n"
        );
    }
}
