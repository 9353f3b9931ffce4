//! How an embedded relay finds the MMSEs of others: by a table, or by the DNS.

use std::net::SocketAddr;

use crate::relay::config;

use super::NotUp;
use super::cast::{peer_host, peers_of};
use super::embedded::{Around, answers_for};

/// Port of MM4 at a host that nobody told another one for.
const SMTP_PORT: u16 = 25;

/// Milliseconds for which embedded relays wait for an answer of the DNS.
const ANSWER_MS: u64 = 500;

/// An MMSE that is reached by number prefix.
#[derive(Debug, Clone)]
pub struct Peer {
    pub name: String,
    pub domain: String,
    pub prefix: String,
    pub host: String,
    pub mm4: SocketAddr,
    /// The hub that answers for it.
    pub hub: Option<String>,
}

impl Peer {
    pub fn by_table(self) -> config::Route {
        config::Route {
            hub: self.hub,
            ..config::Route::to(&self.prefix, &self.domain, self.mm4)
        }
    }
}

/// The fake peers by number prefix: each by its own, and by those that the case gives it.
///
/// # Errors
/// A prefix that refers to nothing.
pub fn peers(relay: &str, around: &Around<'_>) -> Result<Vec<Peer>, NotUp> {
    let (script, world) = (around.script, around.world);
    let mut routes = Vec::new();
    for name in peers_of(script) {
        let mm4 = around.link(relay, &name).or_else(|| world.peer(&name, relay));
        let (Some((domain, prefix)), Some(mm4)) = (world.peer_identity(&name, relay), mm4) else {
            continue;
        };
        let domain = around.names.domain(&name, domain);
        let peer = Peer {
            host: peer_host(&domain),
            name,
            domain,
            prefix,
            mm4,
            hub: answers_for(script, relay),
        };
        let more = script.nodes.iter().filter(|node| node.name == peer.name);
        for prefix in more.filter_map(|node| node.prefix.as_ref()) {
            let prefix = prefix
                .resolve(&|reference| around.vars.get(reference).cloned())
                .map_err(|reference| NotUp(format!("${reference} has no value")))?;
            routes.push(Peer {
                prefix,
                ..peer.clone()
            });
        }
        routes.push(peer);
    }
    Ok(routes)
}

/// How an embedded relay asks the DNS, if the script routes by it.
///
/// # Errors
/// The world has no name server for the relay.
pub fn dns(relay: &str, around: &Around<'_>, peers: &[Peer]) -> Result<Option<config::Dns>, NotUp> {
    let (routing, names) = (around.script.routing, around.names);
    if !routing.asks_dns() {
        return Ok(None);
    }
    let server = around
        .world
        .dns(relay)
        .ok_or_else(|| NotUp(format!("relay {relay} has no name server")))?;
    let mut domains = Vec::new();
    let mut networks = Vec::new();
    for peer in peers {
        match names.networks.get(&peer.name) {
            Some((mcc, mnc)) => networks.push(config::Network {
                prefix: peer.prefix.clone(),
                mcc: mcc.clone(),
                mnc: mnc.clone(),
            }),
            None => domains.push(config::Domain {
                prefix: peer.prefix.clone(),
                domain: peer.domain.clone(),
            }),
        }
    }
    Ok(Some(config::Dns {
        server,
        enum_apex: routing.is_enum().then(|| names.apex.clone()),
        domains,
        networks,
        port: SMTP_PORT,
        // A domain without MX records is its own host.
        ports: peers
            .iter()
            .flat_map(|peer| [&peer.host, &peer.domain].map(|name| (name.clone(), peer.mm4.port())))
            .collect(),
        timeout_ms: ANSWER_MS,
    }))
}
