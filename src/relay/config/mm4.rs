//! MM4: how messages come in from other Relay/Servers, and go out to them.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Mm4 {
    /// Where SMTP is listened for; port 0 lets the system choose.
    pub listen: Option<SocketAddr>,
    /// The name in EHLO towards other MMSEs. None: the domain.
    pub name: Option<String>,
    /// Names in HELO and EHLO that are trusted besides those of peers (dialect `trusted-hosts`).
    pub trusted_hosts: Vec<String>,
}

impl Mm4 {
    /// SMTP at this address, and nothing particular.
    pub fn at(listen: SocketAddr) -> Mm4 {
        Mm4 {
            listen: Some(listen),
            ..Mm4::default()
        }
    }
}
