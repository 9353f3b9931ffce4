//! The DNS of a script: the names of its MMSEs, and what is published under them before a case changes it.
//!
//! What relays look up must be the script's alone, or two scripts would change each other's names. So the MMSEs of a script
//! that routes by DNS have domains of its own wherever the relay learns them from the DNS or is configured by the suite.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use crate::case::{DnsAnswer, DnsRecord, DnsSet, Routing, Script, Template, Topology};
use crate::party::dns::{Answer, Change, Data, Kind, Record};
use crate::run::world::World;

use super::Stage;
use super::cast::peers_of;

/// The apex of public ENUM.
const PUBLIC_APEX: &str = "e164.arpa";
/// The apex that embedded relays ask where a case wants one of the operator's own.
const PRIVATE_APEX: &str = "mms.e164.gprs";
/// The apex below which embedded relays look up the homes of their MMSE's subscribers.
pub(super) const HOME_APEX: &str = "homes.mms.e164.gprs";

/// How a script's relays find MMSEs.
#[derive(Debug, Clone, Default)]
pub struct Names {
    pub apex: String,
    /// Whether relays can ask the suite's name server at all.
    pub published: bool,
    /// Whether the domains are those that the target's own tables name, which all scripts have in common.
    pub shared: bool,
    /// MMSE (`p`, `B`) → its domain, where that is the script's own.
    pub domains: BTreeMap<String, String>,
    /// Peer → mobile country code and network code, where MMSEs are found by them.
    pub networks: BTreeMap<String, (String, String)>,
}

impl Names {
    pub fn of(script: &Script, world: &World, nonce: &str) -> Names {
        let relay = script.topology.relays()[0];
        let ixit = world.target(relay).and_then(|t| t.ixit.as_ref());
        let apex = match (ixit, script.routing) {
            (Some(ixit), _) => ixit
                .dns
                .as_ref()
                .and_then(|dns| dns.enum_apex.clone())
                .unwrap_or_else(|| PUBLIC_APEX.to_owned()),
            (None, Routing::PrivateEnum) => PRIVATE_APEX.to_owned(),
            (None, _) => PUBLIC_APEX.to_owned(),
        };
        let asked = ixit.is_some_and(|ixit| ixit.dns.is_some());
        let mut names = Names {
            apex,
            published: asked || script.routing.asks_dns(),
            // A relay with tables of its own knows other domains than the script's.
            shared: asked && !script.routing.is_enum(),
            ..Names::default()
        };
        if !script.routing.asks_dns() || names.shared {
            return names;
        }
        for (at, peer) in peers_of(script).into_iter().enumerate() {
            let domain = if script.routing == Routing::Gprs {
                let (country, network) = world.numbers.network();
                // One network code of two digits, others of three.
                let network = if at == 0 {
                    format!("{network:02}")
                } else {
                    format!("{:03}", network + 100)
                };
                let domain = format!("mms.mnc{network:0>3}.mcc{country}.gprs");
                names
                    .networks
                    .insert(peer.clone(), (country.to_string(), network));
                domain
            } else {
                format!("mms.{}-{nonce}.example", peer.to_ascii_lowercase())
            };
            names.domains.insert(peer, domain);
        }
        if script.topology == Topology::TwoMmse {
            for relay in script.topology.relays() {
                let domain = format!("mms.{}-{nonce}.example", relay.to_ascii_lowercase());
                names.domains.insert((*relay).to_owned(), domain);
            }
        }
        names
    }

    /// The domain of an MMSE that is called so otherwise.
    pub fn domain(&self, mmse: &str, usual: String) -> String {
        self.domains.get(mmse).cloned().unwrap_or(usual)
    }

    /// The name that ENUM has for a number: its digits, last one first, below the apex.
    pub fn of_number(&self, number: &str) -> String {
        name_below(&self.apex, number)
    }
}

fn name_below(apex: &str, number: &str) -> String {
    let digits = number.chars().rev().filter(char::is_ascii_digit);
    let labels: Vec<String> = digits.map(String::from).collect();
    format!("{}.{apex}", labels.join("."))
}

fn mailbox_record(mailbox: &str) -> Data {
    Data::Naptr {
        order: 100,
        preference: 10,
        flags: "u".to_owned(),
        service: "E2U+mms:mailto".to_owned(),
        regexp: format!("!^.*$!mailto:{mailbox}!"),
        replacement: ".".to_owned(),
    }
}

/// Puts values in the place of references.
type Resolve<'a> = &'a dyn Fn(&Template) -> Result<String, Unset>;

/// Why the DNS cannot be told what a step says.
#[derive(Debug, thiserror::Error)]
pub enum Unset {
    #[error("${0} has no value")]
    Missing(String),
    #[error("`{0}` is no IP address")]
    NoAddress(String),
}

impl Stage {
    /// Publishes what the topology says: hosts of peers and relays, mailboxes of all users.
    pub fn publish(&self, script: &Script, world: &World) {
        if !self.names.published {
            return;
        }
        let via = script.topology.relays()[0];
        for peer in self.peers.keys() {
            let (Some(domain), Some(host)) = (
                self.vars.get(&format!("{peer}.domain")),
                self.vars.get(&format!("{peer}.host")),
            ) else {
                continue;
            };
            let address = world
                .peer(peer, via)
                .map_or(Ipv4Addr::LOCALHOST.into(), |a| a.ip());
            self.host(domain, host, address);
        }
        for relay in script.topology.relays() {
            if let Some(domain) = self.names.domains.get(*relay) {
                let host = format!("{}.{domain}", relay.to_ascii_lowercase());
                self.host(domain, &host, Ipv4Addr::LOCALHOST.into());
            }
        }
        let suffix = ".mailbox";
        let users = self.vars.keys().filter_map(|name| name.strip_suffix(suffix));
        for user in users {
            let of = |attribute: &str| self.vars.get(&format!("{user}.{attribute}"));
            if let (Some(name), Some(mailbox)) = (of("enum"), of("mailbox")) {
                self.guest.publish(name, vec![mailbox_record(mailbox)]);
            }
        }
    }

    /// What ENUM says of a subscriber's home from now on: a mailbox at that relay's host, or nothing for now.
    pub(super) fn publish_home(&self, number: &str, home: Option<&str>) {
        let name = name_below(HOME_APEX, number);
        let host = home.and_then(|home| Some(self.embedded().get(home)?.config.host.clone()));
        let change = match host {
            None => Change::Instead(Answer::ServFail),
            Some(host) => Change::Records {
                of: vec![Kind::Naptr],
                by: vec![Record {
                    data: mailbox_record(&format!("{number}/TYPE=PLMN@{host}")),
                    ttl: 0,
                }],
            },
        };
        self.guest.change_name(&name, change);
    }

    /// Whether other scripts have the same names in the DNS.
    pub fn shares_names(&self) -> bool {
        self.names.shared
    }

    fn host(&self, domain: &str, host: &str, address: IpAddr) {
        let address = if address.is_unspecified() {
            Ipv4Addr::LOCALHOST.into()
        } else {
            address
        };
        let exchange = Data::Mx {
            preference: 10,
            host: host.to_owned(),
        };
        self.guest.publish(domain, vec![exchange]);
        self.guest.publish(host, vec![Data::Address(address)]);
    }

    /// What the DNS says of a name from now on; `resolve` puts values in the place of references.
    ///
    /// # Errors
    /// As [`Unset`] says.
    pub fn change_name(&self, set: &DnsSet, resolve: Resolve<'_>) -> Result<(), Unset> {
        let name = resolve(&set.name)?;
        let change = match &set.answer {
            DnsAnswer::NxDomain => Change::Instead(Answer::NxDomain),
            DnsAnswer::ServFail => Change::Instead(Answer::ServFail),
            DnsAnswer::Silent => Change::Instead(Answer::Silent),
            DnsAnswer::Usual => Change::Usual,
            DnsAnswer::Records { types, records, ttl } => Change::Records {
                of: types.iter().copied().filter_map(kind).collect(),
                by: records
                    .iter()
                    .map(|record| {
                        Ok(Record {
                            data: data(record, resolve)?,
                            ttl: *ttl,
                        })
                    })
                    .collect::<Result<_, Unset>>()?,
            },
        };
        self.guest.change_name(&name, change);
        Ok(())
    }
}

fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "NAPTR" => Kind::Naptr,
        "MX" => Kind::Mx,
        "A" => Kind::Address,
        "CNAME" => Kind::Alias,
        _ => return None,
    })
}

fn data(record: &DnsRecord, resolve: Resolve<'_>) -> Result<Data, Unset> {
    Ok(match record {
        DnsRecord::Naptr {
            order,
            preference,
            flags,
            service,
            regexp,
            replacement,
        } => Data::Naptr {
            order: *order,
            preference: *preference,
            flags: flags.clone(),
            service: resolve(service)?,
            regexp: resolve(regexp)?,
            replacement: resolve(replacement)?,
        },
        DnsRecord::Mx { preference, host } => Data::Mx {
            preference: *preference,
            host: resolve(host)?,
        },
        DnsRecord::Address(address) => {
            let text = resolve(address)?;
            Data::Address(text.parse().map_err(|_| Unset::NoAddress(text))?)
        }
        DnsRecord::Alias(name) => Data::Alias(resolve(name)?),
    })
}
