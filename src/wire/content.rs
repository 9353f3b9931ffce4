//! What an MM carries: a media type and either one body or parts. Bodies are slices of the PDU they came in.

use std::fmt;

use bytes::Bytes;

use super::Name;

/// A media type with its parameters, for example `multipart/related; start="<smil>"; type=application/smil`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MediaType {
    /// Lower case, textual form: `multipart/related`, also where the wire said `application/vnd.wap.multipart.related`.
    pub essence: Name,
    /// Names in lower case, values without quotes, in wire order.
    pub params: Vec<(String, String)>,
}

impl MediaType {
    pub fn new(essence: &str) -> Self {
        MediaType {
            essence: essence.to_ascii_lowercase().into(),
            params: Vec::new(),
        }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.params.push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }

    /// Reads `multipart/related; start="<smil>"; type=application/smil`. Nothing is refused: a parameter without `=` has an empty
    /// value, a missing end quote is supplied.
    pub fn parse(text: &str) -> Self {
        let mut pieces = split_outside_quotes(text, ';');
        let mut media = MediaType::new(pieces.next().unwrap_or_default().trim());
        for piece in pieces.map(str::trim).filter(|piece| !piece.is_empty()) {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            media = media.with(name.trim(), &unquote(value.trim()));
        }
        media
    }

    pub fn param(&self, name: &str) -> Option<&str> {
        self.params
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }

    pub fn is_multipart(&self) -> bool {
        self.essence.starts_with("multipart/")
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.essence)?;
        write_params(f, &self.params)
    }
}

/// Parameters as MIME writes them: `; name="value"` for each.
pub(super) fn write_params(f: &mut fmt::Formatter<'_>, params: &[(String, String)]) -> fmt::Result {
    for (name, value) in params {
        write!(
            f,
            "; {name}=\"{}\"",
            value.replace('\\', "\\\\").replace('"', "\\\"")
        )?;
    }
    Ok(())
}

/// Splits at a character that stands outside quoted strings.
fn split_outside_quotes(text: &str, at: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |c: char| {
        let split = c == at && !quoted;
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        split
    })
}

/// The content of a quoted string with its escapes undone, or the text itself.
fn unquote(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"') else {
        return text.to_owned();
    };
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => out.extend(chars.next()),
            _ => out.push(c),
        }
    }
    out
}

/// One part of a multipart content.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Part {
    pub media: MediaType,
    /// Without angle brackets.
    pub content_id: Option<String>,
    pub content_location: Option<String>,
    /// Other part headers, in wire order.
    pub headers: Vec<(String, String)>,
    /// The part's octets, transfer encoding removed. A nested multipart stays encoded as it came.
    pub data: Bytes,
}

/// The content of an MM.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Content {
    pub media: MediaType,
    /// Empty unless `media` is a multipart.
    pub parts: Vec<Part>,
    /// The body's octets when `media` is not a multipart; empty otherwise.
    pub body: Bytes,
}

impl Content {
    /// A content of one body that is no multipart.
    pub fn single(media: MediaType, body: impl Into<Bytes>) -> Self {
        Content {
            media,
            parts: Vec::new(),
            body: body.into(),
        }
    }

    /// The octets that count for "part by part": each part, or the only body.
    pub fn bodies(&self) -> Vec<(&MediaType, &Bytes)> {
        if self.media.is_multipart() {
            self.parts.iter().map(|p| (&p.media, &p.data)).collect()
        } else {
            vec![(&self.media, &self.body)]
        }
    }
}
