//! The TCP stream under the peer's SMTP client: passes octets, keeps the dialogue and every reply as it came.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::link::reply::{Replies, Reply};
use crate::link::stream::Stream;

/// How the client introduces itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Greeting {
    Ehlo,
    /// To a server that knows no EHLO (RFC 5321 §3.2): the library says only EHLO, so the stream changes the word.
    Helo,
}

/// What passed over a stream; shared with whoever made it.
#[derive(Debug, Clone, Default)]
pub(super) struct Record(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    dialogue: Vec<String>,
    replies: Replies,
    /// Replies nobody asked for yet.
    unread: Vec<Reply>,
    /// A message is being sent: its octets are no dialogue.
    message: bool,
    nonsense: Option<String>,
}

impl Record {
    /// The oldest reply not taken yet.
    pub(super) fn next_reply(&self) -> Option<Reply> {
        let mut kept = self.kept();
        (!kept.unread.is_empty()).then(|| kept.unread.remove(0))
    }

    /// What the server sent that is no reply, if it did.
    pub(super) fn nonsense(&self) -> Option<String> {
        self.kept().nonsense.clone()
    }

    pub(super) fn dialogue(&self) -> Vec<String> {
        self.kept().dialogue.clone()
    }

    /// From now on the client sends a message, or commands again.
    pub(super) fn message(&self, on: bool) {
        self.kept().message = on;
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn written(&mut self, octets: &[u8]) {
        if !self.message {
            let text = String::from_utf8_lossy(octets);
            let lines = text.trim_end_matches(['\r', '\n']).split("\r\n");
            self.dialogue.extend(lines.map(|line| format!("C: {line}")));
        }
    }

    fn read(&mut self, octets: &[u8]) -> io::Result<()> {
        self.replies.push(octets);
        loop {
            match self.replies.next_reply() {
                Ok(Some(reply)) => {
                    self.dialogue
                        .extend(reply.lines.iter().map(|line| format!("S: {line}")));
                    // The library cannot take a blank keyword line in an EHLO answer.
                    let blank = reply
                        .text
                        .split('\n')
                        .any(|text| !text.is_empty() && text.trim().is_empty());
                    self.unread.push(reply);
                    if blank {
                        return Err(self.refuse("a reply with a blank line".to_owned()));
                    }
                }
                Ok(None) => return Ok(()),
                Err(error) => return Err(self.refuse(error.to_string())),
            }
        }
    }

    fn refuse(&mut self, nonsense: String) -> io::Error {
        let error = io::Error::new(io::ErrorKind::InvalidData, nonsense.clone());
        self.nonsense = Some(nonsense);
        error
    }
}

/// A TCP stream that keeps a [`Record`].
#[derive(Debug)]
pub(super) struct RecordedStream {
    stream: Stream,
    record: Record,
    greeting: Greeting,
}

impl RecordedStream {
    /// # Errors
    /// There is no connection.
    pub(super) async fn connect(
        addr: SocketAddr,
        greeting: Greeting,
    ) -> io::Result<(RecordedStream, Record)> {
        let stream = Stream::connect(addr).await?;
        let record = Record::default();
        let recorded = RecordedStream {
            stream,
            record: record.clone(),
            greeting,
        };
        Ok((recorded, record))
    }
}

impl AsyncTokioStream for RecordedStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncRead for RecordedStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buf))?;
        Poll::Ready(this.record.kept().read(&buf.filled()[before..]))
    }
}

impl AsyncWrite for RecordedStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.greeting == Greeting::Helo && buf.starts_with(b"EHLO ") {
            // The word has the same length; the rest of the command follows unchanged.
            let said = [b"HELO ", &buf[5..]].concat();
            let written = ready!(Pin::new(&mut this.stream).poll_write(cx, &said))?;
            this.record.kept().written(&said[..written]);
            return Poll::Ready(Ok(written));
        }
        let written = ready!(Pin::new(&mut this.stream).poll_write(cx, buf))?;
        this.record.kept().written(&buf[..written]);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
