//! A Kannel bearerbox's `sendsms` as a relay's push proxy: `GET …/sendsms?to=…&text=…&udh=…` with binary values.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use super::Listening;
use super::desk::Desk;
use crate::link::{Arrival, Crossing};
use crate::wire::push::kannel::{self, Sendsms};
use crate::wire::push::udh::{PUSH_PORT, Udh};

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
    // A socket that refuses the option works without it, a little slower.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    tokio::spawn(async move {
        let served = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
        // Serving ends without error, when told to stop.
        let _ = served.await;
    });
    Ok(listening)
}

async fn sendsms(State(gateway): State<Gateway>, request: Request) -> (StatusCode, &'static str) {
    if !request.uri().path().trim_end_matches('/').ends_with("sendsms") {
        return (StatusCode::NOT_FOUND, "Unknown request.");
    }
    if request.method() != Method::GET {
        return (StatusCode::METHOD_NOT_ALLOWED, "Use GET.");
    }
    let query = Sendsms::decode(request.uri().query().unwrap_or(""));
    gateway.take(&query)
}

impl Gateway {
    fn take(&self, query: &Sendsms) -> (StatusCode, &'static str) {
        let recipient = query.recipient();
        let owner = recipient
            .as_deref()
            .and_then(|number| self.desk.owner_of_number(number));
        let complete = recipient.is_some() && query.value("text").is_some();
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
            crossing: crossing(query, status),
        };
        self.desk.hand_over(owner.map(|owner| owner.guest), arrival);
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

fn crossing(query: &Sendsms, answered: StatusCode) -> Crossing {
    let shown = |param: &kannel::Param| {
        let value = match param.name.as_str() {
            "udh" => hex::encode(&param.value),
            _ => String::from_utf8_lossy(&param.value).into_owned(),
        };
        (param.name.clone(), value)
    };
    let mut params: Vec<(String, String)> = query
        .params
        .iter()
        .filter(|param| param.name != "text")
        .map(shown)
        .collect();
    if let Some(note) = addressing_fault(query.value("udh")) {
        params.push(("note".to_owned(), note));
    }
    Crossing::Push {
        recipient: query.recipient().unwrap_or_default(),
        gateway: "kannel".to_owned(),
        params,
        wsp: query.value("text").unwrap_or_default().to_vec().into(),
        answered: answered.as_u16(),
    }
}

/// What is wrong with the WDP addressing of a push; `None` if it goes to port 2948.
fn addressing_fault(udh: Option<&[u8]>) -> Option<String> {
    let Some(udh) = udh else {
        return Some(format!("no udh: not addressed to port {PUSH_PORT}"));
    };
    match Udh::decode(udh).0.ports() {
        Some(ports) if ports.destination == PUSH_PORT => None,
        Some(ports) => Some(format!(
            "udh addresses port {} instead of {PUSH_PORT}",
            ports.destination
        )),
        None => Some("udh carries no destination port".to_owned()),
    }
}
