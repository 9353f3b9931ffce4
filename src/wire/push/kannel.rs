//! The `sendsms` request of a Kannel gateway: parameters of a query or of a form, their values octets.

use crate::wire::Span;

/// Parameters that have a meaning (Kannel user's guide, "Using the HTTP interface to send SMS messages").
pub const PARAMS: &[&str] = &[
    "username",
    "user",
    "password",
    "pass",
    "from",
    "to",
    "text",
    "charset",
    "udh",
    "smsc",
    "mclass",
    "mwi",
    "compress",
    "coding",
    "validity",
    "deferred",
    "dlr-mask",
    "dlr-url",
    "pid",
    "alt-dcs",
    "rpi",
    "account",
    "priority",
    "binfo",
    "meta-data",
];

/// One parameter, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    pub name: String,
    pub value: Vec<u8>,
    /// Where `name=value` stood in the query; zero for one that was built.
    pub at: Span,
}

/// A request's parameters in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sendsms {
    pub params: Vec<Param>,
}

impl Sendsms {
    /// Reads a query or a form body. Nothing is refused: an escape that is none stands for itself.
    pub fn decode(query: &str) -> Sendsms {
        let mut params = Vec::new();
        let mut at = 0;
        for pair in query.split('&') {
            if !pair.is_empty() {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                params.push(Param {
                    name: String::from_utf8_lossy(&unescape(name)).into_owned(),
                    value: unescape(value),
                    at: Span {
                        offset: at,
                        len: pair.len(),
                    },
                });
            }
            at += pair.len() + 1;
        }
        Sendsms { params }
    }

    /// As a query. Octets other than letters, digits and `-_.~` are escaped.
    pub fn encode(&self) -> String {
        let pairs: Vec<String> = self
            .params
            .iter()
            .map(|param| format!("{}={}", escape(param.name.as_bytes()), escape(&param.value)))
            .collect();
        pairs.join("&")
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.params.push(Param {
            name: name.to_owned(),
            value: value.into(),
            at: Span::default(),
        });
        self
    }

    /// The first value of that name.
    pub fn value(&self, name: &str) -> Option<&[u8]> {
        self.params
            .iter()
            .find(|param| param.name == name)
            .map(|param| param.value.as_slice())
    }

    /// The number it goes to, as it stood.
    pub fn recipient(&self) -> Option<String> {
        self.value("to")
            .map(|to| String::from_utf8_lossy(to).into_owned())
    }
}

/// The octets of a form-encoded value: `+` is a blank, `%XX` an octet, anything else itself.
fn unescape(value: &str) -> Vec<u8> {
    let raw = value.as_bytes();
    let mut octets = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        let escaped = (raw[at] == b'%')
            .then(|| value.get(at + 1..at + 3))
            .flatten()
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (escaped, raw[at]) {
            (Some(octet), _) => {
                octets.push(octet);
                at += 2;
            }
            (None, b'+') => octets.push(b' '),
            (None, octet) => octets.push(octet),
        }
        at += 1;
    }
    octets
}

fn escape(octets: &[u8]) -> String {
    let mut out = String::with_capacity(octets.len());
    for octet in octets {
        if octet.is_ascii_alphanumeric() || b"-_.~".contains(octet) {
            out.push(char::from(*octet));
        } else {
            out.push_str(&format!("%{octet:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_octets() {
        assert_eq!(unescape("a+b%00%fF%2B%4"), b"a b\0\xFF+%4");
        assert_eq!(unescape("%é"), "%é".as_bytes());
    }
}
