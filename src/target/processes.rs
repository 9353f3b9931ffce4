//! How a relay is started: the programs it consists of, the files they read, when they are ready, how they end.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One program of a relay.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Process {
    /// What reports call it.
    pub name: String,
    /// Program and arguments; no shell reads them.
    pub run: Vec<String>,
    /// Variables beside those `mmspec` has itself; `~` takes one away.
    #[serde(default)]
    pub environment: BTreeMap<String, Option<String>>,
    /// Working directory; that of the target file if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<PathBuf>,
    /// The user it runs as (a name or a number); needs the rights for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// What tells that it is ready; the next process starts then. All of them must hold.
    #[serde(default)]
    pub ready: Vec<Ready>,
    /// Milliseconds until it must be ready.
    #[serde(default = "default_ready_within")]
    pub ready_within: u64,
    #[serde(default)]
    pub stop: Stop,
    /// Files it writes its log to, beside standard output and standard error.
    #[serde(default)]
    pub logs: Vec<PathBuf>,
}

fn default_ready_within() -> u64 {
    30_000
}

/// A sign that a program is ready.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Ready {
    /// A GET of this URL is answered with a status below 500.
    Http(String),
    /// A connection to this address is taken.
    Tcp(String),
    /// A connection to this address is greeted with 220.
    Smtp(String),
    /// The relay has bound at the short message service centre that `mmspec` plays.
    SmppBind(bool),
    /// A line that fits this regular expression stands in its output or in one of its logs.
    Log(String),
}

/// How a program is ended.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Stop {
    /// The signal: `TERM`, `INT`, `HUP`, `QUIT`, `KILL`.
    pub signal: String,
    /// Milliseconds it has to end before it gets KILL.
    pub grace: u64,
}

impl Default for Stop {
    fn default() -> Self {
        Stop {
            signal: "TERM".to_owned(),
            grace: 10_000,
        }
    }
}

/// A file that is written before the relay starts. What stands between `{{` and `}}` is filled in as in the target file.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct File {
    /// Where it is written.
    pub path: PathBuf,
    /// Its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The file that holds its text, beside the target file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PathBuf>,
}

/// How a relay is told of subscribers. `{number}` and `{digits}` stand for a subscriber's number.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Provision {
    /// A request that must be answered with 2xx.
    Http {
        #[serde(default = "post")]
        method: String,
        url: String,
        #[serde(default)]
        headers: BTreeMap<String, String>,
        #[serde(default)]
        body: String,
    },
    /// A program that must end with 0.
    Command(Vec<String>),
    /// A line that is appended to a file.
    Line { file: PathBuf, text: String },
}

fn post() -> String {
    "POST".to_owned()
}

/// What is done between scripts, so that none meets what an earlier one left behind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Reset {
    /// Nothing: every script has numbers and ids of its own.
    #[default]
    Numbers,
    /// A program that must end with 0; scripts run one after the other.
    Command(Vec<String>),
    /// It is stopped and started; scripts run one after the other.
    Restart,
}
