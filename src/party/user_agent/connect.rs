//! How a user agent's connections come about: to whom the URL names, or to a proxy or a wire instead, with TLS where the URL asks
//! for it.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::lookup_host;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tower_service::Service;

use crate::link::stream::Stream;
use crate::link::{Connection as Numbered, Tape, Taped};

/// Octets of a proxy's answer to CONNECT that are read.
const LONGEST_ANSWER: usize = 16 * 1024;

/// Opens connections.
#[derive(Debug, Clone)]
pub(super) struct Connector {
    tls: Arc<ClientConfig>,
    proxy: Option<SocketAddr>,
    /// Where it connects to, whatever the URL says and whether there is a proxy.
    through: Option<SocketAddr>,
}

/// No TLS with a server that is there; in words for a person.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unencryptable(String);

impl Connector {
    pub(super) fn new(tls: ClientConfig, proxy: Option<SocketAddr>) -> Connector {
        Connector {
            tls: Arc::new(tls),
            proxy,
            through: None,
        }
    }

    pub(super) fn through(&self, wire: SocketAddr) -> Connector {
        Connector {
            through: Some(wire),
            ..self.clone()
        }
    }

    pub(super) fn proxy(&self) -> Option<SocketAddr> {
        self.proxy
    }

    async fn connect(self, uri: Uri) -> io::Result<TokioIo<Taped<Wire>>> {
        let secure = uri.scheme_str() == Some("https");
        let host = uri.host().unwrap_or_default();
        // An IPv6 address stands in brackets.
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let mut stream = match self.through.or(self.proxy) {
            Some(addr) => Stream::connect(addr).await?,
            None => reach(host, port).await?,
        };
        if !secure {
            let proxied = self.proxy.is_some();
            let connection = stream.connection();
            return Ok(taped(Wire::Clear { stream, proxied }, connection));
        }
        if self.proxy.is_some() {
            ask_for_tunnel(&mut stream, &uri, port).await?;
        }
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| unencryptable(format!("{host:?} is no name that a certificate can have")))?;
        let connection = stream.connection().map(Numbered::over_tls);
        let stream = TlsConnector::from(self.tls)
            .connect(name, stream)
            .await
            .map_err(|error| unencryptable(format!("TLS failed: {error}")))?;
        Ok(taped(Wire::Tls(Box::new(stream)), connection))
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Taped<Wire>>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<TokioIo<Taped<Wire>>>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

/// One connection.
#[derive(Debug)]
pub(super) enum Wire {
    Clear {
        stream: Stream,
        /// Its other end is a proxy, which is asked for whole URLs.
        proxied: bool,
    },
    Tls(Box<TlsStream<Stream>>),
}

/// The connection's record, with every request that goes over it.
#[derive(Debug, Clone)]
pub(super) struct OnTape(pub(super) Arc<Tape>);

fn taped(wire: Wire, connection: Option<Numbered>) -> TokioIo<Taped<Wire>> {
    TokioIo::new(Taped::client(wire, Arc::new(Tape::new(connection))))
}

impl Connection for Taped<Wire> {
    fn connected(&self) -> Connected {
        let proxied = matches!(self.stream(), Wire::Clear { proxied: true, .. });
        Connected::new()
            .proxy(proxied)
            .extra(OnTape(Arc::clone(self.tape())))
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Wire::Clear { stream, .. } => Pin::new(stream).poll_read(cx, buf),
            Wire::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Wire::Clear { stream, .. } => Pin::new(stream).poll_write(cx, buf),
            Wire::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Wire::Clear { stream, .. } => Pin::new(stream).poll_flush(cx),
            Wire::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Wire::Clear { stream, .. } => Pin::new(stream).poll_shutdown(cx),
            Wire::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

/// The first of a host's addresses that takes a connection.
async fn reach(host: &str, port: u16) -> io::Result<Stream> {
    let mut refused = io::Error::new(io::ErrorKind::NotFound, format!("{host} has no address"));
    for addr in lookup_host((host, port)).await? {
        match Stream::connect(addr).await {
            Ok(stream) => return Ok(stream),
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

/// CONNECT (RFC 9110 §9.3.6).
async fn ask_for_tunnel(stream: &mut Stream, uri: &Uri, port: u16) -> io::Result<()> {
    let host = uri.host().unwrap_or_default();
    let request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    // Octet by octet: what follows the head is the server's.
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() >= LONGEST_ANSWER {
            return Err(unencryptable(
                "the proxy's answer to CONNECT does not end".to_owned(),
            ));
        }
        answer.push(stream.read_u8().await?);
    }
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.lines().next().unwrap_or_default();
    let granted = status.split(' ').nth(1).is_some_and(|code| code.starts_with('2'));
    if !granted {
        return Err(unencryptable(format!(
            "the proxy answered CONNECT with {status:?}"
        )));
    }
    Ok(())
}

fn unencryptable(why: String) -> io::Error {
    io::Error::other(Unencryptable(why))
}
