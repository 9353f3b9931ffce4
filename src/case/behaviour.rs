//! Rules for how fake servers answer.

use std::time::Duration;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SmtpRule {
    pub at: SmtpStage,
    pub act: SmtpAct,
    /// How often the rule applies; 0 is always.
    pub times: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SmtpStage {
    Connect,
    Ehlo,
    Mail,
    Rcpt,
    Data,
    EndOfData,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SmtpAct {
    /// A complete reply, `451 4.3.0 later`.
    Reply(String),
    /// The connection is cut without a reply.
    Drop,
    /// The ordinary reply comes this much later.
    Delay(Duration),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HttpRule {
    pub status: u16,
    /// How often the rule applies; 0 is always.
    pub times: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SmppRule {
    /// command_status (SMPP 3.4 §5.1.3).
    pub status: u32,
    /// How often the rule applies; 0 is always.
    pub times: u32,
}
