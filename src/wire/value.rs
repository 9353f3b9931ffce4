//! Field values, one shape for MM1 and MM4.

use std::fmt;

use super::Name;
use super::content::MediaType;

/// X-Mms-Expiry, X-Mms-Delivery-Time and their like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interval {
    /// Seconds from now.
    Relative(u64),
    /// Seconds since 1970-01-01T00:00:00Z.
    Absolute(i64),
}

/// A field's value. Its tag is a whole word: with a single octet, each move of a value would wait for the octets around it.
#[derive(Debug, Clone, PartialEq)]
#[repr(u64)]
pub enum Value {
    /// Ids, URIs, application headers, anything that is plain text on the wire.
    Text(String),
    /// Encoded-string-value (ENC 1.3 §7.3.19): text and, where the sender named one, its charset (IANA MIBenum).
    /// On MM4: an unstructured header after RFC 2047 decoding.
    Encoded {
        charset: Option<u16>,
        text: String,
    },
    /// An address in the grammar of ENC 1.3 §8 or an RFC 5322 mailbox, as it came.
    Address(String),
    /// A value of a closed list, by the standard's name. `octet` is set when it came from MM1; an octet that the list does
    /// not know keeps its number and is named `0xNN`.
    Token {
        name: Name,
        octet: Option<u8>,
    },
    Integer(u64),
    /// An instant, seconds since 1970-01-01T00:00:00Z.
    Date(i64),
    Interval(Interval),
    /// The Insert-address-token of From (ENC 1.3 §7.3.22).
    InsertAddress,
    /// X-Mms-MMS-Version (ENC 1.3 §7.3.34). Minor 15 means "major only".
    Version {
        major: u8,
        minor: u8,
    },
    MediaType(MediaType),
    /// X-Mms-Previously-Sent-By: sequence number and address.
    PreviouslySentBy {
        count: u64,
        address: String,
    },
    /// X-Mms-Previously-Sent-Date: sequence number and instant.
    PreviouslySentDate {
        count: u64,
        date: i64,
    },
    /// X-Mms-MM-Flags: `Add`, `Remove` or `Filter`, and the keyword.
    Flag {
        action: String,
        keyword: String,
    },
    /// X-Mms-Mbox-Totals and X-Mms-Mbox-Quotas: a number of `Messages` or `Octets`.
    Amount {
        unit: String,
        count: u64,
    },
    /// X-Mms-Element-Descriptor: what identifies the content element (a Content-ID or Content-Location), and parameters such as
    /// its `type`, names in lower case.
    Element {
        name: String,
        params: Vec<(String, String)>,
    },
    /// A status, text or location of M-Delete.conf or M-Mbox-Delete.conf and the count that ties them to each other.
    Counted {
        count: u64,
        value: Box<Value>,
    },
    /// Octets that could not be read as the field's type, or that a sender wants exactly so. On MM1 these are the octets of
    /// the value without the field code.
    Octets(Vec<u8>),
}

impl Value {
    /// The actions of [`Value::Flag`] in the order of their octets from 0x80 (ENC 1.3 §7.3.33).
    pub const FLAG_ACTIONS: &'static [&'static str] = &["Add", "Remove", "Filter"];
    /// The units of [`Value::Amount`] in the order of their octets from 0x80 (ENC 1.3 §7.3.24).
    pub const AMOUNT_UNITS: &'static [&'static str] = &["Messages", "Octets"];

    /// The value itself, without the count that M-Delete.conf puts before it.
    pub fn uncounted(&self) -> &Value {
        match self {
            Value::Counted { value, .. } => value,
            other => other,
        }
    }

    pub fn token(name: &str) -> Self {
        Value::Token {
            name: name.to_owned().into(),
            octet: None,
        }
    }

    pub fn text_of(text: impl Into<String>) -> Self {
        Value::Text(text.into())
    }

    /// The value as cases write it and as reports show it: `Yes`, `+15550001/TYPE=PLMN`, `2026-11-24T13:00:00Z`,
    /// `3600` (a relative interval, seconds), `insert-address`, `1.3`, `0,+15550001/TYPE=PLMN`, `Add,holiday`, `Messages,3`, `<smil>; type="text/plain"`, `1,Ok`
    /// (counted), hex pairs for octets.
    pub fn text(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) | Value::Encoded { text, .. } | Value::Address(text) => f.write_str(text),
            Value::Token { name, .. } => f.write_str(name),
            Value::Integer(n) => write!(f, "{n}"),
            Value::Date(seconds) | Value::Interval(Interval::Absolute(seconds)) => {
                f.write_str(&super::date::rfc3339(*seconds))
            }
            Value::Interval(Interval::Relative(seconds)) => write!(f, "{seconds}"),
            Value::InsertAddress => f.write_str("insert-address"),
            Value::Version { major, minor: 15 } => write!(f, "{major}"),
            Value::Version { major, minor } => write!(f, "{major}.{minor}"),
            Value::MediaType(media) => write!(f, "{media}"),
            Value::PreviouslySentBy { count, address } => write!(f, "{count},{address}"),
            Value::PreviouslySentDate { count, date } => {
                write!(f, "{count},{}", super::date::rfc3339(*date))
            }
            Value::Flag { action, keyword } => write!(f, "{action},{keyword}"),
            Value::Amount { unit, count } => write!(f, "{unit},{count}"),
            Value::Element { name, params } => {
                f.write_str(name)?;
                super::content::write_params(f, params)
            }
            Value::Counted { count, value } => write!(f, "{count},{value}"),
            Value::Octets(octets) => f.write_str(&hex::encode_upper(octets)),
        }
    }
}
