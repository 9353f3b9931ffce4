//! Reading of request lines with raw quotes, which hyper takes for no URI.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A connection for one request: quotes in its first line are read as apostrophes.
#[derive(Debug)]
pub(super) struct Lenient<S> {
    inner: S,
    in_first_line: bool,
}

impl<S> Lenient<S> {
    /// `quotes`: whether there may be any.
    pub fn new(inner: S, quotes: bool) -> Lenient<S> {
        Lenient {
            inner,
            in_first_line: quotes,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lenient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(cx, buf);
        if self.in_first_line {
            for octet in &mut buf.filled_mut()[before..] {
                match octet {
                    b'"' => *octet = b'\'',
                    b'\n' => {
                        self.in_first_line = false;
                        break;
                    }
                    _ => {}
                }
            }
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Lenient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
