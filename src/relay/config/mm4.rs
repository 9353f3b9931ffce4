//! MM4: how messages come in from other Relay/Servers, and go out to them.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Mm4 {
    /// Where SMTP is listened for; port 0 lets the system choose. None: messages come in by `deliver-socket`, or not at all.
    pub listen: Option<SocketAddr>,
    /// The name in EHLO towards other MMSEs. None: the domain.
    pub name: Option<String>,
    /// STARTTLS is offered. None: it is not.
    pub tls: Option<SmtpTls>,
    /// Who may send mail by SMTP, each by AUTH. Empty: everybody, and AUTH is not offered.
    pub users: Vec<Credentials>,
    /// Names in HELO and EHLO that are trusted besides those of peers (dialect `trusted-hosts`).
    pub trusted_hosts: Vec<String>,
    /// The program that takes what goes to other MMSEs, and its arguments; `{from}` and `{to}` in them become the paths. It is run
    /// for each recipient, with the message on its standard input, lines ending in LF. Another exit status than 0 means: later.
    pub send_command: Option<Vec<String>>,
    /// A socket of this machine on which `mmspec relay --deliver` hands messages in.
    pub deliver_socket: Option<PathBuf>,
}

/// Who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Credentials {
    pub name: String,
    pub password: String,
}

/// STARTTLS on the side of the server. Files are PEM.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SmtpTls {
    /// The certificate, and those between it and its root.
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// MAIL and AUTH are refused before STARTTLS.
    #[serde(default)]
    pub required: bool,
}

/// STARTTLS on the side of the client: without it nothing is sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PeerTls {
    /// The certificates that are believed, PEM.
    pub root: PathBuf,
    /// The name in the peer's certificate. None: its domain.
    #[serde(default)]
    pub name: Option<String>,
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
