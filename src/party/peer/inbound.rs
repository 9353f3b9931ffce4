//! How MM4 goes into a relay: over SMTP, or through a command of the relay's for each recipient.

use std::net::SocketAddr;
use std::time::Duration;

use super::Place;
use super::client::{Delivery, Letter, SmtpClient};
use super::command::{self, CannotRun};
use crate::party::tls::TlsError;
use crate::wire::smtp::ways::{MailCommand, Paths, SmtpWays};

/// A way in, ready for use.
#[derive(Debug, Clone)]
pub enum Inbound {
    Smtp(SmtpClient),
    Command(MailCommand),
}

impl Inbound {
    /// SMTP with EHLO and nothing else.
    pub fn plain(addr: SocketAddr) -> Inbound {
        Inbound::Smtp(SmtpClient::plain(addr))
    }

    /// # Errors
    /// TLS is wanted, and cannot be set up.
    pub fn smtp(addr: SocketAddr, ways: &SmtpWays) -> Result<Inbound, TlsError> {
        SmtpClient::new(addr, ways).map(Inbound::Smtp)
    }

    /// The client of SMTP, if that is spoken.
    pub fn client(&self) -> Option<&SmtpClient> {
        match self {
            Inbound::Smtp(client) => Some(client),
            Inbound::Command(_) => None,
        }
    }

    /// Where SMTP is spoken, if it is.
    pub fn smtp_addr(&self) -> Option<SocketAddr> {
        match self {
            Inbound::Smtp(client) => match client.place() {
                Place::Tcp(addr) => Some(*addr),
                #[cfg(unix)]
                Place::Unix(_) => None,
            },
            Inbound::Command(_) => None,
        }
    }

    /// How the relay wants numbers written in envelopes.
    pub fn paths(&self) -> Paths {
        match self {
            Inbound::Smtp(client) => client.ways().paths,
            Inbound::Command(command) => command.paths,
        }
    }

    /// The name with which a client called `helo` introduces itself here; empty where nobody is greeted.
    pub fn greeting<'a>(&'a self, helo: &'a str) -> &'a str {
        match self {
            Inbound::Smtp(client) => client.ways().name.as_deref().unwrap_or(helo),
            Inbound::Command(_) => "",
        }
    }

    /// What can be said of a delivery before it begins: the command lines, `$ …` each.
    pub fn announced(&self, mail_from: &str, rcpt_to: &[String]) -> Vec<String> {
        match self {
            Inbound::Smtp(_) => Vec::new(),
            Inbound::Command(command) => rcpt_to
                .iter()
                .map(|rcpt| command::shown(&command.line(mail_from, rcpt)))
                .collect(),
        }
    }

    /// Sends a mail, over `wire` instead of straight to the SMTP server if there is one; `limit` for all of SMTP, or for each run of
    /// a command that has no limit of its own.
    ///
    /// # Errors
    /// The command cannot be run: the mail was not sent, and the relay has no part in that.
    pub async fn deliver(
        &self,
        letter: Letter<'_>,
        wire: Option<SocketAddr>,
        limit: Duration,
    ) -> Result<Delivery, CannotRun> {
        match (self, wire) {
            (Inbound::Smtp(client), None) => Ok(client.deliver(letter, limit).await),
            (Inbound::Smtp(client), Some(wire)) => {
                Ok(client.clone().through(wire).deliver(letter, limit).await)
            }
            (Inbound::Command(command), _) => command::run(command, letter, limit).await,
        }
    }
}
