//! Reads an SMTP dialogue from outside: octets of both sides go in, the mails that passed come out.
//!
//! Commands wait for their replies in order, so pipelining (RFC 2920) needs no care. Where the dialogue leaves what is
//! understood here (TLS, BDAT, no SMTP at all), following ends and stays ended; nobody is disturbed by that.

use std::collections::VecDeque;

use super::Crossing;
use super::reply::{Replies, Reply};
use super::transaction::{Transaction, begins_auth};
use crate::wire::smtp::{Received, Receiver};

/// Commands without a reply beyond which a connection is no longer followed.
const MOST_WAITING: usize = 10_000;

/// The state of one connection.
#[derive(Debug)]
pub struct Follower {
    commands: Receiver,
    replies: Replies,
    waiting: VecDeque<Waiting>,
    transaction: Transaction,
    /// The next line of the client is part of an AUTH exchange.
    secret: bool,
    lost: bool,
}

/// What the client sent and the server has not answered.
#[derive(Debug)]
enum Waiting {
    Greeting,
    Hello(String),
    Mail(String),
    Rcpt(String),
    Data,
    Message(Vec<u8>),
    StartTls,
    /// AUTH, or a further line of that exchange.
    Auth,
    /// RSET or QUIT.
    Abandon,
    Other,
}

impl Default for Follower {
    fn default() -> Self {
        Follower {
            commands: Receiver::new(),
            replies: Replies::new(),
            waiting: VecDeque::from([Waiting::Greeting]),
            transaction: Transaction::new(),
            secret: false,
            lost: false,
        }
    }
}

impl Follower {
    pub fn new() -> Self {
        Self::default()
    }

    /// Octets the client sent. They must be given before the server sees them.
    pub fn client_sent(&mut self, octets: &[u8]) {
        if self.lost {
            return;
        }
        self.commands.push(octets);
        self.take_commands();
        if self.waiting.len() > MOST_WAITING {
            self.lose();
        }
    }

    /// Octets the server sent. They must be given before the client sees them. Returns the mails that ended with them.
    pub fn server_sent(&mut self, octets: &[u8]) -> Vec<Crossing> {
        let mut ended = Vec::new();
        if self.lost {
            return ended;
        }
        self.replies.push(octets);
        while !self.lost {
            match self.replies.next_reply() {
                Ok(Some(reply)) => ended.extend(self.answered(&reply)),
                Ok(None) => break,
                Err(_) => self.lose(),
            }
        }
        ended
    }

    /// Whether the client has sent a whole message and the server has not answered it.
    pub fn awaits_reply_to_message(&self) -> bool {
        matches!(self.waiting.front(), Some(Waiting::Message(_)))
    }

    /// The connection is over, or broke: the mail that was under way and got no reply.
    pub fn closed(&mut self) -> Option<Crossing> {
        if self.lost {
            return None;
        }
        self.lost = true;
        for waiting in std::mem::take(&mut self.waiting) {
            match waiting {
                Waiting::Message(data) => return Some(self.transaction.end(data, None)),
                Waiting::Mail(from) => self.transaction.begin(&from),
                Waiting::Abandon => return self.transaction.abandon(),
                _ => {}
            }
        }
        self.transaction.cut_off()
    }

    /// Takes what is complete. What follows a DATA is a message or not, as its reply will tell.
    fn take_commands(&mut self) {
        while !matches!(self.waiting.back(), Some(Waiting::Data)) {
            match self.commands.next() {
                Some(Received::Command(line)) if std::mem::take(&mut self.secret) || begins_auth(&line) => {
                    self.transaction.client_hid(&line);
                    self.waiting.push_back(Waiting::Auth);
                }
                Some(Received::Command(line)) => {
                    self.transaction.client_said(&line);
                    match waiting_for(&line) {
                        Some(waiting) => self.waiting.push_back(waiting),
                        None => return self.lose(),
                    }
                }
                Some(Received::Message(data)) => self.waiting.push_back(Waiting::Message(data)),
                Some(Received::TooLong | Received::TooLarge) => return self.lose(),
                None => return,
            }
        }
    }

    fn answered(&mut self, reply: &Reply) -> Option<Crossing> {
        self.transaction.server_said(reply);
        let answered = self.waiting.pop_front()?;
        if matches!(answered, Waiting::Data) {
            if reply.code == 354 {
                self.commands.expect_message();
            }
            let refused = self.data_answered(reply);
            self.take_commands();
            return refused;
        }
        let good = reply.is_completion();
        match answered {
            Waiting::Hello(name) if good => {
                self.transaction.introduced(&name);
                self.transaction.abandon()
            }
            Waiting::Mail(from) if good => {
                self.transaction.begin(&from);
                None
            }
            Waiting::Mail(from) => {
                if self.transaction.is_open() {
                    return None;
                }
                self.transaction.begin(&from);
                Some(self.transaction.end(Vec::new(), Some(reply)))
            }
            Waiting::Rcpt(to) => {
                if self.transaction.is_open() {
                    self.transaction.recipient(&to, reply);
                }
                None
            }
            Waiting::Message(data) => Some(self.transaction.end(data, Some(reply))),
            Waiting::Abandon => self.transaction.abandon(),
            Waiting::Auth => {
                self.secret = reply.code == 334;
                None
            }
            Waiting::StartTls if good => {
                self.lose();
                None
            }
            Waiting::Greeting | Waiting::Hello(_) | Waiting::StartTls | Waiting::Data | Waiting::Other => {
                None
            }
        }
    }

    fn data_answered(&mut self, reply: &Reply) -> Option<Crossing> {
        if reply.code == 354 || !self.transaction.is_open() {
            return None;
        }
        let refusal = self.transaction.refusal().unwrap_or(reply).clone();
        Some(self.transaction.end(Vec::new(), Some(&refusal)))
    }

    /// Stops following and frees what was kept.
    fn lose(&mut self) {
        *self = Follower {
            lost: true,
            waiting: VecDeque::new(),
            ..Follower::default()
        };
    }
}

/// `None`: what follows this command is not understood here.
fn waiting_for(line: &str) -> Option<Waiting> {
    let (verb, rest) = line.trim_end().split_once(' ').unwrap_or((line.trim_end(), ""));
    Some(match verb.to_ascii_uppercase().as_str() {
        "HELO" | "EHLO" => Waiting::Hello(rest.trim().to_owned()),
        "MAIL" => Waiting::Mail(path_in(rest).unwrap_or_default()),
        "RCPT" => Waiting::Rcpt(path_in(rest).unwrap_or_default()),
        "DATA" => Waiting::Data,
        "RSET" | "QUIT" => Waiting::Abandon,
        "STARTTLS" => Waiting::StartTls,
        "BDAT" => return None,
        _ => Waiting::Other,
    })
}

/// The path of a MAIL or RCPT command as it was written, without angle brackets: what stands between `<` and the first `>`
/// outside of quotes. `None`: there are no brackets.
pub fn path_in(line: &str) -> Option<String> {
    let (_, inner) = line.split_once('<')?;
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '>' if !quoted => return Some(inner[..at].to_owned()),
            _ => {}
        }
    }
    None
}
