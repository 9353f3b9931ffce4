//! What is sent without waiting for an MM4 answer: RES, reports, and what belongs to a neighbour.

use std::sync::Arc;

use bytes::Bytes;

use super::fields::VERSION;
use super::inbound::passed_through;
use super::mail;
use super::requests::{self, Identity};
use super::server::Envelope;
use super::smtp_client::{Failure, Mail};
use super::way::{self, own_host};
use crate::relay::defects::Seed;
use crate::relay::node::Node;
use crate::relay::routing::Hop;
use crate::relay::timer::{self, Time};
use crate::wire::{Pdu, Value, address};

/// A message that needs no MM4 answer: SMTP says whether it arrived.
#[derive(Debug)]
pub(super) struct Post {
    pub hop: Hop,
    pub from: String,
    pub to: String,
    pub message: Bytes,
}

/// Sends a RES or a report, again after transient failures.
pub(super) fn post(node: &Arc<Node>, post: Post) {
    let node = node.clone();
    node.clone().spawn(async move {
        let timers = &node.config.timers;
        let give_up = Time::now().plus_seconds(timers.default_expiry_s);
        for attempt in 1u32.. {
            let mail = Mail {
                own_host: own_host(&node, &post.hop),
                from: &post.from,
                recipients: std::slice::from_ref(&post.to),
                message: &post.message,
            };
            let failure = match way::send(&node, &post.hop, &mail).await {
                Ok(replies) if replies.iter().all(|r| r.code < 400 || r.code >= 500) => return,
                Ok(_) => Failure::Lost("recipient refused for now".to_owned()),
                Err(failure) => failure,
            };
            node.log(|| format!("MM4: to {}, attempt {attempt}: {failure}", post.to));
            let neighbour_down = post.hop.inner && matches!(failure, Failure::Lost(_)) && !give_up.is_past();
            match failure {
                Failure::TooBig(_) | Failure::Unresolved(_) => return,
                Failure::Lost(_) if node.has(Seed::ReportOnce) => return,
                Failure::Refused(reply) if !reply.is_transient() => return,
                _ if attempt >= timers.mm4_attempts && !neighbour_down => return,
                _ => {}
            }
            timer::pause(timers.pause(attempt)).await;
        }
    });
}

/// Hands a RES or report that arrived at the wrong node to the neighbour that holds its transaction.
pub(super) fn pass_inside(node: &Arc<Node>, envelope: &Envelope, hop: &Hop, pdu: &Pdu) {
    let sent_by = envelope.from.as_deref().and_then(address::domain);
    let passed = |f: &crate::wire::Field| passed_through(&f.value.text(), &hop.domain);
    if node.has(Seed::StrayResDropped)
        || sent_by.as_ref() == Some(&hop.domain)
        || pdu.all("Received").any(passed)
    {
        // What was there already does not go there again: it would go in circles.
        return;
    }
    let system = Identity::towards(node, hop).system;
    let local = system.split('@').next().unwrap_or_default();
    let to = format!("{local}@{}", hop.domain);
    pass_on(node, envelope, hop.clone(), to, pdu);
}

/// Sends a RES or report on as it is, but for the version, which is that of the relay that speaks, and the trace.
pub(super) fn pass_on(node: &Arc<Node>, envelope: &Envelope, hop: Hop, to: String, pdu: &Pdu) {
    node.log(|| format!("MM4: {} passed on to {}", pdu.kind, hop.domain));
    let mut passed = pdu.clone();
    passed.set("X-Mms-3GPP-MMS-Version", Value::text_of(VERSION));
    let received = requests::received(node, &envelope.client);
    passed
        .fields
        .insert(0, requests::field("Received", Value::Text(received)));
    let from = Identity::towards(node, &hop).system;
    let message = mail::encode(node, &passed);
    post(
        node,
        Post {
            hop,
            from,
            to,
            message,
        },
    );
}
