//! MM1: where clients come in, and how they are known.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Mm1 {
    /// Port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Path of the MM1 service, for example `/mms`.
    pub path: String,
    /// Header in which the WAP gateway names the client: `X-WAP-Network-Client-MSISDN`. Of several the first that is there counts.
    pub identity_header: Headers,
    /// The form that a number there must have; a client in another form is unknown.
    #[serde(default)]
    pub identity_form: IdentityForm,
    /// Numbers of clients by the address they come from, for those that no header names.
    #[serde(default)]
    pub clients: BTreeMap<IpAddr, String>,
    /// HTTPS and no HTTP.
    #[serde(default)]
    pub tls: Option<HttpTls>,
}

/// The certificate of the service, and those between it and its root, with its key. Files are PEM.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HttpTls {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Mm1 {
    /// A service whose clients this header names.
    pub fn new(listen: SocketAddr, path: &str, identity_header: &str) -> Mm1 {
        Mm1 {
            listen,
            path: path.to_owned(),
            identity_header: identity_header.into(),
            identity_form: IdentityForm::Any,
            clients: BTreeMap::new(),
            tls: None,
        }
    }
}

/// One name of a header, or a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Headers {
    One(String),
    Several(Vec<String>),
}

impl Headers {
    pub fn names(&self) -> &[String] {
        match self {
            Headers::One(name) => std::slice::from_ref(name),
            Headers::Several(names) => names,
        }
    }

    /// The name that counts most; empty if there is none.
    pub fn first(&self) -> &str {
        self.names().first().map_or("", String::as_str)
    }
}

impl From<&str> for Headers {
    fn from(name: &str) -> Headers {
        Headers::One(name.to_owned())
    }
}

/// How the WAP gateway writes a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityForm {
    #[default]
    Any,
    /// `+15550100011`
    Plus,
    /// `15550100011`
    Digits,
    /// `+15550100011/TYPE=PLMN`
    Plmn,
}
