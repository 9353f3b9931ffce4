//! The target file, and the embedded target.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::wire::ics;

/// A relay under test as its target file describes it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Target {
    /// Product name, for reports.
    pub name: String,
    #[serde(default)]
    pub version: String,
    pub start: Start,
    /// ICS items the relay does not have; it claims all others.
    #[serde(default)]
    pub lacks: Vec<String>,
    /// What a tester must know; not needed for an embedded relay.
    pub ixit: Option<Ixit>,
    #[serde(default)]
    pub timers: Timers,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// Inside mmspec, fresh for every case.
    Embedded,
    /// Runs already, somewhere the addresses of the IXIT lead to.
    Remote,
}

/// Addresses, domains and numbers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ixit {
    /// `http://127.0.0.1:8080/mms`
    pub mm1_url: String,
    /// The header in which the WAP gateway names the client.
    pub identity_header: String,
    /// Where the relay takes MM4.
    pub mm4: SocketAddr,
    /// Domain of its MMSE.
    pub domain: String,
    /// Mailbox of the relay.
    pub system_address: String,
    /// Numbers of its own subscribers begin so; six digits are appended.
    pub own_prefix: String,
    /// Where the relay expects the Kannel it pushes through.
    pub kannel_listen: SocketAddr,
    /// Peer MMSEs by the names cases use (`p`).
    pub peers: BTreeMap<String, Peer>,
    /// Where the relay expects the name server it routes by; `mmspec` listens there.
    #[serde(default)]
    pub dns_listen: Option<SocketAddr>,
    /// Apex below which it looks numbers up; `e164.arpa` if not said.
    #[serde(default)]
    pub enum_apex: Option<String>,
    /// Octets; above them the relay refuses an MM.
    #[serde(default = "default_message_size")]
    pub message_size: usize,
}

fn default_message_size() -> usize {
    1_000_000
}

/// A peer MMSE as the relay has it configured.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Peer {
    pub domain: String,
    /// Where the relay sends MM4 for it.
    pub listen: SocketAddr,
    /// Numbers the relay routes to it begin so; six digits are appended.
    pub prefix: String,
}

/// How long is waited, in milliseconds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Timers {
    pub reply: u64,
    pub notify: u64,
    pub mm4: u64,
    pub mm4_response: u64,
    pub mm4_retries: u64,
    /// How long the relay may take until it sends again what it thinks lost: its MM4 response timer and some slack.
    pub resend: u64,
    /// How long the relay goes on trying a peer that takes requests and never answers.
    pub give_up: u64,
    pub failover: u64,
    /// How long nothing must come.
    pub quiet: u64,
}

impl Default for Timers {
    fn default() -> Self {
        Timers {
            reply: 10_000,
            notify: 10_000,
            mm4: 10_000,
            mm4_response: 10_000,
            mm4_retries: 15_000,
            resend: 15_000,
            give_up: 900_000,
            failover: 15_000,
            quiet: 500,
        }
    }
}

impl Timers {
    /// Names and values, as `$timer.NAME` has them.
    pub fn named(&self) -> [(&'static str, Duration); 9] {
        [
            ("reply", self.reply),
            ("notify", self.notify),
            ("mm4", self.mm4),
            ("mm4-response", self.mm4_response),
            ("mm4-retries", self.mm4_retries),
            ("resend", self.resend),
            ("give-up", self.give_up),
            ("failover", self.failover),
            ("quiet", self.quiet),
        ]
        .map(|(name, millis)| (name, Duration::from_millis(millis)))
    }
}

/// Why a target file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    #[error("{path}: {reason}")]
    Unreadable { path: String, reason: String },
    /// With line and column.
    #[error("{path}: {reason}")]
    Syntax { path: String, reason: String },
    #[error("{path}: `{item}` under `lacks:` is no ICS item{hint}")]
    UnknownItem {
        path: String,
        item: String,
        hint: String,
    },
    #[error(
        "{path}: a relay with `start: remote` needs `ixit:` (addresses, domain, numbers); see docs/targets.md"
    )]
    NoIxit { path: String },
}

impl Target {
    /// A relay inside mmspec. Its windows are short where nothing is awaited; deadlines are not.
    pub fn embedded() -> Target {
        Target {
            name: "embedded".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            start: Start::Embedded,
            lacks: [
                "mm1.forward",
                "mm1.mmbox",
                "mm1.reply-charging",
                "multi-relay.any-entrance",
            ]
            .map(str::to_owned)
            .to_vec(),
            ixit: None,
            timers: Timers {
                quiet: 500,
                resend: 3_600,
                give_up: 30_000,
                ..Timers::default()
            },
        }
    }

    /// Reads a target file.
    ///
    /// # Errors
    /// What is wrong with it and where.
    pub fn load(path: &Path) -> Result<Target, Wrong> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|e| Wrong::Unreadable {
            path: name.clone(),
            reason: e.to_string(),
        })?;
        Target::parse(&name, &text)
    }

    /// # Errors
    /// As [`Target::load`].
    pub fn parse(path: &str, text: &str) -> Result<Target, Wrong> {
        let target: Target = serde_saphyr::from_str(text).map_err(|e| Wrong::Syntax {
            path: path.to_owned(),
            reason: e.to_string(),
        })?;
        for item in &target.lacks {
            if ics::item(item).is_none() {
                let names: Vec<&str> = ics::ITEMS.iter().map(|i| i.name).collect();
                return Err(Wrong::UnknownItem {
                    path: path.to_owned(),
                    item: item.clone(),
                    hint: format!("; items are {}", names.join(", ")),
                });
            }
        }
        if target.start == Start::Remote && target.ixit.is_none() {
            return Err(Wrong::NoIxit {
                path: path.to_owned(),
            });
        }
        Ok(target)
    }

    pub fn claims(&self, item: &str) -> bool {
        !self.lacks.iter().any(|l| l == item)
    }

    /// Name and version, for reports.
    pub fn label(&self) -> String {
        format!("{} {}", self.name, self.version).trim_end().to_owned()
    }
}
