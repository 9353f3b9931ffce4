//! The connection under the peer's SMTP client: passes octets, keeps the dialogue and every reply as it came. It sits above TLS, so
//! it sees what is said.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::channel::Channel;
use crate::link::Connection;
use crate::link::reply::{Replies, Reply};
use crate::link::transaction::hidden;
use crate::wire::smtp::ways::Greeting;

/// A connection and what passed over it; shared with whoever made it.
#[derive(Debug, Clone)]
pub(super) struct Record(Arc<Mutex<Kept>>);

#[derive(Debug)]
struct Kept {
    channel: Channel,
    connection: Option<Connection>,
    /// The library says only EHLO; for HELO the stream changes the word.
    greeting: Greeting,
    dialogue: Vec<String>,
    replies: Replies,
    /// Replies nobody asked for yet.
    unread: Vec<Reply>,
    sending: Sending,
    nonsense: Option<String>,
}

/// What the client sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sending {
    Commands,
    /// Its octets are no dialogue.
    Message,
    /// Part of an AUTH exchange.
    Secrets,
}

impl Record {
    pub(super) fn new(channel: Channel, greeting: Greeting) -> Record {
        Record(Arc::new(Mutex::new(Kept {
            connection: channel.connection(),
            channel,
            greeting,
            dialogue: Vec::new(),
            replies: Replies::new(),
            unread: Vec::new(),
            sending: Sending::Commands,
            nonsense: None,
        })))
    }

    /// The connection as the library wants it.
    pub(super) fn stream(&self) -> RecordedStream {
        RecordedStream(self.clone())
    }

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

    pub(super) fn connection(&self) -> Option<Connection> {
        self.kept().connection
    }

    /// From now on the client sends this.
    pub(super) fn sends(&self, what: Sending) {
        self.kept().sending = what;
    }

    /// Goes on over TLS. What the server sent before the handshake and nobody has read is no part of what is protected, and ends
    /// the connection (RFC 3207 §4.2).
    ///
    /// # Errors
    /// The handshake fails.
    pub(super) async fn secure(
        &self,
        config: Arc<ClientConfig>,
        server: ServerName<'static>,
    ) -> io::Result<()> {
        let channel = {
            let mut kept = self.kept();
            if !kept.unread.is_empty() || !kept.replies.rest().is_empty() {
                return Err(kept.refuse("more than a reply, before TLS".to_owned()));
            }
            std::mem::replace(&mut kept.channel, Channel::Closed)
        };
        let secured = channel.into_client_tls(config, server).await?;
        let mut kept = self.kept();
        if let Some(tls) = secured.tls() {
            kept.dialogue.push(format!("* {tls}"));
        }
        kept.connection = kept.connection.map(Connection::over_tls);
        kept.channel = secured;
        Ok(())
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn written(&mut self, octets: &[u8]) {
        if self.sending == Sending::Message {
            return;
        }
        let text = String::from_utf8_lossy(octets);
        for line in text.trim_end_matches(['\r', '\n']).split("\r\n") {
            self.dialogue.push(match self.sending {
                Sending::Secrets => format!("C: {}", hidden(line)),
                _ => format!("C: {line}"),
            });
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

/// A connection that keeps a [`Record`].
#[derive(Debug)]
pub(super) struct RecordedStream(Record);

impl AsyncTokioStream for RecordedStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.kept().channel.peer_addr()
    }
}

impl AsyncRead for RecordedStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut kept = self.0.kept();
        let before = buf.filled().len();
        ready!(Pin::new(&mut kept.channel).poll_read(cx, buf))?;
        Poll::Ready(kept.read(&buf.filled()[before..]))
    }
}

impl AsyncWrite for RecordedStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let mut kept = self.0.kept();
        if kept.greeting == Greeting::Helo && kept.sending == Sending::Commands && buf.starts_with(b"EHLO ") {
            // The word has the same length; the rest of the command follows unchanged.
            let said = [b"HELO ", &buf[5..]].concat();
            let written = ready!(Pin::new(&mut kept.channel).poll_write(cx, &said))?;
            kept.written(&said[..written]);
            return Poll::Ready(Ok(written));
        }
        let written = ready!(Pin::new(&mut kept.channel).poll_write(cx, buf))?;
        kept.written(&buf[..written]);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0.kept().channel).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0.kept().channel).poll_shutdown(cx)
    }
}
