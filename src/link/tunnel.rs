//! A shaped wire under one exchange of a party with a relay.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::LossKind;
use super::record::Ends;
use super::shape::{Line, Lost, Ride, State, pass};
use super::stream::reset;

/// A way to a relay over a wire, for one exchange. Dropping it breaks its connections.
pub struct Tunnel {
    /// Where the party connects to.
    pub addr: SocketAddr,
    ride: Arc<Ride>,
    task: JoinHandle<()>,
}

impl Tunnel {
    /// Opens a way over `line` to `relay` (`host:port`).
    ///
    /// # Errors
    /// There is no port.
    pub async fn open(line: &Line, relay: &str) -> io::Result<Tunnel> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let addr = listener.local_addr()?;
        let ride = Arc::new(line.ride());
        let task = tokio::spawn(carry(listener, relay.to_owned(), Arc::clone(&ride)));
        Ok(Tunnel { addr, ride, task })
    }

    /// What the wire did to the connection so far.
    pub fn lost(&self) -> Option<Lost> {
        self.ride.lost()
    }

    /// The same of a connection that was waited for in vain: a wire that lets nothing pass is why.
    pub fn lost_or_stalled(&self) -> Option<Lost> {
        self.ride.lost_or_stalled()
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(listener: TcpListener, relay: String, ride: Arc<Ride>) {
    let mut connections = JoinSet::new();
    // An exchange may need a second connection: a server that knows no EHLO is greeted anew.
    while let Ok((near, _)) = listener.accept().await {
        connections.spawn(pass_on(near, relay.clone(), Arc::clone(&ride)));
    }
}

async fn pass_on(near: TcpStream, relay: String, ride: Arc<Ride>) {
    let far = if ride.shape().state == State::Down {
        ride.lose(LossKind::Down);
        None
    } else {
        TcpStream::connect(relay).await.ok()
    };
    let Some(far) = far else {
        return reset(&near);
    };
    // Sockets that refuse the option work without it, a little slower.
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    pass(near, far, &ride, &Ends::new(None, None)).await;
}
