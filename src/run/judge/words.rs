//! Demands and contents in words: what a result says was expected, and what was there instead.

use crate::case::{Demands, Matcher, Place, Selector, Template};
use crate::wire::Content;

use super::matching::{Scope, resolve};
use super::plan::{Item, Kind};

pub fn place_of(item: &Item) -> Option<&Place> {
    match &item.kind {
        Kind::Expect(e) | Kind::Recv(e) => Some(&e.place),
        Kind::ExpectNone(e) => Some(&e.place),
        Kind::AnyOf(any) => any.alternatives.first().map(|e| &e.place),
        Kind::Send { .. } | Kind::Other => None,
    }
}

pub fn expected_words(item: &Item) -> (String, Option<String>) {
    let place = place_of(item).map(|p| match p {
        Place::At(name) | Place::On(name) => name.clone(),
    });
    let words = match &item.kind {
        Kind::Expect(e) | Kind::Recv(e) => words_of(&e.select, &e.place, Some(&e.demands)),
        Kind::ExpectNone(e) => format!("no {}", words_of(&e.select, &e.place, None)),
        Kind::AnyOf(any) => any
            .alternatives
            .iter()
            .map(|e| words_of(&e.select, &e.place, Some(&e.demands)))
            .collect::<Vec<_>>()
            .join(", or "),
        Kind::Send { .. } | Kind::Other => item.id.clone(),
    };
    (words, place)
}

pub fn words_of(select: &Selector, place: &Place, demands: Option<&Demands>) -> String {
    let what = match select {
        Selector::Pdu(kind) => kind.name(),
        Selector::Reply => "reply",
        Selector::DnsQuery => "DNS query",
        Selector::Loss => "loss",
    };
    let place = match place {
        Place::At(name) => format!("at {name}"),
        Place::On(name) => format!("on {name}"),
    };
    let Some(demands) = demands else {
        return format!("{what} {place}");
    };
    let fields: Vec<String> = demands
        .headers
        .iter()
        .chain(&demands.http)
        .chain(&demands.smtp)
        .chain(&demands.push)
        .chain(&demands.dns)
        .map(|d| format!("{}: {}", d.name, describe(&d.matcher, None)))
        .collect();
    if fields.is_empty() {
        return format!("{what} {place}");
    }
    format!("{what} {place} with {}", fields.join("; "))
}

pub fn join(described: &str, got: &str) -> String {
    if got.is_empty() || described.starts_with(got) {
        described.to_owned()
    } else {
        format!("{described}; {got}")
    }
}

fn several(matchers: &[Matcher], joint: &str, scope: Option<&dyn Scope>) -> String {
    let each = matchers.iter().map(|m| describe(m, scope));
    each.collect::<Vec<_>>().join(joint)
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
        Matcher::IfPresent(inner) => format!("absent, or {}", describe(inner, scope)),
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
        Matcher::All(all) => several(all, " and ", scope),
        Matcher::Any(any) => several(any, " or ", scope),
    }
}

pub fn describe_content(content: Option<&Content>) -> String {
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
