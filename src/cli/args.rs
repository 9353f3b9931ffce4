//! The command line as data.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Conformance and interop tests for MMS Relay/Servers (MM1 and MM4).
///
/// Without a command, every compiled-in case runs against embedded relays.
#[derive(Debug, Parser)]
#[command(name = "mmspec", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  as expected: every case passed or is not applicable
  1  a counting demand was violated, or a case could not decide
  2  the command line, a case file or a target file is wrong
  3  nothing selected, or no relay was ever seen alive
  4  some case ended in error: the suite or its environment is at fault";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the cases there are
    List(ListArgs),
    /// Show what a case does, or which cases decide a test purpose
    Explain(ExplainArgs),
    /// Check case files without running them
    Lint(LintArgs),
    /// Print the JSON Schema of a file format
    Schema(SchemaArgs),
    /// Run the embedded relay alone
    Relay(RelayArgs),
}

#[derive(Debug, Args)]
pub struct ListArgs {
    /// As for run
    #[arg(value_name = "SELECTION")]
    pub selection: Vec<String>,
    #[command(flatten)]
    pub cases: CaseDirs,
    /// As a JSON array
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A case id or a test purpose
    #[arg(value_name = "ID")]
    pub id: String,
    #[command(flatten)]
    pub cases: CaseDirs,
}

#[derive(Debug, Args)]
pub struct LintArgs {
    /// Case files or folders; the compiled-in cases if none is given
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct SchemaArgs {
    #[arg(value_enum)]
    pub of: SchemaOf,
}

#[derive(Debug, Args)]
pub struct RelayArgs {
    /// The relay's configuration (YAML); without it a small one on free ports of this host
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Show the defects that can be seeded
    #[arg(long, conflicts_with_all = ["config", "print_config"])]
    pub list_defects: bool,
    /// Print the configuration in effect and end
    #[arg(long)]
    pub print_config: bool,
}

#[derive(Debug, Default, Clone, Args)]
pub struct CaseDirs {
    /// A folder with more cases; one with the id of a compiled-in case replaces it
    #[arg(long = "cases", value_name = "DIR")]
    pub dirs: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    Case,
    Results,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_last_strictness_wins() {
        let strictness = |words: &[&str]| match Cli::parse_from([&["mmspec", "run"], words].concat()).command
        {
            Some(Command::Run(run)) => run.strictness(),
            other => panic!("{other:?}"),
        };
        assert_eq!(strictness(&[]), None);
        assert_eq!(strictness(&["--strict"]), Some(true));
        assert_eq!(strictness(&["--strict", "--no-strict"]), Some(false));
        assert_eq!(strictness(&["--no-strict", "--strict"]), Some(true));
    }

    #[test]
    fn a_binding_names_relay_and_file() {
        assert_eq!(binding("B=x=y.yaml"), Ok(("B".into(), "x=y.yaml".into())));
        assert!(binding("x.yaml").is_err() && binding("=x").is_err() && binding("B=").is_err());
    }
}
