//! The peer's SMTP client, on lettre's low-level connection: every reply is kept, nothing about a mail is improved.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;

use self::course::Course;
use super::channel::Place;
use crate::link::Carriage;
use crate::party::SmtpStage;
use crate::party::delay;
use crate::party::tls::{self, TlsError};
use crate::wire::smtp::ways::{SmtpWays, TlsMode};

mod course;

/// The word with which a mail command of ours tells a peer of ours how it was called.
pub(super) const CALLED: &str = "XPIPE";

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Each recipient that was tried and the reply to it, in order.
    pub recipients: Vec<(String, u16, String)>,
    /// The reply that ended the transaction, or why there is none.
    pub end: Result<Ended, NoReply>,
    /// The client's name in its greeting.
    pub helo: String,
    /// One `C: …` or `S: …` line each, message left out.
    pub dialogue: Vec<String>,
    /// How the reply passed, with the dialogue; of several connections the last.
    pub wire: Option<Carriage>,
}

impl Delivery {
    /// Recipients the server took.
    pub fn accepted(&self) -> Vec<String> {
        let accepted = self.recipients.iter().filter(|(_, code, _)| code / 100 == 2);
        accepted.map(|(rcpt, ..)| rcpt.clone()).collect()
    }

    /// Recipients the server refused, and the reply.
    pub fn refused(&self) -> Vec<(String, String)> {
        let refused = self.recipients.iter().filter(|(_, code, _)| code / 100 != 2);
        refused
            .map(|(rcpt, code, text)| (rcpt.clone(), format!("{code} {}", text.replace('\n', " "))))
            .collect()
    }
}

/// The reply that ended a transaction: to the end of data, or an earlier one that ruled it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub code: u16,
    /// Lines joined with `\n`.
    pub text: String,
    pub stage: SmtpStage,
}

/// No reply came; in words for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoReply(pub String);

/// What is sent, and from whom to whom. Paths are without angle brackets and go out exactly so. `data` is the message, not
/// dot-stuffed; it goes out octet by octet, with a final CRLF only if it has none.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// The client's name in its greeting, unless its ways name another.
    pub helo: &'a str,
    pub mail_from: &'a str,
    pub rcpt_to: &'a [String],
    pub data: &'a Bytes,
}

/// A server and how to speak with it, ready to send.
#[derive(Debug, Clone)]
pub struct SmtpClient {
    place: Place,
    ways: SmtpWays,
    tls: Option<Tls>,
    /// It speaks for a mail command that was called so.
    called: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Tls {
    pub(super) config: Arc<ClientConfig>,
    pub(super) server: ServerName<'static>,
    pub(super) mode: TlsMode,
}

impl SmtpClient {
    /// EHLO and nothing else.
    pub fn plain(addr: SocketAddr) -> SmtpClient {
        SmtpClient::at(Place::Tcp(addr))
    }

    pub(super) fn at(place: Place) -> SmtpClient {
        SmtpClient {
            place,
            ways: SmtpWays::default(),
            tls: None,
            called: None,
        }
    }

    /// # Errors
    /// TLS is wanted, and cannot be set up.
    pub fn new(addr: SocketAddr, ways: &SmtpWays) -> Result<SmtpClient, TlsError> {
        let tls = match &ways.tls {
            None => None,
            Some(wanted) => Some(Tls {
                config: Arc::new(tls::client(Some(&wanted.root))?),
                server: tls::server_name(wanted.name.as_deref(), addr.ip())?,
                mode: wanted.mode,
            }),
        };
        Ok(SmtpClient {
            ways: ways.clone(),
            tls,
            ..SmtpClient::plain(addr)
        })
    }

    /// The same, connecting to `wire` instead of the server; the server does not notice.
    #[must_use]
    pub fn through(mut self, wire: SocketAddr) -> SmtpClient {
        self.place = Place::Tcp(wire);
        self
    }

    /// The same, introducing itself as a mail command that was called so.
    #[must_use]
    pub(super) fn called(mut self, how: String) -> SmtpClient {
        self.called = Some(how);
        self
    }

    pub fn place(&self) -> &Place {
        &self.place
    }

    pub(super) fn tls(&self) -> Option<&Tls> {
        self.tls.as_ref()
    }

    pub fn ways(&self) -> &SmtpWays {
        &self.ways
    }

    /// Sends a mail over a new connection, `limit` in all. Goes on with the recipients that are accepted.
    pub async fn deliver(&self, letter: Letter<'_>, limit: Duration) -> Delivery {
        let helo = self.ways.name.as_deref().unwrap_or(letter.helo);
        let mut course = Course::new(self, helo);
        let end = match delay::within(limit, course.run(&letter)).await {
            Ok(Ok(ended)) => Ok(ended),
            Ok(Err(no_reply)) => Err(no_reply),
            Err(_) => Err(NoReply(format!(
                "nothing answered {} within {}",
                course.waiting_for,
                delay::words(limit)
            ))),
        };
        Delivery {
            dialogue: course.dialogue(),
            wire: course.wire(),
            recipients: course.recipients,
            end,
            helo: helo.to_owned(),
        }
    }
}

/// Sends a mail over a new connection in the ordinary way: see [`SmtpClient::deliver`] and [`Letter`].
pub async fn deliver(
    addr: SocketAddr,
    helo: &str,
    mail_from: &str,
    rcpt_to: &[String],
    data: Bytes,
    limit: Duration,
) -> Delivery {
    let letter = Letter {
        helo,
        mail_from,
        rcpt_to,
        data: &data,
    };
    SmtpClient::plain(addr).deliver(letter, limit).await
}
