//! Whose event is it? Keys a script can claim, and what of a mail is asked for its owner, in which order.

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

    /// An id as one that this relay gave; other keys stay.
    fn of_relay(self, relay: &str) -> Key {
        match self {
            Key::Id(id) => Key::Crossed {
                from: relay.to_owned(),
                id,
            },
            other => other,
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

/// The keys of a mail from one relay to another: as of any mail, but for ids. A response or a report carries those that the relay
/// gave which gets it, a repeat those of its own relay.
pub(super) fn keys_between(from: &str, to: &str, recipients: &[String], message: &[u8]) -> Vec<Key> {
    let (ids, others): (Vec<Key>, Vec<Key>) = keys_of_mail(recipients, message)
        .into_iter()
        .partition(|key| matches!(key, Key::Id(_)));
    let answered = ids.iter().cloned().map(|id| id.of_relay(to));
    let repeated = ids.iter().cloned().map(|id| id.of_relay(from));
    let (envelope, header) = others.split_at(keys_of_recipients(recipients).len());
    let envelope = envelope.iter().cloned();
    envelope
        .chain(answered)
        .chain(repeated)
        .chain(header.iter().cloned())
        .collect()
}

/// What answers to this mail of a relay will be known by: the ids it gave. A response has none of its own, and a report only that of
/// its transaction.
pub(super) fn ids_given(from: &str, message: &[u8]) -> Vec<Key> {
    let header = header_of(message);
    let value = |name: &str| {
        let field = header.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        field.map_or("", |(_, value)| value.as_str())
    };
    let kind = value("X-Mms-Message-Type").to_ascii_lowercase();
    let given = if kind.ends_with(".res") {
        [None, None]
    } else if kind.contains("report") {
        [Some("X-Mms-Transaction-ID"), None]
    } else {
        [Some("X-Mms-Transaction-ID"), Some("X-Mms-Message-ID")]
    };
    let ids = given
        .into_iter()
        .flatten()
        .filter_map(|name| Key::id(value(name)));
    ids.map(|id| id.of_relay(from)).collect()
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
