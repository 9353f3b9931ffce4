//! A TCP stream that is reset, not closed, when its relay is killed.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Dropped while `killed` is set, it sends RST: what a process that dies with unread data leaves behind.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    killed: Arc<AtomicBool>,
}

impl Socket {
    /// Takes over a connected stream. Small writes go out at once.
    pub fn new(stream: TcpStream, killed: Arc<AtomicBool>) -> Socket {
        // Without it replies wait for the peer's delayed acknowledgement; a stream that refuses it still works.
        let _ = stream.set_nodelay(true);
        Socket { stream, killed }
    }

    /// The address of the other side; none if it is gone.
    pub fn peer(&self) -> Option<IpAddr> {
        Some(self.stream.peer_addr().ok()?.ip())
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.killed.load(Ordering::Acquire) {
            // A stream that refuses is closed in the ordinary way.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
