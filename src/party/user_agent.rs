//! The HTTP side of MMS user agents.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::http::Extensions;
use hyper::{Method, Request, Response};
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use self::connect::{Connector, OnTape, Unencryptable};
use super::delay;
use super::tls::{self, TlsError};
use crate::link::{Carriage, Crossing};

mod connect;

/// Octets of a body that are taken.
const LONGEST_BODY: usize = 16 * 1024 * 1024;

/// How user agents reach a relay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentWays {
    /// Connections that stay open between requests. Those to a relay that ends go with it, and leave no port waiting in TIME_WAIT.
    pub idle: usize,
    /// PEM file of the certificates they trust with HTTPS; without it, none.
    pub root: Option<PathBuf>,
    /// The HTTP proxy of the WAP gateway: requests go there, with the whole URL in their first line. HTTPS goes through it (CONNECT).
    pub proxy: Option<SocketAddr>,
}

/// The HTTP client of user agents. Its clones share their connections.
#[derive(Debug, Clone)]
pub struct UserAgent {
    client: Client<Connector, Full<Bytes>>,
    connector: Connector,
    idle: usize,
}

/// An answer, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpReply {
    pub status: u16,
    /// In wire order, values that are no text with `\u{FFFD}`.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    /// How request and answer passed.
    pub wire: Option<Carriage>,
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
    /// How the request passed, and what came back.
    pub wire: Option<Carriage>,
}

impl From<String> for NoAnswer {
    fn from(why: String) -> Self {
        NoAnswer {
            why,
            arrived: None,
            wire: None,
        }
    }
}

impl UserAgent {
    /// # Errors
    /// The root cannot be used.
    pub fn new(ways: &AgentWays) -> Result<UserAgent, TlsError> {
        let tls = tls::client(ways.root.as_deref())?;
        Ok(UserAgent::over(Connector::new(tls, ways.proxy), ways.idle))
    }

    /// The host and port to which it connects for a URL: the proxy, or who the URL names, as it is written.
    pub fn next_hop(&self, url: &str) -> String {
        match self.connector.proxy() {
            Some(proxy) => proxy.to_string(),
            None => authority(url).unwrap_or_default().to_owned(),
        }
    }

    /// A client that connects to `wire` instead of its [next hop](UserAgent::next_hop), which does not notice.
    #[must_use]
    pub fn through(&self, wire: SocketAddr) -> UserAgent {
        UserAgent::over(self.connector.through(wire), self.idle)
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
        let request = request(Method::POST, url, headers, body.clone())?;
        self.answer(request, body, limit).await
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
        let request = request(Method::GET, url, headers, Bytes::new())?;
        self.answer(request, Bytes::new(), limit).await
    }

    fn over(connector: Connector, idle: usize) -> UserAgent {
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(idle)
            .pool_timer(TokioTimer::new())
            .build(connector.clone());
        UserAgent {
            client,
            connector,
            idle,
        }
    }

    async fn answer(
        &self,
        mut request: Request<Full<Bytes>>,
        body: Bytes,
        limit: Duration,
    ) -> Result<HttpReply, NoAnswer> {
        let mut reply = None;
        let passed = Passed::of(&mut request, body);
        let why = match delay::within(limit, self.whole(request, &mut reply)).await {
            Ok(Ok(())) => match reply {
                Some((reply, body)) => {
                    let reply = with_body(reply, body);
                    let wire = passed.wire(&reply.body);
                    return Ok(HttpReply { wire, ..reply });
                }
                None => "no answer came".to_owned(),
            },
            Ok(Err(why)) => why,
            Err(_) => format!("nothing answered within {}", delay::words(limit)),
        };
        let arrived = reply.map(|(reply, body)| with_body(reply, body));
        let wire = passed.wire(arrived.as_ref().map_or(&[], |reply| &reply.body));
        Err(NoAnswer { why, arrived, wire })
    }

    /// Puts what arrives into `reply` as it arrives.
    async fn whole(
        &self,
        request: Request<Full<Bytes>>,
        reply: &mut Option<(HttpReply, BytesMut)>,
    ) -> Result<(), String> {
        let response = self.client.request(request).await;
        let mut response = response.map_err(|error| no_response(&error))?;
        let (_, body) = reply.insert((head(&response), BytesMut::new()));
        while let Some(frame) = response.frame().await {
            let frame = frame.map_err(|error| words(&error))?;
            let Ok(chunk) = frame.into_data() else { continue };
            if body.len() + chunk.len() > LONGEST_BODY {
                return Err(format!("the answer is longer than {LONGEST_BODY} octets"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(())
    }
}

/// A request, and what it went over once that is known.
struct Passed {
    connection: CaptureConnection,
    /// The request as it begins on the wire: its method.
    begins: String,
    body: Bytes,
}

impl Passed {
    fn of(request: &mut Request<Full<Bytes>>, body: Bytes) -> Passed {
        Passed {
            begins: format!("{} ", request.method()),
            body,
            connection: capture_connection(request),
        }
    }

    /// The way of the answer; `answer` is its body, as far as it came.
    fn wire(&self, answer: &[u8]) -> Option<Carriage> {
        let mut extras = Extensions::new();
        self.connection
            .connection_metadata()
            .as_ref()?
            .get_extras(&mut extras);
        let OnTape(tape) = extras.get()?;
        let legs = match tape.take(&self.begins) {
            Some(exchange) => exchange.legs(&self.body, answer),
            None => Vec::new(),
        };
        Some(tape.connection()?.received().with_legs(legs))
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

fn request(
    method: Method,
    url: &str,
    headers: &[(String, String)],
    body: Bytes,
) -> Result<Request<Full<Bytes>>, String> {
    let mut request = Request::builder()
        .method(method)
        .uri(url)
        .body(Full::new(body))
        .map_err(|error| format!("not a request that can be sent: {error}"))?;
    if request.uri().authority().is_none() {
        return Err(format!("not a request that can be sent: {url:?} names no host"));
    }
    *request.headers_mut() = header_map(headers)?;
    Ok(request)
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

fn with_body(reply: HttpReply, body: BytesMut) -> HttpReply {
    HttpReply {
        body: body.freeze(),
        ..reply
    }
}

fn head(response: &Response<Incoming>) -> HttpReply {
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
        wire: None,
    }
}

/// Why there is no response at all, for a person.
fn no_response(error: &ClientError) -> String {
    if !error.is_connect() {
        return words(error);
    }
    let io = cause::<io::Error>(error);
    // What an I/O error was made of is not among its causes.
    let made_of = io.and_then(io::Error::get_ref);
    if let Some(unencryptable) = made_of.and_then(|made_of| made_of.downcast_ref::<Unencryptable>()) {
        return unencryptable.to_string();
    }
    match io.map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => "connection refused".to_owned(),
        Some(io::ErrorKind::ConnectionReset) => "connection reset".to_owned(),
        _ => format!("no connection: {}", innermost(error)),
    }
}

/// What went wrong once there was a connection, for a person.
fn words(error: &(dyn Error + 'static)) -> String {
    let closed = match (cause::<io::Error>(error), cause::<hyper::Error>(error)) {
        (Some(io), _) => matches!(
            io.kind(),
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof
        ),
        (None, Some(hyper)) => hyper.is_incomplete_message() || hyper.is_closed() || hyper.is_canceled(),
        (None, None) => false,
    };
    if closed {
        return "the connection was closed before the answer".to_owned();
    }
    format!("the answer is no HTTP: {}", innermost(error))
}

/// The first cause of this type.
fn cause<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

fn innermost<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut innermost = error;
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
