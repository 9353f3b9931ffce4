//! The wire between two nodes: a stable address in front of a node that may come and go, and a record of the mails that pass.

use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::record::{Ends, Recorder};
use super::shape::{self, Line, Ride, State};
use super::stream::reset;
use super::{Arrival, Connection, LossKind};

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

/// What a hop makes of the mails that pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mails {
    Recorded,
    /// They are seen where they arrive.
    Unrecorded,
}

impl Hop {
    /// Opens a hop that records as `name` (`A-B`) what relay `from` sends over it. It listens on `at` (port 0: any). The node
    /// behind it is down until [`Hop::set_target`].
    ///
    /// # Errors
    /// `at` cannot be bound.
    pub async fn open(name: &str, from: &str, at: SocketAddr, sink: Sink) -> io::Result<Hop> {
        let recorder = Recorder {
            name: name.to_owned(),
            from: from.to_owned(),
            sink,
        };
        Hop::listen(at, Wire::Plain(recorder)).await
    }

    /// The same on a wire that may be in bad shape: what that does to connections is recorded too, under the wire's name.
    ///
    /// # Errors
    /// `at` cannot be bound.
    pub async fn open_on(
        line: &Line,
        from: &str,
        at: SocketAddr,
        mails: Mails,
        sink: Sink,
    ) -> io::Result<Hop> {
        let recorder = Recorder {
            name: line.name().to_owned(),
            from: from.to_owned(),
            sink,
        };
        let wire = Wire::Shaped {
            line: line.clone(),
            recorder,
            mails,
        };
        Hop::listen(at, wire).await
    }

    async fn listen(at: SocketAddr, wire: Wire) -> io::Result<Hop> {
        let listener = TcpListener::bind(at).await?;
        let addr = listener.local_addr()?;
        let (target, behind) = watch::channel(None);
        let task = tokio::spawn(accept(listener, behind, wire));
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

enum Wire {
    Plain(Recorder),
    Shaped {
        line: Line,
        recorder: Recorder,
        mails: Mails,
    },
}

async fn accept(listener: TcpListener, behind: watch::Receiver<Option<SocketAddr>>, wire: Wire) {
    let (line, recorder, mails) = match wire {
        Wire::Plain(recorder) => (None, recorder, Mails::Recorded),
        Wire::Shaped {
            line,
            recorder,
            mails,
        } => (Some(line), recorder, mails),
    };
    let recorder = Arc::new(recorder);
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        // A failed accept concerns the connection that was to come (ECONNABORTED) or the process (EMFILE); both pass.
        let Ok((near, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        let target = *behind.borrow();
        let recorder = Arc::clone(&recorder);
        match &line {
            None => drop(connections.spawn(pass(near, target, recorder))),
            Some(line) => {
                let ride = line.ride().telling(Arc::clone(&recorder));
                drop(connections.spawn(pass_on(ride, near, target, recorder, mails)));
            }
        }
    }
}

async fn connect(target: Option<SocketAddr>) -> Option<TcpStream> {
    let far = TcpStream::connect(target?).await.ok()?;
    far.set_nodelay(true).ok()?;
    Some(far)
}

async fn pass(mut near: TcpStream, target: Option<SocketAddr>, recorder: Arc<Recorder>) {
    let Some(mut far) = connect(target).await else {
        return reset(&near);
    };
    if near.set_nodelay(true).is_err() {
        return reset(&near);
    }
    let ends = Ends::new(Some(recorder), Connection::of(&far));
    let (near_in, near_out) = near.split();
    let (far_in, far_out) = far.split();
    let mut up = pin!(copy(near_in, far_out, |octets| ends.client_sent(octets)));
    let mut down = pin!(copy(far_in, near_out, |octets| ends.server_sent(octets)));
    // One side's end leaves the other open (half close); its breaking breaks both.
    let _ = tokio::select! {
        ended = &mut up => half_close(ended, down).await,
        ended = &mut down => part(ended, up).await,
    };
}

/// The client has ended: the server is told, and has the last word.
async fn half_close<'a>(
    ended: io::Result<WriteHalf<'a>>,
    other: Pin<&mut impl Future<Output = io::Result<WriteHalf<'a>>>>,
) -> io::Result<()> {
    ended?.shutdown().await?;
    other.await?.shutdown().await
}

/// The server has ended. A client that then ends too has read its last words: both connections are reset, so that no port waits in
/// TIME_WAIT. One that goes on is told.
async fn part<'a>(
    ended: io::Result<WriteHalf<'a>>,
    mut other: Pin<&mut impl Future<Output = io::Result<WriteHalf<'a>>>>,
) -> io::Result<()> {
    let mut there = ended?;
    let back = match shape::parting(&mut other).await {
        Some(back) => back?,
        None => {
            there.shutdown().await?;
            return other.await?.shutdown().await;
        }
    };
    reset(there.as_ref());
    reset(back.as_ref());
    Ok(())
}

/// A connection on a wire that may be in bad shape.
async fn pass_on(
    ride: Ride,
    near: TcpStream,
    target: Option<SocketAddr>,
    recorder: Arc<Recorder>,
    mails: Mails,
) {
    if ride.shape().state == State::Down {
        ride.lose(LossKind::Down);
        reset(&near);
    } else if let Some(far) = connect(target).await
        && near.set_nodelay(true).is_ok()
    {
        let recorder = (mails == Mails::Recorded).then_some(recorder);
        let ends = Ends::new(recorder, Connection::of(&far));
        shape::pass(near, far, &ride, &ends).await;
    } else {
        reset(&near);
    }
}

/// Copies until the end of `input`; what is copied is seen first. The way on is left open.
async fn copy<'a>(
    mut input: ReadHalf<'a>,
    mut output: WriteHalf<'a>,
    mut see: impl FnMut(&[u8]),
) -> io::Result<WriteHalf<'a>> {
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = input
            .read(&mut chunk)
            .await
            .inspect_err(|_| reset(output.as_ref()))?;
        if read == 0 {
            return Ok(output);
        }
        see(&chunk[..read]);
        output
            .write_all(&chunk[..read])
            .await
            .inspect_err(|_| reset(input.as_ref()))?;
    }
}
