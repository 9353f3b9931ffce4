//! A plain HTTP hook as a relay's push proxy: requests whose form a target file describes.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Method, StatusCode};
use bytes::Bytes;

use super::Listening;
use super::desk::Desk;
use super::gateway::{Gateway, Push, is_taken};
use super::http::{self, Answer, Asked};
use super::masked::SECRET_FIELDS;
use crate::wire::push::hook::{HookForm, HookRequest, Hooked, NumberAt, read};

/// A longer request carries no notification.
const LONGEST_BODY: usize = 1 << 20;
const NAME: &str = "hook";

#[derive(Debug)]
struct Hook {
    gateway: Gateway,
    form: HookForm,
}

/// Opens a hook for one relay at `addr` (port 0: any), for GET, POST and PUT to any path, or to the path of the form. What is pushed
/// through it arrives, from `relay`, at the place that owns the number, before the request is answered: 200, or as the owner
/// scripted; 404 where the path is of another form, 400 where something is missing, with the reason in the body.
///
/// # Errors
/// `addr` cannot be bound.
pub async fn listen(desk: Arc<Desk>, relay: &str, addr: SocketAddr, form: HookForm) -> io::Result<Listening> {
    let gateway = Gateway::new(desk, relay, NAME);
    let hook = Arc::new(Hook { gateway, form });
    http::serve(addr, Router::new().fallback(pushed).with_state(hook)).await
}

async fn pushed(
    State(hook): State<Arc<Hook>>,
    ConnectInfo(asked): ConnectInfo<Asked>,
    request: Request,
) -> Answer {
    let (head, body) = request.into_parts();
    if ![Method::GET, Method::POST, Method::PUT].contains(&head.method) {
        return Answer::text(StatusCode::METHOD_NOT_ALLOWED.as_u16(), "use GET, POST or PUT\n");
    }
    let Ok(body) = to_bytes(body, LONGEST_BODY).await else {
        let text = "the request is too long for a push\n";
        return Answer::text(StatusCode::PAYLOAD_TOO_LARGE.as_u16(), text);
    };
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let headers = http::texts(&head.headers);
    hook.take(head.method.as_str(), target, headers, &body, &asked)
}

impl Hook {
    fn take(
        &self,
        method: &str,
        target: &str,
        headers: Vec<(String, String)>,
        body: &Bytes,
        asked: &Asked,
    ) -> Answer {
        let request = HookRequest {
            target,
            headers: &headers,
            body,
        };
        let hooked = read(&self.form, &request, self.gateway.tid());
        let owner = self
            .gateway
            .owner_of_push(&hooked.number, &hooked.push)
            .filter(|_| hooked.fault.is_none());
        let (answered, text) = match &hooked.fault {
            Some(fault) => (self.refusal(&hooked), format!("{fault}\n")),
            None => match self.gateway.answer(owner.as_ref(), StatusCode::OK.as_u16()) {
                answered if is_taken(answered) => (answered, "accepted\n".to_owned()),
                answered => (answered, "not accepted\n".to_owned()),
            },
        };
        let answer = Answer::text(answered, text);
        let mut push = push(method, target, headers, hooked);
        push.wire = asked.wire(&answer);
        self.gateway.hand_over(owner.as_ref(), answered, push);
        answer
    }

    fn refusal(&self, hooked: &Hooked) -> u16 {
        let elsewhere = matches!(self.form.number, NumberAt::Path(_)) && hooked.number.is_empty();
        let status = if elsewhere {
            StatusCode::NOT_FOUND
        } else {
            StatusCode::BAD_REQUEST
        };
        status.as_u16()
    }
}

fn push(method: &str, target: &str, headers: Vec<(String, String)>, hooked: Hooked) -> Push {
    let mut params = vec![("request".to_owned(), format!("{method} {target}"))];
    params.extend(
        headers
            .into_iter()
            .filter(|(name, _)| !SECRET_FIELDS.contains(&name.as_str())),
    );
    if hooked.labelled {
        let note =
            "the request says neither content type nor application of the push, or only one: the gateway did";
        params.push(("note".to_owned(), note.to_owned()));
    }
    if let Some(fault) = hooked.fault {
        params.push(("note".to_owned(), fault.to_string()));
    }
    Push {
        recipient: hooked.number,
        params,
        wsp: hooked.push,
        wire: None,
    }
}
