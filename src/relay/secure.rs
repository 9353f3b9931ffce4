//! TLS and passwords: what the configuration says of them, made ready when the relay starts.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::config::{Config, Credentials, PeerTls, Route};

/// What connections of this relay are secured with.
#[derive(Default)]
pub(crate) struct Secure {
    pub mm1: Option<TlsAcceptor>,
    pub mm4: Option<TlsAcceptor>,
    /// By domain, in lower case.
    peers: HashMap<String, Terms>,
}

/// How a peer wants to be spoken with.
#[derive(Clone, Default)]
pub(crate) struct Terms {
    pub tls: Option<(TlsConnector, ServerName<'static>)>,
    pub auth: Option<Credentials>,
}

impl Secure {
    /// # Errors
    /// A file that cannot be read, or does not hold what it should, for a person.
    pub fn of(config: &Config) -> Result<Secure, String> {
        let mut secure = Secure::default();
        if let Some(tls) = &config.mm1.tls {
            secure.mm1 = Some(acceptor(&tls.certificate, &tls.key)?);
        }
        if let Some(tls) = &config.mm4.tls {
            secure.mm4 = Some(acceptor(&tls.certificate, &tls.key)?);
        }
        for route in &config.routes {
            let terms = terms(route)?;
            for domain in route.hub.iter().chain([&route.domain]) {
                secure.peers.insert(domain.to_ascii_lowercase(), terms.clone());
            }
        }
        Ok(secure)
    }

    /// The terms of the peer in that domain.
    pub fn terms(&self, domain: &str) -> Option<&Terms> {
        self.peers.get(domain)
    }
}

fn terms(route: &Route) -> Result<Terms, String> {
    let tls = match &route.tls {
        Some(tls) => Some(peer(tls, &route.domain)?),
        None => None,
    };
    Ok(Terms {
        tls,
        auth: route.auth.clone(),
    })
}

fn peer(tls: &PeerTls, domain: &str) -> Result<(TlsConnector, ServerName<'static>), String> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&tls.root)? {
        roots
            .add(certificate)
            .map_err(|e| format!("{}: {e}", tls.root.display()))?;
    }
    let name = tls.name.as_deref().unwrap_or(domain);
    let name = ServerName::try_from(name.to_owned()).map_err(|e| format!("{name}: {e}"))?;
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok((TlsConnector::from(Arc::new(config)), name))
}

fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor, String> {
    let chain = certificates(certificate)?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|e| format!("{}: {e}", key.display()))?;
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|e| format!("{} with {}: {e}", certificate.display(), key.display()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// The certificates in a file, of which there is at least one.
fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let wrong = |e: &dyn std::fmt::Display| format!("{}: {e}", file.display());
    let found = CertificateDer::pem_file_iter(file).map_err(|e| wrong(&e))?;
    let found: Vec<_> = found.collect::<Result<_, _>>().map_err(|e| wrong(&e))?;
    if found.is_empty() {
        return Err(wrong(&"there is no PEM certificate in it"));
    }
    Ok(found)
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}
