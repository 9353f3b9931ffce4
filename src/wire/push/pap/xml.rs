//! Values of attributes: references read and written. Only the entities of XML itself and of characters are known, so nothing
//! can grow by being read.

use crate::wire::{Findings, Span};

const ENTITIES: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
];

/// A longer reference is none.
const LONGEST: usize = 10;

/// The text of a value whose octets begin at `at`. Octets that are no UTF-8 are read as ISO 8859-1.
pub(super) fn unescape(octets: &[u8], at: Span, findings: &mut Findings) -> String {
    let text: String = match std::str::from_utf8(octets) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            let text = "octets that are not UTF-8; they are read as ISO 8859-1";
            findings.warning("pap-charset", at, "XML 1.0", text);
            octets.iter().map(|b| char::from(*b)).collect()
        }
    };
    if !text.contains(|c: char| c == '&' || c.is_control() || !holds(c)) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(amp) = rest.find('&') {
        plain(&rest[..amp], &mut out);
        let after = &rest[amp + 1..];
        let name = after
            .bytes()
            .take(LONGEST)
            .position(|b| b == b';')
            .and_then(|end| after.get(..end));
        match name.and_then(|name| Some((name, character(name)?))) {
            Some((name, c)) => {
                out.push(c);
                rest = &after[name.len() + 1..];
            }
            None => {
                let text = "a reference to something that XML does not know; it is kept as it stands";
                findings.error("pap-entity", at, "XML 1.0", text);
                out.push('&');
                rest = after;
            }
        }
    }
    plain(rest, &mut out);
    if out.contains(|c| !holds(c)) {
        let text = "a character that XML cannot hold";
        findings.error("pap-character", at, "XML 1.0", text);
    }
    out
}

/// Whether XML can hold the character.
fn holds(c: char) -> bool {
    matches!(c, '\t' | '\r' | '\n' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// White space in the value of an attribute is a blank.
fn plain(text: &str, out: &mut String) {
    out.extend(text.chars().map(|c| match c {
        '\t' | '\r' | '\n' => ' ',
        c => c,
    }));
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix('x') {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| *c != '\0');
    }
    let mut known = ENTITIES.iter().filter(|(entity, _)| *entity == name);
    known.next().map(|(_, c)| *c)
}

/// A value as it stands between double quotes. Characters that XML cannot hold become U+FFFD.
pub(super) fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match ENTITIES.iter().find(|(_, known)| *known == c) {
            Some((name, _)) if c != '\'' => {
                out.push('&');
                out.push_str(name);
                out.push(';');
            }
            _ => match c {
                '\t' | '\r' | '\n' => out.push_str(&format!("&#{};", u32::from(c))),
                c if holds(c) => out.push(c),
                _ => out.push('\u{fffd}'),
            },
        }
    }
}
