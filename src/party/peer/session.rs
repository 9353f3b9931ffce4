//! One connection to the peer's SMTP server (RFC 5321), which behaves as the owner of the mail wants.

use std::sync::Arc;
use std::time::Duration;

use smtp_proto::{Error as ParseError, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::channel::Channel;
use super::client::CALLED;
use super::server::House;
use crate::link::follow::path_in;
use crate::link::reply::Reply;
use crate::link::transaction::{Transaction, begins_auth};
use crate::link::{Arrival, Connection, Crossing};
use crate::party::delay;
use crate::party::desk::GuestId;
use crate::party::script::{SmtpAct, SmtpStage};
use crate::wire::smtp::{Received, Receiver};

mod security;

/// Octets of a message that are taken; offered as SIZE (RFC 1870).
const LONGEST_MESSAGE: usize = 50 * 1024 * 1024;
/// Recipients of one mail (RFC 5321 §4.5.3.1.8 demands 100).
const MOST_RECIPIENTS: usize = 1000;
/// How long a client may be silent (RFC 5321 §4.5.3.2.7).
const IDLE: Duration = Duration::from_secs(300);
/// How long a client may take to close a connection that is over.
const PARTING: Duration = Duration::from_secs(1);
/// Octets that are read at once.
const CHUNK: usize = 16 * 1024;

/// A session and the transaction under way.
pub(super) struct Session {
    house: Arc<House>,
    channel: Channel,
    connection: Option<Connection>,
    receiver: Receiver,
    /// Replies that are not sent yet.
    outgoing: Vec<u8>,
    transaction: Transaction,
    greeted: Greeted,
    /// The client has said who it is, and is.
    authenticated: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Greeted {
    No,
    /// The greeting was no 220: everything but QUIT is out of order.
    Refused,
    Yes,
}

/// The session is over.
enum Over {
    /// In order, or because the client went away.
    Closed,
    /// The connection is to be reset.
    Dropped,
}

type Step<T = ()> = Result<T, Over>;

impl Session {
    pub(super) fn new(house: Arc<House>, channel: Channel) -> Self {
        Session {
            house,
            connection: channel.connection(),
            channel,
            receiver: receiver(),
            outgoing: Vec::new(),
            transaction: Transaction::new(),
            greeted: Greeted::No,
            authenticated: false,
        }
    }

    pub(super) async fn run(mut self) {
        match self.converse().await {
            Err(Over::Dropped) => self.channel.reset(),
            Ok(()) | Err(Over::Closed) => {
                self.client_left();
                self.part().await;
            }
        }
    }

    /// Lets the client close first: a port that was closed first waits in TIME_WAIT, and a run has thousands of connections.
    async fn part(&mut self) {
        let left = async {
            let mut rest = [0; 1024];
            // A client that is gone needs no farewell.
            let _ = self.channel.take_leave().await;
            while !matches!(self.channel.read(&mut rest).await, Ok(0) | Err(_)) {}
        };
        if delay::within(PARTING, left).await.is_ok() {
            self.channel.reset();
        }
    }

    async fn converse(&mut self) -> Step {
        let ordinary = format!("220 {} ESMTP", self.house.identity.host);
        let reply = self
            .answer(SmtpStage::Connect, self.exclusive(), &ordinary)
            .await?;
        if reply.code != 220 {
            self.greeted = Greeted::Refused;
            let crossing = self.transaction.end(Vec::new(), Some(&reply));
            self.arrived(self.exclusive(), crossing);
        }
        self.say(&reply).await?;
        loop {
            match self.receive().await? {
                Received::Command(line) => self.command(&line).await?,
                Received::Message(data) => self.message(data).await?,
                Received::TooLong => self.say_text("500 5.5.2 Line too long").await?,
                Received::TooLarge => self.too_large().await?,
            }
        }
    }

    async fn command(&mut self, line: &str) -> Step {
        match begins_auth(line) {
            true => self.transaction.client_hid(line),
            false => self.transaction.client_said(line),
        }
        let mut parsed = line.as_bytes().to_vec();
        parsed.push(b'\n');
        let request = Request::parse(&mut parsed.iter()).map(Request::into_owned);
        if self.greeted == Greeted::Refused && !matches!(request, Ok(Request::Quit)) {
            return self.say_text("503 5.5.1 The service was refused").await;
        }
        match request {
            Ok(Request::Ehlo { host }) => self.hello(&host, true).await,
            Ok(Request::Helo { host }) => self.hello(&host, false).await,
            Ok(Request::Mail { from }) if from.size > LONGEST_MESSAGE => {
                self.say_text("552 5.3.4 Message too big").await
            }
            Ok(Request::Mail { .. }) | Err(ParseError::InvalidSenderAddress) => self.mail(line).await,
            Ok(Request::Rcpt { .. }) | Err(ParseError::InvalidRecipientAddress) => self.rcpt(line).await,
            Ok(Request::Data) => self.data().await,
            Ok(Request::StartTls) => self.start_tls().await,
            Ok(Request::Auth {
                mechanism,
                initial_response,
            }) => self.auth(mechanism, &initial_response).await,
            Ok(Request::Rset) => {
                self.abandon();
                self.say_text("250 2.0.0 Ok").await
            }
            Ok(Request::Noop { .. }) => self.say_text("250 2.0.0 Ok").await,
            Ok(Request::Vrfy { .. }) => self.say_text("252 2.5.0 Send and see").await,
            Ok(Request::Help { .. }) => self.say_text("214 2.0.0 RFC 5321").await,
            Ok(Request::Quit) => {
                self.abandon();
                self.say_text("221 2.0.0 Bye").await?;
                self.flush().await?;
                Err(Over::Closed)
            }
            Ok(_) => self.say_text("502 5.5.1 Not implemented").await,
            Err(ParseError::UnsupportedParameter { .. }) => {
                self.say_text("555 5.5.4 Unknown parameter").await
            }
            Err(ParseError::UnknownCommand) if is_called(line) => self.say_text("250 2.0.0 Noted").await,
            Err(ParseError::UnknownCommand) => self.say_text("500 5.5.2 Unknown command").await,
            Err(_) => self.say_text("501 5.5.4 Syntax error").await,
        }
    }

    async fn hello(&mut self, host: &str, extended: bool) -> Step {
        let house = &self.house.identity.host;
        let ordinary = if extended {
            format!(
                "250-{house}\n250-8BITMIME\n250-SIZE {LONGEST_MESSAGE}\n250-PIPELINING\n250 ENHANCEDSTATUSCODES"
            )
        } else {
            format!("250 {house}")
        };
        self.abandon();
        self.transaction.introduced(host);
        let mut reply = self.answer(SmtpStage::Ehlo, self.exclusive(), &ordinary).await?;
        if reply.is_completion() {
            self.greeted = Greeted::Yes;
            if extended {
                reply = self.with_security_offers(reply);
            }
        } else {
            let crossing = self.transaction.end(Vec::new(), Some(&reply));
            self.arrived(self.exclusive(), crossing);
        }
        self.say(&reply).await
    }

    async fn mail(&mut self, line: &str) -> Step {
        if self.greeted != Greeted::Yes {
            return self.say_text("503 5.5.1 Say EHLO first").await;
        }
        if self.transaction.is_open() {
            return self.say_text("503 5.5.1 A transaction is under way").await;
        }
        let Some(path) = path_in(line) else {
            return self.say_text("501 5.5.4 MAIL FROM:<path>").await;
        };
        self.transaction.begin(&path);
        let ordinary = self.security_demand().unwrap_or("250 2.1.0 Ok");
        let reply = self.answer(SmtpStage::Mail, self.exclusive(), ordinary).await?;
        if !reply.is_completion() {
            let crossing = self.transaction.end(Vec::new(), Some(&reply));
            self.arrived(self.exclusive(), crossing);
        }
        self.say(&reply).await
    }

    async fn rcpt(&mut self, line: &str) -> Step {
        if !self.transaction.is_open() {
            return self.say_text("503 5.5.1 MAIL first").await;
        }
        let Some(path) = path_in(line).filter(|path| !path.is_empty()) else {
            return self.say_text("501 5.5.4 RCPT TO:<path>").await;
        };
        if self.transaction.recipients().len() >= MOST_RECIPIENTS {
            return self.say_text("452 4.5.3 Too many recipients").await;
        }
        let peer = &self.house.identity.name;
        let owner = self
            .house
            .desk
            .owner_of_recipients(peer, std::slice::from_ref(&path));
        let reply = self.answer(SmtpStage::Rcpt, owner, "250 2.1.5 Ok").await?;
        self.transaction.recipient(&path, &reply);
        self.say(&reply).await
    }

    async fn data(&mut self) -> Step {
        if !self.transaction.is_open() {
            return self.say_text("503 5.5.1 MAIL first").await;
        }
        if let Some(refusal) = self.transaction.refusal().cloned() {
            let reply = Reply::written("554 5.5.1 No valid recipients");
            self.transaction.server_said(&reply);
            self.ended(Vec::new(), Some(&refusal));
            return self.write(&reply).await;
        }
        if self.transaction.recipients().is_empty() {
            return self.say_text("503 5.5.1 RCPT first").await;
        }
        let reply = self
            .answer(SmtpStage::Data, self.owner(&[]), "354 Go ahead")
            .await?;
        if reply.code == 354 {
            self.say(&reply).await?;
            self.receiver.expect_message();
            return Ok(());
        }
        self.transaction.server_said(&reply);
        self.ended(Vec::new(), Some(&reply));
        self.write(&reply).await
    }

    async fn message(&mut self, data: Vec<u8>) -> Step {
        let owner = self.owner(&data);
        match self.decide(SmtpStage::EndOfData, owner, "250 2.0.0 Taken").await {
            Ok(reply) => {
                self.transaction.server_said(&reply);
                let crossing = self.transaction.end(data, Some(&reply));
                self.arrived(owner, crossing);
                self.write(&reply).await
            }
            Err(over) => {
                let crossing = self.transaction.end(data, None);
                self.arrived(owner, crossing);
                Err(over)
            }
        }
    }

    /// A message beyond the limit: what was read of it is gone.
    async fn too_large(&mut self) -> Step {
        let reply = Reply::written("552 5.3.4 Message too big");
        self.transaction.server_said(&reply);
        self.ended(Vec::new(), Some(&reply));
        self.write(&reply).await
    }

    /// The reply at a stage, as the owner of the mail wants it. A connection that is dropped, or left by the client while it
    /// waits, ends the transaction without a reply.
    async fn answer(&mut self, stage: SmtpStage, owner: Option<GuestId>, ordinary: &str) -> Step<Reply> {
        let decided = self.decide(stage, owner, ordinary).await;
        if decided.is_err() {
            let crossing = self.transaction.end(Vec::new(), None);
            self.arrived(owner, crossing);
        }
        decided
    }

    async fn decide(&mut self, stage: SmtpStage, owner: Option<GuestId>, ordinary: &str) -> Step<Reply> {
        let house = &self.house;
        let act = owner.and_then(|guest| house.desk.smtp_act(guest, &house.identity.name, stage));
        match act {
            None => Ok(Reply::written(ordinary)),
            Some(SmtpAct::Reply(text)) => Ok(Reply::written(&text)),
            Some(SmtpAct::Drop) => Err(Over::Dropped),
            Some(SmtpAct::Delay(time)) => {
                self.flush().await?;
                tokio::select! {
                    () = delay::pass(time) => Ok(Reply::written(ordinary)),
                    () = self.channel.gone() => Err(Over::Closed),
                }
            }
        }
    }

    fn exclusive(&self) -> Option<GuestId> {
        self.house.desk.exclusive_owner(&self.house.identity.name)
    }

    /// The owner of the mail under way, with as much of its message as is known.
    fn owner(&self, data: &[u8]) -> Option<GuestId> {
        let recipients = self.transaction.all_recipients();
        self.house
            .desk
            .owner_of_mail(&self.house.identity.name, &recipients, data)
    }

    fn ended(&mut self, data: Vec<u8>, reply: Option<&Reply>) {
        let owner = self.owner(&data);
        let crossing = self.transaction.end(data, reply);
        self.arrived(owner, crossing);
    }

    /// Ends a transaction that got no message.
    fn abandon(&mut self) {
        let owner = self.owner(&[]);
        if let Some(crossing) = self.transaction.abandon() {
            self.arrived(owner, crossing);
        }
    }

    /// The connection is over: the mail under way got no reply.
    fn client_left(&mut self) {
        let owner = self.owner(&[]);
        if let Some(crossing) = self.transaction.cut_off() {
            self.arrived(owner, crossing);
        }
    }

    fn arrived(&self, owner: Option<GuestId>, crossing: Crossing) {
        let arrival = Arrival {
            place: self.house.identity.name.clone(),
            from: Some(self.house.relay.clone()),
            crossing,
            wire: self.connection.map(Connection::received),
        };
        self.house.desk.hand_over(owner, arrival);
    }

    async fn receive(&mut self) -> Step<Received> {
        loop {
            if let Some(received) = self.receiver.next() {
                return Ok(received);
            }
            self.flush().await?;
            let mut chunk = [0; CHUNK];
            let read = match delay::within(IDLE, self.channel.read(&mut chunk)).await {
                Ok(read) => read.map_err(|_| Over::Closed)?,
                Err(_) => return self.close_with("421 4.4.2 Idle for too long").await,
            };
            if read == 0 {
                return Err(Over::Closed);
            }
            self.receiver.push(&chunk[..read]);
        }
    }

    async fn close_with<T>(&mut self, text: &str) -> Step<T> {
        self.outgoing.extend_from_slice(&Reply::written(text).octets());
        self.flush().await?;
        Err(Over::Closed)
    }

    async fn say_text(&mut self, text: &str) -> Step {
        self.say(&Reply::written(text)).await
    }

    async fn say(&mut self, reply: &Reply) -> Step {
        self.transaction.server_said(reply);
        self.write(reply).await
    }

    /// Queues a reply; 421 closes the connection after it (RFC 5321 §3.8).
    async fn write(&mut self, reply: &Reply) -> Step {
        self.outgoing.extend_from_slice(&reply.octets());
        if reply.code == 421 {
            self.flush().await?;
            return Err(Over::Closed);
        }
        Ok(())
    }

    async fn flush(&mut self) -> Step {
        if self.outgoing.is_empty() {
            return Ok(());
        }
        let outgoing = std::mem::take(&mut self.outgoing);
        let written = async {
            self.channel.write_all(&outgoing).await?;
            self.channel.flush().await
        };
        match delay::within(IDLE, written).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Over::Closed),
        }
    }
}

fn receiver() -> Receiver {
    Receiver::with_message_limit(LONGEST_MESSAGE)
}

/// Whether a mail command of ours tells how it was called; it is in the dialogue, and needs no more.
fn is_called(line: &str) -> bool {
    line.split(' ').next().is_some_and(|word| word == CALLED)
}
