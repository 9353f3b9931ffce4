//! The SMTP client on MM4: one connection, and a message in it. Not a mail library's: the relay needs the peer's SIZE, a reply for
//! each recipient, and its own way to die.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::relay::config::Credentials;
use crate::relay::defects::{Seed, Seeds};
use crate::relay::secure::Terms;
use crate::relay::socket::Socket;
use crate::wire::smtp;

/// RFC 5321 §4.5.3.2.
const CONNECT: Duration = Duration::from_secs(60);
const REPLY: Duration = Duration::from_secs(300);
const FINAL_REPLY: Duration = Duration::from_secs(600);
const FAREWELL: Duration = Duration::from_secs(5);
/// Octets of a reply with all its lines.
const LONGEST_REPLY: u64 = 65_536;

/// An SMTP reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub code: u16,
    /// The text of each line.
    pub lines: Vec<String>,
}

impl Reply {
    pub fn is_positive(&self) -> bool {
        (200..400).contains(&self.code)
    }

    /// 4yz: the same may succeed later.
    pub fn is_transient(&self) -> bool {
        (400..500).contains(&self.code)
    }
}

/// Why a message did not get through to anybody.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// No connection, or it broke.
    #[error("{0}")]
    Lost(String),
    #[error("{} {}", .0.code, .0.lines.join(" "))]
    Refused(Reply),
    /// The DNS knows no host of the domain.
    #[error("{0}")]
    Unresolved(String),
    /// The peer's SIZE is smaller than the message.
    #[error("the peer takes no more than {0} octets")]
    TooBig(usize),
}

/// How this client presents itself to a host.
#[derive(Clone, Copy)]
pub(super) struct Manner<'a> {
    /// The name for EHLO.
    pub own_host: &'a str,
    /// It says HELO and asks for no extension.
    pub helo_only: bool,
    /// BODY=8BITMIME is declared where it is offered.
    pub eight_bit: bool,
    /// STARTTLS and AUTH, where the peer wants them.
    pub terms: Option<&'a Terms>,
}

impl Manner<'_> {
    /// One without peculiarities.
    pub fn plain(own_host: &str) -> Manner<'_> {
        Manner {
            own_host,
            helo_only: false,
            eight_bit: false,
            terms: None,
        }
    }
}

/// What the other side offered in its answer to EHLO.
#[derive(Debug, Default)]
struct Offer {
    size: Option<usize>,
    eight_bit: bool,
    starttls: bool,
    /// Mechanisms of AUTH.
    auth: Vec<String>,
}

/// What an attempt to send needs to know.
pub(super) struct Mail<'a> {
    pub from: &'a str,
    pub recipients: &'a [String],
    pub message: &'a [u8],
    pub seeds: &'a Seeds,
}

/// Sends one message; the reply to each RCPT, in order. Positive ones mean that the peer has the message.
pub(super) async fn send(
    mail: &Mail<'_>,
    manner: &Manner<'_>,
    to: SocketAddr,
    killed: Arc<AtomicBool>,
) -> Result<Vec<Reply>, Failure> {
    let mut connection = Connection::open(to, killed).await?;
    let result = match connection.greet(manner).await {
        Ok(()) => connection.transaction(mail).await,
        Err(failure) => Err(failure),
    };
    if !matches!(result, Err(Failure::Lost(_))) {
        connection.quit().await;
    }
    result
}

/// A connection to the next host.
#[derive(Debug)]
pub(super) struct Connection {
    socket: BufReader<Socket>,
    offer: Offer,
    declares_body: bool,
}

impl Connection {
    pub async fn open(to: SocketAddr, killed: Arc<AtomicBool>) -> Result<Connection, Failure> {
        let stream = timeout(CONNECT, TcpStream::connect(to))
            .await
            .map_err(|_| Failure::Lost(format!("{to} does not answer")))?
            .map_err(|e| Failure::Lost(format!("{to}: {e}")))?;
        Ok(Connection::over(Socket::new(stream, killed)))
    }

    /// In which nothing was said yet.
    pub fn over(socket: Socket) -> Connection {
        Connection {
            socket: BufReader::new(socket),
            offer: Offer::default(),
            declares_body: false,
        }
    }

    /// Reads the greeting and says who speaks.
    pub async fn greet(&mut self, manner: &Manner<'_>) -> Result<(), Failure> {
        positive(self.reply(REPLY).await?)?;
        self.offer = self.hello(manner).await?;
        self.declares_body = manner.eight_bit;
        let Some(terms) = manner.terms else {
            return Ok(());
        };
        if let Some((connector, server)) = &terms.tls {
            self.start_tls(connector, server.clone()).await?;
            self.offer = self.hello(manner).await?;
        }
        match &terms.auth {
            Some(user) => self.authenticate(user).await,
            None => Ok(()),
        }
    }

    /// RFC 3207. A peer that does not offer it gets nothing.
    async fn start_tls(
        &mut self,
        connector: &TlsConnector,
        server: ServerName<'static>,
    ) -> Result<(), Failure> {
        if !self.offer.starttls {
            return Err(Failure::Lost("the peer does not offer STARTTLS".to_owned()));
        }
        positive(self.command("STARTTLS").await?)?;
        if !self.socket.buffer().is_empty() {
            return Err(Failure::Lost("the peer spoke before TLS began".to_owned()));
        }
        let clear = std::mem::replace(&mut self.socket, BufReader::new(Socket::gone()));
        let secured = timeout(REPLY, clear.into_inner().connect_tls(connector, server)).await;
        let secured = secured
            .map_err(|_| Failure::Lost("no TLS within five minutes".to_owned()))?
            .map_err(|e| Failure::Lost(format!("TLS: {e}")))?;
        self.socket = BufReader::new(secured);
        Ok(())
    }

    /// RFC 4954. What is wrong with a password can be mended: the message waits for that.
    async fn authenticate(&mut self, user: &Credentials) -> Result<(), Failure> {
        let offers = |mechanism: &str| self.offer.auth.iter().any(|offered| offered == mechanism);
        let words = |text: String| STANDARD.encode(text);
        let lines = if offers("PLAIN") {
            let response = words(format!("\0{}\0{}", user.name, user.password));
            vec![format!("AUTH PLAIN {response}")]
        } else if offers("LOGIN") {
            let (name, password) = (words(user.name.clone()), words(user.password.clone()));
            vec!["AUTH LOGIN".to_owned(), name, password]
        } else {
            return Err(Failure::Lost(
                "the peer offers neither AUTH PLAIN nor LOGIN".to_owned(),
            ));
        };
        for line in lines {
            let reply = self.command(&line).await?;
            if !reply.is_positive() {
                return Err(Failure::Lost(format!("AUTH: {}", Failure::Refused(reply))));
            }
        }
        Ok(())
    }

    /// Sends one message; the reply to each RCPT.
    pub async fn transaction(&mut self, mail: &Mail<'_>) -> Result<Vec<Reply>, Failure> {
        let message = if mail.seeds.has(Seed::SmtpDotsNotDoubled) {
            [mail.message, b".\r\n"].concat()
        } else {
            smtp::stuff(mail.message)
        };
        let mut mail_from = format!("MAIL FROM:<{}>", mail.from);
        if let Some(limit) = self.offer.size {
            if limit > 0 && mail.message.len() > limit && !mail.seeds.has(Seed::ForwardSizeIgnored) {
                return Err(Failure::TooBig(limit));
            }
            if !mail.seeds.has(Seed::SmtpSizeUndeclared) {
                mail_from.push_str(&format!(" SIZE={}", mail.message.len()));
            }
        }
        if mail.seeds.has(Seed::SmtpBodyUnasked) || (self.declares_body && self.offer.eight_bit) {
            mail_from.push_str(" BODY=8BITMIME");
        }
        positive(self.command(&mail_from).await?)?;
        let mut replies = Vec::with_capacity(mail.recipients.len());
        for recipient in mail.recipients {
            let reply = self.command(&format!("RCPT TO:<{recipient}>")).await?;
            let stops = !reply.is_positive() && mail.seeds.has(Seed::SmtpRefusalStops);
            if reply.code == 421 || stops {
                return Err(Failure::Refused(reply));
            }
            replies.push(reply);
        }
        if !replies.iter().any(Reply::is_positive) {
            return Ok(replies);
        }
        if mail.seeds.has(Seed::SmtpBdatUnasked) {
            positive(self.command(&format!("BDAT {} LAST", mail.message.len())).await?)?;
        }
        positive(self.command("DATA").await?)?;
        self.write(&message).await?;
        let patience = if mail.seeds.has(Seed::SmtpImpatient) {
            Duration::from_secs(1)
        } else {
            FINAL_REPLY
        };
        positive(self.reply(patience).await?)?;
        Ok(replies)
    }

    /// Greets, and begins a transaction from this reverse-path.
    pub async fn begin(&mut self, manner: &Manner<'_>, sender: &str) -> Result<(), Failure> {
        self.greet(manner).await?;
        positive(self.command(&format!("MAIL FROM:<{sender}>")).await?)
    }

    /// Sends the message of a transaction that has recipients; the reply to it.
    pub async fn data(&mut self, message: &[u8]) -> Result<Reply, Failure> {
        positive(self.command("DATA").await?)?;
        self.write(&smtp::stuff(message)).await?;
        self.reply(FINAL_REPLY).await
    }

    /// EHLO, or HELO with a peer that knows no other; what the peer offers.
    async fn hello(&mut self, manner: &Manner<'_>) -> Result<Offer, Failure> {
        if manner.helo_only {
            self.helo(manner).await?;
            return Ok(Offer::default());
        }
        let ehlo = self.command(&format!("EHLO {}", manner.own_host)).await?;
        if (500..505).contains(&ehlo.code) {
            self.helo(manner).await?;
            return Ok(Offer::default());
        }
        let offer = Offer::of(&ehlo);
        positive(ehlo)?;
        Ok(offer)
    }

    /// HELO: also a way to learn whether the other side is still there. Extensions are asked for no more.
    pub async fn helo(&mut self, manner: &Manner<'_>) -> Result<(), Failure> {
        self.offer = Offer::default();
        positive(self.command(&format!("HELO {}", manner.own_host)).await?)
    }

    pub async fn command(&mut self, line: &str) -> Result<Reply, Failure> {
        // No value that came from outside may start a new command.
        let line: String = line.chars().filter(|c| !c.is_control()).collect();
        self.write(format!("{line}\r\n").as_bytes()).await?;
        self.reply(REPLY).await
    }

    async fn write(&mut self, octets: &[u8]) -> Result<(), Failure> {
        match timeout(REPLY, self.socket.write_all(octets)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(e)) => Err(Failure::Lost(e.to_string())),
            Err(_) => Err(Failure::Lost("the peer takes no more octets".to_owned())),
        }
    }

    async fn reply(&mut self, within: Duration) -> Result<Reply, Failure> {
        timeout(within, self.read_reply())
            .await
            .map_err(|_| Failure::Lost("no reply".to_owned()))?
    }

    async fn read_reply(&mut self) -> Result<Reply, Failure> {
        let mut limited = (&mut self.socket).take(LONGEST_REPLY);
        let mut lines = Vec::new();
        loop {
            let mut line = Vec::new();
            let count = limited
                .read_until(b'\n', &mut line)
                .await
                .map_err(|e| Failure::Lost(e.to_string()))?;
            if count == 0 {
                return Err(Failure::Lost("the peer closed the connection".to_owned()));
            }
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end();
            let code = line.get(..3).and_then(|c| c.parse().ok());
            let Some(code) = code else {
                return Err(Failure::Lost(format!("`{line}` is no SMTP reply")));
            };
            lines.push(line.get(4..).unwrap_or_default().to_owned());
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(Reply { code, lines });
            }
        }
    }

    /// Takes leave; what the peer says to it changes nothing.
    pub async fn quit(&mut self) {
        let _ = timeout(FAREWELL, self.command("QUIT")).await;
    }
}

impl Offer {
    fn of(ehlo: &Reply) -> Offer {
        let mut offer = Offer::default();
        for line in ehlo.lines.iter().skip(1) {
            let mut words = line.split_whitespace();
            match words.next().unwrap_or_default().to_ascii_uppercase().as_str() {
                "SIZE" if offer.size.is_none() => {
                    offer.size = Some(words.next().and_then(|n| n.parse().ok()).unwrap_or(0));
                }
                "8BITMIME" => offer.eight_bit = true,
                "STARTTLS" => offer.starttls = true,
                "AUTH" => offer.auth.extend(words.map(str::to_ascii_uppercase)),
                _ => {}
            }
        }
        offer
    }
}

fn positive(reply: Reply) -> Result<(), Failure> {
    if reply.is_positive() {
        Ok(())
    } else {
        Err(Failure::Refused(reply))
    }
}
