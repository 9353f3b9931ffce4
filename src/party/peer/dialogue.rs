//! SMTP word by word, for cases about the protocol itself: whatever is sent goes out as it is.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::link::reply::{Replies, Reply};
use crate::link::stream::Stream;
use crate::party::delay;
use crate::wire::smtp;

/// Octets that are read at once.
const CHUNK: usize = 4096;

/// An SMTP connection without a will of its own.
#[derive(Debug)]
pub struct Dialogue {
    stream: Stream,
    replies: Replies,
}

impl Dialogue {
    /// Connects; the greeting is the first reply to receive.
    ///
    /// # Errors
    /// There is no connection, in words for a person.
    pub async fn connect(addr: SocketAddr, limit: Duration) -> Result<Dialogue, String> {
        let connected = delay::within(limit, Stream::connect(addr))
            .await
            .map_err(|late| late.to_string())?;
        let stream = connected.map_err(|error| words(&error, "the connection attempt"))?;
        Ok(Dialogue {
            stream,
            replies: Replies::new(),
        })
    }

    /// The next reply: code, and text of all lines joined with `\n`.
    ///
    /// # Errors
    /// No reply came within `limit`, the connection was closed, or what came is no reply; in words for a person.
    pub async fn recv(&mut self, limit: Duration) -> Result<(u16, String), String> {
        let reply = delay::within(limit, self.reply())
            .await
            .map_err(|late| late.to_string())?;
        reply.map(|reply| reply.pair())
    }

    /// Sends one command line; CRLF is added.
    ///
    /// # Errors
    /// The connection is gone.
    pub async fn send_line(&mut self, line: &str) -> Result<(), String> {
        self.send_raw(format!("{line}\r\n").as_bytes()).await
    }

    /// Sends octets exactly so.
    ///
    /// # Errors
    /// The connection is gone.
    pub async fn send_raw(&mut self, octets: &[u8]) -> Result<(), String> {
        self.stream
            .write_all(octets)
            .await
            .map_err(|error| words(&error, "what was sent"))
    }

    /// Sends a message, dot-stuffed and ended with `CRLF . CRLF`.
    ///
    /// # Errors
    /// The connection is gone.
    pub async fn send_message(&mut self, message: &[u8]) -> Result<(), String> {
        self.send_raw(&smtp::stuff(message)).await
    }

    async fn reply(&mut self) -> Result<Reply, String> {
        loop {
            if let Some(reply) = self.replies.next_reply().map_err(|error| error.to_string())? {
                return Ok(reply);
            }
            let mut chunk = [0; CHUNK];
            match self.stream.read(&mut chunk).await {
                Ok(0) if self.replies.rest().is_empty() => {
                    return Err("the connection was closed before a reply".to_owned());
                }
                Ok(0) => {
                    return Err(format!(
                        "the connection was closed within a reply: {:?}",
                        self.replies.rest()
                    ));
                }
                Ok(read) => self.replies.push(&chunk[..read]),
                Err(error) => return Err(words(&error, "what was sent")),
            }
        }
    }
}

/// What went wrong with a connection, for a person.
pub(super) fn words(error: &io::Error, to: &str) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            format!("the connection was reset before the reply to {to}")
        }
        _ => format!("no reply to {to}: {error}"),
    }
}
