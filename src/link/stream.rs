//! A TCP stream that leaves no port waiting.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use super::carriage::Connection;
use super::tape::{Tape, Taped};

/// A TCP stream without Nagle's delay. Once the other side has closed it, ending it resets the connection: both sides are done,
/// and neither port waits in TIME_WAIT. A run has thousands of connections, and ports of the system are found ever more slowly
/// the more of them wait.
#[derive(Debug)]
pub struct Stream {
    stream: TcpStream,
    /// The other side has closed.
    over: bool,
}

impl Stream {
    pub fn new(stream: TcpStream) -> Stream {
        // A socket that refuses the option works without it, a little slower.
        let _ = stream.set_nodelay(true);
        Stream { stream, over: false }
    }

    /// # Errors
    /// There is no connection.
    pub async fn connect(addr: SocketAddr) -> io::Result<Stream> {
        TcpStream::connect(addr).await.map(Stream::new)
    }

    /// The socket itself.
    pub fn tcp(&self) -> &TcpStream {
        &self.stream
    }

    /// The connection, from this end; a new number each time it is asked. `None`: the socket is gone.
    pub fn connection(&self) -> Option<Connection> {
        Connection::of(&self.stream)
    }

    /// # Errors
    /// The socket is gone.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.over {
            reset(&self.stream);
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buf))?;
        this.over |= buf.filled().len() == before && buf.remaining() > 0;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.over {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut this.stream).poll_shutdown(cx)
    }
}

/// Closing the stream will reset the connection (RST) instead of ending it (FIN).
pub fn reset(stream: &TcpStream) {
    // Fails only on a socket that is already gone.
    let _ = stream.set_zero_linger();
}

/// A listener whose connections are [`Stream`]s, on tape.
#[derive(Debug)]
pub struct Streams(pub TcpListener);

impl axum::serve::Listener for Streams {
    type Io = Taped<Stream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Taped<Stream>, SocketAddr) {
        let (stream, addr) = axum::serve::Listener::accept(&mut self.0).await;
        let stream = Stream::new(stream);
        let tape = Arc::new(Tape::new(stream.connection()));
        (Taped::server(stream, tape), addr)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}
