//! Whether two relays under test know each other: each has its own target file, and what one says of the other must be so.

use std::net::SocketAddr;

use crate::target::{Identity, Peer, Target};

/// The entry for the MMSE that a relay interworks with.
const OTHER: &str = "other";

/// A relay of the pair.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    pub name: &'static str,
    pub target: &'a Target,
}

/// A relay as the other one knows it.
pub struct Known<'a> {
    pub node: Node<'a>,
    pub identity: Identity,
    /// Where it sends MM4 for the other one; none: it is told.
    pub sends_to: Option<SocketAddr>,
}

/// What two relays are to each other. `fakes` are the peer MMSEs that the suite plays; they are nobody else.
///
/// # Errors
/// What is missing, after "the target does not give".
pub fn agree<'a>(a: Node<'a>, b: Node<'a>, fakes: &[String]) -> Result<[Known<'a>; 2], Vec<String>> {
    let mut missing = Vec::new();
    let mut way = |from: Node<'a>, to: Node<'a>| {
        let ixit = from.target.ixit.as_ref()?;
        if ixit.mm4.to.is_none() {
            let no_address = format!(
                "an address at which relay {} takes MM4 over SMTP (ixit.mm4.to)",
                from.name
            );
            missing.push(no_address);
        }
        entry(from, to, fakes).map_err(|reason| missing.push(reason)).ok()
    };
    let (from_a, from_b) = (way(a, b), way(b, a));
    let known = |node: Node<'a>, own: Option<&Peer>, by_other: Option<&Peer>| {
        // An embedded relay becomes what the other one takes it for.
        let said = by_other.map(|peer| Identity {
            domain: peer.domain.clone(),
            prefix: peer.prefix.clone(),
        });
        Some(Known {
            node,
            identity: node.target.identity().or(said)?,
            sends_to: own.map(|peer| peer.listen),
        })
    };
    let (a, b) = (known(a, from_a, from_b), known(b, from_b, from_a));
    if let (Some(a), Some(b)) = (&a, &b) {
        missing.extend(same(a, b));
    }
    match (a, b) {
        (Some(a), Some(b)) if missing.is_empty() => Ok([a, b]),
        _ => Err(missing),
    }
}

/// The entry of a target file that leads to the other relay.
fn entry<'a>(from: Node<'a>, to: Node<'_>, fakes: &[String]) -> Result<&'a Peer, String> {
    let peers = from.target.ixit.as_ref().map(|ixit| &ixit.peers);
    let other = peers.and_then(|peers| peers.get(OTHER));
    let (from, to, identity) = (from.name, to.name, to.target.identity());
    let named = peers.into_iter().flatten();
    let named = named.filter(|(name, _)| name.as_str() != OTHER && !fakes.contains(name));
    let mut entries = other.into_iter().chain(named.map(|(_, peer)| peer));
    let found = match &identity {
        None => other,
        Some(identity) => entries.find(|peer| leads_to(peer, identity)),
    };
    found.ok_or_else(|| {
        let routes = match other {
            Some(peer) => format!("routes {}/{} as `{OTHER}`", peer.domain, peer.prefix),
            None => format!("has no entry `{OTHER}` under ixit.peers"),
        };
        let is = match &identity {
            Some(identity) => format!("is {}/{}", identity.domain, identity.prefix),
            None => "is embedded and becomes what that entry says".to_owned(),
        };
        format!("a way from {from} to {to} (relay {from} {routes}; relay {to} {is})")
    })
}

/// Whether all numbers of that MMSE go there.
fn leads_to(peer: &Peer, identity: &Identity) -> bool {
    peer.domain.eq_ignore_ascii_case(&identity.domain) && identity.prefix.starts_with(&peer.prefix)
}

/// What keeps two MMSEs from being two.
fn same(a: &Known<'_>, b: &Known<'_>) -> Option<String> {
    let (one, other) = (&a.identity, &b.identity);
    let (a, b) = (a.node.name, b.node.name);
    if one.domain.eq_ignore_ascii_case(&other.domain) {
        return Some(format!(
            "two MMSEs (relays {a} and {b} both have the domain {})",
            one.domain
        ));
    }
    let overlap = one.prefix.starts_with(&other.prefix) || other.prefix.starts_with(&one.prefix);
    overlap.then(|| {
        format!(
            "two MMSEs (numbers of relay {a} begin with {}, those of relay {b} with {}: some would be both's)",
            one.prefix, other.prefix
        )
    })
}
