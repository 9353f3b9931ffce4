//! PAP over HTTP.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use bytes::Bytes;
use tokio::runtime::Handle;

use super::answers;
use super::ledger::{Ledger, code};
use super::notify::{self, Notice};
use crate::party::Listening;
use crate::party::desk::Desk;
use crate::party::gateway::{Gateway, Push};
use crate::party::http::{self, Answer, Asked};
use crate::party::user_agent::{AgentWays, UserAgent};
use crate::wire::push::pap::{self, Element, Pap};

/// A longer message carries no notification.
const LONGEST_BODY: usize = 1 << 20;
const NAME: &str = "pap";
/// As documents name who wrote them.
pub(super) const PRODUCT: &str = "mmspec";

/// A gateway for one relay.
#[derive(Debug)]
pub(super) struct Ppg {
    pub(super) gateway: Gateway,
    ledger: Mutex<Ledger>,
    client: UserAgent,
    /// Where notices are sent from: what sets off one may be no task.
    tasks: Handle,
}

/// Opens a gateway for one relay at `addr` (port 0: any); its path does not matter. What is pushed through it arrives, from `relay`, at the
/// places that own the numbers, before the push is answered.
///
/// # Errors
/// `addr` cannot be bound, or there is no HTTP client for result notifications.
pub async fn listen(desk: Arc<Desk>, relay: &str, addr: SocketAddr) -> io::Result<Listening> {
    let ppg = Arc::new(Ppg {
        gateway: Gateway::new(desk, relay, NAME),
        ledger: Mutex::default(),
        client: UserAgent::new(&AgentWays::default()).map_err(io::Error::other)?,
        tasks: Handle::current(),
    });
    http::serve(addr, Router::new().fallback(message).with_state(ppg)).await
}

async fn message(
    State(ppg): State<Arc<Ppg>>,
    ConnectInfo(asked): ConnectInfo<Asked>,
    request: Request,
) -> Answer {
    if *request.method() != Method::POST {
        return Answer::text(StatusCode::METHOD_NOT_ALLOWED.as_u16(), "PAP is spoken by POST\n");
    }
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let Ok(body) = to_bytes(request.into_body(), LONGEST_BODY).await else {
        let text = "the message is too long for a push\n";
        return Answer::text(StatusCode::PAYLOAD_TOO_LARGE.as_u16(), text);
    };
    ppg.answer(content_type.as_deref(), &body, &asked)
}

/// The answer that says this, in that version.
pub(super) fn answer_in(version: pap::Version, element: Element) -> Answer {
    let answer = pap::encode(&Pap {
        version,
        product_name: Some(PRODUCT.to_owned()),
        ..Pap::new(element)
    });
    Answer::new(StatusCode::ACCEPTED.as_u16(), answer.content_type, answer.body)
}

impl Ppg {
    /// The answer to a message, in its version.
    fn answer(self: &Arc<Self>, content_type: Option<&str>, body: &Bytes, asked: &Asked) -> Answer {
        match pap::decode(content_type, body) {
            Ok(reading) => {
                let version = reading.value.version;
                let message = &reading.value.message;
                let element = match &*message.name {
                    "push-message" => return self.submit(&reading, body, asked),
                    "statusquery-message" | "cancel-message" => self.asked(message, body),
                    "ccq-message" => answers::capabilities_response(message),
                    _ => answers::bad_message(code::BAD_REQUEST, body),
                };
                answer_in(version, element)
            }
            Err(why) => {
                let bad = answers::bad_message(code::BAD_REQUEST, body);
                let answer = answer_in(pap::Version::default(), bad);
                let push = Push {
                    recipient: String::new(),
                    params: vec![("note".to_owned(), format!("no PAP: {why}"))],
                    wsp: Bytes::new(),
                    wire: asked.wire(&answer),
                };
                let refused = StatusCode::BAD_REQUEST.as_u16();
                self.gateway.hand_over(None, refused, push);
                answer
            }
        }
    }

    /// The answer to a query or a cancellation.
    fn asked(&self, message: &Element, body: &Bytes) -> Element {
        let Some(push_id) = message.attribute("push-id") else {
            return answers::bad_message(code::BAD_REQUEST, body);
        };
        let addresses: Vec<String> = message
            .children
            .iter()
            .filter(|child| child.name == "address")
            .filter_map(|child| child.attribute("address-value").map(str::to_owned))
            .collect();
        let mut ledger = self.ledger();
        if message.name == "cancel-message" {
            answers::cancel_response(push_id, ledger.cancel(push_id, &addresses, now()))
        } else {
            answers::status_response(push_id, ledger.query(push_id, &addresses, now()))
        }
    }

    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the initiator, in a task of its own.
    pub(super) fn tell(&self, notice: Option<Notice>) {
        let Some(notice) = notice else { return };
        let client = self.client.clone();
        self.tasks
            .spawn(async move { notify::send(&client, notice, now()).await });
    }
}

/// Seconds since 1970.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
