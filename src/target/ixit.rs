//! The IXIT: addresses, domains, numbers, and how a relay wants to be spoken to.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Push;
use crate::wire::smtp::ways::{MailCommand, Secret, SmtpTerms, SmtpWays};

/// What a tester must know to drive a relay.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ixit {
    /// Domain of its MMSE, the right side of its addresses on MM4.
    pub domain: String,
    /// Mailbox of the relay itself, where responses and reports for it go.
    pub system_address: String,
    /// The numbers of its subscribers that cases may use.
    pub numbers: Numbers,
    /// Octets; above them the relay refuses an MM.
    #[serde(default = "default_message_size")]
    pub message_size: usize,
    pub mm1: Mm1,
    pub mm4: Mm4,
    pub push: Push,
    /// Peer MMSEs by the names cases use: `p`, and `q` for cases with two peers; `other` is the MMSE of the other relay where two
    /// relays under test interwork.
    pub peers: BTreeMap<String, Peer>,
    /// The name server it asks, if it routes by DNS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns: Option<Dns>,
}

fn default_message_size() -> usize {
    1_000_000
}

/// A pool of numbers. Every script takes numbers of its own out of it, and gives them back when it has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Numbers {
    /// All numbers that begin so; six digits are appended: a million of them.
    Prefix(String),
    /// These alone: a relay that must know each subscriber.
    List(Vec<String>),
    /// All from the first to the last, both included.
    Range { from: String, to: String },
}

/// MM1: how a client reaches the relay.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Mm1 {
    /// Where clients POST their PDUs: `http://host:port/path`, or `https:`.
    pub url: String,
    /// Header fields by which the relay knows the client, as a WAP gateway sets them. In a value `{number}` is the number with `+`,
    /// `{digits}` without, `{plmn}` with `/TYPE=PLMN` behind it.
    pub identity: BTreeMap<String, String>,
    /// Which host a Content-Location is fetched from.
    #[serde(default)]
    pub content_location: ContentLocation,
    /// An HTTP proxy (WAP gateway) through which every request goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<SocketAddr>,
    /// Certificate (PEM) that vouches for the relay's own, if `url` is `https:`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<PathBuf>,
    /// Milliseconds a user agent takes between a notification and what it does about it.
    #[serde(default)]
    pub reaction: u64,
    /// Milliseconds after which a fetch that found no message is tried again, once for each; that a relay notifies before it can
    /// serve is a finding.
    #[serde(default)]
    pub fetch_again: Vec<u64>,
    /// Content-Type of a POST.
    #[serde(default = "default_content_type")]
    pub content_type: String,
}

fn default_content_type() -> String {
    "application/vnd.wap.mms-message".to_owned()
}

/// What is done with the host in a Content-Location.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ContentLocation {
    /// Host and port of `url` take its place: it may not resolve where `mmspec` runs.
    #[default]
    AtUrl,
    /// It is taken as it is; only addresses on loopback are reached.
    AsIs,
}

/// MM4: how a peer reaches the relay.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Mm4 {
    /// Address and port where it takes MM4 over SMTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<SocketAddr>,
    /// How a peer speaks SMTP with it.
    #[serde(default)]
    pub smtp: SmtpWays,
    /// The program that takes MM4 for it, where it does not speak SMTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<MailCommand>,
}

/// A peer MMSE as the relay has it configured.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Peer {
    /// Domain of the peer MMSE, as the relay knows it.
    pub domain: String,
    /// Where the relay sends MM4 for it; `mmspec` listens there.
    pub listen: SocketAddr,
    /// Numbers the relay routes to it begin so; six digits are appended.
    pub prefix: String,
    /// What `mmspec` offers and demands there in SMTP.
    #[serde(default)]
    pub smtp: SmtpTerms,
}

/// A name server that `mmspec` plays, UDP and TCP.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Dns {
    /// Address and port of the name server the relay asks.
    pub listen: SocketAddr,
    /// Apex below which it looks numbers up; `e164.arpa` if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enum_apex: Option<String>,
}

impl Mm1 {
    /// A relay at this URL that knows its clients by this header field, and has no peculiarities.
    pub fn at(url: String, identity_header: &str) -> Mm1 {
        Mm1 {
            url,
            identity: BTreeMap::from([(identity_header.to_owned(), "{number}".to_owned())]),
            content_location: ContentLocation::AtUrl,
            proxy: None,
            root: None,
            reaction: 0,
            fetch_again: Vec::new(),
            content_type: default_content_type(),
        }
    }

    /// Header fields that name a client with this number.
    pub fn identity_of(&self, number: &str) -> Vec<(String, String)> {
        let digits = number.trim_start_matches('+');
        let value = |pattern: &String| {
            let plmn = format!("{number}/TYPE=PLMN");
            let filled = pattern.replace("{plmn}", &plmn).replace("{number}", number);
            filled.replace("{digits}", digits)
        };
        self.identity
            .iter()
            .map(|(name, pattern)| (name.clone(), value(pattern)))
            .collect()
    }
}

impl Numbers {
    /// What all its numbers begin with.
    pub fn prefix(&self) -> String {
        match self {
            Numbers::Prefix(prefix) => prefix.clone(),
            Numbers::List(numbers) => {
                let mut all = numbers.iter();
                let first = all.next().cloned().unwrap_or_default();
                all.fold(first, |prefix, number| common(&prefix, number))
            }
            Numbers::Range { from, to } => common(from, to),
        }
    }

    /// How many there are; `None`: more than anybody needs.
    pub fn count(&self) -> Option<usize> {
        match self {
            Numbers::Prefix(_) => None,
            Numbers::List(numbers) => Some(numbers.len()),
            Numbers::Range { from, to } => {
                let (first, last) = (value(from)?, value(to)?);
                usize::try_from(last.checked_sub(first)? + 1).ok()
            }
        }
    }

    /// The number at this place, counted from 0.
    pub fn at(&self, place: usize) -> Option<String> {
        match self {
            Numbers::Prefix(_) => None,
            Numbers::List(numbers) => numbers.get(place).cloned(),
            Numbers::Range { from, .. } => {
                let sign = if from.starts_with('+') { "+" } else { "" };
                let width = from.len() - sign.len();
                let number = value(from)? + u64::try_from(place).ok()?;
                Some(format!("{sign}{number:0width$}"))
            }
        }
    }
}

fn common(a: &str, b: &str) -> String {
    let same = a.chars().zip(b.chars()).take_while(|(x, y)| x == y);
    same.map(|(x, _)| x).collect()
}

fn value(number: &str) -> Option<u64> {
    number.trim_start_matches('+').parse().ok()
}

impl Ixit {
    /// Every password in it.
    pub(super) fn passwords(&self) -> Vec<&Secret> {
        let gateway = match &self.push {
            Push::Smpp(smpp) => smpp.password.as_ref(),
            _ => None,
        };
        let own = self.mm4.smtp.auth.as_ref().map(|auth| &auth.password);
        let peers = self.peers.values().filter_map(|peer| peer.smtp.auth.as_ref());
        let peers = peers.map(|login| &login.password);
        gateway.into_iter().chain(own).chain(peers).collect()
    }

    /// What makes no sense, and how to mend it.
    pub(super) fn check(&self) -> Result<(), String> {
        if !(self.mm1.url.starts_with("http://") || self.mm1.url.starts_with("https://")) {
            return Err(format!(
                "ixit.mm1.url is `{}`; it begins with http:// or https://",
                self.mm1.url
            ));
        }
        if self.mm4.to.is_some() == self.mm4.command.is_some() {
            return Err(
                "ixit.mm4 has either `to:` (address and port where the relay takes MM4 over SMTP) or `command:` (the program that \
                 takes it)"
                    .into(),
            );
        }
        if self.mm1.identity.is_empty() {
            return Err(
                "ixit.mm1.identity names no header field; one that a WAP gateway sets would be `X-MSISDN: \"{number}\"`".into(),
            );
        }
        for prefix in self.peers.values().map(|peer| &peer.prefix) {
            number(prefix, "a peer's prefix")?;
        }
        match &self.numbers {
            Numbers::Prefix(prefix) => number(prefix, "ixit.numbers.prefix"),
            Numbers::List(numbers) if numbers.is_empty() => Err("ixit.numbers.list is empty".into()),
            Numbers::List(numbers) => {
                let mut known = BTreeSet::new();
                numbers.iter().try_for_each(|text| {
                    number(text, "ixit.numbers.list")?;
                    match known.insert(text.trim_start_matches('+')) {
                        true => Ok(()),
                        false => Err(format!(
                            "ixit.numbers.list has {text} twice; each subscriber stands there once"
                        )),
                    }
                })
            }
            Numbers::Range { from, to } => {
                number(from, "ixit.numbers.range.from")?;
                number(to, "ixit.numbers.range.to")?;
                if from.len() != to.len() || self.numbers.count().is_none() {
                    return Err(format!(
                        "ixit.numbers.range goes from {from} to {to}; both have the same number of digits, and the second is not below the first"
                    ));
                }
                Ok(())
            }
        }
    }
}

fn number(text: &str, what: &str) -> Result<(), String> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!(
            "{what} is `{text}`; it is digits, with + before them for an international number"
        ));
    }
    Ok(())
}
