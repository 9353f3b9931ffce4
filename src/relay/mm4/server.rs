//! The SMTP server on MM4 (RFC 5321): receives messages, knows nothing of what is in them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::access::Access;
use super::command::Command;
use super::fields::mailbox;
use super::recipient::Recipient;
use super::{hub, inbound, spoiled};
use crate::relay::config::Hub;
use crate::relay::defects::Seed;
use crate::relay::node::Node;
use crate::relay::socket::Socket;
use crate::wire::address::Address;
use crate::wire::smtp::{Received, Receiver};

/// RFC 5321 §4.5.3.2.7 asks for at least five minutes.
const IDLE: Duration = Duration::from_secs(600);
/// Recipients of one message; RFC 5321 §4.5.3.1.8 asks for at least 100.
const MOST_RECIPIENTS: usize = 1000;

/// Accepts connections until the relay closes.
pub(crate) async fn serve(node: Arc<Node>, listener: TcpListener) {
    if node.config.hub == Some(Hub::SmtpRelay) {
        return hub::serve(node, listener).await;
    }
    node.accept(&listener, |socket| Session::new(node.clone()).run(socket))
        .await;
}

/// The envelope of one message.
#[derive(Debug, Clone, Default)]
pub(super) struct Envelope {
    /// Reverse-path; none for `<>`.
    pub from: Option<String>,
    /// Whom an MM is for, canonical: this MMSE's subscribers, and those of others if they are carried on for this sender.
    pub recipients: Vec<String>,
    /// The mailboxes in other MMSEs among them.
    pub beyond: Vec<String>,
    /// The name the client gave itself.
    pub client: String,
}

pub(super) struct Session {
    node: Arc<Node>,
    receiver: Receiver,
    access: Access,
    /// TLS begins after the next replies.
    encrypts: bool,
    client: Option<String>,
    envelope: Option<Envelope>,
    recipients: usize,
    in_message: bool,
    /// The next replies wait for the push gateway.
    pushing: bool,
    over: bool,
}

impl Session {
    fn new(node: Arc<Node>) -> Session {
        Session {
            receiver: Receiver::with_message_limit(node.config.limits.message_size),
            node,
            access: Access::default(),
            encrypts: false,
            client: None,
            envelope: None,
            recipients: 0,
            in_message: false,
            pushing: false,
            over: false,
        }
    }

    /// With a program of this machine.
    pub fn local(node: Arc<Node>) -> Session {
        let mut session = Session::new(node);
        session.access.local = true;
        session
    }

    pub async fn run(mut self, mut socket: Socket) {
        let greeting = format!("220 {} ESMTP MMS Relay/Server\r\n", self.node.config.host);
        if socket.write_all(greeting.as_bytes()).await.is_err() {
            return;
        }
        let node = self.node.clone();
        let mut buffer = vec![0; 16_384];
        while !self.over {
            let read = tokio::select! {
                read = timeout(IDLE, socket.read(&mut buffer)) => read,
                () = node.closing.cancelled(), if !self.in_message => {
                    let _ = socket.write_all(b"421 4.3.2 closing\r\n").await;
                    return;
                }
            };
            let replies = match read {
                Ok(Ok(count)) if count > 0 => self.take(&buffer[..count]),
                Ok(_) if self.in_message && node.has(Seed::InBrokenTaken) => self.take(b"\r\n.\r\n"),
                Ok(_) => return,
                Err(_) => "421 4.4.2 idle for too long\r\n".to_owned(),
            };
            if std::mem::take(&mut self.pushing) {
                node.pushing.those_begun().await;
            }
            if socket.write_all(replies.as_bytes()).await.is_err() {
                return;
            }
            if read.is_err() {
                return;
            }
            if std::mem::take(&mut self.encrypts) {
                let Some(encrypted) = self.encrypted(socket).await else {
                    return;
                };
                socket = encrypted;
            }
        }
        // The client sees the last reply before the end of the stream.
        let _ = socket.shutdown().await;
    }

    /// Begins TLS: the client begins anew, and what it sent ahead is not heard (RFC 3207 §4.2).
    async fn encrypted(&mut self, socket: Socket) -> Option<Socket> {
        let acceptor = self.node.secure.mm4.as_ref()?;
        let socket = timeout(IDLE, socket.accept_tls(acceptor)).await.ok()?.ok()?;
        let mut fresh = Session::new(self.node.clone());
        fresh.access.encrypted = true;
        *self = fresh;
        Some(socket)
    }

    /// Answers everything that is complete.
    fn take(&mut self, octets: &[u8]) -> String {
        if self.node.has(Seed::SmtpBareLineFeed) {
            self.receiver.push(&spoiled::with_line_ends(octets));
        } else {
            self.receiver.push(octets);
        }
        let mut replies = String::new();
        while !self.over && !self.encrypts {
            let Some(item) = self.receiver.next() else {
                break;
            };
            let reply = match item {
                Received::Command(line) => self.command(&line),
                Received::Message(message) => self.message(message),
                Received::TooLong => "500 5.5.2 line too long".to_owned(),
                Received::TooLarge => {
                    self.end_message();
                    "552 5.3.4 message too big".to_owned()
                }
            };
            replies.push_str(&reply);
            replies.push_str("\r\n");
            if reply.starts_with('5') && self.node.has(Seed::SmtpGroupCut) {
                // Whatever came along with a refused command is gone.
                self.receiver = Receiver::with_message_limit(self.node.config.limits.message_size);
            }
        }
        replies
    }

    fn command(&mut self, line: &str) -> String {
        if self.access.has_asked() {
            return self.access.answer(&self.node, line);
        }
        match Command::parse(line) {
            Command::Helo(_) if self.node.has(Seed::SmtpNoHelo) => "500 5.5.2 unknown command".to_owned(),
            Command::Helo(name) => {
                self.greet(name);
                format!("250 {}", self.node.config.host)
            }
            Command::Ehlo(_) if self.node.accent.smtp.helo_only => "502 5.5.1 not offered".to_owned(),
            Command::Ehlo(name) => {
                self.greet(name);
                let offers = self.access.offers(&self.node);
                let offers: String = offers.iter().map(|offer| format!("250-{offer}\r\n")).collect();
                format!(
                    "250-{}\r\n250-SIZE {}\r\n250-8BITMIME\r\n{offers}250-PIPELINING\r\n250 ENHANCEDSTATUSCODES",
                    self.node.config.host, self.node.config.limits.message_size
                )
            }
            Command::Mail(path, parameters) => self.mail(path, &parameters),
            Command::Rcpt(path) => self.rcpt(&path),
            Command::Data => self.data(),
            Command::Rset => {
                if !self.node.has(Seed::SmtpResetIgnored) {
                    self.envelope = None;
                }
                "250 2.0.0 Ok".to_owned()
            }
            Command::Noop => "250 2.0.0 Ok".to_owned(),
            Command::Quit => {
                self.over = true;
                format!("221 2.0.0 {} closing", self.node.config.host)
            }
            Command::Vrfy(whom) if self.node.has(Seed::SmtpVrfyTells) => self.vrfy(&whom),
            Command::Vrfy(_) => "252 2.5.2 send some mail".to_owned(),
            Command::Help => "214 2.0.0 EHLO HELO MAIL RCPT DATA RSET NOOP QUIT VRFY".to_owned(),
            Command::Auth(..) if self.client.is_none() && self.access.offers_something(&self.node) => {
                "503 5.5.1 EHLO first".to_owned()
            }
            Command::Auth(mechanism, initial) => self.access.auth(&self.node, &mechanism, &initial),
            Command::StartTls if self.access.offers_tls(&self.node) => {
                self.encrypts = true;
                "220 2.0.0 go ahead".to_owned()
            }
            Command::StartTls | Command::NotOffered => "502 5.5.1 not offered".to_owned(),
            Command::BadArguments => "501 5.5.4 bad arguments".to_owned(),
            Command::Unknown => "500 5.5.2 unknown command".to_owned(),
        }
    }

    fn greet(&mut self, name: String) {
        self.client = Some(name);
        self.envelope = None;
    }

    fn mail(&mut self, path: String, parameters: &[(String, String)]) -> String {
        let Some(client) = &self.client else {
            return "503 5.5.1 EHLO first".to_owned();
        };
        if self.envelope.is_some() {
            return "503 5.5.1 MAIL was given".to_owned();
        }
        if path.is_empty() && self.node.has(Seed::SmtpNullPathRefused) {
            return "501 5.1.7 no sender".to_owned();
        }
        if let Some(refusal) = self.access.refusal(&self.node, client) {
            return refusal.to_owned();
        }
        for (name, value) in parameters {
            match (name.as_str(), value.as_str()) {
                ("SIZE", size) => match size.parse::<usize>() {
                    Ok(_) if self.node.has(Seed::SmtpSizeIgnored) => {}
                    Ok(size) if size > self.node.config.limits.message_size => {
                        return "552 5.3.4 message too big".to_owned();
                    }
                    Ok(_) => {}
                    Err(_) => return "501 5.5.4 bad SIZE".to_owned(),
                },
                ("BODY", body)
                    if body.eq_ignore_ascii_case("7BIT") || body.eq_ignore_ascii_case("8BITMIME") => {}
                _ => return "555 5.5.4 parameter not known".to_owned(),
            }
        }
        self.recipients = 0;
        self.envelope = Some(Envelope {
            from: (!path.is_empty()).then_some(path),
            recipients: Vec::new(),
            beyond: Vec::new(),
            client: client.clone(),
        });
        "250 2.1.0 Ok".to_owned()
    }

    fn rcpt(&mut self, path: &str) -> String {
        if self.envelope.is_none() && self.node.has(Seed::SmtpRcptFirst) {
            self.envelope = Some(Envelope::default());
        }
        let Some(envelope) = &mut self.envelope else {
            return "503 5.5.1 MAIL first".to_owned();
        };
        let most = if self.node.has(Seed::SmtpFiftyRecipients) {
            50
        } else {
            MOST_RECIPIENTS
        };
        if self.recipients >= most {
            return "452 4.5.3 too many recipients".to_owned();
        }
        match Recipient::of(&self.node, envelope.from.as_deref(), path) {
            Ok(Recipient::System) => {}
            Ok(Recipient::Subscriber(address)) => {
                if !envelope.recipients.contains(&address) {
                    envelope.recipients.push(address);
                }
            }
            Ok(Recipient::Beyond(address, mailbox)) => {
                if !envelope.beyond.contains(&mailbox) {
                    envelope.recipients.push(address);
                    envelope.beyond.push(mailbox);
                }
            }
            Err(refusal) => return refusal.to_owned(),
        }
        self.recipients += 1;
        "250 2.1.5 Ok".to_owned()
    }

    fn data(&mut self) -> String {
        if self.envelope.is_none() {
            return "503 5.5.1 MAIL first".to_owned();
        }
        if self.recipients == 0 && !self.node.has(Seed::SmtpDataForNobody) {
            return "503 5.5.1 RCPT first".to_owned();
        }
        self.receiver.expect_message();
        self.in_message = true;
        "354 go ahead".to_owned()
    }

    fn end_message(&mut self) -> Option<Envelope> {
        self.in_message = false;
        self.recipients = 0;
        if self.node.has(Seed::SmtpOneMessage) {
            return self.envelope.clone();
        }
        self.envelope.take()
    }

    fn message(&mut self, message: Vec<u8>) -> String {
        let Some(envelope) = self.end_message() else {
            return "503 5.5.1 MAIL first".to_owned();
        };
        let message = spoiled::as_received(&self.node, message);
        self.pushing = self.node.accent.smtp.late_reply;
        inbound::take(&self.node, &envelope, &Bytes::from(message))
    }

    /// Tells whether that is a subscriber (defect `mm4.smtp.vrfy-tells`).
    fn vrfy(&self, whom: &str) -> String {
        let known = Address::parse(whom)
            .number()
            .is_some_and(|number| self.node.routing.home(number).is_some());
        if known {
            format!("250 2.1.5 <{}>", mailbox(whom, &self.node.config.domain))
        } else {
            "550 5.1.1 no such subscriber".to_owned()
        }
    }
}
