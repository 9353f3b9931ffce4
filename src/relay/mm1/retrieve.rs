//! GET of a Content-Location → M-Retrieve.conf (ENC 1.3 §6.3).

use std::sync::Arc;

use super::http::Answer;
use super::pdus;
use crate::relay::defects::Seed;
use crate::relay::delivery;
use crate::relay::ledger::Entry;
use crate::relay::model::{Mm, Origin, Status};
use crate::relay::node::Node;
use crate::relay::timer::Time;
use crate::wire::{Content, MediaType, PduType, Value, mm1};

const NOT_FOUND: &str = "Error-permanent-message-not-found";
const SERVICE_DENIED: &str = "Error-permanent-service-denied";

/// The MM behind that Content-Location, if it is this client's. `looking` is a HEAD: it changes nothing.
pub(super) fn retrieve(node: &Arc<Node>, client: Option<&str>, token: &str, looking: bool) -> Answer {
    let (mm, tid) = {
        let mut state = node.state();
        let other = match state.deliveries.get(token) {
            Some(spent) if spent.outcome.is_some() && node.has(Seed::RetrieveSpentGivesOther) => {
                state.waiting_for(&spent.recipient)
            }
            _ => None,
        };
        let token = other.as_deref().unwrap_or(token);
        let Some(delivery) = state.deliveries.get_mut(token) else {
            return failure(node, NOT_FOUND, "There is no such multimedia message.\n");
        };
        if client != Some(delivery.recipient.as_str()) && !node.has(Seed::RetrieveAnybody) {
            node.log(|| format!("MM1: {} asks for another's MM", client.unwrap_or("nobody")));
            return failure(node, SERVICE_DENIED, "This multimedia message is not yours.\n");
        }
        let elsewhere = delivery.elsewhere && node.has(Seed::StoreFetchOwn);
        let spent = node.has(Seed::RetrieveOnce) && delivery.fetched;
        let early = node.has(Seed::E2eNotificationEarly) && is_fresh_from_peer(&delivery.mm);
        let gone = delivery.outcome.is_some() || delivery.mm.deadline.is_past();
        if gone || delivery.unready || spent || elsewhere || early {
            return failure(node, NOT_FOUND, "This multimedia message is no longer here.\n");
        }
        if !looking && !delivery.fetched {
            delivery.fetched = true;
            node.note(|| Entry::Fetched {
                token: token.to_owned(),
            });
        }
        (delivery.mm.clone(), delivery.tid.clone())
    };
    node.log(|| format!("MM1: {} fetches {}", client.unwrap_or("nobody"), mm.message_id));
    let conf = pdus::retrieve_conf(node, &mm, Some(&tid));
    if !looking && node.has(Seed::RetrieveIsAcknowledged) {
        delivery::finish(node, token, Status::Retrieved);
    }
    Answer::Pdu(conf)
}

fn is_fresh_from_peer(mm: &Mm) -> bool {
    matches!(mm.origin, Origin::Mm4 { .. }) && !mm.taken.plus_seconds(2).is_past()
}

fn retrieve_status(node: &Node, status: &str) -> Value {
    if status == NOT_FOUND && node.has(Seed::RetrieveResponseStatus) {
        // Error-message-not-found of X-Mms-Response-Status.
        return Value::Octets(vec![0x85]);
    }
    Value::token(status)
}

/// A status, and the body that has to go with it (ENC 1.3 §6.3).
fn failure(node: &Node, status: &'static str, text: &'static str) -> Answer {
    if node.accent.http.errors {
        return Answer::refused(status);
    }
    let mut pdu = pdus::pdu(node, PduType::RetrieveConf, None)
        .with("Date", Value::Date(Time::now().seconds()))
        .with("X-Mms-Retrieve-Status", retrieve_status(node, status));
    if !node.has(Seed::RetrieveStatusAlone) {
        pdu.content = Some(Content::single(MediaType::new("text/plain"), text));
    }
    Answer::Pdu(mm1::encode(&pdu).into())
}
