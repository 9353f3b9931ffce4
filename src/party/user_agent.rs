//! The HTTP side of MMS user agents.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, RequestBuilder, Response, redirect};

use super::delay;
use crate::link::Crossing;

/// Octets of a body that are taken.
const LONGEST_BODY: usize = 16 * 1024 * 1024;

/// The HTTP client of user agents.
#[derive(Debug, Clone)]
pub struct UserAgent {
    client: Client,
    /// Where it connects to, whatever the URL says.
    through: Option<SocketAddr>,
}

/// An answer, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpReply {
    pub status: u16,
    /// In wire order, values that are no text with `\u{FFFD}`.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl HttpReply {
    /// What crossed the wire, in answer to the request at this place of a journal.
    pub fn crossing(&self, request: u64) -> Crossing {
        Crossing::HttpResponse {
            status: self.status,
            headers: self.headers.clone(),
            body: self.body.clone(),
            request,
        }
    }
}

/// No whole answer came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct NoAnswer {
    /// In words for a person.
    pub why: String,
    /// What had arrived by then, if the head of an answer had.
    pub arrived: Option<HttpReply>,
}

impl From<String> for NoAnswer {
    fn from(why: String) -> Self {
        NoAnswer { why, arrived: None }
    }
}

impl UserAgent {
    /// A client that keeps `idle` connections to a relay open between its requests. Those to a relay that ends go with it, and
    /// leave no port waiting in TIME_WAIT.
    ///
    /// # Errors
    /// The HTTP library cannot be set up.
    pub fn new(idle: usize) -> Result<UserAgent, reqwest::Error> {
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .tcp_nodelay(true)
            .pool_max_idle_per_host(idle)
            .http1_only()
            .build()?;
        Ok(UserAgent {
            client,
            through: None,
        })
    }

    /// The same client, connecting to `wire` instead of the relay that a URL names; the relay does not notice.
    pub fn through(&self, wire: SocketAddr) -> UserAgent {
        UserAgent {
            through: Some(wire),
            ..self.clone()
        }
    }

    /// Posts a PDU and waits for the whole answer, `limit` in all.
    ///
    /// # Errors
    /// Why there is no answer, in words for a person.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(String, String)],
        body: Bytes,
        limit: Duration,
    ) -> Result<HttpReply, NoAnswer> {
        let headers = self.headers(url, headers)?;
        let request = self.client.post(self.target(url)).headers(headers).body(body);
        answer(request, limit).await
    }

    /// Fetches a URL and waits for the whole answer, `limit` in all.
    ///
    /// # Errors
    /// Why there is no answer, in words for a person.
    pub async fn get(
        &self,
        url: &str,
        headers: &[(String, String)],
        limit: Duration,
    ) -> Result<HttpReply, NoAnswer> {
        let headers = self.headers(url, headers)?;
        let request = self.client.get(self.target(url)).headers(headers);
        answer(request, limit).await
    }

    fn target(&self, url: &str) -> String {
        match self.through {
            Some(wire) => fetch_url(url, &format!("http://{wire}")),
            None => url.to_owned(),
        }
    }

    /// The header fields of a request; the relay is named as the URL names it.
    fn headers(&self, url: &str, headers: &[(String, String)]) -> Result<HeaderMap, String> {
        let mut map = header_map(headers)?;
        if self.through.is_some() && !map.contains_key(HOST) {
            let host = authority(url).and_then(|host| HeaderValue::from_str(host).ok());
            map.extend(host.map(|host| (HOST, host)));
        }
        Ok(map)
    }
}

/// The host and port that a URL names, as they are written.
pub fn authority(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    Some(rest.split(['/', '?', '#']).next().unwrap_or(rest))
}

/// The URL at which what `content_location` names is fetched: scheme, host and port are those of `relay_base` whatever the
/// relay wrote (relays name hosts that do not resolve), path and query stay as given. Octets that a URI cannot hold are
/// percent-encoded.
pub fn fetch_url(content_location: &str, relay_base: &str) -> String {
    let given = content_location.trim();
    let path = origin_of(given).map_or(given, |origin| &given[origin.len()..]);
    let origin_end = relay_base
        .find("://")
        .map(|at| at + 3)
        .and_then(|start| relay_base[start..].find(['/', '?', '#']).map(|at| start + at))
        .unwrap_or(relay_base.len());
    at_origin(&relay_base[..origin_end], path)
}

/// The URL of what `content_location` names, host and port as they are there. `None`: it names no host.
pub fn url_as_is(content_location: &str) -> Option<String> {
    let given = content_location.trim();
    let origin = origin_of(given)?;
    Some(at_origin(origin, &given[origin.len()..]))
}

/// Scheme, host and port of an absolute URL, as they are written.
fn origin_of(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    is_scheme(scheme).then(|| &url[..scheme.len() + "://".len() + authority])
}

fn at_origin(origin: &str, path: &str) -> String {
    let mut url = origin.to_owned();
    if !path.starts_with('/') {
        url.push('/');
    }
    for octet in path.bytes() {
        match octet {
            0..=b' ' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | 0x7F.. => {
                url.push_str(&format!("%{octet:02X}"));
            }
            _ => url.push(char::from(octet)),
        }
    }
    url
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

fn header_map(headers: &[(String, String)]) -> Result<HeaderMap, String> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let header = HeaderName::try_from(name).map_err(|_| format!("{name:?} is no HTTP header name"))?;
        let value = HeaderValue::from_bytes(value.as_bytes())
            .map_err(|_| format!("{value:?} cannot be the value of HTTP header {name}"))?;
        map.append(header, value);
    }
    Ok(map)
}

async fn answer(request: RequestBuilder, limit: Duration) -> Result<HttpReply, NoAnswer> {
    let mut reply = None;
    let why = match delay::within(limit, whole(request, &mut reply)).await {
        Ok(Ok(())) => match reply {
            Some((reply, body)) => return Ok(with_body(reply, body)),
            None => "no answer came".to_owned(),
        },
        Ok(Err(why)) => why,
        Err(_) => format!("nothing answered within {}", delay::words(limit)),
    };
    let arrived = reply.map(|(reply, body)| with_body(reply, body));
    Err(NoAnswer { why, arrived })
}

fn with_body(reply: HttpReply, body: BytesMut) -> HttpReply {
    HttpReply {
        body: body.freeze(),
        ..reply
    }
}

/// Puts what arrives into `reply` as it arrives.
async fn whole(request: RequestBuilder, reply: &mut Option<(HttpReply, BytesMut)>) -> Result<(), String> {
    let mut response = request.send().await.map_err(|error| words(&error))?;
    let (_, body) = reply.insert((head(&response), BytesMut::new()));
    while let Some(chunk) = response.chunk().await.map_err(|error| words(&error))? {
        if body.len() + chunk.len() > LONGEST_BODY {
            return Err(format!("the answer is longer than {LONGEST_BODY} octets"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(())
}

fn head(response: &Response) -> HttpReply {
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect();
    HttpReply {
        status: response.status().as_u16(),
        headers,
        body: Bytes::new(),
    }
}

/// What went wrong, for a person.
fn words(error: &reqwest::Error) -> String {
    if let Some(kind) = io_kind(error) {
        match kind {
            io::ErrorKind::ConnectionRefused => return "connection refused".to_owned(),
            io::ErrorKind::ConnectionReset if error.is_connect() => return "connection reset".to_owned(),
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof => {
                return "the connection was closed before the answer".to_owned();
            }
            _ => {}
        }
    }
    let cause = innermost(error).to_string();
    if cause.contains("before message completed") || cause.contains("closed") {
        return "the connection was closed before the answer".to_owned();
    }
    if error.is_connect() {
        format!("no connection: {cause}")
    } else if error.is_builder() {
        format!("not a request that can be sent: {cause}")
    } else {
        format!("the answer is no HTTP: {cause}")
    }
}

fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            return Some(io.kind());
        }
        source = error.source();
    }
    None
}

fn innermost(error: &reqwest::Error) -> &dyn Error {
    let mut innermost: &dyn Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_host_becomes_the_relays() {
        let fetch = |location| fetch_url(location, "http://127.0.0.1:8080/mms");
        assert_eq!(fetch("http://mmsc/x@7/token"), "http://127.0.0.1:8080/x@7/token");
        assert_eq!(
            fetch("http://mmsc:9/?id=1/2?3"),
            "http://127.0.0.1:8080/?id=1/2?3"
        );
        assert_eq!(fetch("https://mmsc?id=1"), "http://127.0.0.1:8080/?id=1");
        assert_eq!(fetch("http://mmsc"), "http://127.0.0.1:8080/");
        assert_eq!(fetch("/x?u=http://y/"), "http://127.0.0.1:8080/x?u=http://y/");
        assert_eq!(fetch("x"), "http://127.0.0.1:8080/x");
        assert_eq!(
            fetch_url("http://a/b", "http://127.0.0.1:8080"),
            "http://127.0.0.1:8080/b"
        );
    }

    #[test]
    fn what_a_uri_cannot_hold_is_encoded_and_nothing_else() {
        let fetched = fetch_url("http://mmsc/a%2fb?id=\"q\" é|'%", "http://h");
        assert_eq!(fetched, "http://h/a%2fb?id=%22q%22%20%C3%A9%7C'%");
    }
}
