//! An embedded relay that runs.

use std::net::SocketAddr;

use tokio::sync::oneshot;

use crate::relay::Relay;
use crate::relay::config::Subscribers;

use super::process::Process;

/// Dropped, it dies as if killed.
#[derive(Debug)]
pub enum Running {
    Here(Relay),
    Child(Box<Process>),
}

/// A table on its way to a relay.
#[must_use = "the relay may not have it yet"]
#[derive(Debug)]
pub struct Reloading(Option<oneshot::Receiver<()>>);

impl Reloading {
    pub(super) fn done() -> Reloading {
        Reloading(None)
    }

    pub(super) fn until(answered: oneshot::Receiver<()>) -> Reloading {
        Reloading(Some(answered))
    }

    /// Waits until the relay goes by the table, or is gone.
    pub async fn finished(self) {
        if let Some(answered) = self.0 {
            // A relay that died goes by no table.
            let _ = answered.await;
        }
    }
}

impl Running {
    pub fn mm1_addr(&self) -> SocketAddr {
        match self {
            Running::Here(relay) => relay.mm1_addr(),
            Running::Child(process) => process.mm1_addr(),
        }
    }

    /// None: it does not listen for SMTP.
    pub fn mm4_addr(&self) -> Option<SocketAddr> {
        match self {
            Running::Here(relay) => relay.mm4_addr(),
            Running::Child(process) => process.mm4_addr(),
        }
    }

    /// Gives it another table of own subscribers.
    pub fn reload(&self, subscribers: &[Subscribers]) -> Reloading {
        match self {
            Running::Here(relay) => {
                relay.reload(subscribers);
                Reloading::done()
            }
            Running::Child(process) => process.reload(subscribers),
        }
    }

    /// Ends it on the spot, a child by SIGKILL. Returns when it is gone.
    pub async fn kill(self) {
        match self {
            Running::Here(relay) => relay.kill().await,
            Running::Child(process) => process.kill().await,
        }
    }

    /// Ends it in good order. Returns when it is gone.
    pub async fn stop(self) {
        match self {
            Running::Here(relay) => relay.stop().await,
            Running::Child(process) => process.stop().await,
        }
    }
}
