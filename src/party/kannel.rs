//! A Kannel bearerbox's `sendsms` as a relay's push proxy: `GET …/sendsms?to=…&text=…&udh=…`, or the same
//! as a POST, a form or header fields `X-Kannel-…`, with binary values.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use bytes::Bytes;
use tokio::net::TcpListener;

use super::Listening;
use super::desk::Desk;
use crate::link::stream::Streams;
use crate::link::{Arrival, Crossing};
use crate::wire::push::kannel::{SendSms, addressing_fault, decode as sendsms_of, decode_post};

/// A longer form is no request to send one short message.
const LONGEST_FORM: usize = 1 << 20;
/// Where nobody owns the number.
const NOWHERE: &str = "kannel";

#[derive(Debug, Clone)]
struct Gateway {
    desk: Arc<Desk>,
    relay: Arc<str>,
}

/// Opens a gateway for one relay at `addr` (port 0: any). What is pushed through it arrives, from `relay`, at the place that
/// owns the number, before the push is answered.
///
/// # Errors
/// `addr` cannot be bound.
pub async fn listen(desk: Arc<Desk>, relay: &str, addr: SocketAddr) -> std::io::Result<Listening> {
    let listener = TcpListener::bind(addr).await?;
    let (listening, stop) = Listening::new(listener.local_addr()?);
    let gateway = Gateway {
        desk,
        relay: relay.into(),
    };
    let router = Router::new().fallback(sendsms).with_state(gateway);
    tokio::spawn(async move {
        let served = axum::serve(Streams(listener), router).with_graceful_shutdown(stop.cancelled_owned());
        // Serving ends without error, when told to stop.
        let _ = served.await;
    });
    Ok(listening)
}

async fn sendsms(State(gateway): State<Gateway>, request: Request) -> (StatusCode, &'static str) {
    if !request.uri().path().trim_end_matches('/').ends_with("sendsms") {
        return (StatusCode::NOT_FOUND, "Unknown request.");
    }
    let connection = connection(request.headers());
    let reading = match *request.method() {
        Method::GET => {
            let query = request.uri().query().unwrap_or("");
            sendsms_of(&Bytes::copy_from_slice(query.as_bytes()))
        }
        Method::POST => {
            let headers = texts(request.headers());
            match to_bytes(request.into_body(), LONGEST_FORM).await {
                Ok(body) => decode_post(&headers, &body),
                Err(_) => return (StatusCode::PAYLOAD_TOO_LARGE, "The form is too long."),
            }
        }
        _ => return (StatusCode::METHOD_NOT_ALLOWED, "Use GET or POST."),
    };
    gateway.take(&reading.value, connection)
}

/// What the request says of its connection, if it says two things at once.
fn connection(headers: &HeaderMap) -> Option<String> {
    let values = headers
        .get_all("connection")
        .iter()
        .filter_map(|value| value.to_str().ok());
    let said = values.collect::<Vec<_>>().join(", ").to_ascii_lowercase();
    (said.contains("keep-alive") && said.contains("close")).then_some(said)
}

fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect()
}

impl Gateway {
    fn take(&self, sms: &SendSms, connection: Option<String>) -> (StatusCode, &'static str) {
        let to = sms.to();
        let owner = match (&to, sms.data()) {
            (Some(number), Some(wsp)) => self.desk.owner_of_push(number, wsp),
            _ => None,
        };
        let complete = to.is_some() && sms.data().is_some();
        let status = if complete {
            let scripted = owner.as_ref().and_then(|owner| self.desk.http_status(owner));
            scripted
                .and_then(|status| StatusCode::from_u16(status).ok())
                .unwrap_or(StatusCode::ACCEPTED)
        } else {
            StatusCode::BAD_REQUEST
        };
        let owner = owner.filter(|_| complete);
        let place = owner.as_ref().map_or(NOWHERE, |owner| &owner.place).to_owned();
        let arrival = Arrival {
            place,
            from: Some(self.relay.to_string()),
            crossing: crossing(sms, status, connection),
        };
        match owner {
            Some(owner) if status.is_success() => self.desk.hand_over_push(&owner, arrival),
            owner => self.desk.hand_over(owner.map(|owner| owner.guest), arrival),
        }
        (status, said(status))
    }
}

fn said(status: StatusCode) -> &'static str {
    match status.as_u16() {
        200..=299 => "0: Accepted for delivery",
        400 => "Missing receiver number or text, rejected",
        401 | 403 => "Authorization failed for sendsms",
        503 => "Temporal failure, try again later.",
        _ => "Sendsms failed.",
    }
}

fn crossing(sms: &SendSms, answered: StatusCode, connection: Option<String>) -> Crossing {
    let mut params: Vec<(String, String)> = Vec::new();
    for parameter in &sms.parameters {
        match parameter.name.as_str() {
            "text" => {}
            "udh" => params.push(("udh".to_owned(), hex::encode(&parameter.value))),
            name => params.push((name.to_owned(), parameter.text())),
        }
    }
    params.extend(connection.map(|said| ("http-connection".to_owned(), said)));
    if let Some(note) = addressing_fault(sms.udh().map(|udh| &udh[..])) {
        params.push(("note".to_owned(), note));
    }
    Crossing::Push {
        recipient: sms.to().unwrap_or_default(),
        gateway: "kannel".to_owned(),
        params,
        wsp: sms.data().cloned().unwrap_or_default(),
        answered: answered.as_u16(),
    }
}
