//! Whose event is it? Keys a script can claim, and what of a mail is asked for its owner, in which order.

use std::fmt;

use super::dns;
use crate::wire::address::{self, Address};

/// Octets of a message's header that are read for its owner.
const HEADER_READ: usize = 64 * 1024;

/// What a script can own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// Digits of a phone number.
    Number(String),
    /// A mailbox in lower case.
    Mailbox(String),
    /// A transaction or message id without quotes.
    Id(String),
    /// A DNS name.
    Name(String),
}

impl Key {
    /// The number in a mailbox, an address text or a bare number, with or without `+`. `None`: there is none.
    pub(super) fn number(text: &str) -> Option<Key> {
        if let Some(number) = Address::parse(text).number() {
            return digits(number);
        }
        // A gateway may write a number without `+`, which alone looks like a short code.
        let local = text.split(['/', '@']).next().unwrap_or("");
        digits(local.trim().trim_start_matches('<'))
    }

    pub(super) fn mailbox(text: &str) -> Option<Key> {
        let mailbox = text.trim().trim_start_matches('<').trim_end_matches('>').trim();
        (!mailbox.is_empty()).then(|| Key::Mailbox(mailbox.to_ascii_lowercase()))
    }

    pub(super) fn name(text: &str) -> Key {
        Key::Name(dns::key(text))
    }

    pub(super) fn id(text: &str) -> Option<Key> {
        let id = text.trim();
        let id = id
            .strip_prefix('"')
            .and_then(|id| id.strip_suffix('"'))
            .unwrap_or(id);
        (!id.is_empty()).then(|| Key::Id(id.to_owned()))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Number(digits) => write!(f, "number {digits}"),
            Key::Mailbox(mailbox) => write!(f, "mailbox {mailbox}"),
            Key::Id(id) => write!(f, "id {id}"),
            Key::Name(name) => write!(f, "name {name}"),
        }
    }
}

/// The keys of a mail, in the order in which they are asked: numbers of the envelope's recipients, their mailboxes,
/// transaction id, message id, numbers in From and To.
pub(super) fn keys_of_mail(recipients: &[String], message: &[u8]) -> Vec<Key> {
    let mut keys: Vec<Key> = keys_of_recipients(recipients);
    let header = header_of(message);
    let values = |name: &'static str| {
        header
            .iter()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    };
    keys.extend(values("X-Mms-Transaction-ID").filter_map(Key::id));
    keys.extend(values("X-Mms-Message-ID").filter_map(Key::id));
    for name in ["From", "To"] {
        for value in values(name) {
            keys.extend(address::list(value).iter().filter_map(|one| Key::number(one)));
        }
    }
    keys
}

/// The keys of an envelope alone.
pub(super) fn keys_of_recipients(recipients: &[String]) -> Vec<Key> {
    let numbers = recipients.iter().filter_map(|rcpt| Key::number(rcpt));
    numbers
        .chain(recipients.iter().filter_map(|rcpt| Key::mailbox(rcpt)))
        .collect()
}

fn digits(number: &str) -> Option<Key> {
    let digits = number.strip_prefix('+').unwrap_or(number);
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| Key::Number(digits.to_owned()))
}

/// The header fields of a message, unfolded.
fn header_of(message: &[u8]) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    let read = &message[..message.len().min(HEADER_READ)];
    for line in read.split(|octet| *octet == b'\n') {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end_matches('\r');
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    fields
}
