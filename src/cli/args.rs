//! The command line as data.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::cli::baseline_args::BaselineCommand;
use crate::cli::matrix_args::MatrixArgs;
use crate::cli::report_args::ReportArgs;
use crate::cli::stored_args::{DiffArgs, MergeArgs, ReportRunArgs, SnapshotArgs};
use crate::cli::target_args::{PushArg, TargetCommand};
use crate::inspect::Kind;
use crate::run::Shard;

/// Conformance and interop tests for MMS Relay/Servers (MM1 and MM4).
///
/// Without a command, every compiled-in case runs against embedded relays.
#[derive(Debug, Parser)]
#[command(name = "mmspec", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  as expected: every case passed, is not applicable, or failed as the baseline says
  1  a counting demand was violated, or a case could not decide, and it was not expected; or an entry of the baseline is wrong
  2  the command line, a case file or a target file is wrong
  3  nothing selected, or no relay was ever seen alive
  4  some case ended in error: the suite or its environment is at fault";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run cases and judge them
    Run(RunArgs),
    /// Show the cases there are
    List(ListArgs),
    /// Show what a case does, or which cases decide a test purpose
    Explain(ExplainArgs),
    /// Check case files without running them
    Lint(LintArgs),
    /// Print the JSON Schema of a file format
    Schema(SchemaArgs),
    /// Write a target file, or see whether one can be used
    #[command(subcommand)]
    Target(TargetCommand),
    /// Run the embedded relay alone
    Relay(RelayArgs),
    /// Show which test purposes have cases, what the latest run said of them, and which have none
    Coverage(CoverageArgs),
    /// Change or check the file that says which failures are known
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Let every two of some relays interwork, as A and as B: who fails with whom, and where
    Matrix(MatrixArgs),
    /// Run the suite against every seeded defect: which cases notice it, and which cases notice nothing
    #[command(name = "killmatrix")]
    KillMatrix(KillMatrixArgs),
    /// Judge the journal of an earlier run again; reports go to RUN_DIR/rejudged
    Rejudge(RejudgeArgs),
    /// Write the reports of a stored run again, or of one that was killed
    Report(ReportRunArgs),
    /// Put the shards of a run together into one run
    Merge(MergeArgs),
    /// Store what the relays of a run said, without what is different each time
    Snapshot(SnapshotArgs),
    /// Say what relays say otherwise than before: two runs, or a run and a snapshot; ends in 0 if nothing, in 1 if something
    Diff(DiffArgs),
    /// Show what octets say: MM1, MM4, and what carries them; ends in 0 if they could be decoded
    Decode(DecodeArgs),
    /// Make the octets of a message that a YAML file describes in the words of a case
    Encode(EncodeArgs),
    /// Commands that a relay under test runs, and that reach the run
    Shim(ShimArgs),
    /// Print the completions of a shell
    Completions(CompletionsArgs),
    /// Print the man page, or write all of them
    Man(ManArgs),
}

#[derive(Debug, Default, Args)]
pub struct RunArgs {
    /// Case ids, test purposes (both may hold * and ?), case files or folders; everything if none is given
    #[arg(value_name = "SELECTION")]
    pub selection: Vec<String>,
    /// The target that plays relay A; short for --relay A=FILE
    #[arg(long, value_name = "FILE")]
    pub target: Option<PathBuf>,
    /// The target that plays this relay; relays without one are embedded
    #[arg(long = "relay", value_name = "NAME=FILE", value_parser = binding)]
    pub relays: Vec<(String, PathBuf)>,
    /// Seed a defect into embedded relays, or into one of them (mmspec relay --list-defects)
    #[arg(long = "defect", value_name = "[NODE=]NAME")]
    pub defects: Vec<String>,
    /// Let embedded relays imitate a way of real ones (mmspec relay --list-dialects)
    #[arg(long = "dialect", value_name = "NAME[=MILLISECONDS]")]
    pub dialects: Vec<String>,
    /// The channel through which embedded relays push [default: kannel]
    #[arg(long, value_name = "CHANNEL")]
    pub push: Option<PushArg>,
    #[command(flatten)]
    pub cases: CaseDirs,
    /// Demands of level should and of basis derived count too (default when every relay is embedded)
    #[arg(long, overrides_with = "no_strict")]
    pub strict: bool,
    /// Only demands of level shall that a standard or deployed practice backs count
    #[arg(long, overrides_with = "strict")]
    pub no_strict: bool,
    /// What a violated demand counts as when its clause is only recalled
    #[arg(long, value_enum, default_value_t, value_name = "VERDICT")]
    pub recalled: Recalled,
    /// Cases that run at the same time
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub jobs: Option<u32>,
    /// What embedded relays get of their own: nothing, a process, or a process and a network
    #[arg(long, value_enum, default_value_t, value_name = "KIND")]
    pub isolate: Isolate,
    /// Folder that gets TARGET/RUN/ with journal and reports [default: reports]
    #[arg(long, value_name = "DIR")]
    pub report_dir: Option<PathBuf>,
    #[command(flatten)]
    pub reports: ReportArgs,
    /// Run cases that cost much (load, long waits) too
    #[arg(long)]
    pub all: bool,
    /// Run only the Kth of N parts of the selected cases; `mmspec merge` puts them together
    #[arg(long, value_name = "K/N")]
    pub shard: Option<Shard>,
}

#[derive(Debug, Args)]
pub struct ListArgs {
    /// As for run
    #[arg(value_name = "SELECTION")]
    pub selection: Vec<String>,
    #[command(flatten)]
    pub cases: CaseDirs,
    /// Only the Kth of N parts, as for run
    #[arg(long, value_name = "K/N")]
    pub shard: Option<Shard>,
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
    /// The relay's configuration (YAML); without it a small one on free ports of this host. With `-` it is read from standard input;
    /// if a line `...` ends it, a further one is another table of subscribers, and the relay ends with the input
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Show the defects that can be seeded
    #[arg(long, conflicts_with_all = ["config", "print_config"])]
    pub list_defects: bool,
    /// Show the dialects that the relay can speak
    #[arg(long, conflicts_with_all = ["config", "print_config", "list_defects"])]
    pub list_dialects: bool,
    /// Speak this dialect besides those of the configuration (mmspec relay --list-dialects)
    #[arg(long = "dialect", value_name = "NAME[=MILLISECONDS]")]
    pub dialects: Vec<String>,
    /// Print the configuration in effect and end
    #[arg(long)]
    pub print_config: bool,
    /// Hand the message on standard input to the relay that runs with this `mm4.deliver-socket`; ends in 0, or in 255 if the
    /// relay does not have it
    #[arg(long, value_name = "SOCKET", requires = "rcpt", conflicts_with_all = ["config", "print_config", "dialects"])]
    pub deliver: Option<PathBuf>,
    /// Whom the message to deliver is from (MAIL FROM); empty for nobody
    #[arg(
        short = 'f',
        long,
        value_name = "PATH",
        requires = "deliver",
        default_value = "",
        hide_default_value = true
    )]
    pub mail: String,
    /// Whom the message to deliver is for (RCPT TO)
    #[arg(short = 't', long, value_name = "PATH", requires = "deliver")]
    pub rcpt: Option<String>,
}

#[derive(Debug, Args)]
pub struct CoverageArgs {
    /// Folder of the run whose verdicts are shown, or its results.json [default: reports/latest, if it is there]
    #[arg(value_name = "RUN")]
    pub run: Option<PathBuf>,
    #[command(flatten)]
    pub cases: CaseDirs,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct KillMatrixArgs {
    /// Defects (names may hold * and ?); all if none is given
    #[arg(value_name = "DEFECT")]
    pub defects: Vec<String>,
    /// Only these cases: ids, test purposes, case files or folders
    #[arg(long = "case", value_name = "SELECTION")]
    pub selection: Vec<String>,
    /// Run every case against every defect, not only those that decide one of its test purposes; shows what else it breaks
    #[arg(long, conflicts_with = "selection")]
    pub every_case: bool,
    #[command(flatten)]
    pub cases: CaseDirs,
    /// Runs of the suite at the same time
    #[arg(long, short, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..))]
    pub jobs: u32,
    /// Folder that gets killmatrix/ with killmatrix.json, killmatrix.md and index.html [default: reports]
    #[arg(long, value_name = "DIR")]
    pub report_dir: Option<PathBuf>,
    /// Show every defect with what killed it
    #[arg(long, short)]
    pub verbose: bool,
}

#[derive(Debug, Args)]
pub struct RejudgeArgs {
    /// Folder of the run, with its events.jsonl
    #[arg(value_name = "RUN_DIR")]
    pub run_dir: PathBuf,
    #[command(flatten)]
    pub cases: CaseDirs,
    #[command(flatten)]
    pub reports: ReportArgs,
}

#[derive(Debug, Args)]
pub struct DecodeArgs {
    /// A file of octets, or of hex digits; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What the octets are; found out if not said
    #[arg(long = "as", value_name = "KIND", value_parser = kind)]
    pub kind: Option<Kind>,
    /// The file is hex digits (white space, `:`, `,` and `0x` between them are passed over)
    #[arg(long)]
    pub hex: bool,
    /// The octets are what they are, even if all of them are hex digits
    #[arg(long, conflicts_with = "hex")]
    pub raw: bool,
    /// For programs (mmspec schema decoded)
    #[arg(long, conflicts_with = "yaml")]
    pub json: bool,
    /// With --json: the octets of parts too, as base64
    #[arg(long, requires = "json")]
    pub data: bool,
    /// A file for `mmspec encode` that makes the same octets
    #[arg(long)]
    pub yaml: bool,
    /// Every octet of every field
    #[arg(long)]
    pub full: bool,
    /// Write the parts of contents to files in this folder
    #[arg(long, value_name = "DIR")]
    pub bodies: Option<PathBuf>,
    /// End in 1 if there is a finding of severity error
    #[arg(long)]
    pub strict: bool,
}

#[derive(Debug, Args)]
pub struct EncodeArgs {
    /// A YAML file; `-` is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub file: PathBuf,
    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// As hex digits
    #[arg(long)]
    pub hex: bool,
}

#[derive(Debug, Args)]
pub struct CompletionsArgs {
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: Shell,
}

#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write the page of the program and one for each command to this folder
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct ShimArgs {
    #[command(subcommand)]
    pub command: ShimCommand,
}

#[derive(Debug, Subcommand)]
pub enum ShimCommand {
    /// The mail command of a relay that has no SMTP: hands the message on standard input to a peer MMSE of the run
    #[command(after_help = SENDMAIL_CODES)]
    Sendmail(SendmailArgs),
}

const SENDMAIL_CODES: &str = "\
Exit codes (sysexits.h):
   0  taken
  64  the command line is wrong
  65  the message is too long
  69  refused for good
  75  not now: keep the message and try again";

#[derive(Debug, Args)]
pub struct SendmailArgs {
    /// Where the peer MMSE listens: HOST:PORT or unix:PATH
    #[arg(long, value_name = "PLACE")]
    pub to: String,
    /// Seconds in all after which the message counts as not taken
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub timeout: u64,
    /// As for sendmail: -f FROM, -t for the recipients in the header, recipients; other options change nothing
    #[arg(value_name = "ARGUMENTS", trailing_var_arg = true, allow_hyphen_values = true)]
    pub arguments: Vec<String>,
}

#[derive(Debug, Default, Clone, Args)]
pub struct CaseDirs {
    /// A folder with more cases; one with the id of a compiled-in case replaces it
    #[arg(long = "cases", value_name = "DIR")]
    pub dirs: Vec<PathBuf>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Recalled {
    #[default]
    Fail,
    Inconc,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Isolate {
    #[default]
    None,
    Process,
    Namespace,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    Case,
    Target,
    Results,
    Decoded,
    Diff,
    Baseline,
    Coverage,
    Matrix,
    Killmatrix,
}

impl RunArgs {
    /// What --strict and --no-strict say, if either was given.
    pub fn strictness(&self) -> Option<bool> {
        match (self.strict, self.no_strict) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            (false, false) => None,
        }
    }
}

/// A word of `--as`.
fn kind(word: &str) -> Result<Kind, String> {
    Kind::from_name(word).ok_or_else(|| {
        let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        format!("it is one of {}", names.join(", "))
    })
}

/// `NAME=FILE`.
fn binding(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => {
            Ok((name.to_owned(), PathBuf::from(file)))
        }
        _ => Err("expected NAME=FILE, for example B=their-relay.yaml".to_owned()),
    }
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
