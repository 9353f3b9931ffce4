//! Control documents that the gateway sends.

use super::ledger::{Delivery, State, code};
use super::notify::Notice;
use crate::wire::date;
use crate::wire::push::pap::{Element, table};

/// Octets of a bad message that are shown to who sent it.
const FRAGMENT: usize = 80;

/// `code` and `desc`.
fn with_code(element: Element, code: u16) -> Element {
    let element = element.with("code", &format!("{code:04}"));
    match table::meaning(code) {
        Some(meaning) => element.with("desc", meaning),
        None => element,
    }
}

fn address(value: &str) -> Element {
    Element::new("address").with("address-value", value)
}

fn quality(method: &str) -> Element {
    Element::new("quality-of-service").with("delivery-method", method)
}

pub(super) fn push_response(push_id: &str, code: u16, now: i64) -> Element {
    Element::new("push-response")
        .with("push-id", push_id)
        .with("reply-time", &date::rfc3339(now))
        .child(with_code(Element::new("response-result"), code))
}

/// For what is no message, or lacks what its answer would need.
pub(super) fn bad_message(code: u16, message: &[u8]) -> Element {
    let fragment = String::from_utf8_lossy(&message[..message.len().min(FRAGMENT)]).into_owned();
    with_code(Element::new("badmessage-response"), code).with("bad-message-fragment", &fragment)
}

/// `results`: none if there is no such message.
pub(super) fn cancel_response(push_id: &str, results: Option<Vec<(String, u16)>>) -> Element {
    let response = Element::new("cancel-response").with("push-id", push_id);
    let result = |code| with_code(Element::new("cancel-result"), code);
    match results {
        None => response.child(result(code::PUSH_ID_NOT_FOUND)),
        Some(results) => results.into_iter().fold(response, |response, (to, code)| {
            response.child(result(code).child(address(&to)))
        }),
    }
}

/// `found`: none if there is no such message.
pub(super) fn status_response(push_id: &str, found: Option<(Vec<Delivery>, &str)>) -> Element {
    let response = Element::new("statusquery-response").with("push-id", push_id);
    let result = |state: State, code| {
        with_code(
            Element::new("statusquery-result").with("message-state", state.name()),
            code,
        )
    };
    let Some((deliveries, method)) = found else {
        return response.child(result(State::Unknown, code::PUSH_ID_NOT_FOUND));
    };
    deliveries.iter().fold(response, |response, delivery| {
        let known = delivery.state != State::Unknown;
        let code = if known {
            delivery.state.code()
        } else {
            code::ADDRESS_NOT_FOUND
        };
        let mut result = result(delivery.state, code).child(address(&delivery.address));
        if known {
            result = result
                .with("event-time", &date::rfc3339(delivery.since))
                .child(quality(method));
        }
        response.child(result)
    })
}

/// The gateway looks into no capabilities.
pub(super) fn capabilities_response(query: &Element) -> Element {
    let mut response = Element::new("ccq-response");
    if let Some(id) = query.attribute("query-id") {
        response = response.with("query-id", id);
    }
    let response = with_code(response, code::NOT_IMPLEMENTED);
    let addresses = query.children.iter().filter(|child| child.name == "address");
    addresses.fold(response, |response, address| response.child(address.clone()))
}

pub(super) fn result_notification(notice: &Notice, now: i64) -> Element {
    let message = Element::new("resultnotification-message")
        .with("push-id", &notice.push_id)
        .with("received-time", &date::rfc3339(now))
        .with("event-time", &date::rfc3339(notice.delivery.since))
        .with("message-state", notice.delivery.state.name());
    with_code(message, notice.delivery.state.code())
        .child(address(&notice.delivery.address))
        .child(quality(notice.method))
}
