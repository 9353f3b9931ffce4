//! The ports that `mmspec` opens because the relay has them in its configuration: are they to be had?

use std::io::ErrorKind;
use std::net::SocketAddr;

use tokio::net::{TcpListener, UdpSocket};

use super::model::{Line, State};
use crate::target::{Ixit, ephemeral_range};

/// A port, and who needs it.
struct Port {
    key: String,
    at: SocketAddr,
    what: String,
    datagrams: bool,
}

/// One line for each port that is the matter of a target file.
pub async fn check(ixit: &Ixit) -> Vec<Line> {
    let mut lines = Vec::new();
    for port in ports(ixit) {
        lines.push(one(&port).await);
    }
    lines
}

fn ports(ixit: &Ixit) -> Vec<Port> {
    let channel = ixit.push.channel();
    let mut ports = Vec::new();
    if let Some(at) = ixit.push.stream() {
        ports.push(Port {
            key: format!("ixit.push.{channel}.listen"),
            at,
            what: format!("push gateway ({channel}) that mmspec plays"),
            datagrams: false,
        });
    }
    for (name, peer) in &ixit.peers {
        ports.push(Port {
            key: format!("ixit.peers.{name}.listen"),
            at: peer.listen,
            what: format!("peer MMSE {name} that mmspec plays"),
            datagrams: false,
        });
    }
    if let Some(dns) = &ixit.dns {
        ports.push(Port {
            key: "ixit.dns.listen".to_owned(),
            at: dns.listen,
            what: "name server that mmspec plays".to_owned(),
            datagrams: true,
        });
    }
    ports
}

async fn one(port: &Port) -> Line {
    let what = format!("{} at {}", port.what, port.at);
    let bound = async {
        TcpListener::bind(port.at).await?;
        if port.datagrams {
            UdpSocket::bind(port.at).await?;
        }
        Ok::<(), std::io::Error>(())
    };
    match bound.await {
        Ok(()) => match ephemeral_range() {
            Some((first, last)) if (first..=last).contains(&port.at.port()) => Line::new(
                what,
                State::Doubtful,
                format!(
                    "the port is free, but one of those that the system gives to outgoing connections ({first} to {last})"
                ),
                format!("choose a port below {first} for {} and in the relay", port.key),
            ),
            _ => Line::good(what, "the port is free"),
        },
        Err(e) if e.kind() == ErrorKind::AddrInUse => Line::wrong(
            what,
            "another program listens at this port",
            format!(
                "end it (it may be the real gateway, or another mmspec), or choose another port for {} and in the relay",
                port.key
            ),
        ),
        Err(e) if e.kind() == ErrorKind::AddrNotAvailable => Line::wrong(
            what,
            format!("this host has no address {}", port.at.ip()),
            format!("{} is an address of the host on which mmspec runs", port.key),
        ),
        Err(e) if e.kind() == ErrorKind::PermissionDenied => Line::wrong(
            what,
            "ports below 1024 need rights that this user does not have",
            format!("choose a port above 1023 for {} and in the relay", port.key),
        ),
        Err(e) => Line::wrong(what, e.to_string(), format!("see {}", port.key)),
    }
}
