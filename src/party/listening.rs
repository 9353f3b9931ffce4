//! A server of a fake party that is up.

use std::net::SocketAddr;

use tokio_util::sync::{CancellationToken, DropGuard};

/// A listener that is open until this is dropped; its connections end with it.
#[derive(Debug)]
pub struct Listening {
    pub addr: SocketAddr,
    _until_dropped: DropGuard,
}

impl Listening {
    /// The handle, and what tells the server to stop.
    pub(super) fn new(addr: SocketAddr) -> (Listening, CancellationToken) {
        let stop = CancellationToken::new();
        let listening = Listening {
            addr,
            _until_dropped: stop.clone().drop_guard(),
        };
        (listening, stop)
    }
}
