//! Whether an event meets the demands of an expectation.

use crate::case::{ContentDemand, Demands, Expect, FieldDemand, Matcher, Selector, Source, Template};
use crate::wire::address::Address;
use crate::wire::{Content, Field, Severity, Value, compare, date};

use super::sighting::Sighting;

/// A demand that an event does not meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where the demand stands in the case.
    pub source: Source,
    /// For the caret: `absent`, `is "x"`.
    pub note: String,
    pub expected: String,
    pub got: String,
}

/// What templates and contents resolve against.
pub trait Scope {
    /// The text of a reference without its `$`, `bob.plmn`.
    fn lookup(&self, reference: &str) -> Option<String>;
    /// The content a name means: a capture's or a fixture's.
    fn content(&self, name: &str) -> Option<Content>;
    /// Seconds since 1970 when the script began.
    fn unix(&self) -> i64;
}

/// Resolves a template.
///
/// # Errors
/// Names the reference that has no value.
pub fn resolve(template: &Template, scope: &dyn Scope) -> Result<String, String> {
    template.resolve(&|name| scope.lookup(name))
}

/// The first demand that the event does not meet.
pub fn check(demands: &Demands, seen: &Sighting, scope: &dyn Scope) -> Option<Violation> {
    demands
        .http
        .iter()
        .find_map(|d| check_texts(d, &seen.http(&d.name), seen, scope))
        .or_else(|| {
            demands
                .smtp
                .iter()
                .find_map(|d| check_texts(d, &seen.smtp(&d.name), seen, scope))
        })
        .or_else(|| {
            demands
                .push
                .iter()
                .find_map(|d| check_texts(d, &seen.pushed(&d.name), seen, scope))
        })
        .or_else(|| demands.headers.iter().find_map(|d| check_field(d, seen, scope)))
        .or_else(|| {
            demands
                .content
                .as_ref()
                .and_then(|c| check_content(c, seen, scope))
        })
        .or_else(|| {
            demands
                .no_findings
                .iter()
                .find_map(|(code, source)| check_findings(code, source, seen))
        })
}

/// Whether the event is of the type the expectation names, rather than what came instead.
pub fn is_of_type(select: &Selector, seen: &Sighting) -> bool {
    match select {
        Selector::Pdu(kind) => seen.kind() == Some(*kind),
        Selector::Reply => seen.no_reply.is_none(),
    }
}

/// The event is not what was expected at all: another PDU, no PDU, no answer.
pub fn undecided(expect: &Expect, seen: &Sighting) -> Option<Violation> {
    if is_of_type(&expect.select, seen) {
        return None;
    }
    let expected = match &expect.select {
        Selector::Pdu(kind) => kind.to_string(),
        Selector::Reply => "a reply".to_owned(),
    };
    Some(Violation {
        source: expect.source.clone(),
        note: format!("got {}", seen.label()),
        expected,
        got: seen.label(),
    })
}

/// The event must have come after the captured one.
pub fn check_order(
    name: &str,
    source: &Source,
    earlier: Option<&Sighting>,
    seen: &Sighting,
) -> Option<Violation> {
    let problem = match earlier {
        Some(earlier) if earlier.seq < seen.seq => return None,
        Some(earlier) => format!(
            "it came {} ms before",
            earlier.at_us.saturating_sub(seen.at_us) / 1000
        ),
        None => format!("{name} has not come"),
    };
    Some(Violation {
        source: source.clone(),
        note: problem.clone(),
        expected: format!("{} after {name}", seen.label()),
        got: problem,
    })
}

/// A field, or `content`, must be the same in all events of one expectation.
pub fn check_same(
    field: &str,
    source: &Source,
    first: &Sighting,
    seen: &Sighting,
    unix: i64,
) -> Option<Violation> {
    let fault = |note: String, expected: String, got: String| {
        Some(Violation {
            source: source.clone(),
            note,
            expected,
            got,
        })
    };
    if field.eq_ignore_ascii_case("content") {
        return match (first.content(), seen.content()) {
            (None, None) => None,
            (Some(a), Some(b)) => match compare::same_content(a, b) {
                Ok(()) => None,
                Err(why) => fault(why, describe_content(Some(a)), describe_content(Some(b))),
            },
            (a, b) => fault("differs".to_owned(), describe_content(a), describe_content(b)),
        };
    }
    let (a, b) = (first.field(field, unix), seen.field(field, unix));
    if a == b {
        return None;
    }
    let words = |v: Option<String>| v.map_or(format!("no {field}"), |v| format!("{field}: {v}"));
    fault("differs".to_owned(), words(a), words(b))
}

/// Whether an event is one that `where:` means.
pub fn narrows(narrow: &[FieldDemand], seen: &Sighting, scope: &dyn Scope) -> bool {
    narrow.iter().all(|d| {
        let texts = match d.name.as_str() {
            "rcpt-to" | "mail-from" | "code" => seen.smtp(&d.name),
            "status" => seen.http(&d.name),
            _ => return check_field(d, seen, scope).is_none(),
        };
        check_texts(d, &texts, seen, scope).is_none()
    })
}

/// Judges plain texts (HTTP headers, SMTP replies) by a matcher.
pub fn check_texts(
    demand: &FieldDemand,
    texts: &[String],
    seen: &Sighting,
    scope: &dyn Scope,
) -> Option<Violation> {
    let field = |t: &String| Field {
        name: demand.name.clone(),
        value: Value::Text(t.clone()),
        at: Default::default(),
    };
    let fields: Vec<Field> = texts.iter().map(field).collect();
    check_values(demand, &fields.iter().collect::<Vec<_>>(), seen, scope)
}

fn check_field(demand: &FieldDemand, seen: &Sighting, scope: &dyn Scope) -> Option<Violation> {
    let Some(pdu) = &seen.pdu else {
        // Where there is no PDU there is none of its fields.
        test(&demand.name, &demand.matcher, &[], seen, scope).err()?;
        return Some(Violation {
            source: demand.source.clone(),
            note: "there is no PDU".to_owned(),
            expected: format!("{}: {}", demand.name, describe(&demand.matcher, Some(scope))),
            got: seen.label(),
        });
    };
    if demand.name.eq_ignore_ascii_case("Content-Type") {
        let texts: Vec<String> = pdu.content.iter().map(|c| c.media.to_string()).collect();
        let essences: Vec<String> = pdu.content.iter().map(|c| c.media.essence.clone()).collect();
        return check_texts(demand, &essences, seen, scope).and(check_texts(demand, &texts, seen, scope));
    }
    let fields: Vec<&Field> = pdu.all(&demand.name).collect();
    check_values(demand, &fields, seen, scope)
}

fn check_values(
    demand: &FieldDemand,
    fields: &[&Field],
    seen: &Sighting,
    scope: &dyn Scope,
) -> Option<Violation> {
    let problem = test(&demand.name, &demand.matcher, fields, seen, scope).err()?;
    let values: Vec<String> = fields.iter().map(|f| f.value.text()).collect();
    let note = match problem {
        Some(why) => why,
        None if fields.is_empty() => "absent".to_owned(),
        None => format!("is {:?}", values.join(", ")),
    };
    let got = match fields.first() {
        Some(_) => format!("{}: {}", demand.name, values.join(", ")),
        None => format!("no {}{}", demand.name, instead(seen)),
    };
    Some(Violation {
        source: demand.source.clone(),
        note,
        expected: format!("{}: {}", demand.name, describe(&demand.matcher, Some(scope))),
        got,
    })
}

/// Headers of the PDU that its table does not have: often the misspelt one.
fn instead(seen: &Sighting) -> String {
    let Some(pdu) = &seen.pdu else {
        return String::new();
    };
    let table = crate::wire::table::pdu(pdu.kind);
    let strangers: Vec<String> = pdu
        .fields
        .iter()
        .filter(|f| f.name.to_ascii_lowercase().starts_with("x-mms-"))
        .filter(|f| !table.fields.iter().any(|u| u.field.eq_ignore_ascii_case(&f.name)))
        .map(|f| format!("{}: {}", f.name, f.value.text()))
        .collect();
    if strangers.is_empty() {
        String::new()
    } else {
        format!("; it has {} instead", strangers.join(", "))
    }
}

/// `Err(None)` is an ordinary mismatch, `Err(Some(why))` one that needs words of its own.
fn test(
    name: &str,
    matcher: &Matcher,
    fields: &[&Field],
    seen: &Sighting,
    scope: &dyn Scope,
) -> Result<(), Option<String>> {
    let text = |t: &Template| resolve(t, scope).map_err(|r| Some(format!("${r} has no value")));
    let yes = |ok: bool| if ok { Ok(()) } else { Err(None) };
    match matcher {
        Matcher::Present => yes(!fields.is_empty()),
        Matcher::Absent => yes(fields.is_empty()),
        Matcher::Not(inner) => match &**inner {
            // "not X" speaks of a value that is there; an absent field is no proof.
            Matcher::Present | Matcher::Absent => yes(test(name, inner, fields, seen, scope).is_err()),
            _ if fields.is_empty() => Err(None),
            _ => yes(test(name, inner, fields, seen, scope).is_err()),
        },
        Matcher::All(all) => all.iter().try_for_each(|m| test(name, m, fields, seen, scope)),
        Matcher::Equals(t) => {
            let expected = text(t)?;
            yes(fields.iter().any(|f| equal(name, &expected, &f.value)))
        }
        Matcher::In(options) => {
            for option in options {
                let expected = text(option)?;
                if fields.iter().any(|f| equal(name, &expected, &f.value)) {
                    return Ok(());
                }
            }
            Err(None)
        }
        Matcher::Set(options) => {
            let mut left: Vec<&&Field> = fields.iter().collect();
            for option in options {
                let expected = text(option)?;
                match left.iter().position(|f| equal(name, &expected, &f.value)) {
                    Some(at) => drop(left.remove(at)),
                    None => return Err(None),
                }
            }
            yes(left.is_empty())
        }
        Matcher::Matches(pattern) => yes(fields.iter().any(|f| pattern.is_found_in(&f.value.text()))),
        Matcher::Range { from, to } => {
            let bound = |t: &Option<Template>| -> Result<Option<i128>, Option<String>> {
                t.as_ref()
                    .map(|t| text(t).and_then(|s| number(&s).ok_or(None)))
                    .transpose()
            };
            let (from, to) = (bound(from)?, bound(to)?);
            yes(fields
                .iter()
                .filter_map(|f| number(&f.value.text()))
                .any(|n| from.is_none_or(|from| n >= from) && to.is_none_or(|to| n <= to)))
        }
        Matcher::Octets(octets) => yes(fields
            .iter()
            .any(|f| crate::wire::compare::value_octets(f, seen.raw_pdu()) == Some(octets.clone()))),
        Matcher::Instant { of, within } => {
            let of = text(of)?;
            let centre = if of == "now" {
                seen.instant(scope.unix())
            } else {
                date::parse(&of).ok_or_else(|| Some(format!("{of:?} is no date")))?
            };
            let tolerance = i64::try_from(within.as_secs()).unwrap_or(i64::MAX);
            let close = fields
                .iter()
                .filter_map(|f| date::parse(&f.value.text()))
                .any(|at| (at - centre).abs() <= tolerance);
            yes(close)
        }
    }
}

/// Equality by the field's type; envelope paths are the same mailbox however the number is written.
fn equal(name: &str, expected: &str, got: &Value) -> bool {
    match (name, got) {
        ("rcpt-to" | "mail-from", Value::Text(path)) => mailbox(expected) == mailbox(path),
        _ => compare::equal(name, expected, got),
    }
}

/// A path as number or local part, and domain in lower case.
fn mailbox(path: &str) -> (String, String) {
    let path = path.trim().trim_matches(['<', '>']);
    let (local, domain) = path.rsplit_once('@').unwrap_or((path, ""));
    let parsed = Address::parse(local);
    let local = parsed.number().map_or_else(|| local.to_owned(), str::to_owned);
    (local, domain.to_ascii_lowercase())
}

fn number(text: &str) -> Option<i128> {
    text.trim()
        .parse()
        .ok()
        .or_else(|| date::parse(text).map(i128::from))
}

fn check_content(demand: &ContentDemand, seen: &Sighting, scope: &dyn Scope) -> Option<Violation> {
    let fault = |source: &Source, note: String, expected: String| {
        Some(Violation {
            source: source.clone(),
            note,
            expected,
            got: describe_content(seen.content()),
        })
    };
    match demand {
        ContentDemand::Present { source } if seen.content().is_none_or(is_empty) => fault(
            source,
            "there is none".to_owned(),
            "a content of at least one octet".to_owned(),
        ),
        ContentDemand::Absent { source } if seen.content().is_some() => {
            fault(source, "there is one".to_owned(), "no content".to_owned())
        }
        ContentDemand::Present { .. } | ContentDemand::Absent { .. } => None,
        ContentDemand::Same { of, source } => {
            let name = of.sole_reference().unwrap_or(&of.raw);
            let Some(expected) = scope.content(name) else {
                return fault(
                    source,
                    format!("{} has no content", of.raw),
                    format!("the content of {}", of.raw),
                );
            };
            let words = format!("the content of {}: {}", of.raw, describe_content(Some(&expected)));
            match seen.content() {
                None => fault(source, "there is none".to_owned(), words),
                Some(got) => match compare::same_content(&expected, got) {
                    Ok(()) => None,
                    Err(why) => fault(source, why, words),
                },
            }
        }
    }
}

fn is_empty(content: &Content) -> bool {
    content.bodies().iter().all(|(_, data)| data.is_empty())
}

fn check_findings(code: &str, source: &Source, seen: &Sighting) -> Option<Violation> {
    let found = seen.findings.iter().find(|f| {
        if code == "any" {
            f.severity == Severity::Error
        } else {
            f.code == code
        }
    });
    let (note, got) = match (found, &seen.undecodable) {
        (Some(f), _) => (
            f.code.clone(),
            format!(
                "{} at octet {} of {} ({}, {} octets)",
                f.text,
                f.offset,
                seen.label(),
                f.clause,
                f.len
            ),
        ),
        (None, Some(why)) => ("not decodable".to_owned(), why.clone()),
        (None, None) => return None,
    };
    Some(Violation {
        source: source.clone(),
        note,
        expected: format!("{} without finding `{code}`", seen.label()),
        got,
    })
}

fn describe_content(content: Option<&Content>) -> String {
    let Some(content) = content else {
        return "no content".to_owned();
    };
    let bodies: Vec<String> = content
        .bodies()
        .iter()
        .map(|(media, data)| format!("{} {} octets", media.essence, data.len()))
        .collect();
    format!("{} [{}]", content.media.essence, bodies.join(", "))
}

/// What a matcher demands, in words, with references resolved.
pub fn describe(matcher: &Matcher, scope: Option<&dyn Scope>) -> String {
    let text = |t: &Template| {
        scope
            .and_then(|s| resolve(t, s).ok())
            .unwrap_or_else(|| t.raw.clone())
    };
    let list = |ts: &[Template]| ts.iter().map(text).collect::<Vec<_>>().join(", ");
    match matcher {
        Matcher::Equals(t) => text(t),
        Matcher::Not(inner) => format!("not {}", describe(inner, scope)),
        Matcher::In(options) => format!("one of {}", list(options)),
        Matcher::Set(options) => format!("{} in any order", list(options)),
        Matcher::Matches(pattern) => format!("matching {pattern}"),
        Matcher::Range { from, to } => match (from, to) {
            (Some(from), Some(to)) => format!("{} to {}", text(from), text(to)),
            (Some(from), None) => format!("at least {}", text(from)),
            (None, Some(to)) => format!("at most {}", text(to)),
            (None, None) => "a number".to_owned(),
        },
        Matcher::Present => "present".to_owned(),
        Matcher::Absent => "absent".to_owned(),
        Matcher::Octets(octets) => format!("octets {}", hex::encode_upper(octets)),
        Matcher::Instant { of, within } => format!("{} ± {} s", text(of), within.as_secs()),
        Matcher::All(all) => all
            .iter()
            .map(|m| describe(m, scope))
            .collect::<Vec<_>>()
            .join(" and "),
    }
}
