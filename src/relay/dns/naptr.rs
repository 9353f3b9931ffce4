//! Which NAPTR records of a number are for MMS, in which order, and what they make of the number (RFC 3402, 3403, 6116).

use hickory_proto::rr::rdata::NAPTR;
use regex::RegexBuilder;

use crate::relay::defects::{Seed, Seeds};

/// Octets a compiled expression may take: records come from outside.
const EXPRESSION: usize = 1 << 20;

/// What a record leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// The end: a URI.
    Uri(String),
    /// Another name to look up.
    Name(String),
}

/// The records that are for MMS, the one to use first at the front: by order, and by preference among those of one order.
pub(super) fn usable<'a>(records: &'a [NAPTR], seeds: &Seeds) -> Vec<&'a NAPTR> {
    let old = |r: &NAPTR| r.services.to_ascii_lowercase().ends_with(b"+e2u");
    if seeds.has(Seed::EnumOldServiceBreaks) && records.iter().any(old) {
        return Vec::new();
    }
    let mut usable: Vec<&NAPTR> = records.iter().filter(|r| is_for_mms(r, seeds)).collect();
    usable.sort_by_key(|r| {
        let order = if seeds.has(Seed::EnumOrderIgnored) {
            0
        } else {
            r.order
        };
        let preference = if seeds.has(Seed::EnumPreferenceReversed) {
            u16::MAX - r.preference
        } else {
            r.preference
        };
        (order, preference)
    });
    usable
}

/// What a record makes of a number; none if its expression does not match, or it has a flag nobody knows.
pub(super) fn apply(record: &NAPTR, number: &str, seeds: &Seeds) -> Option<Next> {
    let flags = String::from_utf8_lossy(&record.flags).to_ascii_lowercase();
    match flags.as_str() {
        "u" => substitute(&String::from_utf8_lossy(&record.regexp), number, seeds).map(Next::Uri),
        "" if record.regexp.is_empty() => Some(Next::Name(record.replacement.to_ascii())),
        "" => substitute(&String::from_utf8_lossy(&record.regexp), number, seeds).map(Next::Name),
        _ => None,
    }
}

/// Services are `E2U+type:subtype+…` (RFC 6116 §3.4.3); RFC 2916 had the protocol first, as in `mms+E2U`. A record that is
/// not terminal leads on whatever it is for.
fn is_for_mms(record: &NAPTR, seeds: &Seeds) -> bool {
    if record.flags.is_empty() || seeds.has(Seed::EnumAnyService) {
        return true;
    }
    let services = String::from_utf8_lossy(&record.services).to_ascii_lowercase();
    let mms = |service: &str| service == "mms:mailto";
    if let Some(services) = services.strip_prefix("e2u+") {
        if seeds.has(Seed::EnumOneService) {
            return mms(services);
        }
        return services.split('+').any(mms);
    }
    match services.strip_suffix("+e2u") {
        Some(protocols) => protocols.split('+').any(|p| p == "mms" || mms(p)),
        None => false,
    }
}

/// `!expression!replacement!flags`: the delimiter is the first character, `\1` to `\9` are what the groups matched.
fn substitute(field: &str, number: &str, seeds: &Seeds) -> Option<String> {
    let mut parts = split(field)?.into_iter();
    let (expression, replacement, flags) = (parts.next()?, parts.next()?, parts.next()?);
    let expression = RegexBuilder::new(&expression)
        .case_insensitive(flags.contains('i'))
        .size_limit(EXPRESSION)
        .build()
        .ok()?;
    let groups = expression.captures(number)?;
    let mut made = String::new();
    let mut characters = replacement.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            made.push(character);
            continue;
        }
        match characters.next()? {
            digit @ '1'..='9' if !seeds.has(Seed::EnumNoBackReference) => {
                let group = digit.to_digit(10).and_then(|n| usize::try_from(n).ok())?;
                made.push_str(groups.get(group)?.as_str());
            }
            '1'..='9' => made.push_str(number.trim_start_matches('+')),
            other => made.push(other),
        }
    }
    Some(made)
}

/// The three parts; a delimiter after a backslash is an ordinary character.
fn split(field: &str) -> Option<[String; 3]> {
    let mut characters = field.chars();
    let delimiter = characters.next()?;
    let mut parts = vec![String::new()];
    while let Some(character) = characters.next() {
        let escaped = if character == '\\' {
            characters.next()
        } else {
            None
        };
        let part = parts.last_mut()?;
        match escaped {
            Some(next) if next == delimiter => part.push(delimiter),
            Some(next) => part.extend(['\\', next]),
            None if character == delimiter => parts.push(String::new()),
            None => part.push(character),
        }
    }
    parts.try_into().ok()
}

#[cfg(test)]
mod tests {
    use hickory_proto::rr::Name;

    use super::*;

    fn record(order: u16, preference: u16, services: &str, regexp: &str) -> NAPTR {
        NAPTR::new(
            order,
            preference,
            b"u".to_vec().into(),
            services.as_bytes().into(),
            regexp.as_bytes().into(),
            Name::root(),
        )
    }

    fn made(regexp: &str) -> Option<Next> {
        apply(
            &record(1, 1, "E2U+mms:mailto", regexp),
            "+15550100017",
            &Seeds::default(),
        )
    }

    fn uri(text: &str) -> Option<Next> {
        Some(Next::Uri(text.to_owned()))
    }

    #[test]
    fn order_is_before_preference() {
        let records = [
            record(20, 1, "E2U+mms:mailto", "c"),
            record(10, 50, "E2U+mms:mailto", "b"),
            record(10, 5, "E2U+mms:mailto", "a"),
        ];
        let seeds = Seeds::default();
        let order: Vec<&[u8]> = usable(&records, &seeds).iter().map(|r| &*r.regexp).collect();
        assert_eq!(order, [b"a", b"b", b"c"]);
    }

    #[test]
    fn services_of_others_are_passed_over() {
        let is = |services: &str| !usable(&[record(1, 1, services, "!x!y!")], &Seeds::default()).is_empty();
        for services in [
            "E2U+mms:mailto",
            "e2u+MMS:MAILTO",
            "E2U+sms:mailto+mms:mailto",
            "mms+E2U",
            "mms:mailto+E2U",
        ] {
            assert!(is(services), "{services}");
        }
        for services in [
            "E2U+sip",
            "E2U+sms:mailto",
            "E2U+mms:tel",
            "E2U+mmsx:mailto",
            "sip+E2U",
            "E2U",
            "",
        ] {
            assert!(!is(services), "{services}");
        }
    }

    #[test]
    fn expressions_make_uris() {
        assert_eq!(made("!^.*$!mailto:x@y!"), uri("mailto:x@y"));
        assert_eq!(
            made(r"!^(.*)$!mailto:\1/TYPE=PLMN@y!"),
            uri("mailto:+15550100017/TYPE=PLMN@y")
        );
        assert_eq!(
            made(r"!^\+1(555)(.*)$!mailto:+\2\1@y!"),
            uri("mailto:+0100017555@y")
        );
        assert_eq!(made(r"#^.*$#mailto:a!b@y#"), uri("mailto:a!b@y"));
        assert_eq!(made(r"!^.*$!mailto:a\!b@y!"), uri("mailto:a!b@y"));
        assert_eq!(made("!^\\+44.*$!mailto:x@y!"), None);
        for broken in ["", "!", "!a!", "!a!b", "!(!b!", r"!^(.*)$!\2!", r"!.*!\"] {
            assert_eq!(made(broken), None, "{broken}");
        }
    }
}
