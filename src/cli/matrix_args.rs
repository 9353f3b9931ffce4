//! The arguments of `mmspec matrix`.

use std::path::PathBuf;

use clap::Args;

use super::args::{CaseDirs, Recalled};

#[derive(Debug, Args)]
pub struct MatrixArgs {
    /// Target files, or `embedded` for the relay inside mmspec; each plays A and B against each
    #[arg(value_name = "TARGET", required = true)]
    pub targets: Vec<String>,
    /// Only these cases: ids, test purposes, case files or folders [default: all on two MMSEs]
    #[arg(long = "case", value_name = "SELECTION")]
    pub selection: Vec<String>,
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
    /// Cases that run at the same time; pairs run one after the other
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub jobs: Option<u32>,
    /// Folder that gets matrix/TIME/ with matrix.json, matrix.md, index.html and the runs [default: reports]
    #[arg(long, value_name = "DIR")]
    pub report_dir: Option<PathBuf>,
    /// Run cases that cost much (load, long waits) too
    #[arg(long)]
    pub all: bool,
    /// Show why each case failed
    #[arg(long, short)]
    pub verbose: bool,
}
