//! Arguments of the commands that work on stored runs.

use std::path::PathBuf;

use clap::Args;

use super::args::CaseDirs;
use super::report_args::ReportArgs;

#[derive(Debug, Args)]
pub struct ReportRunArgs {
    /// Folder of the run
    #[arg(value_name = "RUN", default_value = "reports/latest")]
    pub run: PathBuf,
    #[command(flatten)]
    pub cases: CaseDirs,
    #[command(flatten)]
    pub reports: ReportArgs,
}

#[derive(Debug, Args)]
pub struct MergeArgs {
    /// Folders of all shards of one run
    #[arg(value_name = "RUN", required = true)]
    pub runs: Vec<PathBuf>,
    /// Folder of the joined run; it must be empty or not there [default: a new one in --report-dir]
    #[arg(long, value_name = "DIR", conflicts_with = "report_dir")]
    pub out: Option<PathBuf>,
    /// Folder that gets TARGET/RUN/ with the joined run [default: reports]
    #[arg(long, value_name = "DIR")]
    pub report_dir: Option<PathBuf>,
    #[command(flatten)]
    pub cases: CaseDirs,
    #[command(flatten)]
    pub reports: ReportArgs,
}

#[derive(Debug, Args)]
pub struct SnapshotArgs {
    /// Folder of the run
    #[arg(value_name = "RUN", default_value = "reports/latest")]
    pub run: PathBuf,
    /// Write to this file, or into this folder, a file for each case (a name without an ending is a folder's)
    #[arg(long, short, value_name = "FILE|DIR")]
    pub out: Option<PathBuf>,
    /// Only these cases (may hold * and ?)
    #[arg(long = "case", value_name = "ID")]
    pub cases: Vec<String>,
    /// Leave out what no case waited for: whether it comes before the end of its case is chance
    #[arg(long)]
    pub awaited: bool,
}

#[derive(Debug, Args)]
pub struct DiffArgs {
    /// Folder of a run, or a snapshot
    #[arg(value_name = "A")]
    pub first: PathBuf,
    /// What it is compared with: folder of a run, or a snapshot
    #[arg(value_name = "B")]
    pub second: PathBuf,
    /// For programs (mmspec schema diff)
    #[arg(long)]
    pub json: bool,
}
