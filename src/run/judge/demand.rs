//! Whether an event meets the demands of an expectation.

use crate::case::{ContentDemand, Demands, Expect, FieldDemand, Matcher, Selector, Source};
use crate::wire::{Content, Field, Severity, Value, compare};

use super::matching::{Scope, test};
use super::memory::references;
use super::sighting::Sighting;
use super::words::{describe, describe_content};

/// A demand that an event does not meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where the demand stands in the case.
    pub source: Source,
    /// For the caret: `absent`, `is "x"`.
    pub note: String,
    pub expected: String,
    pub got: String,
    pub about: About,
    /// Other events that the demand compares with.
    pub against: Vec<Against>,
}

/// An event that a demand compares another one with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Against {
    /// Refers to a capture, or to a variable.
    Reference(String),
    /// Position in the journal.
    Seq(u64),
}

/// What of an event a demand is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A header field; `negated` when it is to differ from something.
    Field {
        name: String,
        negated: bool,
    },
    Content,
    /// `mail-from`, `rcpt-to`.
    Envelope(String),
    /// A finding of the decoder, by its code.
    Finding(String),
    /// The event as such: its type, its order, the exchange it came in.
    Event,
}

impl About {
    pub fn field(name: &str) -> Self {
        About::Field {
            name: name.to_owned(),
            negated: false,
        }
    }

    pub fn is_negated(&self) -> bool {
        matches!(self, About::Field { negated: true, .. })
    }

    /// The same thing under the name it has in another PDU.
    #[must_use]
    pub fn renamed(&self, name: &str) -> Self {
        match self {
            About::Field { negated, .. } => About::Field {
                name: name.to_owned(),
                negated: *negated,
            },
            other => other.clone(),
        }
    }
}

/// The first demand that the event does not meet.
pub fn check(demands: &Demands, seen: &Sighting, scope: &dyn Scope) -> Option<Violation> {
    demands
        .http
        .iter()
        .find_map(|d| check_texts(d, &seen.http(&d.name), seen, scope))
        .map(of_the_exchange)
        .or_else(|| {
            demands
                .smtp
                .iter()
                .find_map(|d| check_texts(d, &seen.smtp(&d.name), seen, scope))
                .map(of_the_envelope)
        })
        .or_else(|| {
            demands
                .push
                .iter()
                .find_map(|d| check_texts(d, &seen.pushed(&d.name), seen, scope))
                .map(of_the_exchange)
        })
        .or_else(|| {
            demands
                .dns
                .iter()
                .find_map(|d| check_texts(d, &seen.asked(&d.name), seen, scope))
                .map(of_the_exchange)
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

fn of_the_exchange(violation: Violation) -> Violation {
    Violation {
        about: About::Event,
        ..violation
    }
}

fn of_the_envelope(violation: Violation) -> Violation {
    let about = match &violation.about {
        About::Field { name, .. } if name == "mail-from" || name == "rcpt-to" => {
            About::Envelope(name.clone())
        }
        _ => About::Event,
    };
    Violation { about, ..violation }
}

/// Whether the event is of the type the expectation names, rather than what came instead.
pub fn is_of_type(select: &Selector, seen: &Sighting) -> bool {
    match select {
        Selector::Pdu(kind) => seen.kind() == Some(*kind),
        Selector::Reply => seen.no_reply.is_none(),
        Selector::DnsQuery => seen.is_dns_query(),
        Selector::Loss => seen.is_loss(),
    }
}

/// Whether the expectation demands something of this field.
pub fn speaks_of(expect: &Expect, field: &str) -> bool {
    let mut demands = expect.demands.headers.iter().chain(&expect.narrow);
    demands.any(|demand| demand.name.eq_ignore_ascii_case(field))
}

/// The event is not what was expected at all: another PDU, no PDU, no answer.
pub fn undecided(expect: &Expect, seen: &Sighting) -> Option<Violation> {
    if is_of_type(&expect.select, seen) {
        return None;
    }
    let expected = match &expect.select {
        Selector::Pdu(kind) => kind.to_string(),
        Selector::Reply => "a reply".to_owned(),
        Selector::DnsQuery => "a DNS query".to_owned(),
        Selector::Loss => "a loss".to_owned(),
    };
    Some(Violation {
        source: expect.source.clone(),
        note: format!("got {}", seen.label()),
        expected,
        got: seen.label(),
        about: About::Event,
        against: Vec::new(),
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
        about: About::Event,
        against: earlier.map(|e| Against::Seq(e.seq)).into_iter().collect(),
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
    let about = match field.eq_ignore_ascii_case("content") {
        true => About::Content,
        false => About::field(field),
    };
    let fault = |note: String, expected: String, got: String| {
        Some(Violation {
            source: source.clone(),
            note,
            expected,
            got,
            about,
            against: vec![Against::Seq(first.seq)],
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
            "rcpt-to" | "mail-from" | "code" | "refused" => seen.smtp(&d.name),
            "status" => seen.http(&d.name),
            "name" | "type" => seen.asked(&d.name),
            "how" => seen.lost_how(),
            _ => return check_field(d, seen, scope).is_none(),
        };
        check_texts(d, &texts, seen, scope).is_none()
    })
}

/// Judges plain texts (HTTP headers, SMTP replies) by a matcher.
fn check_texts(
    demand: &FieldDemand,
    texts: &[String],
    seen: &Sighting,
    scope: &dyn Scope,
) -> Option<Violation> {
    let field = |t: &String| Field {
        name: demand.name.clone().into(),
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
            about: About::Event,
            against: Vec::new(),
        });
    };
    if demand.name.eq_ignore_ascii_case("Content-Type") {
        let texts: Vec<String> = pdu.content.iter().map(|c| c.media.to_string()).collect();
        let essences: Vec<String> = pdu.content.iter().map(|c| c.media.essence.to_string()).collect();
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
        about: About::Field {
            name: demand.name.clone(),
            negated: matches!(demand.matcher, Matcher::Not(_)),
        },
        against: references(&demand.matcher)
            .into_iter()
            .map(Against::Reference)
            .collect(),
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

fn check_content(demand: &ContentDemand, seen: &Sighting, scope: &dyn Scope) -> Option<Violation> {
    let fault = |source: &Source, note: String, expected: String| {
        Some(Violation {
            source: source.clone(),
            note,
            expected,
            got: describe_content(seen.content()),
            about: About::Content,
            against: Vec::new(),
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
        ContentDemand::Same { of, names, source } => {
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
                Some(got) => {
                    let mut same = compare::same_content(&expected, got);
                    if *names {
                        same = same.and_then(|()| compare::same_names(&expected, got));
                    }
                    same.err().and_then(|why| fault(source, why, words))
                }
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
        about: About::Finding(found.map_or_else(|| code.to_owned(), |f| f.code.clone())),
        against: Vec::new(),
    })
}
