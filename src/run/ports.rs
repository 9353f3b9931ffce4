//! Ports that a relay knows in advance: whose they are, and what is said when one cannot be had.

use std::net::SocketAddr;

use crate::target::{Ixit, Target, ephemeral_range};

/// A port that a target file fixes for something `mmspec` plays.
#[derive(Debug, Clone)]
pub struct Fixed {
    /// The key in the target file: `ixit.push.kannel.listen`.
    pub key: String,
    /// Who listens there, for a person.
    pub what: String,
    pub addr: SocketAddr,
}

/// The world cannot be set up: the environment's fault.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// A port of the suite's own choice.
    #[error("cannot listen at {addr} for {what}: {reason}")]
    Listen {
        addr: SocketAddr,
        what: String,
        reason: std::io::Error,
    },
    #[error("relay {relay} cannot be started ({file}): {why}")]
    NotStarted {
        relay: String,
        file: String,
        why: String,
    },
    #[error("relay {relay}: {reason}")]
    Relay { relay: String, reason: String },
    /// A target file that was right for one instance is not for another, or a library does not work.
    #[error("{0}")]
    Broken(String),
    /// What the target file says of a peer's SMTP cannot be had.
    #[error("ixit.peers.{peer}.smtp.tls: {reason}")]
    Terms { peer: String, reason: String },
    /// A port that the target file fixes.
    #[error("{}", words(.fixed, .relay, .reason))]
    Fixed {
        relay: String,
        fixed: Fixed,
        reason: std::io::Error,
    },
}

impl Unfit {
    /// Why nothing listens at `addr` for `what`.
    pub fn listen(
        relay: &str,
        target: &Target,
        addr: SocketAddr,
        what: String,
        reason: std::io::Error,
    ) -> Unfit {
        let fixed = target.ixit.iter().flat_map(fixed_ports);
        match fixed.into_iter().find(|fixed| fixed.addr == addr) {
            Some(fixed) => Unfit::Fixed {
                relay: relay.to_owned(),
                fixed,
                reason,
            },
            None => Unfit::Listen { addr, what, reason },
        }
    }
}

/// Every address at which a relay expects somebody whom `mmspec` plays.
pub fn fixed_ports(ixit: &Ixit) -> Vec<Fixed> {
    let channel = ixit.push.channel();
    let mut all: Vec<Fixed> = Vec::new();
    all.extend(ixit.push.stream().map(|addr| Fixed {
        key: format!("ixit.push.{channel}.listen"),
        what: format!("the push gateway ({channel})"),
        addr,
    }));
    all.extend(ixit.dns.iter().map(|dns| Fixed {
        key: "ixit.dns.listen".to_owned(),
        what: "the name server".to_owned(),
        addr: dns.listen,
    }));
    all.extend(ixit.peers.iter().map(|(name, peer)| Fixed {
        key: format!("ixit.peers.{name}.listen"),
        what: format!("the peer MMSE {name}"),
        addr: peer.listen,
    }));
    all
}

/// What is risky about the ports of a target, in words for a person.
pub fn warnings(relay: &str, target: &Target) -> Vec<String> {
    let Some((first, last)) = ephemeral_range() else {
        return Vec::new();
    };
    // A target that is started on ports of its own choice has them from `port()`, which keeps out of the range.
    let fixed = target.ixit.iter().flat_map(fixed_ports);
    fixed
        .filter(|fixed| (first..=last).contains(&fixed.addr.port()))
        .map(|fixed| {
            let Fixed { key, what, addr } = fixed;
            format!(
                "{key} of relay {relay} is port {}: {what} listens there, and the system hands ports {first} to {last} out to outgoing connections, so it may be taken when it is needed. Choose one below {first}, here and in the relay's configuration",
                addr.port()
            )
        })
        .collect()
}

fn words(fixed: &Fixed, relay: &str, reason: &std::io::Error) -> String {
    let Fixed { key, what, addr } = fixed;
    let (why, mend) = match reason.kind() {
        std::io::ErrorKind::AddrInUse => (
            "somebody else listens there".to_owned(),
            format!(
                "End what listens there (`ss -ltnp 'sport = :{}'` shows it), or choose another port, in {key} and in the relay's configuration",
                addr.port()
            ),
        ),
        std::io::ErrorKind::AddrNotAvailable => (
            "this host has no such address".to_owned(),
            format!("{key} is an address of the host where mmspec runs, or 0.0.0.0 for all of them"),
        ),
        std::io::ErrorKind::PermissionDenied => (
            "this user may not listen there".to_owned(),
            "Ports below 1024 often need a privilege: choose a higher one, in the target file and in the relay's configuration".to_owned(),
        ),
        _ => (reason.to_string(), format!("Correct {key} in the target file")),
    };
    format!("{key} of relay {relay}: {what} cannot listen at {addr}: {why}. {mend}")
}
