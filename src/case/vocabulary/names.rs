//! Names that the language gives: aspects of events, timers, attributes of nodes, what a topology holds.

use crate::case::model::Topology;

/// What a demand under `smtp:` can be about.
pub(crate) const SMTP_ASPECTS: &[&str] = &[
    "code",
    "text",
    "mail-from",
    "rcpt-to",
    "refused",
    "commands",
    "body",
];
/// What a demand under `push:` can be about.
pub(crate) const PUSH_ASPECTS: &[&str] = &["content-type", "application-id", "recipient"];
/// What demands on, and `where:` of, a DNS query can be about.
pub(crate) const DNS_ASPECTS: &[&str] = &["name", "type"];
/// What `where:` of a loss can be about: `cut`, `down`, `stalled` for connections, `lost`, `kept` for pushes.
pub(crate) const LOSS_ASPECTS: &[&str] = &["how"];
/// What `where:` of a reply can be about.
pub(crate) const REPLY_ASPECTS: &[&str] = &["status", "code", "refused"];

/// How relays find the MMSEs of others.
pub(crate) const ROUTINGS: &[&str] = &["static", "mx", "enum", "private-enum", "gprs"];
/// What the DNS may say instead of records; `usual` is what the topology says.
pub(crate) const DNS_WORDS: &[&str] = &["nxdomain", "servfail", "silent", "usual"];
/// The name of the DNS as a place.
pub(crate) const DNS: &str = "dns";

/// What makes a link, or a radio link, an ordinary one again.
pub(crate) const USUAL: &str = "usual";
/// What `radio:` may say; `shaping::RADIOS` has the figures.
pub(crate) const RADIO_WORDS: &[&str] = &["GPRS", "EDGE", "UMTS", "LTE", "out-of-coverage", USUAL];
/// What `cut-after:` may say instead of a number.
pub(crate) const END_OF_DATA: &str = "end-of-data";
/// What may become of pushes on a link.
pub(crate) const PUSH_FATES: &[&str] = &["lost"];

/// Where in an SMTP session a rule applies.
pub(crate) const SMTP_STAGES: &[&str] = &["connect", "ehlo", "mail", "rcpt", "data", "end-of-data"];

/// Waiting times a target names.
pub(crate) const TIMERS: &[&str] = &[
    "reply",
    "notify",
    "mm4",
    "mm4-response",
    "mm4-retries",
    "resend",
    "give-up",
    "failover",
    "quiet",
];
/// Limits a target names.
pub(crate) const LIMITS: &[&str] = &["message-size"];
/// `enum` is the name that ENUM has for the number, `prefix` what numbers of the MMSE begin with.
pub(crate) const USER_ATTRIBUTES: &[&str] = &["plmn", "number", "digits", "mailbox", "prefix", "enum"];
pub(crate) const PEER_ATTRIBUTES: &[&str] = &["domain", "host", "system-address"];
pub(crate) const RELAY_ATTRIBUTES: &[&str] = &["domain", "domain-in-capitals", "system-address", "mm1-url"];
/// What a capture tells beside its fields.
pub(crate) const CAPTURE_ATTRIBUTES: &[&str] = &[
    "received-at",
    "http-status",
    "smtp-code",
    "text",
    "envelope-from",
    "envelope-to",
];
/// Names that no node, column or capture may have.
pub(crate) const RESERVED: &[&str] = &["now", "timer", "limit", "run", "i"];

/// The nodes a topology has of itself.
pub(crate) struct Nodes {
    pub topology: Topology,
    /// User agents and their home relays.
    pub users: &'static [(&'static str, &'static str)],
    /// Peer MMSEs and a subscriber of each.
    pub peers: &'static [(&'static str, &'static str)],
    /// Links between relays.
    pub links: &'static [&'static str],
}

pub(crate) const TOPOLOGIES: &[Nodes] = &[
    Nodes {
        topology: Topology::OneRelay,
        users: &[("alice", "A"), ("bob", "A")],
        peers: &[("p", "carol")],
        links: &[],
    },
    Nodes {
        topology: Topology::TwoMmse,
        users: &[("alice", "A"), ("bob", "B")],
        peers: &[("p", "carol")],
        links: &["A-B"],
    },
    Nodes {
        topology: Topology::TwoRelays,
        users: &[("alice", "A"), ("bob", "B")],
        peers: &[("p", "carol")],
        links: &["A-B"],
    },
    Nodes {
        topology: Topology::FrontRelay,
        users: &[("alice", "A"), ("bob", "B")],
        peers: &[("p", "carol")],
        links: &["A-F", "B-F"],
    },
    Nodes {
        topology: Topology::SharedStore,
        users: &[("alice", "A"), ("bob", "B")],
        peers: &[("p", "carol")],
        links: &[],
    },
    Nodes {
        topology: Topology::Hub,
        users: &[("alice", "A"), ("bob", "B")],
        peers: &[("p", "carol")],
        links: &["A-hub", "B-hub"],
    },
];

/// Fields that MM1 and MM4 name differently: MM1, MM4.
pub(crate) const COUNTERPARTS: &[(&str, &str)] = &[
    ("X-Mms-Read-Report", "X-Mms-Read-Reply"),
    ("X-Mms-Status", "X-Mms-MM-Status-Code"),
    ("X-Mms-MMS-Version", "X-Mms-3GPP-MMS-Version"),
    ("X-Mms-Response-Status", "X-Mms-Request-Status-Code"),
    ("X-Mms-Response-Text", "X-Mms-Status-Text"),
    (
        "X-Mms-Previously-Sent-Date",
        "X-Mms-Previously-sent-date-and-time",
    ),
    ("Message-ID", "X-Mms-Message-ID"),
];
