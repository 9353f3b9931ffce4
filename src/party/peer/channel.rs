//! What an SMTP dialogue of a peer goes over: TCP, a Unix socket, or TLS on TCP.

use std::fmt;
use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ServerConfig};
#[cfg(unix)]
use tokio::io::Interest;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream};
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

use crate::link::Connection;
use crate::link::stream::{Stream, reset};

/// Where an MMSE takes mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Tcp(SocketAddr),
    /// A socket in the file system.
    #[cfg(unix)]
    Unix(PathBuf),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Tcp(addr) => addr.fmt(f),
            #[cfg(unix)]
            Place::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// One connection.
#[derive(Debug)]
pub(super) enum Channel {
    Tcp(Stream),
    #[cfg(unix)]
    Unix(UnixStream),
    Tls(Box<TlsStream<Stream>>),
    /// It broke while it changed to TLS.
    Closed,
}

impl Channel {
    /// # Errors
    /// There is no connection.
    pub(super) async fn connect(place: &Place) -> io::Result<Channel> {
        match place {
            Place::Tcp(addr) => Stream::connect(*addr).await.map(Channel::Tcp),
            #[cfg(unix)]
            Place::Unix(path) => UnixStream::connect(path).await.map(Channel::Unix),
        }
    }

    /// The server has agreed to TLS, or expects it: this is its client.
    ///
    /// # Errors
    /// The handshake fails, for example because the server is not trusted.
    pub(super) async fn into_client_tls(
        self,
        config: Arc<ClientConfig>,
        server: ServerName<'static>,
    ) -> io::Result<Channel> {
        let stream = TlsConnector::from(config)
            .connect(server, self.into_stream()?)
            .await?;
        Ok(Channel::Tls(Box::new(TlsStream::Client(stream))))
    }

    /// The server's side of it.
    ///
    /// # Errors
    /// The handshake fails.
    pub(super) async fn into_server_tls(self, config: Arc<ServerConfig>) -> io::Result<Channel> {
        let stream = TlsAcceptor::from(config).accept(self.into_stream()?).await?;
        Ok(Channel::Tls(Box::new(TlsStream::Server(stream))))
    }

    /// `TLSv1.3 (TLS13_AES_256_GCM_SHA384)`, if there is TLS.
    pub(super) fn tls(&self) -> Option<String> {
        let Channel::Tls(stream) = self else { return None };
        let (_, state) = stream.get_ref();
        let version = state.protocol_version().and_then(|version| version.as_str());
        let version = version.unwrap_or("TLS").replace('_', ".");
        let suite = state
            .negotiated_cipher_suite()
            .map(|suite| format!(" ({:?})", suite.suite()));
        Some(format!("{version}{}", suite.unwrap_or_default()))
    }

    /// Closing it will reset the connection.
    pub(super) fn reset(&self) {
        if let Some(stream) = self.stream() {
            reset(stream.tcp());
        }
    }

    /// Ends when the other side closes the connection while nothing is read from it. Octets that wait to be read hide that.
    pub(super) async fn gone(&self) {
        let waiting = match self {
            #[cfg(unix)]
            Channel::Unix(stream) => match stream.ready(Interest::READABLE).await {
                Ok(ready) => !ready.is_read_closed(),
                Err(_) => false,
            },
            _ => match self.stream() {
                Some(stream) => matches!(stream.tcp().peek(&mut [0]).await, Ok(1..)),
                None => false,
            },
        };
        if waiting {
            std::future::pending().await
        }
    }

    /// Says that nothing more will be sent, where a protocol has a word for that.
    pub(super) async fn take_leave(&mut self) -> io::Result<()> {
        if let Channel::Tls(stream) = self {
            stream.get_mut().1.send_close_notify();
            stream.flush().await?;
        }
        Ok(())
    }

    /// The connection between sockets, if it is one, before any TLS.
    pub(super) fn connection(&self) -> Option<Connection> {
        self.stream().and_then(Stream::connection)
    }

    pub(super) fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream()
            .ok_or_else(|| io::Error::from(io::ErrorKind::Unsupported))?
            .peer_addr()
    }

    fn stream(&self) -> Option<&Stream> {
        match self {
            Channel::Tcp(stream) => Some(stream),
            Channel::Tls(stream) => Some(stream.get_ref().0),
            #[cfg(unix)]
            Channel::Unix(_) => None,
            Channel::Closed => None,
        }
    }

    fn into_stream(self) -> io::Result<Stream> {
        match self {
            Channel::Tcp(stream) => Ok(stream),
            _ => Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "TLS needs a TCP connection in clear text",
            )),
        }
    }
}

impl AsyncRead for Channel {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Channel::Tcp(stream) => Pin::new(stream).poll_read(cx, buf),
            #[cfg(unix)]
            Channel::Unix(stream) => Pin::new(stream).poll_read(cx, buf),
            Channel::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
            Channel::Closed => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncWrite for Channel {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Channel::Tcp(stream) => Pin::new(stream).poll_write(cx, buf),
            #[cfg(unix)]
            Channel::Unix(stream) => Pin::new(stream).poll_write(cx, buf),
            Channel::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
            Channel::Closed => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Channel::Tcp(stream) => Pin::new(stream).poll_flush(cx),
            #[cfg(unix)]
            Channel::Unix(stream) => Pin::new(stream).poll_flush(cx),
            Channel::Tls(stream) => Pin::new(stream).poll_flush(cx),
            Channel::Closed => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Channel::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            #[cfg(unix)]
            Channel::Unix(stream) => Pin::new(stream).poll_shutdown(cx),
            Channel::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
            Channel::Closed => Poll::Ready(Ok(())),
        }
    }
}

/// What connections come in at.
#[derive(Debug)]
pub(super) enum Entrance {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener),
}

impl Entrance {
    /// # Errors
    /// Those of `accept`: they concern the connection that was to come, or the process.
    pub(super) async fn accept(&self) -> io::Result<Channel> {
        match self {
            Entrance::Tcp(listener) => listener
                .accept()
                .await
                .map(|(stream, _)| Channel::Tcp(Stream::new(stream))),
            #[cfg(unix)]
            Entrance::Unix(listener) => listener.accept().await.map(|(stream, _)| Channel::Unix(stream)),
        }
    }
}
