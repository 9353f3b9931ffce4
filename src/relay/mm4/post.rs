//! What is sent without waiting for an MM4 answer: RES, reports, and what belongs to a neighbour.

use std::sync::Arc;

use super::fields::VERSION;
use super::inbound::passed_through;
use super::mail;
use super::requests::{self, Identity};
use super::server::Envelope;
use super::smtp_client::{Failure, Mail};
use super::way;
use crate::relay::defects::Seed;
use crate::relay::node::Node;
use crate::relay::owed::{self, Owed, Telling, What};
use crate::relay::routing::Hop;
use crate::relay::timer::{self, Time};
use crate::wire::{Pdu, PduType, Value, address};

/// A message that needs no MM4 answer: SMTP says whether it arrived.
pub(super) fn mail(node: &Node, hop: Hop, from: String, to: String, pdu: &Pdu) -> Owed {
    let mail = owed::Mail {
        domain: hop.domain.clone(),
        from,
        to,
        message: mail::encode(node, &hop, pdu).to_vec(),
        answer: matches!(
            pdu.kind,
            PduType::Mm4ForwardRes | PduType::Mm4DeliveryReportRes | PduType::Mm4ReadReplyReportRes
        ),
        hop: Some(hop),
    };
    Owed::new(node, What::Mail(mail))
}

/// Sends a RES or a report, again after transient failures, until then (RFC 5321 §4.5.4.1).
pub(crate) async fn post(node: &Node, owed: owed::Mail, until: Time) {
    let timers = &node.config.timers;
    let Some(hop) = owed.hop.or_else(|| node.routing.system(&owed.domain)) else {
        return node.log(|| format!("MM4: there is no way to {} any more", owed.domain));
    };
    for attempt in 1u32.. {
        node.turn().await;
        let mail = Mail {
            from: &owed.from,
            recipients: std::slice::from_ref(&owed.to),
            message: &owed.message,
            seeds: node.seeds(),
        };
        let failure = match way::send(node, &hop, &mail).await {
            Ok(replies) if replies.iter().all(|r| r.code < 400 || r.code >= 500) => return,
            Ok(_) => Failure::Lost("recipient refused for now".to_owned()),
            Err(failure) => failure,
        };
        node.log(|| format!("MM4: to {}, attempt {attempt}: {failure}", owed.to));
        match failure {
            Failure::TooBig(_) | Failure::Unresolved(_) => return,
            Failure::Lost(_) if node.has(Seed::ReportOnce) => return,
            Failure::Refused(reply) if !reply.is_transient() => return,
            _ if until.is_past() => return,
            _ => {}
        }
        timer::pause(timers.pause(attempt)).await;
    }
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
    Telling::of(mail(node, hop, from, to, &passed)).go(node);
}
