//! The arguments of `mmspec target`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::target::PushChannel;

#[derive(Debug, Subcommand)]
pub enum TargetCommand {
    /// Write a commented target file for a new relay; asks for what the options do not say
    Init(Box<TargetInitArgs>),
    /// See whether a target can be driven: what mmspec must open, what it must reach, and one MM each way
    Check(TargetCheckArgs),
}

#[derive(Debug, Args)]
pub struct TargetInitArgs {
    /// The file that is written [default: NAME.yaml]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Name of the product
    #[arg(long)]
    pub name: Option<String>,
    /// remote: it runs already. command: mmspec starts it
    #[arg(long, value_name = "HOW")]
    pub start: Option<StartArg>,
    /// Where clients POST their PDUs, for example http://127.0.0.1:8080/mms
    #[arg(long, value_name = "URL")]
    pub mm1_url: Option<String>,
    /// The header field in which a WAP gateway names the client
    #[arg(long, value_name = "NAME")]
    pub identity_header: Option<String>,
    /// Address and port where the relay takes MM4 over SMTP
    #[arg(long, value_name = "HOST:PORT")]
    pub mm4: Option<String>,
    /// Domain of its MMSE
    #[arg(long)]
    pub domain: Option<String>,
    /// What the numbers of its subscribers begin with
    #[arg(long, value_name = "+DIGITS")]
    pub prefix: Option<String>,
    /// The channel through which it pushes
    #[arg(long, value_name = "CHANNEL")]
    pub push: Option<PushArg>,
    /// Where the relay expects the gateway of that channel
    #[arg(long, value_name = "HOST:PORT")]
    pub push_listen: Option<String>,
    /// Domain of the peer MMSE that mmspec plays
    #[arg(long, value_name = "DOMAIN")]
    pub peer_domain: Option<String>,
    /// Where the relay sends MM4 for it
    #[arg(long, value_name = "HOST:PORT")]
    pub peer_listen: Option<String>,
    /// What the numbers begin with that the relay routes to it
    #[arg(long, value_name = "+DIGITS")]
    pub peer_prefix: Option<String>,
    /// Write over a file that is there
    #[arg(long)]
    pub force: bool,
    /// Ask nothing; what is not said gets the value of an example
    #[arg(long)]
    pub no_questions: bool,
}

#[derive(Debug, Args)]
pub struct TargetCheckArgs {
    /// The target file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Open and reach, but send no MM
    #[arg(long)]
    pub no_send: bool,
    /// Folder that gets check/TARGET/RUN/ with the journal of the MMs [default: reports]
    #[arg(long, value_name = "DIR")]
    pub report_dir: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StartArg {
    Remote,
    Command,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PushArg {
    Kannel,
    Smpp,
    Pap,
    Hook,
    Wsp,
}

impl StartArg {
    pub fn word(self) -> &'static str {
        match self {
            StartArg::Remote => "remote",
            StartArg::Command => "command",
        }
    }
}

impl PushArg {
    pub fn channel(self) -> PushChannel {
        match self {
            PushArg::Kannel => PushChannel::Kannel,
            PushArg::Smpp => PushChannel::Smpp,
            PushArg::Pap => PushChannel::Pap,
            PushArg::Hook => PushChannel::Hook,
            PushArg::Wsp => PushChannel::Wsp,
        }
    }
}
