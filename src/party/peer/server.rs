//! The peer's listener: connections in, sessions out.

use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
#[cfg(unix)]
use tokio_util::sync::DropGuard;

use super::channel::Entrance;
use super::session::Session;
use crate::party::tls::{self, TlsError};
use crate::party::{Desk, Listening};
use crate::wire::smtp::ways::{Login, SmtpTerms};

/// Who the peer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerIdentity {
    /// The place where its mails arrive: `p`.
    pub name: String,
    /// Its name in the greeting: `mx.mms.peer.example`.
    pub host: String,
    /// The domain of its MMSE.
    pub domain: String,
}

/// What the peer offers and demands of a client, ready for use. The default is plain SMTP.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    pub(super) login: Option<Login>,
    pub(super) tls: Option<Arc<ServerConfig>>,
    pub(super) tls_demanded: bool,
}

impl Terms {
    /// # Errors
    /// Certificate or key cannot be used.
    pub fn new(terms: &SmtpTerms) -> Result<Terms, TlsError> {
        let tls = match &terms.tls {
            None => None,
            Some(tls) => Some(Arc::new(tls::server(&tls.certificate, &tls.key)?)),
        };
        Ok(Terms {
            login: terms.auth.clone(),
            tls,
            tls_demanded: terms.tls.as_ref().is_some_and(|tls| tls.demanded),
        })
    }
}

/// What every session of a listener shares.
#[derive(Debug)]
pub(super) struct House {
    pub(super) desk: Arc<Desk>,
    pub(super) identity: PeerIdentity,
    pub(super) terms: Terms,
    /// The relay that uses this listener.
    pub(super) relay: String,
}

/// Opens the peer's SMTP server for one relay at `addr` (port 0: any), in plain SMTP: see [`serve_on`].
///
/// # Errors
/// `addr` cannot be bound.
pub async fn serve(
    desk: Arc<Desk>,
    identity: PeerIdentity,
    relay: &str,
    addr: SocketAddr,
) -> io::Result<Listening> {
    serve_on(desk, identity, Terms::default(), relay, addr).await
}

/// Opens the peer's SMTP server for one relay at `addr` (port 0: any). Mails arrive, from `relay`, at the place
/// `identity.name` of the script that owns them, before the reply that ends them is sent.
///
/// # Errors
/// `addr` cannot be bound.
pub async fn serve_on(
    desk: Arc<Desk>,
    identity: PeerIdentity,
    terms: Terms,
    relay: &str,
    addr: SocketAddr,
) -> io::Result<Listening> {
    let listener = TcpListener::bind(addr).await?;
    let (listening, stop) = Listening::new(listener.local_addr()?);
    let house = House {
        desk,
        identity,
        terms,
        relay: relay.to_owned(),
    };
    tokio::spawn(accept(Entrance::Tcp(listener), Arc::new(house), stop));
    Ok(listening)
}

/// The same at a socket in the file system, for mail commands of a relay that runs on this machine. There is no TLS.
///
/// # Errors
/// The socket cannot be made; one that is left over from a run that was killed has to be removed first.
#[cfg(unix)]
pub async fn serve_at_path(
    desk: Arc<Desk>,
    identity: PeerIdentity,
    terms: Terms,
    relay: &str,
    path: &Path,
) -> io::Result<AtPath> {
    let listener = UnixListener::bind(path)?;
    let stop = CancellationToken::new();
    let house = House {
        desk,
        identity,
        terms: Terms { tls: None, ..terms },
        relay: relay.to_owned(),
    };
    tokio::spawn(accept(Entrance::Unix(listener), Arc::new(house), stop.clone()));
    Ok(AtPath {
        path: path.to_owned(),
        _until_dropped: stop.drop_guard(),
    })
}

/// A listener in the file system that is open until this is dropped; its connections end with it.
#[cfg(unix)]
#[derive(Debug)]
pub struct AtPath {
    pub path: PathBuf,
    _until_dropped: DropGuard,
}

#[cfg(unix)]
impl Drop for AtPath {
    fn drop(&mut self) {
        // Who removed it already did what was to be done.
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn accept(entrance: Entrance, house: Arc<House>, stop: CancellationToken) {
    let mut sessions = JoinSet::new();
    loop {
        while sessions.try_join_next().is_some() {}
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = entrance.accept() => accepted,
        };
        // A failed accept concerns the connection that was to come (ECONNABORTED) or the process (EMFILE); both pass.
        let Ok(channel) = accepted else {
            tokio::task::yield_now().await;
            continue;
        };
        sessions.spawn(Session::new(Arc::clone(&house), channel).run());
    }
}
