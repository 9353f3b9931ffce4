//! HTTP servers of fake parties.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::connect_info::Connected;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::serve::IncomingStream;
use bytes::Bytes;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use tokio::net::TcpListener;

use super::Listening;
use super::masked::masked;
use crate::link::stream::Streams;
use crate::link::{Carriage, Connection, Leg, Tape};

const TEXT: &str = "text/plain; charset=utf-8";

/// Serves at `addr` (port 0: any) until the handle is dropped. Handlers get an [`Asked`] of each request's connection.
///
/// # Errors
/// `addr` cannot be bound.
pub(super) async fn serve(addr: SocketAddr, router: Router) -> io::Result<Listening> {
    let listener = TcpListener::bind(addr).await?;
    let (listening, stop) = Listening::new(listener.local_addr()?);
    let service = router.into_make_service_with_connect_info::<Asked>();
    tokio::spawn(async move {
        let served = axum::serve(Streams(listener), service).with_graceful_shutdown(stop.cancelled_owned());
        // Serving ends without error, when told to stop.
        let _ = served.await;
    });
    Ok(listening)
}

/// Header fields in wire order, values that are no text with `\u{FFFD}`.
pub(super) fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect()
}

/// The connection over which a request came.
#[derive(Debug, Clone)]
pub(super) struct Asked(Arc<Tape>);

impl Connected<IncomingStream<'_, Streams>> for Asked {
    fn connect_info(stream: IncomingStream<'_, Streams>) -> Asked {
        Asked(Arc::clone(stream.io().tape()))
    }
}

impl Asked {
    /// How the request under way came, if all of it is here, and the answer that it gets. Logins are masked.
    pub(super) fn wire(&self, answer: &Answer) -> Option<Carriage> {
        let mut request = self.0.under_way().request();
        let closes = closes(&request.octets);
        request.octets = masked(&request.octets);
        let legs = vec![request, Leg::back(answer.octets(closes))];
        Some(self.0.connection().map(Connection::received)?.with_legs(legs))
    }
}

/// An answer, complete before anybody hears of the request that it answers.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    status: StatusCode,
    content_type: String,
    date: String,
    body: Bytes,
}

impl Answer {
    /// A status that HTTP does not have becomes 500.
    pub(super) fn new(status: u16, content_type: impl Into<String>, body: impl Into<Bytes>) -> Answer {
        // A year of more than four digits has no such form, and no clock of ours comes there.
        let date = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&Timestamp::now());
        Answer {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            content_type: content_type.into(),
            date: date.unwrap_or_default(),
            body: body.into(),
        }
    }

    pub(super) fn text(status: u16, text: impl Into<Bytes>) -> Answer {
        Answer::new(status, TEXT, text)
    }

    /// As it goes over the wire.
    fn octets(&self, closes: bool) -> Vec<u8> {
        let reason = self.status.canonical_reason().unwrap_or("<none>");
        let mut octets = format!(
            "HTTP/1.1 {} {reason}\r\ncontent-type: {}\r\ncontent-length: {}\r\ndate: {}\r\n{}\r\n",
            self.status.as_u16(),
            self.content_type,
            self.body.len(),
            self.date,
            if closes { "connection: close\r\n" } else { "" },
        )
        .into_bytes();
        octets.extend_from_slice(&self.body);
        octets
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body.clone()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        let values = [
            (CONTENT_TYPE, HeaderValue::from_str(&self.content_type).ok()),
            (CONTENT_LENGTH, Some(HeaderValue::from(self.body.len()))),
            (DATE, HeaderValue::from_str(&self.date).ok()),
        ];
        for (name, value) in values {
            if let Some(value) = value {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// Whether a request asks for the connection to be closed (RFC 9112 §9.6).
fn closes(request: &[u8]) -> bool {
    let head = memchr::memmem::find(request, b"\r\n\r\n").map_or(request, |end| &request[..end]);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .any(|(name, value)| name == "connection" && value.split(',').any(|word| word.trim() == "close"))
}
