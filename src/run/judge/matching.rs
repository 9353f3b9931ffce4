//! Whether the fields of a name are what a matcher says, with templates resolved.

use crate::case::{Matcher, Template};
use crate::wire::address::Address;
use crate::wire::{Content, Field, Value, compare, date};

use super::sighting::Sighting;

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

/// `Err(None)` is an ordinary mismatch, `Err(Some(why))` one that needs words of its own.
pub fn test(
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
        Matcher::IfPresent(_) if fields.is_empty() => Ok(()),
        Matcher::IfPresent(inner) => test(name, inner, fields, seen, scope),
        Matcher::Any(any) => {
            let mut why = None;
            for matcher in any {
                match test(name, matcher, fields, seen, scope) {
                    Ok(()) => return Ok(()),
                    Err(reason) => why = why.or(reason),
                }
            }
            Err(why)
        }
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
        ("rcpt-to" | "mail-from" | "refused", Value::Text(path)) => mailbox(expected) == mailbox(path),
        // Of a DNS query: names have no case, and a final dot says nothing.
        ("name" | "type", Value::Text(asked)) => asked.eq_ignore_ascii_case(expected.trim_end_matches('.')),
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
