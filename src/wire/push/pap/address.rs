//! Addresses of clients (WAP-249 §7): `WAPPUSH=+15550100017/TYPE=PLMN@ppg.example`.

use std::borrow::Cow;

/// The address of a client as it came, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address<'a> {
    /// The word before `=`: `WAPPUSH`, `USER`; none in a bare number or mailbox.
    pub keyword: Option<&'a str>,
    /// The client, escapes undone: a number with or without `+`, a user, a mailbox.
    pub client: Cow<'a, str>,
    /// `PLMN`, `USER`, `IPv4`, `IPv6`, or the number of a bearer's type.
    pub kind: Option<&'a str>,
    /// The domain of the gateway.
    pub gateway: Option<&'a str>,
}

impl<'a> Address<'a> {
    /// Takes any text apart; what has no mark of a form is a client.
    pub fn parse(text: &'a str) -> Address<'a> {
        let text = text.trim();
        let (keyword, rest) = match text.split_once('=') {
            Some((word, rest)) if is_word(word) => (Some(word), rest),
            _ => (None, text),
        };
        let Some((client, tail)) = split_type(rest) else {
            let (client, gateway) = match (keyword, rest.rsplit_once('@')) {
                (Some(_), Some((client, gateway))) => (client, Some(gateway)),
                _ => (rest, None),
            };
            return Address {
                keyword,
                client: unescaped(client),
                kind: None,
                gateway,
            };
        };
        let (kind, gateway) = match tail.split_once('@') {
            Some((kind, gateway)) => (kind, Some(gateway)),
            None => (tail, None),
        };
        Address {
            keyword,
            client: unescaped(client),
            kind: Some(kind),
            gateway,
        }
    }

    /// The number of a telephone; none of other clients.
    pub fn number(&self) -> Option<&str> {
        let digits = self.client.strip_prefix('+').unwrap_or(&self.client);
        let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let fits = self.kind.is_none_or(|kind| kind.eq_ignore_ascii_case("PLMN"));
        (is_number && fits).then_some(&*self.client)
    }

    /// Whether it has the form of the standard: `WAPPUSH=`, a client, `/TYPE=`, perhaps `@` and a gateway.
    pub fn is_standard(&self) -> bool {
        let keyword = self
            .keyword
            .is_some_and(|word| word.eq_ignore_ascii_case("WAPPUSH"));
        let kind = self.kind.is_some_and(|kind| !kind.is_empty());
        keyword && kind && !self.client.is_empty() && self.gateway != Some("")
    }
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// What stands before and after the last `/TYPE=`.
fn split_type(text: &str) -> Option<(&str, &str)> {
    const MARK: &str = "/TYPE=";
    let at = text
        .as_bytes()
        .windows(MARK.len())
        .rposition(|window| window.eq_ignore_ascii_case(MARK.as_bytes()))?;
    Some((text.get(..at)?, text.get(at + MARK.len()..)?))
}

/// `%40` is `@`; what is no escape stays.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return text.into();
    }
    let octets = super::super::kannel::percent::decode(text.as_bytes(), false).octets;
    match String::from_utf8(octets) {
        Ok(text) => text.into(),
        Err(_) => text.into(),
    }
}

/// `WAPPUSH=+15550100017/TYPE=PLMN@ppg.example`: the address of a telephone.
pub fn plmn_address(number: &str, gateway: &str) -> String {
    format!("WAPPUSH={number}/TYPE=PLMN@{gateway}")
}
