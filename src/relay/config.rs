//! What an operator configures: the same for a relay inside a test run and for `mmspec relay --config FILE`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One MMS Relay/Server. Several with the same `domain` form one MMSE.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The node's name in its MMSE, for example `A`.
    pub name: String,
    /// Domain of the MMSE, the only one that peers see: `mms.home.example`.
    pub domain: String,
    /// This node's own host name inside the MMSE: `a.mms.home.example`. EHLO name, inner system address.
    pub host: String,
    /// Mailbox of the Relay/Server towards peers: `system-user@mms.home.example`.
    pub system_address: String,
    pub mm1: Mm1,
    pub mm4: Mm4,
    pub push: Push,
    /// Own subscribers and the relay each is homed on. The longest matching prefix wins; a full number is a prefix too.
    pub subscribers: Vec<Subscribers>,
    /// The other relays of this MMSE (inner MM4 hop, model A).
    #[serde(default)]
    pub relays: Vec<Neighbour>,
    /// Peer MMSEs by number prefix. The longest matching prefix wins.
    #[serde(default)]
    pub routes: Vec<Route>,
    #[serde(default)]
    pub timers: Timers,
    #[serde(default)]
    pub limits: Limits,
    /// File in which the relay keeps what it is responsible for, so that it survives its process. None: it does not.
    #[serde(default)]
    pub store: Option<PathBuf>,
    /// Seeded misbehaviour, by name (`mmspec relay --list-defects`).
    #[serde(default)]
    pub defects: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Mm1 {
    /// Port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Path of the MM1 service, for example `/mms`.
    pub path: String,
    /// Header in which the WAP gateway names the client: `X-WAP-Network-Client-MSISDN`.
    pub identity_header: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Mm4 {
    pub listen: SocketAddr,
}

/// How notifications leave: Kannel's sendsms form.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Push {
    /// `http://127.0.0.1:13013/cgi-bin/sendsms`
    pub kannel: String,
    pub username: String,
    pub password: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Subscribers {
    /// `+15550100`
    pub prefix: String,
    /// Relay name.
    pub home: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Neighbour {
    pub name: String,
    /// Its host name, domain part of inner addresses: `b.mms.home.example`.
    pub host: String,
    pub mm4: SocketAddr,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Route {
    pub prefix: String,
    /// Domain of the peer MMSE.
    pub domain: String,
    pub mm4: SocketAddr,
}

/// Durations in milliseconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Timers {
    /// How long a MM4 RES is waited for before the REQ is sent again.
    pub mm4_response_ms: u64,
    /// Pauses between attempts after a transient SMTP failure or a missing RES; the last one repeats.
    pub mm4_retry_ms: Vec<u64>,
    /// Attempts in all before an MM4 transfer is given up.
    pub mm4_attempts: u32,
    /// Expiry of an MM that names none.
    pub default_expiry_s: u64,
    /// When an unanswered notification is pushed again; empty: never.
    pub notification_repeat_ms: Vec<u64>,
}

impl Default for Timers {
    fn default() -> Self {
        Timers {
            mm4_response_ms: 60_000,
            mm4_retry_ms: vec![1_000, 5_000, 30_000],
            mm4_attempts: 8,
            default_expiry_s: 7 * 24 * 3600,
            notification_repeat_ms: Vec::new(),
        }
    }
}

impl Timers {
    pub fn mm4_response(&self) -> Duration {
        Duration::from_millis(self.mm4_response_ms)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Limits {
    /// Octets of an MM1 PDU or an MM4 message.
    pub message_size: usize,
    /// Relays an MM may pass inside the MMSE, and Received fields it may carry.
    pub hops: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            message_size: 1_000_000,
            hops: 20,
        }
    }
}
