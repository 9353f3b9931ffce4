//! A header field's text ⇄ its typed value, as the field's [`Kind`] in the table says.

use super::header::RawField;
use super::mime::{one_line, unstructured};
use super::{mailbox, words};
use crate::wire::finding::Findings;
use crate::wire::limits::MAX_FIELDS;
use crate::wire::table::Kind;
use crate::wire::{Interval, Span, Value, address, date};

const CLAUSE: &str = "TS 23.140 §8.4.4";

/// Fields whose value is a list of addresses: one [`Field`](crate::wire::Field) per address when decoded, one line when encoded.
pub(super) const ADDRESS_LISTS: [&str; 4] = ["To", "Cc", "Bcc", "X-Mms-Request-Recipients"];

pub(super) fn is_list(name: &str) -> bool {
    ADDRESS_LISTS.iter().any(|list| list.eq_ignore_ascii_case(name))
}

/// Reads a field. A value that is not of its kind comes as the text it is, with a finding. `kind` is none for a field that
/// the table does not know.
pub(super) fn read(raw: &RawField, kind: Option<Kind>, findings: &mut Findings) -> Vec<Value> {
    let text = raw.text();
    if is_list(&raw.name) {
        let mut addresses = address::list(&text);
        if addresses.len() > MAX_FIELDS {
            addresses.truncate(MAX_FIELDS);
            let problem = format!(
                "{} has more than {MAX_FIELDS} addresses; the rest is left out.",
                raw.name
            );
            findings.error("too-many-addresses", raw.at, "RFC 5322 §3.4", problem);
        }
        if addresses.is_empty() {
            return vec![Value::Address(text)];
        }
        return addresses
            .iter()
            .map(|address| Value::Address(mailbox::read(address)))
            .collect();
    }
    let value = match kind {
        Some(Kind::Encoded) => {
            let (text, charset) = words::decode(&raw.value);
            Value::Encoded { charset, text }
        }
        None | Some(Kind::Text) => Value::Text(words::decode(&raw.value).0),
        Some(Kind::Address | Kind::From) => Value::Address(mailbox::read(&text)),
        Some(kind @ (Kind::Token(_) | Kind::Class(_))) => token(raw, text, kind, findings),
        Some(Kind::Date) if date_is_unusual(&text) => {
            let problem = format!(
                "{} has its date in another form: {:?}.",
                raw.name,
                shortened(&text)
            );
            findings.warning("date-form", raw.at, "RFC 5322 §3.3", problem);
            date::parse(&text).map_or(Value::Text(text), Value::Date)
        }
        Some(kind) => typed(&text, kind).unwrap_or_else(|| {
            let code = match kind {
                Kind::Date | Kind::PreviouslySentDate => "date-invalid",
                Kind::Interval => "interval-invalid",
                Kind::Integer | Kind::LongInteger => "number-invalid",
                _ => "value-invalid",
            };
            let problem = format!(
                "{} has the value {:?}, which cannot be read.",
                raw.name,
                shortened(&text)
            );
            findings.error(code, raw.at, CLAUSE, problem);
            Value::Text(text)
        }),
    };
    vec![value]
}

/// How a value stands after `Name:`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// Exactly these octets after `Name: `.
    Exactly(Vec<u8>),
    /// Pieces between which the line may be folded.
    Pieces(Vec<String>),
}

pub(super) fn write(value: &Value, kind: Option<Kind>) -> Written {
    let free = matches!(kind, None | Some(Kind::Text | Kind::Encoded));
    let text = match value {
        Value::Octets(octets) => return Written::Exactly(octets.clone()),
        Value::Encoded { text, .. } => return Written::Pieces(unstructured(text)),
        Value::Text(text) if free => return Written::Pieces(unstructured(text)),
        Value::Date(seconds) => date::rfc5322(*seconds),
        Value::Interval(Interval::Absolute(seconds)) => date::http(*seconds),
        Value::PreviouslySentDate { count, date } => format!("{count},{}", date::http(*date)),
        // MM4 has no such token: the relay that inserts the address has done so.
        Value::InsertAddress => String::new(),
        Value::Address(address) => {
            let address = one_line(address);
            return Written::Pieces(if address.is_empty() {
                Vec::new()
            } else {
                mailbox::write(&address)
            });
        }
        other => other.text(),
    };
    let text = one_line(&text);
    Written::Pieces(if text.is_empty() { Vec::new() } else { vec![text] })
}

/// The text for a finding, not longer than a person will read.
pub(super) fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain(['\u{2026}']).collect()
}

fn token(raw: &RawField, text: String, kind: Kind, findings: &mut Findings) -> Value {
    let known = kind.token_octet(&text).and_then(|octet| kind.token_name(octet));
    let name = match known {
        Some(name) => name.into(),
        // X-Mms-Message-Class may be any token text (ENC 1.3 §7.3.25).
        None if matches!(kind, Kind::Class(_)) && is_word(&text) => text.into(),
        None => {
            let problem = format!("{} has the unknown value {:?}.", raw.name, shortened(&text));
            findings.warning("token-unknown", raw.at, CLAUSE, problem);
            text.into()
        }
    };
    Value::Token { name, octet: None }
}

/// A date that can be read and is none of RFC 5322: it begins with the year.
fn date_is_unusual(text: &str) -> bool {
    let year = text.bytes().take_while(u8::is_ascii_digit).count() >= 4;
    year && date::parse(text).is_some()
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic())
}

fn typed(text: &str, kind: Kind) -> Option<Value> {
    match kind {
        Kind::Date => date::parse(text).map(Value::Date),
        Kind::Interval => match number(text) {
            Some(seconds) => Some(Value::Interval(Interval::Relative(seconds))),
            None => date::parse(text).map(|at| Value::Interval(Interval::Absolute(at))),
        },
        Kind::Integer | Kind::LongInteger => number(text).map(Value::Integer),
        Kind::Version => {
            let (major, minor) = text.split_once('.').unwrap_or((text, "15"));
            Some(Value::Version {
                major: major.parse().ok()?,
                minor: minor.parse().ok()?,
            })
        }
        Kind::PreviouslySentBy => {
            let (count, address) = counted(text)?;
            Some(Value::PreviouslySentBy {
                count,
                address: address.to_owned(),
            })
        }
        Kind::PreviouslySentDate => {
            let (count, text) = counted(text)?;
            let date = date::parse(text)?;
            Some(Value::PreviouslySentDate { count, date })
        }
        _ => Some(Value::Text(text.to_owned())),
    }
}

/// `1*DIGIT "," rest`.
fn counted(text: &str) -> Option<(u64, &str)> {
    let (count, rest) = text.split_once(',')?;
    Some((number(count.trim())?, rest.trim()))
}

fn number(text: &str) -> Option<u64> {
    text.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())?
}

/// Whether a field that must not be empty is.
pub(super) fn is_empty(raw: &RawField) -> Option<Span> {
    raw.value.is_empty().then_some(raw.at)
}
