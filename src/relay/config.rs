//! What an operator configures: the same for a relay inside a test run and for `mmspec relay --config FILE`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

mod hook;
mod mm1;
mod mm4;
mod push;
mod smpp;

pub use hook::{Hook, HookBody};
pub use mm1::{Headers, HttpTls, IdentityForm, Mm1};
pub use mm4::{Credentials, Mm4, PeerTls, SmtpTls};
pub use push::{DeliveryMethod, Kannel, Method, Pap, Push, Unfit, Wsp};
pub use smpp::{Bind, Smpp, SmppForm, Source};

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
    /// The channel by which notifications leave.
    pub push: Push,
    /// Own subscribers and the relay each is homed on. The longest matching prefix wins; a full number is a prefix too.
    pub subscribers: Vec<Subscribers>,
    /// The other relays of this MMSE (inner MM4 hop, model A).
    #[serde(default)]
    pub relays: Vec<Neighbour>,
    /// The one of `relays` through which everything leaves that is not for a subscriber of this relay (model B). None: this
    /// relay speaks with peers itself.
    #[serde(default)]
    pub edge: Option<String>,
    /// This node is a hub between MMSEs (model D) and has no subscribers.
    #[serde(default)]
    pub hub: Option<Hub>,
    /// Where the homes of own subscribers are looked up. None: `subscribers` tells them.
    #[serde(default)]
    pub home_lookup: Option<HomeLookup>,
    /// The same by ENUM; `home-lookup` goes before it.
    #[serde(default)]
    pub home_enum: Option<HomeEnum>,
    /// Peer MMSEs by number prefix. The longest matching prefix wins.
    #[serde(default)]
    pub routes: Vec<Route>,
    /// Routing by DNS and ENUM. None: `routes` alone.
    #[serde(default)]
    pub dns: Option<Dns>,
    #[serde(default)]
    pub timers: Timers,
    #[serde(default)]
    pub limits: Limits,
    /// File in which the relay keeps what it is responsible for, so that it survives its process. None: it does not.
    #[serde(default)]
    pub store: Option<PathBuf>,
    /// The other relays that work on the same `store` (model C), by name. Empty: it is this relay's own.
    #[serde(default)]
    pub store_with: Vec<String>,
    /// Ways of other relays in which this one speaks, by name (`mmspec relay --list-dialects`), some as `NAME=MILLISECONDS`.
    #[serde(default)]
    pub dialects: Vec<String>,
    /// Seeded misbehaviour, by name (`mmspec relay --list-defects`).
    #[serde(default)]
    pub defects: Vec<String>,
}

impl Config {
    /// Whether everything that goes out has a way.
    ///
    /// # Errors
    /// What has none, for a person.
    pub(super) fn check_ways(&self) -> Result<(), String> {
        let without = self.routes.iter().find(|route| route.mm4.is_none());
        match (&self.mm4.send_command, without) {
            (Some(command), _) if command.is_empty() => Err("mm4.send-command names no program".to_owned()),
            (None, Some(route)) => Err(format!(
                "the route to {} has no `mm4` address, and there is no mm4.send-command",
                route.domain
            )),
            _ => Ok(()),
        }
    }
}

/// What a hub makes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hub {
    /// Mail like any other: it gets a Received field, and goes on.
    SmtpRelay,
    /// A transaction that ends here; another one of the hub's own begins.
    Application,
}

/// The subscriber service of the MMSE (in the place of MM5 and MM6): `GET url/NUMBER` gives the name of the home relay as text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HomeLookup {
    /// `http://10.0.0.5:8080/homes`
    pub url: String,
    /// How long one answer is waited for.
    #[serde(default = "lookup_time")]
    pub timeout_ms: u64,
}

/// ENUM below an apex of the MMSE's own: NAPTR records with `E2U+mms:mailto` name a mailbox at the host of the home relay.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HomeEnum {
    pub server: SocketAddr,
    /// `homes.mms.e164.gprs`
    pub apex: String,
    /// How long one answer is waited for.
    #[serde(default = "lookup_time")]
    pub timeout_ms: u64,
}

fn lookup_time() -> u64 {
    5_000
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
    /// None: what goes there is given to `mm4.send-command`, as everything for other MMSEs is if there is one.
    #[serde(default)]
    pub mm4: Option<SocketAddr>,
    /// Domain of the hub that ends MM4 transactions on the way to this peer: it answers for the peer.
    #[serde(default)]
    pub hub: Option<String>,
    /// Who this relay is for that MMSE, by AUTH PLAIN or LOGIN.
    #[serde(default)]
    pub auth: Option<Credentials>,
    /// STARTTLS, which then has to be offered.
    #[serde(default)]
    pub tls: Option<PeerTls>,
}

impl Route {
    /// To the MMSE of that domain at this address.
    pub fn to(prefix: &str, domain: &str, mm4: SocketAddr) -> Route {
        Route {
            prefix: prefix.to_owned(),
            domain: domain.to_owned(),
            mm4: Some(mm4),
            hub: None,
            auth: None,
            tls: None,
        }
    }
}

/// Routing by DNS: numbers are made domains by ENUM or by prefix, domains are made hosts by MX and address records.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Dns {
    /// The name server that is asked; it resolves recursively.
    pub server: SocketAddr,
    /// Apex below which numbers of others are looked up: `e164.arpa`, or a carriers' own. None: no ENUM.
    #[serde(default)]
    pub enum_apex: Option<String>,
    /// Peer MMSEs by number prefix, found by DNS. Numbers that ENUM is asked for do not need them.
    #[serde(default)]
    pub domains: Vec<Domain>,
    /// Mobile networks by number prefix; their MMSEs are `mms.mncNNN.mccNNN.gprs`.
    #[serde(default)]
    pub networks: Vec<Network>,
    /// Port of MM4 at every host that `ports` does not name.
    #[serde(default = "smtp_port")]
    pub port: u16,
    /// Hosts that take MM4 at another port: DNS does not tell ports.
    #[serde(default)]
    pub ports: BTreeMap<String, u16>,
    /// How long one answer is waited for.
    #[serde(default = "answer_time")]
    pub timeout_ms: u64,
}

fn smtp_port() -> u16 {
    25
}

fn answer_time() -> u64 {
    5_000
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Domain {
    pub prefix: String,
    /// Domain of the peer MMSE.
    pub domain: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Network {
    pub prefix: String,
    /// Three digits.
    pub mcc: String,
    /// Two or three digits.
    pub mnc: String,
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
    /// How often the homes of subscribers for whom MMs wait are looked up again, where they are looked up.
    pub home_check_ms: u64,
    /// How often a relay on a common store looks whether the others are alive.
    pub takeover_ms: u64,
}

impl Default for Timers {
    fn default() -> Self {
        Timers {
            mm4_response_ms: 60_000,
            mm4_retry_ms: vec![1_000, 5_000, 30_000],
            mm4_attempts: 8,
            default_expiry_s: 7 * 24 * 3600,
            notification_repeat_ms: Vec::new(),
            home_check_ms: 60_000,
            takeover_ms: 2_000,
        }
    }
}

impl Timers {
    pub fn mm4_response(&self) -> Duration {
        Duration::from_millis(self.mm4_response_ms)
    }

    /// The pause after this attempt, counted from 1; the last one of the list repeats.
    pub fn pause(&self, attempt: u32) -> Duration {
        let at = (attempt as usize)
            .saturating_sub(1)
            .min(self.mm4_retry_ms.len().saturating_sub(1));
        Duration::from_millis(self.mm4_retry_ms.get(at).copied().unwrap_or(1_000))
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Limits {
    /// Octets of an MM1 PDU or an MM4 message.
    pub message_size: usize,
    /// Received fields an MM may carry and still be passed on; RFC 5321 §6.3 asks for at least 100.
    pub hops: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            message_size: 1_000_000,
            hops: 100,
        }
    }
}
