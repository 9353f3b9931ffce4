//! From the command line to the command.

use std::process::ExitCode;

use clap::Parser;

use super::args::{Cli, Command, RunArgs};
use super::baseline_args::BaselineCommand;
use super::target_args::TargetCommand;
use super::{commands, output};

/// The whole program. Wrong arguments end it here with [`super::exit::USAGE`].
pub fn main() -> ExitCode {
    let command = Cli::parse()
        .command
        .unwrap_or_else(|| Command::Run(RunArgs::default()));
    let done = match command {
        Command::Run(args) => commands::run(args),
        Command::List(args) => commands::list(&args),
        Command::Explain(args) => commands::explain(&args),
        Command::Lint(args) => commands::lint(&args),
        Command::Schema(args) => commands::schema(&args),
        Command::Target(TargetCommand::Init(args)) => commands::target_init(&args),
        Command::Target(TargetCommand::Check(args)) => commands::target_check(&args),
        Command::Relay(args) => commands::relay(&args),
        Command::Coverage(args) => commands::coverage(&args),
        Command::Baseline(BaselineCommand::Update(args)) => commands::baseline_update(&args),
        Command::Baseline(BaselineCommand::Check(args)) => commands::baseline_check(&args),
        Command::Matrix(args) => commands::matrix(args),
        Command::KillMatrix(args) => commands::killmatrix(args),
        Command::Rejudge(args) => commands::rejudge(&args),
        Command::Report(args) => commands::report(&args),
        Command::Merge(args) => commands::merge(&args),
        Command::Snapshot(args) => commands::snapshot(&args),
        Command::Diff(args) => commands::diff(&args),
        Command::Decode(args) => commands::decode(&args),
        Command::Encode(args) => commands::encode(&args),
        Command::Shim(args) => commands::shim(args),
        Command::Completions(args) => commands::completions(&args),
        Command::Man(args) => commands::man(&args),
    };
    ExitCode::from(done.unwrap_or_else(|failure| {
        if !failure.details.is_empty() {
            output::complain(&format!("{}\n", failure.details));
        }
        output::complain(&format!("mmspec: {}", failure.message));
        failure.code
    }))
}
