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

/// Destination port of connectionless push (WAP-259 WDP, registered with IANA as `wap-push`).
const PUSH_PORT: u16 = 2948;
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
    let query = Query::read(request.uri().query().unwrap_or(""));
    gateway.take(query)
}

impl Gateway {
    fn take(&self, query: Query) -> (StatusCode, &'static str) {
        let owner = query
            .to
            .as_deref()
            .and_then(|number| self.desk.owner_of_number(number));
        let complete = query.to.is_some() && query.text.is_some();
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
            crossing: query.crossing(status),
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

/// What a `sendsms` query says, values as octets.
#[derive(Debug, Default)]
struct Query {
    to: Option<String>,
    text: Option<Vec<u8>>,
    udh: Option<Vec<u8>>,
    /// All but `text`, in order.
    params: Vec<(String, String)>,
}

impl Query {
    fn read(raw: &str) -> Query {
        let mut query = Query::default();
        for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = String::from_utf8_lossy(&form_octets(name)).into_owned();
            let octets = form_octets(value);
            match name.as_str() {
                "text" => query.text = Some(octets),
                "udh" => {
                    query.params.push((name, hex::encode(&octets)));
                    query.udh = Some(octets);
                }
                _ => {
                    let value = String::from_utf8_lossy(&octets).into_owned();
                    if name == "to" {
                        query.to = Some(value.clone());
                    }
                    query.params.push((name, value));
                }
            }
        }
        query
    }

    fn crossing(self, answered: StatusCode) -> Crossing {
        let mut params = self.params;
        if let Some(note) = addressing_fault(self.udh.as_deref()) {
            params.push(("note".to_owned(), note));
        }
        Crossing::Push {
            recipient: self.to.unwrap_or_default(),
            gateway: "kannel".to_owned(),
            params,
            wsp: self.text.unwrap_or_default().into(),
            answered: answered.as_u16(),
        }
    }
}

/// The octets of a form-encoded value: `+` is a blank, `%XX` an octet, anything else itself.
fn form_octets(value: &str) -> Vec<u8> {
    let raw = value.as_bytes();
    let mut octets = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        let escaped = (raw[at] == b'%')
            .then(|| value.get(at + 1..at + 3))
            .flatten()
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (escaped, raw[at]) {
            (Some(octet), _) => {
                octets.push(octet);
                at += 2;
            }
            (None, b'+') => octets.push(b' '),
            (None, octet) => octets.push(octet),
        }
        at += 1;
    }
    octets
}

/// What is wrong with the WDP addressing of a push; `None` if it goes to port 2948.
fn addressing_fault(udh: Option<&[u8]>) -> Option<String> {
    let Some(udh) = udh else {
        return Some("no udh: not addressed to port 2948".to_owned());
    };
    match destination_port(udh) {
        Some(PUSH_PORT) => None,
        Some(port) => Some(format!("udh addresses port {port} instead of 2948")),
        None => Some("udh carries no destination port".to_owned()),
    }
}

/// The destination port in a user data header (3GPP TS 23.040 §9.2.3.24): element 05, ports of 16 bits, or 04, of 8.
fn destination_port(udh: &[u8]) -> Option<u16> {
    let (length, rest) = udh.split_first()?;
    let mut elements = rest.get(..usize::from(*length)).unwrap_or(rest);
    while let [id, length, rest @ ..] = elements {
        let (value, next) = rest.split_at_checked(usize::from(*length))?;
        match (id, value) {
            (0x05, [high, low, ..]) => return Some(u16::from_be_bytes([*high, *low])),
            (0x04, [port, ..]) => return Some(u16::from(*port)),
            _ => elements = next,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_found_wherever_its_element_stands() {
        assert_eq!(destination_port(&crate::wire::push::PORTS_UDH), Some(2948));
        let after_concatenation = [
            0x0B, 0x00, 0x03, 0x07, 0x02, 0x01, 0x05, 0x04, 0x0B, 0x84, 0x23, 0xF0,
        ];
        assert_eq!(destination_port(&after_concatenation), Some(2948));
        assert_eq!(destination_port(&[0x05, 0x00, 0x03, 0x07, 0x02, 0x01]), None);
        assert_eq!(destination_port(&[]), None);
    }

    #[test]
    fn values_are_octets() {
        assert_eq!(form_octets("a+b%00%fF%2B%4"), b"a b\0\xFF+%4");
        assert_eq!(form_octets("%é"), "%é".as_bytes());
    }
}
