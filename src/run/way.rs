//! How a party's exchange gets to a relay: straight, or over a wire that the case shapes.

use std::net::SocketAddr;

use crate::link::{Line, Lost, Tunnel};

/// A way, for one connection.
pub enum Way {
    /// The relay's own address.
    Straight,
    Over(Tunnel),
}

impl Way {
    /// The way to `relay` (`host:port`) over this wire, if there is one.
    ///
    /// # Errors
    /// There is no port for it; in words for a person.
    pub async fn over(line: Option<&Line>, relay: &str) -> Result<Way, String> {
        let Some(line) = line else {
            return Ok(Way::Straight);
        };
        let tunnel = Tunnel::open(line, &with_port(relay)).await;
        tunnel
            .map(Way::Over)
            .map_err(|e| format!("the link {} cannot be opened: {e}", line.name()))
    }

    /// Where to connect to instead of the relay.
    pub fn entrance(&self) -> Option<SocketAddr> {
        match self {
            Way::Straight => None,
            Way::Over(tunnel) => Some(tunnel.addr),
        }
    }

    /// What the wire did to an exchange that had this end.
    pub fn lost<T, E>(&self, end: &Result<T, E>) -> Option<Lost> {
        match (self, end) {
            (Way::Straight, _) => None,
            (Way::Over(tunnel), Ok(_)) => tunnel.lost(),
            (Way::Over(tunnel), Err(_)) => tunnel.lost_or_stalled(),
        }
    }
}

/// HTTP's own port if the URL names none.
fn with_port(authority: &str) -> String {
    let has_port = authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
    if has_port {
        authority.to_owned()
    } else {
        format!("{authority}:80")
    }
}
