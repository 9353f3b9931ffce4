//! The wire between two nodes: a stable address in front of a node that may come and go, and a record of the mails that pass.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::follow::Follower;
use super::{Arrival, Crossing};

/// Octets that are copied at once.
const CHUNK: usize = 64 * 1024;

/// Takes what passed over a hop. It is called before the reply that ends the mail is passed on.
pub type Sink = Arc<dyn Fn(Arrival) + Send + Sync>;

/// A recorded TCP hop in one direction: `from` connects to it and reaches the node behind it. Dropping it cuts every
/// connection.
#[derive(Debug)]
pub struct Hop {
    /// Where the node can be reached, whether it is there or not.
    pub addr: SocketAddr,
    target: watch::Sender<Option<SocketAddr>>,
    task: JoinHandle<()>,
}

impl Hop {
    /// Opens a hop that records as `name` (`A-B`) what relay `from` sends over it. It listens on `at` (port 0: any). The node
    /// behind it is down until [`Hop::set_target`].
    ///
    /// # Errors
    /// `at` cannot be bound.
    pub async fn open(name: &str, from: &str, at: SocketAddr, sink: Sink) -> io::Result<Hop> {
        let listener = TcpListener::bind(at).await?;
        let addr = listener.local_addr()?;
        let (target, behind) = watch::channel(None);
        let recorder = Recorder {
            name: name.to_owned(),
            from: from.to_owned(),
            sink,
        };
        let task = tokio::spawn(accept(listener, behind, Arc::new(recorder)));
        Ok(Hop { addr, target, task })
    }

    /// Where the node is from now on. `None`: it is down, and connections are reset at once. Connections that stand are left
    /// alone: they end with the node.
    pub fn set_target(&self, target: Option<SocketAddr>) {
        self.target.send_replace(target);
    }
}

impl Drop for Hop {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Recorder {
    name: String,
    from: String,
    sink: Sink,
}

impl Recorder {
    fn record(&self, crossing: Crossing) {
        (self.sink)(Arrival {
            place: self.name.clone(),
            from: Some(self.from.clone()),
            crossing,
        });
    }
}

async fn accept(listener: TcpListener, behind: watch::Receiver<Option<SocketAddr>>, recorder: Arc<Recorder>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        // A failed accept concerns the connection that was to come (ECONNABORTED) or the process (EMFILE); both pass.
        let Ok((near, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        let target = *behind.borrow();
        connections.spawn(pass(near, target, Arc::clone(&recorder)));
    }
}

async fn pass(mut near: TcpStream, target: Option<SocketAddr>, recorder: Arc<Recorder>) {
    let far = match target {
        Some(target) => TcpStream::connect(target).await.ok(),
        None => None,
    };
    let Some(mut far) = far else {
        return reset(&near);
    };
    if near.set_nodelay(true).is_err() || far.set_nodelay(true).is_err() {
        return reset(&near);
    }
    let ends = Ends {
        follower: Mutex::new(Follower::new()),
        recorder,
    };
    let (near_in, near_out) = near.split();
    let (far_in, far_out) = far.split();
    let up = copy(near_in, far_out, |octets| ends.client_sent(octets));
    let down = copy(far_in, near_out, |octets| ends.server_sent(octets));
    // One side's end leaves the other open (half close); its breaking breaks both.
    let _ = tokio::try_join!(up, down);
}

/// What a connection is recorded with. Its end, also by being aborted, records the mail that got no reply.
struct Ends {
    follower: Mutex<Follower>,
    recorder: Arc<Recorder>,
}

impl Ends {
    fn client_sent(&self, octets: &[u8]) {
        self.follower().client_sent(octets);
    }

    fn server_sent(&self, octets: &[u8]) {
        let ended = self.follower().server_sent(octets);
        for mail in ended {
            self.recorder.record(mail);
        }
    }

    fn follower(&self) -> std::sync::MutexGuard<'_, Follower> {
        self.follower.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Ends {
    fn drop(&mut self) {
        let unanswered = self.follower().closed();
        if let Some(mail) = unanswered {
            self.recorder.record(mail);
        }
    }
}

/// Copies until the end of `input`; what is copied is seen first.
async fn copy(
    mut input: ReadHalf<'_>,
    mut output: WriteHalf<'_>,
    mut see: impl FnMut(&[u8]),
) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = input
            .read(&mut chunk)
            .await
            .inspect_err(|_| reset(output.as_ref()))?;
        if read == 0 {
            return output.shutdown().await;
        }
        see(&chunk[..read]);
        output
            .write_all(&chunk[..read])
            .await
            .inspect_err(|_| reset(input.as_ref()))?;
    }
}

/// Closing the stream will reset the connection (RST) instead of ending it (FIN).
fn reset(stream: &TcpStream) {
    // Fails only on a socket that is already gone.
    let _ = stream.set_zero_linger();
}
