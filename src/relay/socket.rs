//! A stream that is reset, not closed, when its relay is killed: TCP, TLS on it, or a socket of this machine.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

/// Dropped while `killed` is set, it sends RST: what a process that dies with unread data leaves behind.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: Stream,
    killed: Arc<AtomicBool>,
}

#[derive(Debug)]
enum Stream {
    Tcp(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    Local(UnixStream),
    /// It was taken away.
    Gone,
}

impl Socket {
    /// Takes over a connected stream. Small writes go out at once.
    pub fn new(stream: TcpStream, killed: Arc<AtomicBool>) -> Socket {
        // Without it replies wait for the peer's delayed acknowledgement; a stream that refuses it still works.
        let _ = stream.set_nodelay(true);
        Socket {
            stream: Stream::Tcp(stream),
            killed,
        }
    }

    /// A connection inside this machine.
    pub fn local(stream: UnixStream) -> Socket {
        Socket {
            stream: Stream::Local(stream),
            killed: Arc::default(),
        }
    }

    /// One through which nothing goes.
    pub fn gone() -> Socket {
        Socket {
            stream: Stream::Gone,
            killed: Arc::default(),
        }
    }

    /// The same connection, TLS on it, this side as the server.
    pub async fn accept_tls(self, acceptor: &TlsAcceptor) -> io::Result<Socket> {
        let (stream, killed) = self.into_tcp()?;
        let stream = TlsStream::Server(acceptor.accept(stream).await?);
        Ok(Socket {
            stream: Stream::Tls(Box::new(stream)),
            killed,
        })
    }

    /// The same connection, TLS on it, this side as the client of that server.
    pub async fn connect_tls(
        self,
        connector: &TlsConnector,
        server: ServerName<'static>,
    ) -> io::Result<Socket> {
        let (stream, killed) = self.into_tcp()?;
        let stream = TlsStream::Client(connector.connect(server, stream).await?);
        Ok(Socket {
            stream: Stream::Tls(Box::new(stream)),
            killed,
        })
    }

    fn into_tcp(mut self) -> io::Result<(TcpStream, Arc<AtomicBool>)> {
        match std::mem::replace(&mut self.stream, Stream::Gone) {
            Stream::Tcp(stream) => Ok((stream, self.killed.clone())),
            _ => Err(io::Error::other("no TCP connection in the clear")),
        }
    }

    /// The address of the other side; none if it is gone, or on this machine.
    pub fn peer(&self) -> Option<IpAddr> {
        Some(self.tcp()?.peer_addr().ok()?.ip())
    }

    fn tcp(&self) -> Option<&TcpStream> {
        match &self.stream {
            Stream::Tcp(stream) => Some(stream),
            Stream::Tls(stream) => Some(stream.get_ref().0),
            _ => None,
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let (Some(stream), true) = (self.tcp(), self.killed.load(Ordering::Acquire)) {
            // A stream that refuses is closed in the ordinary way.
            let _ = stream.set_zero_linger();
        }
    }
}

/// The same call on whatever the stream is.
macro_rules! on_stream {
    ($socket:expr, $stream:ident => $call:expr) => {
        match &mut $socket.stream {
            Stream::Tcp($stream) => $call,
            Stream::Tls($stream) => $call,
            Stream::Local($stream) => $call,
            Stream::Gone => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    };
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        on_stream!(self, stream => Pin::new(stream).poll_read(cx, buf))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        on_stream!(self, stream => Pin::new(stream).poll_write(cx, buf))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_stream!(self, stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_stream!(self, stream => Pin::new(stream).poll_shutdown(cx))
    }
}
