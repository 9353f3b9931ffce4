//! Content-Type and its parameters (RFC 2045 §5.1, RFC 2231).

use super::words;
use crate::wire::MediaType;

/// What WSP calls its multiparts; on MM4 they are `multipart/…` (WAP-230 §8.5).
pub(super) const WAP_MULTIPART: &str = "application/vnd.wap.multipart.";

/// How many parameters are read; the rest is left out.
const MOST_PARAMETERS: usize = 64;

/// Reads a Content-Type value; none where there is no `type/subtype` in it.
pub(super) fn parse(value: &str) -> Option<MediaType> {
    let (essence, params) = value.split_once(';').unwrap_or((value, ""));
    let essence = essence.split_whitespace().next()?;
    let (kind, subtype) = essence.split_once('/')?;
    if kind.is_empty() || subtype.is_empty() {
        return None;
    }
    let mut media = MediaType::new(essence);
    media.params = join_sections(parameters(params));
    Some(media)
}

/// The essence in its textual form: `application/vnd.wap.multipart.related` is `multipart/related`.
pub(super) fn textual(essence: &str) -> String {
    let essence = essence.to_ascii_lowercase();
    match essence.strip_prefix(WAP_MULTIPART) {
        Some(subtype) => format!("multipart/{subtype}"),
        None => essence,
    }
}

/// The value in pieces between which it may be folded, without any CR or LF.
pub(super) fn pieces(media: &MediaType) -> Vec<String> {
    let essence: String = textual(&media.essence)
        .chars()
        .filter(|c| c.is_ascii_graphic() && *c != ';')
        .collect();
    let mut pieces = vec![if essence.contains('/') {
        essence
    } else {
        "application/octet-stream".to_owned()
    }];
    for (name, value) in &media.params {
        let name: String = name.chars().filter(|c| is_token_char(*c)).collect();
        if name.is_empty() {
            continue;
        }
        if let Some(last) = pieces.last_mut() {
            last.push(';');
        }
        pieces.push(parameter(&name, value));
    }
    pieces
}

fn parameter(name: &str, value: &str) -> String {
    if !value.is_empty() && value.chars().all(is_token_char) {
        return format!("{name}={value}");
    }
    if value.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
        return format!("{name}=\"{escaped}\"");
    }
    let mut out = format!("{name}*=utf-8''");
    for octet in value.bytes() {
        if octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'-' | b'_') {
            out.push(char::from(octet));
        } else {
            out.push_str(&format!("%{octet:02X}"));
        }
    }
    out
}

fn is_token_char(c: char) -> bool {
    c.is_ascii_graphic() && !"()<>@,;:\\\"/[]?=*'%".contains(c)
}

/// Name (lower case) and value of each parameter, as written.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut params = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c == ';' || c.is_whitespace());
        if let Some(comment) = rest.strip_prefix('(') {
            rest = comment.split_once(')').map_or("", |(_, after)| after);
            continue;
        }
        if rest.is_empty() || params.len() == MOST_PARAMETERS {
            return params;
        }
        let end = rest.find(['=', ';']).unwrap_or(rest.len());
        let name = rest[..end].trim().to_ascii_lowercase();
        rest = &rest[end..];
        let Some(value) = rest.strip_prefix('=') else {
            continue;
        };
        let value = value.trim_start();
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => quoted_string(quoted),
            None => {
                let end = value
                    .find(|c: char| c == ';' || c.is_whitespace())
                    .unwrap_or(value.len());
                (value[..end].to_owned(), &value[end..])
            }
        };
        rest = after;
        if !name.is_empty() {
            params.push((name, value));
        }
    }
}

/// The string up to its closing quote, and what follows.
fn quoted_string(text: &str) -> (String, &str) {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (out, &text[at + 1..]),
            '\\' => out.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => out.push(c),
        }
    }
    (out, "")
}

/// One section of a parameter that RFC 2231 split or extended.
struct Section {
    number: u32,
    extended: bool,
    value: String,
}

fn join_sections(params: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut plain: Vec<(String, String)> = Vec::new();
    let mut split: Vec<(String, Vec<Section>)> = Vec::new();
    for (name, value) in params {
        let Some((base, suffix)) = name.split_once('*') else {
            plain.push((name, value));
            continue;
        };
        let extended = suffix.is_empty() || suffix.ends_with('*');
        let number = suffix.trim_end_matches('*').parse().unwrap_or(0);
        let section = Section {
            number,
            extended,
            value,
        };
        match split.iter_mut().find(|(known, _)| known == base) {
            Some((_, sections)) => sections.push(section),
            None => {
                // Holds the place in the order of the parameters.
                plain.push((base.to_owned(), String::new()));
                split.push((base.to_owned(), vec![section]));
            }
        }
    }
    for (base, mut sections) in split {
        sections.sort_by_key(|s| s.number);
        let value = joined(&sections);
        if let Some(place) = plain.iter_mut().find(|(name, v)| *name == base && v.is_empty()) {
            place.1 = value;
        }
    }
    plain
}

fn joined(sections: &[Section]) -> String {
    let mut charset = "utf-8".to_owned();
    let mut octets = Vec::new();
    for (index, section) in sections.iter().enumerate() {
        let mut value = section.value.as_str();
        if section.extended {
            if index == 0
                && let [named, _language, rest] = *value.splitn(3, '\'').collect::<Vec<_>>()
            {
                named.clone_into(&mut charset);
                value = rest;
            }
            octets.extend(percent_decoded(value));
        } else {
            octets.extend_from_slice(value.as_bytes());
        }
    }
    words::in_charset(&charset, &octets)
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let octets = text.as_bytes();
    let mut out = Vec::with_capacity(octets.len());
    let mut at = 0;
    while at < octets.len() {
        let digits = octets.get(at + 1..at + 3).and_then(|d| hex::decode(d).ok());
        match (octets[at], digits) {
            (b'%', Some(octet)) => {
                out.extend(octet);
                at += 3;
            }
            (octet, _) => {
                out.push(octet);
                at += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn params(value: &str) -> Vec<(String, String)> {
        parse(value).expect("a media type").params
    }

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn parameters_in_all_their_forms() {
        let media =
            parse("Multipart/Related;  Start=\"<smil0>\"; TYPE=\"application/smil\"; boundary=_b_=1;")
                .unwrap();
        assert_eq!(media.essence, "multipart/related");
        assert_eq!(
            media.params,
            pairs(&[
                ("start", "<smil0>"),
                ("type", "application/smil"),
                ("boundary", "_b_=1")
            ])
        );
        assert_eq!(
            params("text/plain (x); charset=utf-8 (Unicode) ; name=\"a \\\"b\\\".txt\""),
            pairs(&[("charset", "utf-8"), ("name", "a \"b\".txt")])
        );
        assert_eq!(
            params("a/b; name*=UTF-8'en'%e2%82%ac.txt"),
            pairs(&[("name", "\u{20ac}.txt")])
        );
        assert_eq!(
            params("a/b; name*1=\"cd\"; name*0*=iso-8859-1''%E9b; x=y"),
            pairs(&[("name", "\u{e9}bcd"), ("x", "y")])
        );
        assert_eq!(
            params("a/b; flag; c=; d=\"open"),
            pairs(&[("c", ""), ("d", "open")])
        );
        for none in ["", "text", "/plain", "text/", ";charset=x"] {
            assert!(parse(none).is_none(), "{none}");
        }
    }

    proptest! {
        #[test]
        fn a_written_media_type_is_read_back(name in "[a-z]{1,8}", value in "\\PC{0,40}", other in "[ -~]{0,20}") {
            let media = MediaType::new("multipart/mixed").with(&name, &value).with("start", &other);
            prop_assert_eq!(parse(&pieces(&media).join(" ")), Some(media));
        }

        #[test]
        fn any_text_is_survived(text in "\\PC*|a/b;[a-z*0-9='%\";() \\\\]*") {
            parse(&text);
        }
    }
}
