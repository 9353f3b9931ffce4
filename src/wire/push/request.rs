//! An HTTP message or a MIME entity as it was captured: a first line or none, header fields, a body.

use bytes::Bytes;

use crate::wire::Span;
use crate::wire::limits::MAX_FIELDS;

/// The octets of a file taken apart. Bodies are as they stand: a chunked one keeps its chunks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `POST` of a request; none of a response, or where there is no first line.
    pub method: Option<String>,
    /// What the request is for, as it stands, and where.
    pub target: Option<(Bytes, Span)>,
    /// Name, value and place, in order.
    pub headers: Vec<(String, String, Span)>,
    pub body: Bytes,
    /// Offset of the body.
    pub body_at: usize,
}

impl Request {
    /// None if the octets begin neither with the first line of an HTTP message nor with a header field.
    pub fn read(octets: &Bytes) -> Option<Request> {
        let mut request = Request {
            method: None,
            target: None,
            headers: Vec::new(),
            body: Bytes::new(),
            body_at: octets.len(),
        };
        let mut at = 0;
        let (first, next) = line(octets, at);
        if is_request(first) {
            let text = String::from_utf8_lossy(first);
            let method = text.split(' ').next().unwrap_or_default();
            request.method = Some(method.to_owned());
            let from = method.len() + 1;
            let to = first.iter().rposition(|b| *b == b' ').unwrap_or(first.len());
            let span = Span {
                offset: from,
                len: to.saturating_sub(from),
            };
            request.target = Some((octets.slice(span.offset..span.offset + span.len), span));
            at = next;
        } else if first.starts_with(b"HTTP/1.") {
            at = next;
        } else if field(first).is_none() {
            return None;
        }
        loop {
            let (text, next) = line(octets, at);
            let folded = matches!(text.first(), Some(b' ' | b'\t'));
            if text.is_empty() || next == at {
                request.body_at = next;
                request.body = octets.slice(next..);
                return Some(request);
            }
            match field(text) {
                Some((name, value)) if !folded && request.headers.len() < MAX_FIELDS => {
                    let span = Span {
                        offset: at,
                        len: text.len(),
                    };
                    request.headers.push((name, value, span));
                }
                _ => {
                    if let Some((_, value, span)) = request.headers.last_mut().filter(|_| folded) {
                        value.push(' ');
                        value.push_str(String::from_utf8_lossy(text).trim());
                        span.len = at + text.len() - span.offset;
                    }
                }
            }
            at = next;
        }
    }

    /// The value of the first field of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut named = self
            .headers
            .iter()
            .filter(|(known, ..)| known.eq_ignore_ascii_case(name));
        named.next().map(|(_, value, _)| value.as_str())
    }
}

/// The line at an octet without its end, and where the next one begins.
fn line(octets: &[u8], at: usize) -> (&[u8], usize) {
    let rest = octets.get(at..).unwrap_or_default();
    let (line, next) = match memchr::memchr(b'\n', rest) {
        Some(lf) => (&rest[..lf], at + lf + 1),
        None => (rest, at + rest.len()),
    };
    (line.strip_suffix(b"\r").unwrap_or(line), next)
}

fn is_request(line: &[u8]) -> bool {
    let method = line.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let version = line.iter().rposition(|b| *b == b' ');
    let http = version.is_some_and(|at| line[at + 1..].starts_with(b"HTTP/1."));
    (3..=7).contains(&method) && line.get(method) == Some(&b' ') && http
}

fn field(line: &[u8]) -> Option<(String, String)> {
    let colon = memchr::memchr(b':', line)?;
    let name = &line[..colon];
    let token = |b: &u8| b.is_ascii_alphanumeric() || b"-_.!#$%&'*+^`|~".contains(b);
    if name.is_empty() || !name.iter().all(token) {
        return None;
    }
    let value = String::from_utf8_lossy(&line[colon + 1..]).trim().to_owned();
    Some((String::from_utf8_lossy(name).into_owned(), value))
}
