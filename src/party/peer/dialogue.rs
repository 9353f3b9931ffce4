//! SMTP word by word, for cases about the protocol itself: whatever is sent goes out as it is.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::SmtpClient;
use super::channel::Channel;
use super::client::Tls;
use crate::link::reply::{Replies, Reply};
use crate::link::{Carriage, Connection, Leg};
use crate::party::delay;
use crate::wire::smtp;
use crate::wire::smtp::ways::TlsMode;

/// Octets that are read at once.
const CHUNK: usize = 4096;

/// An SMTP connection without a will of its own.
#[derive(Debug)]
pub struct Dialogue {
    channel: Channel,
    connection: Option<Connection>,
    replies: Replies,
    /// The greeting, if it was read before it was asked for.
    greeting: Option<Reply>,
}

impl Dialogue {
    /// Connects in plain SMTP; the greeting is the first reply to receive.
    ///
    /// # Errors
    /// There is no connection, in words for a person.
    pub async fn connect(addr: SocketAddr, limit: Duration) -> Result<Dialogue, String> {
        Dialogue::open(&SmtpClient::plain(addr), limit).await
    }

    /// Connects, with TLS if the client has it; the greeting is the first reply to receive. STARTTLS comes before that, and leaves no
    /// trace: after the handshake the server knows nothing of the client. There is no login, which would.
    ///
    /// # Errors
    /// There is no connection, or no TLS, in words for a person.
    pub async fn open(client: &SmtpClient, limit: Duration) -> Result<Dialogue, String> {
        delay::within(limit, Dialogue::opened(client))
            .await
            .map_err(|late| late.to_string())?
    }

    async fn opened(client: &SmtpClient) -> Result<Dialogue, String> {
        let channel = Channel::connect(client.place())
            .await
            .map_err(|error| words(&error, "the connection attempt"))?;
        let mut dialogue = Dialogue {
            connection: channel.connection(),
            channel,
            replies: Replies::new(),
            greeting: None,
        };
        match client.tls() {
            None => {}
            Some(tls) if tls.mode == TlsMode::Implicit => dialogue.secure(tls).await?,
            Some(tls) => {
                let greeting = dialogue.reply().await?;
                for (line, code) in [("EHLO mmspec.invalid", 250), ("STARTTLS", 220)] {
                    dialogue.send_line(line).await?;
                    let reply = dialogue.reply().await?;
                    if reply.code != code {
                        return Err(format!("{line} was answered with {reply}"));
                    }
                }
                dialogue.secure(tls).await?;
                dialogue.greeting = Some(greeting);
            }
        }
        Ok(dialogue)
    }

    async fn secure(&mut self, tls: &Tls) -> Result<(), String> {
        let clear = std::mem::replace(&mut self.channel, Channel::Closed);
        let secured = clear
            .into_client_tls(tls.config.clone(), tls.server.clone())
            .await;
        self.channel = secured.map_err(|error| format!("TLS failed: {error}"))?;
        self.connection = self.connection.map(Connection::over_tls);
        Ok(())
    }

    /// How a reply of the server passes.
    pub fn received(&self, reply: &Reply) -> Option<Carriage> {
        let wire = self.connection?.received();
        Some(wire.with_legs(vec![Leg::there(reply.octets())]))
    }

    /// How octets of ours pass.
    pub fn sent(&self, octets: &[u8]) -> Option<Carriage> {
        let wire = self.connection?.sent();
        Some(wire.with_legs(vec![Leg::there(octets.to_vec())]))
    }

    /// How a message of ours passes.
    pub fn sending(&self) -> Option<Carriage> {
        Some(self.connection?.sent())
    }

    /// The next reply.
    ///
    /// # Errors
    /// No reply came within `limit`, the connection was closed, or what came is no reply; in words for a person.
    pub async fn recv(&mut self, limit: Duration) -> Result<Reply, String> {
        delay::within(limit, self.reply())
            .await
            .map_err(|late| late.to_string())?
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
        let sent = async {
            self.channel.write_all(octets).await?;
            self.channel.flush().await
        };
        sent.await.map_err(|error| words(&error, "what was sent"))
    }

    /// Sends a message, dot-stuffed and ended with `CRLF . CRLF`.
    ///
    /// # Errors
    /// The connection is gone.
    pub async fn send_message(&mut self, message: &[u8]) -> Result<(), String> {
        self.send_raw(&smtp::stuff(message)).await
    }

    async fn reply(&mut self) -> Result<Reply, String> {
        if let Some(greeting) = self.greeting.take() {
            return Ok(greeting);
        }
        loop {
            if let Some(reply) = self.replies.next_reply().map_err(|error| error.to_string())? {
                return Ok(reply);
            }
            let mut chunk = [0; CHUNK];
            match self.channel.read(&mut chunk).await {
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
