//! A hub that is mail relay and nothing else (RFC 5321 §3.6): what comes for a domain it knows goes on with one Received field
//! more. It hands the next hop's replies back while the client waits, and so is never responsible for a message itself.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::command::Command;
use super::smtp_client::{Connection, Failure, Manner, Reply};
use super::{requests, way};
use crate::relay::defects::Seed;
use crate::relay::node::Node;
use crate::relay::routing::Hop;
use crate::relay::socket::Socket;
use crate::wire::address;
use crate::wire::smtp::{Received, Receiver};

/// RFC 5321 §4.5.3.2.7 asks for at least five minutes.
const IDLE: Duration = Duration::from_secs(600);

/// Accepts connections until the hub closes.
pub(super) async fn serve(node: Arc<Node>, listener: TcpListener) {
    node.accept(&listener, |socket| Session::new(node.clone()).run(socket))
        .await;
}

struct Session {
    node: Arc<Node>,
    receiver: Receiver,
    client: Option<String>,
    sender: Option<String>,
    onward: Option<Onward>,
    over: bool,
}

/// The transaction with the next hop.
struct Onward {
    hop: Hop,
    connection: Connection,
    accepted: bool,
}

impl Session {
    fn new(node: Arc<Node>) -> Session {
        Session {
            receiver: Receiver::with_message_limit(node.config.limits.message_size),
            node,
            client: None,
            sender: None,
            onward: None,
            over: false,
        }
    }

    async fn run(mut self, mut socket: Socket) {
        let mut replies = format!("220 {} ESMTP\r\n", self.node.config.host);
        let mut buffer = vec![0; 16_384];
        loop {
            if socket.write_all(replies.as_bytes()).await.is_err() || self.over {
                break;
            }
            let node = self.node.clone();
            let read = tokio::select! {
                read = timeout(IDLE, socket.read(&mut buffer)) => read,
                () = node.closing.cancelled() => break,
            };
            let Ok(Ok(count @ 1..)) = read else { break };
            self.receiver.push(&buffer[..count]);
            replies = String::new();
            while let Some(item) = self.receiver.next() {
                let reply = match item {
                    Received::Command(line) => self.command(&line).await,
                    Received::Message(message) => self.message(&message).await,
                    Received::TooLong => "500 5.5.2 line too long".to_owned(),
                    Received::TooLarge => {
                        self.onward = None;
                        "552 5.3.4 message too big".to_owned()
                    }
                };
                replies.push_str(&reply);
                replies.push_str("\r\n");
            }
        }
        // The client sees the last reply before the end of the stream.
        let _ = socket.shutdown().await;
    }

    async fn command(&mut self, line: &str) -> String {
        match Command::parse(line) {
            Command::Helo(name) => {
                self.greet(name);
                format!("250 {}", self.node.config.host)
            }
            Command::Ehlo(name) => {
                self.greet(name);
                let limit = self.node.config.limits.message_size;
                format!(
                    "250-{}\r\n250-SIZE {limit}\r\n250 8BITMIME",
                    self.node.config.host
                )
            }
            Command::Mail(..) if self.client.is_none() => "503 5.5.1 EHLO first".to_owned(),
            Command::Mail(..) if self.sender.is_some() => "503 5.5.1 MAIL was given".to_owned(),
            Command::Mail(path, _) => {
                self.sender = Some(path);
                "250 2.1.0 Ok".to_owned()
            }
            Command::Rcpt(path) => self.rcpt(&path).await,
            Command::Data => match &self.onward {
                Some(onward) if onward.accepted => {
                    self.receiver.expect_message();
                    "354 go ahead".to_owned()
                }
                _ => "503 5.5.1 RCPT first".to_owned(),
            },
            Command::Rset => {
                self.reset();
                "250 2.0.0 Ok".to_owned()
            }
            Command::Noop => "250 2.0.0 Ok".to_owned(),
            Command::Quit => {
                self.over = true;
                "221 2.0.0 closing".to_owned()
            }
            Command::BadArguments => "501 5.5.4 bad arguments".to_owned(),
            _ => "502 5.5.1 not offered".to_owned(),
        }
    }

    fn greet(&mut self, name: String) {
        self.reset();
        self.client = Some(name);
    }

    fn reset(&mut self) {
        self.sender = None;
        self.onward = None;
    }

    /// The next hop's own reply to this recipient.
    async fn rcpt(&mut self, path: &str) -> String {
        let Some(sender) = self.sender.clone() else {
            return "503 5.5.1 MAIL first".to_owned();
        };
        let hop = address::domain(path).and_then(|domain| self.node.routing.system(&domain));
        let Some(hop) = hop else {
            return "550 5.7.1 no way to that domain".to_owned();
        };
        if self.onward.as_ref().is_some_and(|onward| onward.hop != hop) {
            // One message goes to one hop; the client sends the rest again (RFC 5321 §4.5.3.1.10).
            return "452 4.5.3 another message for that domain, please".to_owned();
        }
        let mut onward = match self.onward.take() {
            Some(onward) => onward,
            None => match self.open(hop, &sender).await {
                Ok(onward) => onward,
                Err(failure) => return refusal(&failure),
            },
        };
        match onward.connection.command(&format!("RCPT TO:<{path}>")).await {
            Ok(reply) => {
                onward.accepted |= reply.is_positive();
                self.onward = Some(onward);
                text(&reply)
            }
            Err(failure) => refusal(&failure),
        }
    }

    async fn open(&self, hop: Hop, sender: &str) -> Result<Onward, Failure> {
        let mut connection = way::open(&self.node, &hop).await?;
        let manner = Manner {
            own_host: &self.node.config.host,
            ..way::manner(&self.node, &hop)
        };
        connection.begin(&manner, sender).await?;
        Ok(Onward {
            hop,
            connection,
            accepted: false,
        })
    }

    /// The next hop's reply to the message.
    async fn message(&mut self, message: &[u8]) -> String {
        let (Some(mut onward), Some(sender)) = (self.onward.take(), self.sender.take()) else {
            return "503 5.5.1 RCPT first".to_owned();
        };
        if hops(message) >= self.node.config.limits.hops {
            return "554 5.4.6 too many hops".to_owned();
        }
        let client = self.client.as_deref().unwrap_or_default();
        let mut traced = Vec::with_capacity(message.len() + 200);
        if !self.node.has(Seed::HubNoTrace) {
            let received = requests::received(&self.node, client);
            traced.extend(format!("Received: {received}\r\n").into_bytes());
        }
        if self.node.has(Seed::HubRewrites) {
            let own = format!("X-Mms-Originator-System: {}\r\n", self.node.config.system_address);
            traced.extend(own.into_bytes());
        }
        traced.extend_from_slice(message);
        let reply = onward.connection.data(&traced).await;
        self.node
            .log(|| format!("mail from <{sender}> to {}", onward.hop.domain));
        match reply {
            Ok(reply) => {
                onward.connection.quit().await;
                text(&reply)
            }
            Err(failure) => refusal(&failure),
        }
    }
}

/// Received fields in the header of a message.
fn hops(message: &[u8]) -> usize {
    message
        .split(|octet| *octet == b'\n')
        .take_while(|line| !line.trim_ascii().is_empty())
        .filter(|line| {
            line.get(..9)
                .is_some_and(|name| name.eq_ignore_ascii_case(b"Received:"))
        })
        .count()
}

/// What the client hears when the next hop could not be asked.
fn refusal(failure: &Failure) -> String {
    match failure {
        Failure::Refused(reply) => text(reply),
        Failure::TooBig(_) => "552 5.3.4 message too big for the next hop".to_owned(),
        Failure::Unresolved(_) => "550 5.1.2 no such domain".to_owned(),
        Failure::Lost(_) => "451 4.4.1 the next hop does not answer".to_owned(),
    }
}

/// A reply in one line.
fn text(reply: &Reply) -> String {
    format!("{} {}", reply.code, reply.lines.join(" "))
}

#[cfg(test)]
mod tests {
    use super::hops;

    #[test]
    fn only_the_header_counts() {
        assert_eq!(
            hops(b"Received: a\r\nTo: b\r\nreceived: c\r\n\r\nReceived: d\r\n"),
            2
        );
        assert_eq!(hops(b""), 0);
    }
}
