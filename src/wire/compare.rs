//! Equality by a field's type, and values from the text of a case.

use super::address::{self, Address};
use super::table::{self, FieldDef, Kind};
use super::{Content, Field, Interval, MediaType, Name, Part, Protocol, Value, date, mm1};

/// The value a case means by this text in this field, for encoding. `insert-address` is the token of From; a date is
/// RFC 3339, RFC 5322 or seconds since 1970; an interval is seconds (`3600`, `90s`, `10m`, `2h`, `7d`: relative) or a date
/// (absolute); `hex:83 01` is raw octets. A closed list takes its words; on MM1 also `0xNN`, on MM4 any other word, because
/// there every word can be sent. Fields without an entry in the table are plain text.
///
/// # Errors
/// What is wrong with the text, for a person.
pub fn value_of(protocol: Protocol, field: &str, text: &str) -> Result<Value, String> {
    if let Some(octets) = raw(text) {
        return octets.map(Value::Octets);
    }
    let Some(def) = table::field(field) else {
        return Ok(Value::Text(text.to_owned()));
    };
    if protocol == Protocol::Mm4
        && matches!(
            def.kind,
            Kind::Version | Kind::Octets | Kind::Element | Kind::FieldName
        )
    {
        return Ok(Value::Text(text.to_owned()));
    }
    let wants = |what: &str| format!("{} takes {what}, not `{text}`", def.name);
    match def.kind {
        Kind::Text | Kind::Id | Kind::Uri => Ok(Value::Text(text.to_owned())),
        Kind::Encoded => Ok(Value::Encoded {
            charset: None,
            text: text.to_owned(),
        }),
        Kind::From if text.trim().eq_ignore_ascii_case(INSERT_ADDRESS) => Ok(Value::InsertAddress),
        Kind::Address | Kind::From => Ok(Value::Address(text.to_owned())),
        Kind::Token(_) | Kind::Class(_) => token(protocol, def, text),
        Kind::FieldName => Ok(match table::field(text).and_then(|named| named.octet) {
            Some(octet) => Value::Token {
                name: text.to_owned().into(),
                octet: Some(octet),
            },
            None => Value::Token {
                name: text.to_owned().into(),
                octet: octet_number(text),
            },
        }),
        Kind::LongInteger | Kind::Integer => text
            .trim()
            .parse()
            .map(Value::Integer)
            .map_err(|_| wants("a number")),
        Kind::Date => instant(text)
            .map(Value::Date)
            .ok_or_else(|| wants("a date such as 2026-11-24T13:00:00Z")),
        Kind::Interval => interval(text)
            .map(Value::Interval)
            .ok_or_else(|| wants("seconds, a duration such as 2h, or a date")),
        Kind::Version => mm1::parse_version(text.trim()).ok_or_else(|| wants("a version such as 1.3")),
        Kind::MediaType => Ok(Value::MediaType(MediaType::parse(text))),
        Kind::PreviouslySentBy => counted_pair(text)
            .map(|(count, address)| Value::PreviouslySentBy {
                count,
                address: address.to_owned(),
            })
            .ok_or_else(|| wants("a number, a comma and an address")),
        Kind::PreviouslySentDate => counted_pair(text)
            .and_then(|(count, date)| {
                Some(Value::PreviouslySentDate {
                    count,
                    date: instant(date)?,
                })
            })
            .ok_or_else(|| wants("a number, a comma and a date")),
        Kind::Flags => Ok(match text.split_once(',') {
            Some((action, keyword)) => flag(action, keyword),
            None => flag(Value::FLAG_ACTIONS[0], text),
        }),
        Kind::Amount => text
            .split_once(',')
            .and_then(|(unit, count)| {
                Some(Value::Amount {
                    unit: unit.trim().to_owned(),
                    count: count.trim().parse().ok()?,
                })
            })
            .ok_or_else(|| wants("`Messages` or `Octets`, a comma and a number")),
        Kind::Element => {
            let MediaType { params, .. } = MediaType::parse(text);
            let name = text.split_once(';').map_or(text, |(name, _)| name).trim();
            Ok(Value::Element {
                name: name.to_owned(),
                params,
            })
        }
        Kind::Octets => octets(text)
            .map(Value::Octets)
            .ok_or_else(|| wants("octets in hex")),
    }
}

const INSERT_ADDRESS: &str = "insert-address";

fn flag(action: &str, keyword: &str) -> Value {
    Value::Flag {
        action: action.trim().to_owned(),
        keyword: keyword.trim().to_owned(),
    }
}

/// `hex:…`: the octets, or what is wrong with them.
fn raw(text: &str) -> Option<Result<Vec<u8>, String>> {
    let digits = text.strip_prefix("hex:")?;
    Some(octets(digits).ok_or_else(|| format!("`{digits}` is not octets in hex")))
}

/// Octets in hex, blanks between them as one likes.
fn octets(text: &str) -> Option<Vec<u8>> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    hex::decode(digits).ok()
}

fn octet_number(text: &str) -> Option<u8> {
    u8::from_str_radix(text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?, 16).ok()
}

fn token(protocol: Protocol, def: &FieldDef, text: &str) -> Result<Value, String> {
    if protocol == Protocol::Mm4 {
        return Ok(Value::token(text));
    }
    if let Some(octet) = octet_number(text) {
        let name = def
            .kind
            .token_name(octet)
            .map_or_else(|| text.to_owned().into(), Name::from);
        return Ok(Value::Token {
            name,
            octet: Some(octet),
        });
    }
    match def.kind.token_octet(text) {
        Some(octet) => Ok(Value::Token {
            name: def
                .kind
                .token_name(octet)
                .map_or_else(|| text.to_owned().into(), Name::from),
            octet: Some(octet),
        }),
        None if matches!(def.kind, Kind::Class(_)) => Ok(Value::token(text)),
        None => {
            let words: Vec<&str> = def
                .kind
                .tokens()
                .unwrap_or_default()
                .iter()
                .map(|(word, _)| *word)
                .collect();
            Err(format!(
                "{} has no value `{text}`; it has {}, or an octet such as 0x9F",
                def.name,
                words.join(", ")
            ))
        }
    }
}

/// Seconds since 1970 from digits, RFC 3339, RFC 5322 or HTTP-date.
fn instant(text: &str) -> Option<i64> {
    text.trim().parse().ok().or_else(|| date::parse(text))
}

fn interval(text: &str) -> Option<Interval> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Interval::Relative(seconds));
    }
    let (digits, unit) = text.split_at(text.len() - text.chars().last()?.len_utf8());
    let scale = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => 0,
    };
    match digits
        .trim()
        .parse::<u64>()
        .ok()
        .filter(|_| scale > 0)
        .and_then(|number| number.checked_mul(scale))
    {
        Some(seconds) => Some(Interval::Relative(seconds)),
        None => date::parse(text).map(Interval::Absolute),
    }
}

/// `0,rest`.
fn counted_pair(text: &str) -> Option<(u64, &str)> {
    let (count, rest) = text.split_once(',')?;
    Some((count.trim().parse().ok()?, rest.trim()))
}

/// Whether a decoded value equals what a case wrote: ids modulo one pair of quotes or angle brackets, tokens caseless,
/// addresses normalised, dates as instants, numbers as numbers, text verbatim or as its encoded words (RFC 2047) read. `hex:…` equals octets that could not be read
/// as the field's type. What M-Delete.conf counts equals with its count and without.
pub fn equal(field: &str, expected: &str, got: &Value) -> bool {
    if let Value::Counted { count, value } = got {
        let counted = counted_pair(expected)
            .is_some_and(|(wanted, rest)| wanted == *count && equal(field, rest, value));
        return counted || equal(field, expected, value);
    }
    if let Some(octets) = raw(expected) {
        return matches!((octets, got), (Ok(octets), Value::Octets(got)) if octets == *got);
    }
    let kind = table::field(field).map_or(Kind::Text, |def| def.kind);
    let text = got.text();
    match kind {
        Kind::Text | Kind::Uri => text == expected,
        Kind::Encoded => {
            text == expected || mm1::without_encoded_words(&text).is_some_and(|read| read == expected)
        }
        Kind::Id => bare_id(expected) == bare_id(&text),
        Kind::Address | Kind::From => same_addresses(expected, &text),
        Kind::Token(_) | Kind::Class(_) => same_token(kind, expected, got),
        Kind::FieldName => text.eq_ignore_ascii_case(expected),
        Kind::LongInteger | Kind::Integer | Kind::Version | Kind::Element | Kind::Octets => {
            let wanted = value_of(Protocol::Mm1, field, expected);
            let as_read = value_of(Protocol::Mm1, field, &text);
            text == expected || matches!((wanted, as_read), (Ok(a), Ok(b)) if a == b)
        }
        Kind::Date => matches!((instant(expected), instant(&text)), (Some(a), Some(b)) if a == b),
        Kind::Interval => matches!((interval(expected), interval(&text)), (Some(a), Some(b)) if a == b),
        Kind::MediaType => same_media(&MediaType::parse(expected), &MediaType::parse(&text)),
        Kind::PreviouslySentBy => match (counted_pair(expected), counted_pair(&text)) {
            (Some((count, address)), Some((got, other))) => count == got && same_addresses(address, other),
            _ => false,
        },
        Kind::PreviouslySentDate => match (counted_pair(expected), counted_pair(&text)) {
            (Some((count, date)), Some((got, other))) => {
                count == got && instant(date).is_some_and(|date| Some(date) == instant(other))
            }
            _ => false,
        },
        Kind::Flags | Kind::Amount => text.eq_ignore_ascii_case(&expected.replace(", ", ",")),
    }
}

/// An id without one pair of quotes or angle brackets.
fn bare_id(id: &str) -> &str {
    let id = id.trim();
    [('"', '"'), ('<', '>')]
        .into_iter()
        .find_map(|(open, close)| id.strip_prefix(open)?.strip_suffix(close))
        .unwrap_or(id)
}

/// Two addresses, or two lists of addresses in any order.
fn same_addresses(expected: &str, got: &str) -> bool {
    let (expected, got) = (address::list(expected), address::list(got));
    let parsed = |list: &[String]| list.iter().map(|one| Address::parse(one)).collect::<Vec<_>>();
    let (expected, mut rest) = (parsed(&expected), parsed(&got));
    expected.len() == rest.len()
        && expected
            .iter()
            .all(|address| match rest.iter().position(|other| other == address) {
                Some(at) => {
                    rest.swap_remove(at);
                    true
                }
                None => false,
            })
}

fn same_token(kind: Kind, expected: &str, got: &Value) -> bool {
    let number = |text: &str| octet_number(text).or_else(|| kind.token_octet(text));
    let got_number = match got {
        Value::Token {
            octet: Some(octet), ..
        } => Some(*octet),
        other => number(&other.text()),
    };
    got.text().eq_ignore_ascii_case(expected)
        || number(expected).is_some_and(|octet| got_number == Some(octet))
}

/// Same type, and every parameter that was asked for.
fn same_media(expected: &MediaType, got: &MediaType) -> bool {
    expected.essence == got.essence
        && expected
            .params
            .iter()
            .all(|(name, value)| got.param(name) == Some(value.as_str()))
}

/// Whether two contents have the same parts: same count, and to each body one that is octet-equal and of the same media type
/// essence. Their order is free (ENC 1.3 §5).
///
/// # Errors
/// The first difference, for a person.
pub fn same_content(expected: &Content, got: &Content) -> Result<(), String> {
    let (wanted, there) = (expected.bodies(), got.bodies());
    if wanted.len() != there.len() {
        return Err(format!("{} parts expected, {} there", wanted.len(), there.len()));
    }
    let mut left = there.clone();
    let all_there = wanted.iter().all(|(media, body)| {
        let at = left
            .iter()
            .position(|(other, octets)| other.essence == media.essence && octets == body);
        at.map(|at| left.swap_remove(at)).is_some()
    });
    if all_there {
        return Ok(());
    }
    for (at, ((media, body), (got_media, got_body))) in wanted.iter().zip(&there).enumerate() {
        let part = at + 1;
        if media.essence != got_media.essence {
            return Err(format!(
                "part {part} is {}, not {}",
                got_media.essence, media.essence
            ));
        }
        if body != got_body {
            return Err(different_octets(part, body, got_body));
        }
    }
    Ok(())
}

/// Whether the parts that are octet-equal have the same parameters, Content-ID and Content-Location, where the expected ones have any, and
/// whether the same part presents the others (ENC 1.3 §5): what a presentation refers to is then where it was.
///
/// # Errors
/// The first difference, for a person.
pub fn same_names(expected: &Content, got: &Content) -> Result<(), String> {
    for wanted in &expected.parts {
        let there = || got.parts.iter().filter(|part| part.data == wanted.data);
        if !there().any(|p| same_media(&wanted.media, &p.media)) {
            return Err(format!("no part with these octets has the type {}", wanted.media));
        }
        let names = [
            (
                "Content-ID",
                &wanted.content_id,
                there().any(|p| p.content_id == wanted.content_id),
            ),
            (
                "Content-Location",
                &wanted.content_location,
                there().any(|p| p.content_location == wanted.content_location),
            ),
        ];
        for (field, name, kept) in names {
            if let (Some(name), false) = (name, kept) {
                return Err(format!("no part with these octets has the {field} {name}"));
            }
        }
    }
    match (presentation(expected), presentation(got)) {
        (Some(wanted), Some(part)) if wanted.data != part.data => {
            Err(format!("the {} part presents the others", part.media.essence))
        }
        (Some(_), None) => Err("`start` names no part".to_owned()),
        _ => Ok(()),
    }
}

/// The part that `start` names, else the first one.
fn presentation(content: &Content) -> Option<&Part> {
    let bare = |id: &str| id.trim_matches(['<', '>', '"']).to_owned();
    match content.media.param("start") {
        None => content.parts.first(),
        Some(start) => content
            .parts
            .iter()
            .find(|part| part.content_id.as_deref().map(bare) == Some(bare(start))),
    }
}

fn different_octets(part: usize, wanted: &[u8], got: &[u8]) -> String {
    let at = wanted.iter().zip(got).take_while(|(a, b)| a == b).count();
    let shown = |octets: &[u8]| match octets.get(at) {
        Some(octet) => format!("{octet:02X}"),
        None => "its end".to_owned(),
    };
    format!(
        "part {part} ({} octets, {} expected) differs at octet {at}: {} instead of {}",
        got.len(),
        wanted.len(),
        shown(got),
        shown(wanted)
    )
}

/// The octets of a decoded field's value: on MM1 what follows the field code or name, on MM4 the text after the colon,
/// without the blanks and line end around it. None if the field was built, not decoded from this PDU.
pub fn value_octets(field: &Field, pdu: &[u8]) -> Option<Vec<u8>> {
    let octets = pdu.get(field.at.offset..field.at.offset.checked_add(field.at.len)?)?;
    let (first, rest) = octets.split_first()?;
    if *first >= 0x80 {
        return Some(rest.to_vec());
    }
    let end = octets.iter().position(|octet| matches!(octet, 0 | b':'))?;
    let value = &octets[end + 1..];
    Some(if octets[end] == 0 {
        value.to_vec()
    } else {
        value.trim_ascii().to_vec()
    })
}
