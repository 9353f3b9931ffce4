//! TLS of parties: which roots a client trusts, which certificate a server shows. Nothing else of the machine's is used.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};

/// TLS cannot be set up; in words for a person.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{}: no certificate or key can be read: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{}: {what}", path.display())]
    Unfit { path: PathBuf, what: String },
    #[error("{0:?} is no name that a certificate can have")]
    Name(String),
    #[error("TLS cannot be set up: {0}")]
    Library(#[from] rustls::Error),
}

/// A client that trusts the certificates in `root` (PEM); without it, nobody.
///
/// # Errors
/// The file cannot be read, or holds no certificate.
pub fn client(root: Option<&Path>) -> Result<ClientConfig, TlsError> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = root {
        for certificate in certificates(path)? {
            roots.add(certificate).map_err(|error| unfit(path, &error))?;
        }
    }
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

/// A server with this certificate chain and key (PEM).
///
/// # Errors
/// A file cannot be read, or they do not belong together.
pub fn server(certificate: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
    let chain = certificates(certificate)?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, &error))?;
    ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|error| unfit(certificate, &error))
}

/// The name that a server's certificate must have.
///
/// # Errors
/// `name` is no host name and no address.
pub fn server_name(name: Option<&str>, reached_at: IpAddr) -> Result<ServerName<'static>, TlsError> {
    match name {
        None => Ok(ServerName::from(reached_at)),
        Some(name) => ServerName::try_from(name.to_owned()).map_err(|_| TlsError::Name(name.to_owned())),
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unreadable(path, &error))?;
    if certificates.is_empty() {
        return Err(unreadable(path, &pem::Error::NoItemsFound));
    }
    Ok(certificates)
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn unreadable(path: &Path, error: &pem::Error) -> TlsError {
    let reason = match error {
        pem::Error::Io(error) => error.to_string(),
        pem::Error::NoItemsFound => "the file holds none".to_owned(),
        other => other.to_string(),
    };
    TlsError::Unreadable {
        path: path.to_owned(),
        reason,
    }
}

fn unfit(path: &Path, error: &rustls::Error) -> TlsError {
    TlsError::Unfit {
        path: path.to_owned(),
        what: error.to_string(),
    }
}
