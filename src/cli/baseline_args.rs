//! The arguments of `mmspec baseline`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::args::CaseDirs;
use crate::run::outcome::ChangeClass;

#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Change a baseline to what a run showed: each change with its evidence; ends in 0 if the run is as expected then
    Update(BaselineUpdateArgs),
    /// Check a baseline without a run: whether it can be read, and entries that are unknown or expired
    Check(BaselineCheckArgs),
}

#[derive(Debug, Args)]
pub struct BaselineUpdateArgs {
    /// Folder of the run, or its results.json
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// The baseline; a new one if it is not there [default: the one that the run was compared with]
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Ask for each change, line by line from standard input
    #[arg(long, conflicts_with_all = ["yes", "accept"])]
    pub review: bool,
    /// Take over every change
    #[arg(long)]
    pub yes: bool,
    /// Take over changes of this class: pass-to-fail, changed, fail-to-pass, expired, stale, unknown, new
    #[arg(long, value_name = "CLASS", value_parser = class, conflicts_with = "yes")]
    pub accept: Vec<ChangeClass>,
    /// Why failures are known, for new entries
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Where more is said of them, for new entries
    #[arg(long, value_name = "URL")]
    pub link: Option<String>,
    /// The last day on which entries hold that are new or expired, as 2027-03-01
    #[arg(long, value_name = "DATE")]
    pub until: Option<jiff::civil::Date>,
    #[command(flatten)]
    pub cases: CaseDirs,
}

#[derive(Debug, Args)]
pub struct BaselineCheckArgs {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub cases: CaseDirs,
}

fn class(word: &str) -> Result<ChangeClass, String> {
    ChangeClass::ALL
        .into_iter()
        .find(|class| class.name() == word)
        .ok_or_else(|| {
            let names: Vec<&str> = ChangeClass::ALL.iter().map(|class| class.name()).collect();
            format!("it is one of {}", names.join(", "))
        })
}
