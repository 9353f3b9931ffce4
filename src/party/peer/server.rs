//! The peer's listener: connections in, sessions out.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::session::Session;
use crate::party::{Desk, Listening};

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

/// What every session of a listener shares.
#[derive(Debug)]
pub(super) struct House {
    pub(super) desk: Arc<Desk>,
    pub(super) identity: PeerIdentity,
    /// The relay that uses this listener.
    pub(super) relay: String,
}

/// Opens the peer's SMTP server for one relay at `addr` (port 0: any). Mails arrive, from `relay`, at the place
/// `identity.name` of the script that owns them, before the reply that ends them is sent.
///
/// # Errors
/// `addr` cannot be bound.
pub async fn serve(
    desk: Arc<Desk>,
    identity: PeerIdentity,
    relay: &str,
    addr: SocketAddr,
) -> std::io::Result<Listening> {
    let listener = TcpListener::bind(addr).await?;
    let (listening, stop) = Listening::new(listener.local_addr()?);
    let house = House {
        desk,
        identity,
        relay: relay.to_owned(),
    };
    tokio::spawn(accept(listener, Arc::new(house), stop));
    Ok(listening)
}

async fn accept(listener: TcpListener, house: Arc<House>, stop: CancellationToken) {
    let mut sessions = JoinSet::new();
    loop {
        while sessions.try_join_next().is_some() {}
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        // A failed accept concerns the connection that was to come (ECONNABORTED) or the process (EMFILE); both pass.
        let Ok((stream, _)) = accepted else {
            tokio::task::yield_now().await;
            continue;
        };
        sessions.spawn(Session::new(Arc::clone(&house), stream).run());
    }
}
