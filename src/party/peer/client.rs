//! The peer's SMTP client, on lettre's low-level connection: every reply is kept, nothing about a mail is improved.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;

use super::recorder::{Greeting, Record, RecordedStream};
use crate::link::reply::Reply;
use crate::party::SmtpStage;
use crate::party::delay;

/// How long the goodbye may take; nobody waits for it.
const GOODBYE: Duration = Duration::from_secs(5);

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

/// Sends a mail over a new connection, `limit` in all. Goes on with the recipients that are accepted. `data` is the message,
/// not dot-stuffed; it goes out octet by octet, with a final CRLF only if it has none. `mail_from` and `rcpt_to` are paths
/// without angle brackets and go out exactly so.
pub async fn deliver(
    addr: SocketAddr,
    helo: &str,
    mail_from: &str,
    rcpt_to: &[String],
    data: Bytes,
    limit: Duration,
) -> Delivery {
    let mut course = Course::default();
    let mail = Mail {
        mail_from,
        rcpt_to,
        data,
    };
    let end = match delay::within(limit, course.run(addr, helo, &mail)).await {
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
        recipients: course.recipients,
        end,
        helo: helo.to_owned(),
    }
}

struct Mail<'a> {
    mail_from: &'a str,
    rcpt_to: &'a [String],
    data: Bytes,
}

/// How far a delivery came.
struct Course {
    record: Record,
    /// Dialogue of an earlier connection, with a server that refused EHLO.
    earlier: Vec<String>,
    recipients: Vec<(String, u16, String)>,
    /// For a person: what was sent last.
    waiting_for: String,
}

impl Default for Course {
    fn default() -> Self {
        Course {
            record: Record::default(),
            earlier: Vec::new(),
            recipients: Vec::new(),
            waiting_for: "the connection attempt".to_owned(),
        }
    }
}

impl Course {
    async fn run(&mut self, addr: SocketAddr, helo: &str, mail: &Mail<'_>) -> Result<Ended, NoReply> {
        let mut connection = match self.connect(addr, helo).await? {
            Ok(connection) => connection,
            Err(ended) => return Ok(ended),
        };
        let ended = self.transact(&mut connection, mail).await;
        if ended.is_ok() {
            tokio::spawn(async move {
                // The mail is over; how the server takes leave does not matter.
                let goodbye = async {
                    // The server closes; what it says before that is nobody's.
                    let _ = connection.quit().await;
                    let _ = connection.read_response().await;
                };
                let _ = delay::within(GOODBYE, goodbye).await;
            });
        }
        ended
    }

    /// A connection, or the reply that refused one.
    async fn connect(
        &mut self,
        addr: SocketAddr,
        helo: &str,
    ) -> Result<Result<AsyncSmtpConnection, Ended>, NoReply> {
        let refused = match self.introduce(addr, helo, Greeting::Ehlo).await? {
            Ok(connection) => return Ok(Ok(connection)),
            Err(refused) => refused,
        };
        // RFC 5321 §3.2: a server that does not know EHLO is greeted with HELO.
        if refused.stage == SmtpStage::Ehlo && matches!(refused.code, 500..=502 | 504) {
            self.earlier = self.record.dialogue();
            return self.introduce(addr, helo, Greeting::Helo).await;
        }
        Ok(Err(refused))
    }

    async fn introduce(
        &mut self,
        addr: SocketAddr,
        helo: &str,
        greeting: Greeting,
    ) -> Result<Result<AsyncSmtpConnection, Ended>, NoReply> {
        let (stream, record) = RecordedStream::connect(addr, greeting)
            .await
            .map_err(|error| NoReply(super::dialogue::words(&error, "the connection attempt")))?;
        self.record = record;
        self.waiting_for = "the connection attempt".to_owned();
        let name = ClientId::Domain(helo.to_owned());
        let connected = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &name).await;
        let greeting = self.record.next_reply();
        let introduced = self.record.next_reply();
        match (connected, greeting, introduced) {
            (Ok(connection), ..) => Ok(Ok(connection)),
            (Err(_), Some(reply), None) if reply.code >= 400 => Ok(Err(ended(&reply, SmtpStage::Connect))),
            (Err(_), Some(_), Some(reply)) if reply.code >= 400 => Ok(Err(ended(&reply, SmtpStage::Ehlo))),
            (Err(error), None, _) => Err(self.no_reply(&error, "the connection")),
            (Err(error), Some(_), _) => Err(self.no_reply(&error, "EHLO")),
        }
    }

    async fn transact(
        &mut self,
        connection: &mut AsyncSmtpConnection,
        mail: &Mail<'_>,
    ) -> Result<Ended, NoReply> {
        let parameters = self.parameters(&mail.data);
        let command = format!("MAIL FROM:<{}>{parameters}", mail.mail_from);
        let reply = self.command(connection, &command, "MAIL FROM").await?;
        if !reply.is_completion() {
            return Ok(ended(&reply, SmtpStage::Mail));
        }
        let mut last = reply;
        let mut accepted = 0;
        for rcpt in mail.rcpt_to {
            last = self
                .command(connection, &format!("RCPT TO:<{rcpt}>"), "RCPT TO")
                .await?;
            accepted += usize::from(last.is_completion());
            self.recipients.push((rcpt.clone(), last.code, last.text.clone()));
        }
        if accepted == 0 && !mail.rcpt_to.is_empty() {
            return Ok(ended(&last, SmtpStage::Rcpt));
        }
        let reply = self.command(connection, "DATA", "DATA").await?;
        if reply.code != 354 {
            return Ok(ended(&reply, SmtpStage::Data));
        }
        self.message(connection, &mail.data).await
    }

    async fn message(&mut self, connection: &mut AsyncSmtpConnection, data: &[u8]) -> Result<Ended, NoReply> {
        self.waiting_for = "the end of data".to_owned();
        self.record.message(true);
        // The library always ends a message with CRLF.CRLF.
        let sent = connection
            .message(data.strip_suffix(b"\r\n").unwrap_or(data))
            .await;
        self.record.message(false);
        match (self.record.next_reply(), sent) {
            (Some(reply), _) => Ok(ended(&reply, SmtpStage::EndOfData)),
            (None, Err(error)) => Err(self.no_reply(&error, "the end of data")),
            (None, Ok(_)) => Err(NoReply("no reply to the end of data".to_owned())),
        }
    }

    /// What a MAIL command says besides its path, of what the server offered.
    fn parameters(&self, data: &[u8]) -> String {
        let offered = self.record.dialogue();
        let offers = |keyword: &str| {
            offered
                .iter()
                .filter_map(|line| line.strip_prefix("S: 250")?.get(1..))
                .any(|line| {
                    line.split(' ')
                        .next()
                        .is_some_and(|k| k.eq_ignore_ascii_case(keyword))
                })
        };
        let mut parameters = String::new();
        if offers("SIZE") {
            parameters.push_str(&format!(" SIZE={}", data.len()));
        }
        if !data.is_ascii() && offers("8BITMIME") {
            parameters.push_str(" BODY=8BITMIME");
        }
        parameters
    }

    fn dialogue(&self) -> Vec<String> {
        [self.earlier.as_slice(), &self.record.dialogue()].concat()
    }

    async fn command(
        &mut self,
        connection: &mut AsyncSmtpConnection,
        command: &str,
        what: &str,
    ) -> Result<Reply, NoReply> {
        what.clone_into(&mut self.waiting_for);
        let answered = connection.command(format!("{command}\r\n")).await;
        // The library takes a 4yz or 5yz for an error and keeps only a part of the text; the record has it all.
        match (self.record.next_reply(), answered) {
            (Some(reply), _) => Ok(reply),
            (None, Err(error)) => Err(self.no_reply(&error, what)),
            (None, Ok(_)) => Err(NoReply(format!("no reply to {what}"))),
        }
    }

    fn no_reply(&self, error: &lettre::transport::smtp::Error, to: &str) -> NoReply {
        if let Some(nonsense) = self.record.nonsense() {
            return NoReply(format!("{to} was answered with {nonsense}"));
        }
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            if let Some(io) = cause.downcast_ref::<std::io::Error>() {
                return NoReply(super::dialogue::words(io, to));
            }
            source = cause.source();
        }
        NoReply(format!("the connection was closed before the reply to {to}"))
    }
}

fn ended(reply: &Reply, stage: SmtpStage) -> Ended {
    Ended {
        code: reply.code,
        text: reply.text.clone(),
        stage,
    }
}
