//! To the host of the next Relay/Server: its address from the tables, or those its domain has in the DNS, one after the other.

use std::net::SocketAddr;

use super::smtp_client::{self, Connection, Failure, Mail, Reply};
use crate::relay::defects::Seed;
use crate::relay::dns::Unknown;
use crate::relay::node::Node;
use crate::relay::routing::{Hop, Way};

/// Sends one message to the first host that takes it; the next one is tried if there is no connection, or it breaks, or the
/// host refuses for now (RFC 5321 §5.1).
pub(super) async fn send(node: &Node, hop: &Hop, mail: &Mail<'_>) -> Result<Vec<Reply>, Failure> {
    let mut hosts = hosts(node, hop).await?;
    if node.has(Seed::MxFirstOnly) {
        hosts.truncate(1);
    }
    let mut failure = Failure::Lost(format!("{} has no host", hop.domain));
    for host in hosts {
        match smtp_client::send(mail, host, node.killed.clone()).await {
            Err(Failure::Refused(reply)) if !reply.is_transient() => return Err(Failure::Refused(reply)),
            Err(transient @ (Failure::Lost(_) | Failure::Refused(_))) => {
                node.log(|| format!("MM4: {host}: {transient}"));
                failure = transient;
            }
            over => return over,
        }
    }
    Err(failure)
}

/// A connection to the first host that answers.
pub(super) async fn open(node: &Node, hop: &Hop) -> Result<Connection, Failure> {
    let mut failure = Failure::Lost(format!("{} has no host", hop.domain));
    for host in hosts(node, hop).await? {
        match Connection::open(host, node.killed.clone()).await {
            Ok(connection) => return Ok(connection),
            Err(lost) => failure = lost,
        }
    }
    Err(failure)
}

/// The name for EHLO.
pub(super) fn own_host<'a>(node: &'a Node, hop: &Hop) -> &'a str {
    if hop.inner {
        &node.config.host
    } else {
        &node.config.domain
    }
}

async fn hosts(node: &Node, hop: &Hop) -> Result<Vec<SocketAddr>, Failure> {
    if let Way::Address(address) = hop.way {
        return Ok(vec![address]);
    }
    let Some(resolver) = &node.resolver else {
        return Err(Failure::Unresolved(hop.domain.clone()));
    };
    resolver
        .hosts(&hop.domain)
        .await
        .map_err(|unknown| match unknown {
            Unknown::Later(why) if !node.has(Seed::MxFailurePermanent) => Failure::Lost(why),
            unknown => Failure::Unresolved(unknown.to_string()),
        })
}
