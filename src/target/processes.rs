//! How a relay is started: the programs it consists of, the files they read, when they are ready, how they end.

use std::collections::BTreeMap;
use std::path::PathBuf;

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::launch;

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
    /// Working directory; the folder of the target file if not said. Relative paths of this process lie in it.
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
    /// The signal: `TERM`, `INT`, `HUP`, `QUIT`, `USR1`, `USR2`, `KILL`.
    pub signal: String,
    /// Milliseconds it has to end before it gets KILL.
    pub grace: u64,
}

impl Process {
    /// What makes no sense, and how to mend it. `smpp`: the relay pushes through a short message service centre.
    pub(super) fn check(&self, smpp: bool) -> Result<(), String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if self.name.is_empty() || !self.name.chars().all(plain) {
            return Err("its name is a part of file names: letters, digits, `-`, `_` and `.`".into());
        }
        if self.run.first().is_none_or(String::is_empty) {
            return Err("`run:` names no program".into());
        }
        if launch::is_signal(&self.stop.signal) {
            self.ready.iter().try_for_each(|ready| ready.check(smpp))
        } else {
            Err(format!(
                "`stop.signal` is `{}`; it is TERM, INT, HUP, QUIT, USR1, USR2 or KILL",
                self.stop.signal
            ))
        }
    }
}

impl Ready {
    fn check(&self, smpp: bool) -> Result<(), String> {
        match self {
            Ready::Http(url) if !url.starts_with("http://") => Err(format!(
                "`ready.http` is `{url}`; it begins with http:// (`tcp` does for a relay that speaks TLS)"
            )),
            Ready::Tcp(addr) | Ready::Smtp(addr)
                if addr
                    .rsplit_once(':')
                    .is_none_or(|(_, port)| port.parse::<u16>().is_err()) =>
            {
                Err(format!(
                    "`{addr}` under `ready` is no address and port: `127.0.0.1:25`"
                ))
            }
            Ready::SmppBind(true) if !smpp => {
                Err("`ready.smpp-bind` needs a relay that pushes by SMPP (`ixit.push.smpp`)".into())
            }
            Ready::Log(pattern) => match Regex::new(pattern) {
                Ok(_) => Ok(()),
                Err(e) => Err(format!("`ready.log`: {e}")),
            },
            _ => Ok(()),
        }
    }
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
    /// Where it is written; a relative path lies in the folder of the instance.
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
    /// A line that is appended to a file; a relative path lies in the folder of the instance.
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
