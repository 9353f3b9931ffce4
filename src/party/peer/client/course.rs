//! One delivery, from the connection to the reply to its message.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;

use super::{CALLED, Ended, Letter, NoReply, SmtpClient, Tls};
use crate::link::Carriage;
use crate::link::reply::Reply;
use crate::party::SmtpStage;
use crate::party::delay;
use crate::party::peer::channel::Channel;
use crate::party::peer::dialogue::words;
use crate::party::peer::recorder::{Record, Sending};
use crate::wire::smtp::ways::{Credentials, Greeting, Mechanism, TlsMode};

/// How long the goodbye may take; nobody waits for it.
const GOODBYE: Duration = Duration::from_secs(5);

/// How far a delivery came.
pub(super) struct Course<'a> {
    client: &'a SmtpClient,
    helo: &'a str,
    record: Option<Record>,
    /// Dialogue of an earlier connection, with a server that refused EHLO.
    earlier: Vec<String>,
    /// What the server offers, a line each.
    offers: Vec<String>,
    pub(super) recipients: Vec<(String, u16, String)>,
    /// For a person: what was sent last.
    pub(super) waiting_for: String,
}

/// A connection, or the reply that ruled one out.
type Introduced = Result<AsyncSmtpConnection, Ended>;

impl<'a> Course<'a> {
    pub(super) fn new(client: &'a SmtpClient, helo: &'a str) -> Course<'a> {
        Course {
            client,
            helo,
            record: None,
            earlier: Vec::new(),
            offers: Vec::new(),
            recipients: Vec::new(),
            waiting_for: "the connection attempt".to_owned(),
        }
    }

    pub(super) async fn run(&mut self, letter: &Letter<'_>) -> Result<Ended, NoReply> {
        let mut connection = match self.connect().await? {
            Ok(connection) => connection,
            Err(ended) => return Ok(ended),
        };
        let ended = match self.prepare(&mut connection).await? {
            None => self.transact(&mut connection, letter).await,
            Some(ended) => Ok(ended),
        };
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

    async fn connect(&mut self) -> Result<Introduced, NoReply> {
        let greeting = self.client.ways.helo;
        let refused = match self.introduce(greeting).await? {
            Ok(connection) => return Ok(Ok(connection)),
            Err(refused) => refused,
        };
        // RFC 5321 §3.2: a server that does not know EHLO is greeted with HELO.
        let unknown = refused.stage == SmtpStage::Ehlo && matches!(refused.code, 500..=502 | 504);
        if unknown && greeting == Greeting::Ehlo {
            self.earlier = self.dialogue();
            return self.introduce(Greeting::Helo).await;
        }
        Ok(Err(refused))
    }

    async fn introduce(&mut self, greeting: Greeting) -> Result<Introduced, NoReply> {
        self.waiting_for = "the connection attempt".to_owned();
        let lost = |error| NoReply(words(&error, "the connection attempt"));
        let channel = Channel::connect(&self.client.place).await.map_err(lost)?;
        let record = self.record.insert(Record::new(channel, greeting)).clone();
        if let Some(tls) = &self.client.tls
            && tls.mode == TlsMode::Implicit
        {
            secure(&record, tls).await?;
        }
        let name = ClientId::Domain(self.helo.to_owned());
        let connected = AsyncSmtpConnection::connect_with_transport(Box::new(record.stream()), &name).await;
        match (connected, record.next_reply(), record.next_reply()) {
            (Ok(connection), _, offers) => {
                self.offers = offers.map(|reply| offers_of(&reply)).unwrap_or_default();
                Ok(Ok(connection))
            }
            (Err(_), Some(reply), None) if reply.code >= 400 => Ok(Err(ended(&reply, SmtpStage::Connect))),
            (Err(_), Some(_), Some(reply)) if reply.code >= 400 => Ok(Err(ended(&reply, SmtpStage::Ehlo))),
            (Err(error), None, _) => Err(no_reply(&record, &error, "the connection")),
            (Err(error), Some(_), _) => Err(no_reply(&record, &error, "EHLO")),
        }
    }

    /// TLS and AUTH, as wanted. The reply that refused one of them, if any did.
    async fn prepare(&mut self, connection: &mut AsyncSmtpConnection) -> Result<Option<Ended>, NoReply> {
        let client = self.client;
        if let Some(tls) = client.tls.as_ref().filter(|tls| tls.mode == TlsMode::Starttls) {
            let reply = self.command(connection, "STARTTLS", "STARTTLS").await?;
            if reply.code != 220 {
                return Ok(Some(ended(&reply, SmtpStage::StartTls)));
            }
            if let Some(record) = &self.record {
                secure(record, tls).await?;
            }
            let hello = format!("EHLO {}", self.helo);
            let reply = self.command(connection, &hello, "EHLO").await?;
            if !reply.is_completion() {
                return Ok(Some(ended(&reply, SmtpStage::Ehlo)));
            }
            self.offers = offers_of(&reply);
        }
        if let Some(credentials) = &client.ways.auth {
            self.sends(Sending::Secrets);
            let reply = self.authenticate(connection, credentials).await?;
            self.sends(Sending::Commands);
            if !reply.is_completion() {
                return Ok(Some(ended(&reply, SmtpStage::Auth)));
            }
        }
        if let Some(called) = &client.called {
            // Only a peer of ours knows the word, and nothing depends on it.
            self.command(connection, &format!("{CALLED} {called}"), CALLED)
                .await?;
        }
        Ok(None)
    }

    /// RFC 4616, and LOGIN as everybody has it.
    async fn authenticate(
        &mut self,
        connection: &mut AsyncSmtpConnection,
        credentials: &Credentials,
    ) -> Result<Reply, NoReply> {
        let (username, password) = (&credentials.username, credentials.password.reveal());
        let steps = match credentials.mechanism {
            Mechanism::Plain => vec![format!(
                "AUTH PLAIN {}",
                BASE64.encode(format!("\0{username}\0{password}"))
            )],
            Mechanism::Login => vec![
                "AUTH LOGIN".to_owned(),
                BASE64.encode(username),
                BASE64.encode(password),
            ],
        };
        let last = steps.len() - 1;
        for step in &steps[..last] {
            let reply = self.command(connection, step, "AUTH").await?;
            if reply.code != 334 {
                return Ok(reply);
            }
        }
        self.command(connection, &steps[last], "AUTH").await
    }

    async fn transact(
        &mut self,
        connection: &mut AsyncSmtpConnection,
        letter: &Letter<'_>,
    ) -> Result<Ended, NoReply> {
        let parameters = self.parameters(letter.data);
        let command = format!("MAIL FROM:<{}>{parameters}", letter.mail_from);
        let reply = self.command(connection, &command, "MAIL FROM").await?;
        if !reply.is_completion() {
            return Ok(ended(&reply, SmtpStage::Mail));
        }
        let mut last = reply;
        let mut accepted = 0;
        for rcpt in letter.rcpt_to {
            last = self
                .command(connection, &format!("RCPT TO:<{rcpt}>"), "RCPT TO")
                .await?;
            accepted += usize::from(last.is_completion());
            self.recipients.push((rcpt.clone(), last.code, last.text.clone()));
        }
        if accepted == 0 && !letter.rcpt_to.is_empty() {
            return Ok(ended(&last, SmtpStage::Rcpt));
        }
        let reply = self.command(connection, "DATA", "DATA").await?;
        if reply.code != 354 {
            return Ok(ended(&reply, SmtpStage::Data));
        }
        self.message(connection, letter.data).await
    }

    async fn message(&mut self, connection: &mut AsyncSmtpConnection, data: &[u8]) -> Result<Ended, NoReply> {
        self.waiting_for = "the end of data".to_owned();
        self.sends(Sending::Message);
        // The library always ends a message with CRLF.CRLF.
        let sent = connection
            .message(data.strip_suffix(b"\r\n").unwrap_or(data))
            .await;
        self.sends(Sending::Commands);
        let reply = self.reply(sent, "the end of data")?;
        Ok(ended(&reply, SmtpStage::EndOfData))
    }

    /// What a MAIL command says besides its path, of what the server offered.
    fn parameters(&self, data: &[u8]) -> String {
        let offers = |keyword: &str| {
            self.offers.iter().any(|line| {
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

    pub(super) fn dialogue(&self) -> Vec<String> {
        let latest = self.record.as_ref().map(Record::dialogue).unwrap_or_default();
        [self.earlier.as_slice(), &latest].concat()
    }

    pub(super) fn wire(&self) -> Option<Carriage> {
        let record = self.record.as_ref()?;
        let wire = record.connection()?.received();
        Some(wire.with_dialogue(record.dialogue()))
    }

    fn sends(&self, what: Sending) {
        if let Some(record) = &self.record {
            record.sends(what);
        }
    }

    async fn command(
        &mut self,
        connection: &mut AsyncSmtpConnection,
        command: &str,
        what: &str,
    ) -> Result<Reply, NoReply> {
        what.clone_into(&mut self.waiting_for);
        let answered = connection.command(format!("{command}\r\n")).await;
        self.reply(answered, what)
    }

    /// The library takes a 4yz or 5yz for an error and keeps only a part of the text; the record has it all.
    fn reply(
        &self,
        answered: Result<Response, lettre::transport::smtp::Error>,
        to: &str,
    ) -> Result<Reply, NoReply> {
        let record = self.record.as_ref();
        match (record.and_then(Record::next_reply), answered, record) {
            (Some(reply), ..) => Ok(reply),
            (None, Err(error), Some(record)) => Err(no_reply(record, &error, to)),
            (None, ..) => Err(NoReply(format!("no reply to {to}"))),
        }
    }
}

async fn secure(record: &Record, tls: &Tls) -> Result<(), NoReply> {
    record
        .secure(Arc::clone(&tls.config), tls.server.clone())
        .await
        .map_err(|error| NoReply(format!("TLS failed: {error}")))
}

fn no_reply(record: &Record, error: &lettre::transport::smtp::Error, to: &str) -> NoReply {
    if let Some(nonsense) = record.nonsense() {
        return NoReply(format!("{to} was answered with {nonsense}"));
    }
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            return NoReply(words(io, to));
        }
        source = cause.source();
    }
    NoReply(format!("the connection was closed before the reply to {to}"))
}

/// The lines of an EHLO answer after the first, which names the server.
fn offers_of(reply: &Reply) -> Vec<String> {
    reply.text.split('\n').skip(1).map(str::to_owned).collect()
}

fn ended(reply: &Reply, stage: SmtpStage) -> Ended {
    Ended {
        code: reply.code,
        text: reply.text.clone(),
        stage,
    }
}
