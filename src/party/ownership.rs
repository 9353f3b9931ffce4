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
    /// A transaction or message id in something that this relay sent to another one. Ids of two relays may be alike.
    Crossed { from: String, id: String },
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

    /// An id as one that this relay gave.
    fn of_relay(self, relay: &str) -> Option<Key> {
        match self {
            Key::Id(id) => Some(Key::Crossed {
                from: relay.to_owned(),
                id,
            }),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Number(digits) => write!(f, "number {digits}"),
            Key::Mailbox(mailbox) => write!(f, "mailbox {mailbox}"),
            Key::Id(id) => write!(f, "id {id}"),
            Key::Name(name) => write!(f, "name {name}"),
            Key::Crossed { from, id } => write!(f, "id {id} of relay {from}"),
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

/// The keys of a mail from one relay to another, as of any mail but for ids: those of two relays may be alike. A response has the
/// transaction id that the relay gave which gets it, a request its sender's; the message id is that of the relay which sent the MM.
pub(super) fn keys_between(from: &str, to: &str, recipients: &[String], message: &[u8]) -> Vec<Key> {
    let ids = Ids::of(message);
    let asks = if ids.in_response { to } else { from };
    let given = [(asks, ids.transaction), (to, ids.message)];
    let given = given.into_iter().filter_map(|(relay, id)| id?.of_relay(relay));
    let envelope = keys_of_recipients(recipients);
    let header = keys_of_mail(&[], message);
    let numbers = header.into_iter().filter(|key| matches!(key, Key::Number(_)));
    envelope.into_iter().chain(given).chain(numbers).collect()
}

/// What answers to this mail of a relay will be known by: the ids it gave. A response has none of its own, and a report only that of
/// its transaction.
pub(super) fn ids_given(from: &str, message: &[u8]) -> Vec<Key> {
    let ids = Ids::of(message);
    let transaction = ids.transaction.filter(|_| !ids.in_response);
    let message = ids.message.filter(|_| !ids.in_response && !ids.in_report);
    let given = [transaction, message].into_iter().flatten();
    given.filter_map(|id| id.of_relay(from)).collect()
}

/// The ids in a message, and whose they are.
struct Ids {
    transaction: Option<Key>,
    message: Option<Key>,
    in_response: bool,
    in_report: bool,
}

impl Ids {
    fn of(message: &[u8]) -> Ids {
        let header = header_of(message);
        let value = |name: &str| {
            let field = header.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
            field.map_or("", |(_, value)| value.as_str())
        };
        let kind = value("X-Mms-Message-Type").to_ascii_lowercase();
        Ids {
            transaction: Key::id(value("X-Mms-Transaction-ID")),
            message: Key::id(value("X-Mms-Message-ID")),
            in_response: kind.ends_with(".res"),
            in_report: kind.contains("report"),
        }
    }
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
