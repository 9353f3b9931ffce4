//! One mail transaction (RFC 5321 §3.3) as an observer of the dialogue sees it.

use super::Crossing;
use super::reply::Reply;

/// Lines of dialogue that are kept; of a longer one, the newer half.
const LONGEST_DIALOGUE: usize = 2048;

/// The envelope and dialogue of the transaction under way.
#[derive(Debug, Default)]
pub struct Transaction {
    helo: String,
    /// `None` outside of a transaction.
    mail_from: Option<String>,
    rcpt_to: Vec<String>,
    refused: Vec<(String, Reply)>,
    dialogue: Vec<String>,
}

impl Transaction {
    pub fn new() -> Self {
        Self::default()
    }

    /// A line of the client.
    pub fn client_said(&mut self, line: &str) {
        self.said(format!("C: {line}"));
    }

    /// A line of the client that holds a password.
    pub fn client_hid(&mut self, line: &str) {
        self.client_said(&hidden(line));
    }

    /// Something that happened to the connection: `TLSv1.3`.
    pub fn happened(&mut self, what: &str) {
        self.said(format!("* {what}"));
    }

    /// A reply of the server.
    pub fn server_said(&mut self, reply: &Reply) {
        for line in &reply.lines {
            self.said(format!("S: {line}"));
        }
    }

    /// The client's name in HELO or EHLO.
    pub fn introduced(&mut self, helo: &str) {
        helo.clone_into(&mut self.helo);
    }

    /// MAIL FROM was accepted; the path without angle brackets.
    pub fn begin(&mut self, mail_from: &str) {
        self.mail_from = Some(mail_from.to_owned());
    }

    pub fn is_open(&self) -> bool {
        self.mail_from.is_some()
    }

    /// RCPT TO was answered.
    pub fn recipient(&mut self, rcpt_to: &str, reply: &Reply) {
        if reply.is_completion() {
            self.rcpt_to.push(rcpt_to.to_owned());
        } else {
            self.refused.push((rcpt_to.to_owned(), reply.clone()));
        }
    }

    /// Accepted recipients.
    pub fn recipients(&self) -> &[String] {
        &self.rcpt_to
    }

    /// Accepted recipients, then the refused ones.
    pub fn all_recipients(&self) -> Vec<String> {
        let refused = self.refused.iter().map(|(rcpt, _)| rcpt);
        self.rcpt_to.iter().chain(refused).cloned().collect()
    }

    /// The reply that ended a transaction of which every recipient was refused.
    pub fn refusal(&self) -> Option<&Reply> {
        let (_, reply) = self.refused.last().filter(|_| self.rcpt_to.is_empty())?;
        Some(reply)
    }

    /// Ends the transaction: what crossed, as one mail. `data` is the message, dot-unstuffed; `reply` the one that ended it.
    pub fn end(&mut self, data: Vec<u8>, reply: Option<&Reply>) -> Crossing {
        Crossing::Mail {
            helo: self.helo.clone(),
            mail_from: self.mail_from.take().unwrap_or_default(),
            rcpt_to: std::mem::take(&mut self.rcpt_to),
            refused: self
                .refused
                .drain(..)
                .map(|(rcpt, reply)| (rcpt, reply.line()))
                .collect(),
            data: data.into(),
            reply: reply.map(Reply::pair),
            dialogue: std::mem::take(&mut self.dialogue),
        }
    }

    /// Ends a transaction whose recipients were all refused; nothing for any other, which is merely forgotten.
    pub fn abandon(&mut self) -> Option<Crossing> {
        let refusal = self.refusal().cloned();
        if let Some(refusal) = refusal {
            return Some(self.end(Vec::new(), Some(&refusal)));
        }
        self.mail_from = None;
        self.rcpt_to.clear();
        self.refused.clear();
        None
    }

    /// Ends a transaction whose connection is over: refused, if all its recipients were, else without a reply.
    pub fn cut_off(&mut self) -> Option<Crossing> {
        if self.refusal().is_some() {
            return self.abandon();
        }
        self.is_open().then(|| self.end(Vec::new(), None))
    }

    fn said(&mut self, line: String) {
        if self.dialogue.len() >= LONGEST_DIALOGUE {
            self.dialogue.drain(..LONGEST_DIALOGUE / 2);
        }
        self.dialogue.push(line);
    }
}

/// A line of an AUTH exchange as it may be shown: `AUTH PLAIN ***`, `***`.
pub fn hidden(line: &str) -> String {
    let mut words = line.split_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some(auth), Some(mechanism), None) if is_auth(auth) => format!("{auth} {mechanism}"),
        (Some(auth), Some(mechanism), Some(_)) if is_auth(auth) => format!("{auth} {mechanism} ***"),
        _ => "***".to_owned(),
    }
}

/// Whether a command line begins an AUTH exchange.
pub fn begins_auth(line: &str) -> bool {
    line.split_whitespace().next().is_some_and(is_auth)
}

fn is_auth(verb: &str) -> bool {
    verb.eq_ignore_ascii_case("AUTH")
}
