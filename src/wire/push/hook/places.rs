//! Parameters, header fields and fields of bodies by their names.

use bytes::Bytes;
use serde_json::Value;

use super::super::kannel::percent;
use super::read::HookRequest;
use crate::wire::limits::MAX_FIELDS;
use crate::wire::{MediaType, mm4};

/// Name and octets of the first `MAX_FIELDS` parameters of a query or a form, escapes undone.
pub(super) fn parameters(text: &[u8]) -> Vec<(String, Bytes)> {
    text.split(|b| *b == b'&')
        .filter(|pair| !pair.is_empty())
        .take(MAX_FIELDS)
        .map(|pair| {
            let (name, value) = match memchr::memchr(b'=', pair) {
                Some(equals) => (&pair[..equals], &pair[equals + 1..]),
                None => (pair, &[][..]),
            };
            let name = percent::decode(name, true).octets;
            let value = percent::decode(value, true).octets;
            (String::from_utf8_lossy(&name).into_owned(), value.into())
        })
        .collect()
}

/// The body by its Content-Type, else by how it begins.
#[derive(Debug)]
pub(super) enum Body {
    Json(Value),
    /// Of a form or of multipart/form-data.
    Fields(Vec<(String, Bytes)>),
    /// It is announced as JSON and is none.
    Broken(String),
}

impl Body {
    pub(super) fn read(request: &HookRequest<'_>) -> Body {
        let media = request.header("Content-Type").map(MediaType::parse);
        let essence = media.as_ref().map_or("", |media| &*media.essence);
        let json = essence.ends_with("/json") || essence.ends_with("+json");
        if json || essence.is_empty() && request.body.trim_ascii_start().starts_with(b"{") {
            return match serde_json::from_slice(request.body) {
                Ok(value) => Body::Json(value),
                Err(why) => Body::Broken(format!("the body is no JSON: {why}")),
            };
        }
        if essence == "multipart/form-data" {
            let content_type = request.header("Content-Type").unwrap_or_default();
            let (content, _) = mm4::mime::decode(content_type, None, request.body);
            let named = content.parts.into_iter().filter_map(|part| {
                let disposition = part
                    .headers
                    .iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case("Content-Disposition"))?;
                let name = MediaType::parse(&disposition.1).param("name")?.to_owned();
                Some((name, part.data))
            });
            return Body::Fields(named.collect());
        }
        Body::Fields(parameters(request.body))
    }

    /// The octets of a field; of JSON those of a string or a number.
    pub(super) fn field(&self, name: &str) -> Option<Bytes> {
        match self {
            Body::Json(value) => {
                let found = value.get(name).or_else(|| follow(value, name))?;
                match found {
                    Value::String(text) => Some(Bytes::copy_from_slice(text.as_bytes())),
                    Value::Number(number) => Some(number.to_string().into()),
                    _ => None,
                }
            }
            Body::Fields(fields) => {
                let mut named = fields.iter().filter(|(known, _)| known == name);
                named.next().map(|(_, value)| value.clone())
            }
            Body::Broken(_) => None,
        }
    }

    /// What is wrong with all of it.
    pub(super) fn fault(&self) -> Option<&str> {
        match self {
            Body::Broken(why) => Some(why),
            _ => None,
        }
    }

    /// Names of fields that are there, for a message to a person.
    pub(super) fn names(&self) -> Vec<String> {
        const MOST: usize = 8;
        let mut names: Vec<String> = match self {
            Body::Json(Value::Object(members)) => members.keys().take(MOST).cloned().collect(),
            Body::Fields(fields) => fields.iter().map(|(name, _)| name.clone()).take(MOST).collect(),
            _ => Vec::new(),
        };
        // A body of octets reads as a field with a strange name.
        names.retain(|name| name.len() <= 64 && !name.contains(|c: char| c.is_control() || c == '\u{fffd}'));
        names
    }
}

/// `messages.0.to`.
fn follow<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, step| match value {
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        value => value.get(step),
    })
}
