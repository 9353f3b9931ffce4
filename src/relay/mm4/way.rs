//! To the host of the next Relay/Server: its address from the tables, or those its domain has in the DNS, one after the other.

use std::net::SocketAddr;

use super::smtp_client::{self, Connection, Failure, Mail, Manner, Reply};
use super::{pipe, spoken};
use crate::relay::defects::Seed;
use crate::relay::dns::Unknown;
use crate::relay::node::Node;
use crate::relay::routing::{Hop, Way};

/// Sends one message to the first host that takes it; the next one is tried if there is no connection, or it breaks, or the
/// host refuses for now (RFC 5321 §5.1).
pub(super) async fn send(node: &Node, hop: &Hop, mail: &Mail<'_>) -> Result<Vec<Reply>, Failure> {
    let recipients: Vec<String> = mail
        .recipients
        .iter()
        .map(|to| spoken::path(node, hop, to))
        .collect();
    let mail = &Mail {
        from: &spoken::path(node, hop, mail.from),
        recipients: &recipients,
        ..*mail
    };
    if let (Some(command), false) = (&node.config.mm4.send_command, hop.inner) {
        return pipe::send(node, command, mail).await;
    }
    let mut hosts = hosts(node, hop).await?;
    if node.has(Seed::MxFirstOnly) {
        hosts.truncate(1);
    }
    let mut failure = Failure::Lost(format!("{} has no host", hop.domain));
    for host in hosts {
        match deliver(node, hop, host, mail).await {
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

/// In a connection of its own, or in the one that is held open to the host.
async fn deliver(node: &Node, hop: &Hop, host: SocketAddr, mail: &Mail<'_>) -> Result<Vec<Reply>, Failure> {
    let manner = manner(node, hop);
    if node.accent.smtp.keep_open.is_some() && !hop.inner {
        return node.lines.send(mail, &manner, host, node.killed.clone()).await;
    }
    smtp_client::send(mail, &manner, host, node.killed.clone()).await
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

/// How this relay presents itself to hosts of that hop.
pub(super) fn manner<'a>(node: &'a Node, hop: &Hop) -> Manner<'a> {
    let smtp = &node.accent.smtp;
    Manner {
        own_host: if hop.inner {
            &node.config.host
        } else {
            node.config.mm4.name.as_ref().unwrap_or(&node.config.domain)
        },
        helo_only: smtp.helo_only && !hop.inner,
        eight_bit: smtp.eight_bit && !hop.inner,
        terms: node.secure.terms(&hop.domain).filter(|_| !hop.inner),
    }
}

async fn hosts(node: &Node, hop: &Hop) -> Result<Vec<SocketAddr>, Failure> {
    if let Way::Address(address) = hop.way {
        return Ok(vec![address]);
    }
    let Some(resolver) = node.resolver.as_ref().filter(|_| hop.way == Way::Dns) else {
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
