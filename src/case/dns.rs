//! What a case says about routing and the DNS.

use super::model::Template;

/// How relays find the MMSE of a number that is not theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Routing {
    /// A table: number prefix → domain and address.
    #[default]
    Static,
    /// A table of prefixes gives the domain, the DNS its hosts.
    Mx,
    /// ENUM gives the domain, the DNS its hosts.
    Enum,
    /// The same, below an apex of the operator's own.
    PrivateEnum,
    /// A table of prefixes gives a mobile network, whose name the DNS knows: `mms.mncNNN.mccNNN.gprs`.
    Gprs,
}

impl Routing {
    pub const ALL: &'static [(&'static str, Routing)] = &[
        ("static", Routing::Static),
        ("mx", Routing::Mx),
        ("enum", Routing::Enum),
        ("private-enum", Routing::PrivateEnum),
        ("gprs", Routing::Gprs),
    ];

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, r)| *r == self).map_or("", |(n, _)| n)
    }

    /// ICS items a relay must claim for it.
    pub fn requires(self) -> &'static [&'static str] {
        match self {
            Routing::Static => &[],
            Routing::Mx => &["routing.mx"],
            Routing::Enum | Routing::PrivateEnum => &["routing.enum"],
            Routing::Gprs => &["routing.imsi"],
        }
    }

    /// Whether relays ask the DNS at all.
    pub fn asks_dns(self) -> bool {
        self != Routing::Static
    }

    /// Whether numbers are looked up by ENUM.
    pub fn is_enum(self) -> bool {
        matches!(self, Routing::Enum | Routing::PrivateEnum)
    }
}

/// What the DNS says about a name from now on.
#[derive(Debug, Clone)]
pub struct DnsSet {
    pub name: Template,
    pub answer: DnsAnswer,
}

#[derive(Debug, Clone)]
pub enum DnsAnswer {
    /// These records in place of those of their types; other types stay as they are.
    Records {
        /// Types that are replaced: `NAPTR`, `MX`, `A` (and AAAA), `CNAME`.
        types: Vec<&'static str>,
        records: Vec<DnsRecord>,
        /// Seconds for which an answer may be remembered.
        ttl: u32,
    },
    NxDomain,
    ServFail,
    /// No answer.
    Silent,
    /// What the topology says.
    Usual,
}

/// A record of the name that is set.
#[derive(Debug, Clone)]
pub enum DnsRecord {
    Naptr {
        order: u16,
        preference: u16,
        flags: String,
        service: Template,
        regexp: Template,
        replacement: Template,
    },
    Mx {
        preference: u16,
        host: Template,
    },
    /// An IPv4 or IPv6 address.
    Address(Template),
    /// The name is another one's alias.
    Alias(Template),
}
