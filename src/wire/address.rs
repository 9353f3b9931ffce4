//! Addresses of ENC 1.3 §8 and their mailbox forms on MM4.
//!
//! Reading is total: whatever comes is some address, if need be an alphanumeric short code.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::limits::MAX_FIELDS;

/// Bare digits up to this many are a short code, more are a phone number without its `+`.
const SHORT_CODE_DIGITS: usize = 6;

/// An address in the forms MMS knows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// A phone number with its digits and leading `+` if it had one, separators removed. A national `00` stays.
    Plmn(String),
    /// `local@domain`, domain in lower case.
    Email(String),
    /// `/TYPE=IPv4`, `/TYPE=IPv6` and other device addresses: value, type.
    Device { value: String, kind: String },
    /// A short code.
    ShortCode(String),
}

impl Address {
    /// Reads `+358401/TYPE=PLMN`, `+358401`, `+358401/TYPE=PLMN@domain`, `<…>`, `"Name" <…>`, mailboxes, short codes.
    ///
    /// The domain of a device address is the MMSE that serves it and no part of the address: see [`domain`].
    pub fn parse(text: &str) -> Address {
        let spec = addr_spec(text);
        let (local, domain) = split_domain(&spec);
        let local = unquoted(local);
        if let Some((value, kind)) = split_type(&local) {
            return Self::device(value, kind);
        }
        if let Some(domain) = domain {
            return Address::Email(format!("{local}@{}", domain.to_lowercase()));
        }
        match phone_number(&local) {
            Some(number) if number.starts_with('+') || number.len() > SHORT_CODE_DIGITS => {
                Address::Plmn(number)
            }
            Some(number) => Address::ShortCode(number),
            None => Address::ShortCode(local),
        }
    }

    /// `+358401/TYPE=PLMN`, or the mailbox.
    pub fn mm1(&self) -> String {
        match self {
            Address::Plmn(number) => format!("{number}/TYPE=PLMN"),
            Address::Email(mailbox) => mailbox.clone(),
            Address::Device { value, kind } => format!("{value}/TYPE={kind}"),
            Address::ShortCode(code) => code.clone(),
        }
    }

    /// The number's digits with `+`, if it is a phone number.
    pub fn number(&self) -> Option<&str> {
        match self {
            Address::Plmn(number) => Some(number),
            _ => None,
        }
    }

    fn device(value: &str, kind: &str) -> Address {
        let (value, kind) = (value.trim(), kind.trim());
        let known = ["PLMN", "IPv4", "IPv6"]
            .iter()
            .find(|k| k.eq_ignore_ascii_case(kind));
        let value = match (known.copied(), phone_number(value)) {
            (Some("PLMN"), Some(number)) => return Address::Plmn(number),
            (Some("IPv4"), _) => value
                .parse::<Ipv4Addr>()
                .map_or_else(|_| value.to_owned(), |ip| ip.to_string()),
            (Some("IPv6"), _) => value
                .parse::<Ipv6Addr>()
                .map_or_else(|_| value.to_owned(), |ip| IpAddr::V6(ip).to_string()),
            _ => value.to_owned(),
        };
        Address::Device {
            value,
            kind: known.map_or_else(|| kind.to_ascii_uppercase(), |k| (*k).to_owned()),
        }
    }
}

/// The domain of a mailbox such as `+358401/TYPE=PLMN@mms.example`, in lower case.
pub fn domain(text: &str) -> Option<String> {
    let spec = addr_spec(text);
    let (_, domain) = split_domain(&spec);
    domain.map(str::to_lowercase)
}

/// A path of an envelope without its domain if it is a phone number's, else as it is.
pub fn unqualified(path: &str) -> &str {
    match (Address::parse(path), split_domain(path)) {
        (Address::Plmn(_), (local, Some(_))) => local,
        _ => path,
    }
}

/// Splits an RFC 5322 address list at its commas. Quoted strings, comments and angle brackets keep theirs; the members of
/// a group (`Name: a, b;`) count singly; empty elements (RFC 5322 §4.4) are dropped.
pub fn list(text: &str) -> Vec<String> {
    let mut separators = Vec::new();
    let mut colons = Vec::new();
    let mut last_group_end = 0;
    scan(text, |at, c, inside| match c {
        ',' if !inside => separators.push(at),
        ';' if !inside => {
            separators.push(at);
            last_group_end = at;
        }
        ':' if !inside => colons.push(at),
        _ => {}
    });
    let mut items = Vec::new();
    let mut colons = colons.into_iter().peekable();
    let mut start = 0;
    for end in separators.into_iter().chain([text.len()]).take(MAX_FIELDS + 1) {
        let mut begin = start;
        while let Some(colon) = colons.next_if(|colon| *colon < end) {
            // An IPv6 device address has colons too, so they name a group only where one ends.
            if begin == start && end <= last_group_end {
                begin = colon + 1;
            }
        }
        items.push(text[begin..end].trim());
        start = end + 1;
    }
    items.retain(|item| !item.is_empty());
    items.into_iter().map(str::to_owned).collect()
}

/// What stands between the angle brackets, or else the whole text without comments; no source route.
pub fn addr_spec(text: &str) -> String {
    let mut open = None;
    let mut close = None;
    let mut plain = String::new();
    scan_raw(text, |at, c, place| {
        match (place, c) {
            (Place::Plain, '<') => (open, close) = (Some(at + 1), None),
            (Place::Angle, '>') => close = Some(at),
            _ => {}
        }
        if place != Place::Comment {
            plain.push(c);
        }
    });
    let spec = match open {
        Some(open) => text[open..close.unwrap_or(text.len())].to_owned(),
        None => plain,
    };
    let spec = spec.trim();
    match (spec.starts_with('@'), spec.split_once(':')) {
        (true, Some((_, rest))) => rest.trim().to_owned(),
        _ => spec.to_owned(),
    }
}

/// Local part and domain, split at the last `@` outside quotes.
fn split_domain(spec: &str) -> (&str, Option<&str>) {
    let mut at_sign = None;
    scan(spec, |at, c, inside| {
        if c == '@' && !inside {
            at_sign = Some(at);
        }
    });
    match at_sign {
        Some(at) => (spec[..at].trim(), Some(spec[at + 1..].trim())),
        None => (spec, None),
    }
}

fn split_type(local: &str) -> Option<(&str, &str)> {
    const MARK: &[u8] = b"/type=";
    let at = local
        .as_bytes()
        .windows(MARK.len())
        .rposition(|w| w.eq_ignore_ascii_case(MARK))?;
    Some((&local[..at], &local[at + MARK.len()..]))
}

/// Digits and leading `+` without the written separators `-` and `.` (ENC 1.3 §8).
fn phone_number(text: &str) -> Option<String> {
    let (plus, rest) = match text.strip_prefix('+') {
        Some(rest) => ("+", rest),
        None => ("", text),
    };
    let allowed = |b: u8| b.is_ascii_digit() || b == b'-' || b == b'.';
    let starts_with_digit = rest.bytes().next().is_some_and(|b| b.is_ascii_digit());
    if !starts_with_digit || !rest.bytes().all(allowed) {
        return None;
    }
    let digits = rest.chars().filter(char::is_ascii_digit);
    Some(plus.chars().chain(digits).collect())
}

/// A quoted string without its quotes and escapes; anything else as it is.
fn unquoted(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut out = String::with_capacity(inner.len());
    let mut escaped = false;
    for c in inner.chars() {
        if c == '\\' && !escaped {
            escaped = true;
        } else {
            out.push(c);
            escaped = false;
        }
    }
    out
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Plain,
    Quoted,
    Comment,
    Angle,
}

/// Calls back for every character with whether it stands inside quotes, a comment or angle brackets.
fn scan(text: &str, mut each: impl FnMut(usize, char, bool)) {
    scan_raw(text, |at, c, place| each(at, c, place != Place::Plain));
}

/// The same with the place. Delimiters count as inside, but for `<` and `>`, which stand where they are written.
fn scan_raw(text: &str, mut each: impl FnMut(usize, char, Place)) {
    let mut place = Place::Plain;
    let mut around_quote = Place::Plain;
    let mut comments = 0_usize;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        let told = match (place, c) {
            (Place::Plain | Place::Angle, '"') => Place::Quoted,
            (Place::Plain, '(') => Place::Comment,
            _ => place,
        };
        each(at, c, told);
        if escaped {
            escaped = false;
            continue;
        }
        match (place, c) {
            (Place::Quoted | Place::Comment, '\\') => escaped = true,
            (Place::Plain | Place::Angle, '"') => {
                around_quote = place;
                place = Place::Quoted;
            }
            (Place::Quoted, '"') => place = around_quote,
            (Place::Plain, '(') => {
                comments = 1;
                place = Place::Comment;
            }
            (Place::Comment, '(') => comments += 1,
            (Place::Comment, ')') => {
                comments -= 1;
                if comments == 0 {
                    place = Place::Plain;
                }
            }
            (Place::Plain, '<') => place = Place::Angle,
            (Place::Angle, '>') => place = Place::Plain,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plmn(number: &str) -> Address {
        Address::Plmn(number.to_owned())
    }

    #[test]
    fn one_number_in_all_its_forms() {
        for text in [
            "+358401234567/TYPE=PLMN",
            "+358401234567/type=plmn",
            "+358-40-123.4567/TYPE=PLMN",
            "+358401234567",
            "+358401234567/TYPE=PLMN@MMS.Home.Example",
            "<+358401234567/TYPE=PLMN@mms.home.example>",
            "  < +358401234567/TYPE=PLMN > ",
            "\"Ann, B\" <+358401234567/TYPE=PLMN>",
            "Ann <+358401234567>",
            "+358401234567/TYPE=PLMN (Ann <x>)",
            "<@relay.example,@b.example:+358401234567/TYPE=PLMN@mms.home.example>",
            "\"+358401234567/TYPE=PLMN\"@mms.home.example",
            "<+358401234567/TYPE=PLMN",
        ] {
            assert_eq!(Address::parse(text), plmn("+358401234567"), "{text}");
        }
        assert_eq!(plmn("+358401").mm1(), "+358401/TYPE=PLMN");
        assert_eq!(plmn("+358401").number(), Some("+358401"));
    }

    #[test]
    fn numbers_without_a_plus_stay_as_they_are() {
        assert_eq!(Address::parse("00358401234567"), plmn("00358401234567"));
        assert_eq!(Address::parse("0401234567/TYPE=PLMN"), plmn("0401234567"));
        assert_eq!(Address::parse("12345/TYPE=PLMN"), plmn("12345"));
        assert_eq!(Address::parse("12345"), Address::ShortCode("12345".into()));
        assert_eq!(Address::parse("VOTE4ME"), Address::ShortCode("VOTE4ME".into()));
        assert_eq!(Address::parse(""), Address::ShortCode(String::new()));
    }

    #[test]
    fn mailboxes_and_devices() {
        assert_eq!(
            Address::parse("Joe <Joe.B@Mail.EXAMPLE>"),
            Address::Email("Joe.B@mail.example".into())
        );
        assert_eq!(
            Address::parse("\"a@b\"@mail.example"),
            Address::Email("a@b@mail.example".into())
        );
        let device = |value: &str, kind: &str| Address::Device {
            value: value.into(),
            kind: kind.into(),
        };
        assert_eq!(
            Address::parse("195.153.199.30/type=ipv4"),
            device("195.153.199.30", "IPv4")
        );
        assert_eq!(
            Address::parse("FEDC:BA98:0:0:0:0:0:3210/TYPE=IPv6@mms.example"),
            device("fedc:ba98::3210", "IPv6")
        );
        assert_eq!(Address::parse("bob%40home/TYPE=sip"), device("bob%40home", "SIP"));
        assert_eq!(Address::parse("bob/TYPE=PLMN"), device("bob", "PLMN"));
    }

    #[test]
    fn the_domain_names_the_mmse() {
        let of = |text| domain(text);
        assert_eq!(
            of("<+1555/TYPE=PLMN@MMS.Example>").as_deref(),
            Some("mms.example")
        );
        assert_eq!(of("\"a@b\" <c@d.example>").as_deref(), Some("d.example"));
        assert_eq!(of("<@x.example:c@d.example>").as_deref(), Some("d.example"));
        assert_eq!(of("+1555/TYPE=PLMN"), None);
        assert_eq!(of("\"a@b\""), None);
    }

    #[test]
    fn lists_split_at_their_own_commas() {
        assert_eq!(
            list("+1/TYPE=PLMN, \"B, C\" <+2>,, +3 (x, y) ,<@a,@b:c@d>"),
            ["+1/TYPE=PLMN", "\"B, C\" <+2>", "+3 (x, y)", "<@a,@b:c@d>"]
        );
        assert_eq!(list("Friends: +1, +2;, +3"), ["+1", "+2", "+3"]);
        assert_eq!(list("undisclosed-recipients:;"), Vec::<String>::new());
        assert_eq!(
            list("2001:db8::1/TYPE=IPv6, 2001:db8::2/TYPE=IPv6"),
            ["2001:db8::1/TYPE=IPv6", "2001:db8::2/TYPE=IPv6"]
        );
        assert!(list(" ").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_some_address(text in "\\PC*|[<>()\",;:@/+0-9=TYPE\\\\ ]*") {
            Address::parse(&text).mm1();
            domain(&text);
            list(&text);
        }

        #[test]
        fn a_number_survives_every_wrapping(digits in "[1-9][0-9]{6,14}", host in "[a-z]{1,8}\\.example") {
            let number = format!("+{digits}");
            for text in [
                format!("{number}/TYPE=PLMN"),
                format!("<{number}/TYPE=PLMN@{host}>"),
                format!("\"x\" <{number}>"),
            ] {
                let address = Address::parse(&text);
                prop_assert_eq!(address.number(), Some(number.as_str()));
                prop_assert_eq!(Address::parse(&address.mm1()), address);
            }
        }
    }
}
