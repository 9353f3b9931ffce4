//! A Kannel bearerbox's `sendsms` as a relay's push proxy: `GET …/sendsms?to=…&text=…&udh=…`, or the same
//! as a POST, a form or header fields `X-Kannel-…`, with binary values.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use bytes::Bytes;

use super::Listening;
use super::desk::Desk;
use super::gateway::{Gateway, Push};
use super::http::{self, Answer, Asked};
use crate::wire::push::kannel::{SendSms, addressing_fault, decode as sendsms_of, decode_post};

/// A longer form is no request to send one short message.
const LONGEST_FORM: usize = 1 << 20;
const NAME: &str = "kannel";

/// Opens a gateway for one relay at `addr` (port 0: any). What is pushed through it arrives, from `relay`, at the place that
/// owns the number, before the push is answered.
///
/// # Errors
/// `addr` cannot be bound.
pub async fn listen(desk: Arc<Desk>, relay: &str, addr: SocketAddr) -> std::io::Result<Listening> {
    let gateway = Arc::new(Gateway::new(desk, relay, NAME));
    http::serve(addr, Router::new().fallback(sendsms).with_state(gateway)).await
}

async fn sendsms(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(asked): ConnectInfo<Asked>,
    request: Request,
) -> Answer {
    let refused = |status: StatusCode, text: &'static str| Answer::text(status.as_u16(), text);
    if !request.uri().path().trim_end_matches('/').ends_with("sendsms") {
        return refused(StatusCode::NOT_FOUND, "Unknown request.");
    }
    let connection = connection(request.headers());
    let reading = match *request.method() {
        Method::GET => {
            let query = request.uri().query().unwrap_or("");
            sendsms_of(&Bytes::copy_from_slice(query.as_bytes()))
        }
        Method::POST => {
            let headers = http::texts(request.headers());
            match to_bytes(request.into_body(), LONGEST_FORM).await {
                Ok(body) => decode_post(&headers, &body),
                Err(_) => return refused(StatusCode::PAYLOAD_TOO_LARGE, "The form is too long."),
            }
        }
        _ => return refused(StatusCode::METHOD_NOT_ALLOWED, "Use GET or POST."),
    };
    take(&gateway, &reading.value, connection, &asked)
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

fn take(gateway: &Gateway, sms: &SendSms, connection: Option<String>, asked: &Asked) -> Answer {
    let to = sms.to();
    let complete = to.is_some() && sms.data().is_some();
    let owner = match (&to, sms.data()) {
        (Some(number), Some(wsp)) => gateway.owner_of_push(number, wsp),
        _ => None,
    };
    let answered = if complete {
        gateway.answer(owner.as_ref(), StatusCode::ACCEPTED.as_u16())
    } else {
        StatusCode::BAD_REQUEST.as_u16()
    };
    let answer = Answer::text(answered, said(answered));
    let mut push = push(sms);
    push.wire = asked.wire(&answer);
    push.params
        .extend(connection.map(|said| ("http-connection".to_owned(), said)));
    gateway.hand_over(owner.as_ref(), answered, push);
    answer
}

fn said(answered: u16) -> &'static str {
    match answered {
        200..=299 => "0: Accepted for delivery",
        400 => "Missing receiver number or text, rejected",
        401 | 403 => "Authorization failed for sendsms",
        503 => "Temporal failure, try again later.",
        _ => "Sendsms failed.",
    }
}

fn push(sms: &SendSms) -> Push {
    let mut params: Vec<(String, String)> = Vec::new();
    for parameter in &sms.parameters {
        match parameter.name.as_str() {
            "text" => {}
            "udh" => params.push(("udh".to_owned(), hex::encode(&parameter.value))),
            name => params.push((name.to_owned(), parameter.text())),
        }
    }
    if let Some(note) = addressing_fault(sms.udh().map(|udh| &udh[..])) {
        params.push(("note".to_owned(), note));
    }
    Push {
        recipient: sms.to().unwrap_or_default(),
        params,
        wsp: sms.data().cloned().unwrap_or_default(),
        wire: None,
    }
}
