//! From an accepted MM to its recipients: each one is a client of this relay, or behind the next one.

use std::collections::HashMap;
use std::sync::Arc;

use super::defects::Seed;
use super::ledger::Entry;
use super::model::{Mm, Status, canonical};
use super::node::Node;
use super::routing::{Destination, Hop};
use super::store::{Sent, SentTo};
use super::timer;
use super::{delivery, mm4, reports};
use crate::wire::address::Address;

/// Sends on an MM that a client of this relay submitted; `recipients` are canonical addresses, each once.
pub(crate) fn submitted(node: &Arc<Node>, mm: &Arc<Mm>, recipients: &[String]) {
    remember_sent(node, mm, recipients);
    when_due(node, mm, recipients);
}

/// Notes whom a submitted MM is for, so that reports find their way back.
pub(crate) fn remember_sent(node: &Arc<Node>, mm: &Arc<Mm>, recipients: &[String]) {
    let entry = |address: &String| {
        let via = match node.routing.destination(&Address::parse(address)) {
            Destination::Over(hop) => Some(hop.domain),
            _ => None,
        };
        (
            address.clone(),
            SentTo {
                via,
                ..SentTo::default()
            },
        )
    };
    let sent = Sent {
        mm: mm.remains(),
        recipients: recipients.iter().map(entry).collect::<HashMap<_, _>>(),
    };
    node.store.lock().sent.insert(mm.message_id.clone(), sent);
}

/// Sends an MM on to these recipients, at X-Mms-Delivery-Time if that lies ahead.
pub(crate) fn when_due(node: &Arc<Node>, mm: &Arc<Mm>, recipients: &[String]) {
    let Some(then) = mm.not_before else {
        return send_on(node, mm, recipients);
    };
    let (node, mm, recipients) = (node.clone(), mm.clone(), recipients.to_vec());
    node.clone().spawn(async move {
        timer::sleep_until(then.min(mm.deadline)).await;
        send_on(&node, &mm, &recipients);
    });
}

fn send_on(node: &Arc<Node>, mm: &Arc<Mm>, recipients: &[String]) {
    let mut hops: Vec<(Hop, Vec<String>)> = Vec::new();
    for recipient in recipients {
        match node.routing.destination(&Address::parse(recipient)) {
            Destination::Here(number) => delivery::begin(node, mm, &number),
            Destination::Over(hop) => match hops.iter_mut().find(|(known, _)| known.domain == hop.domain) {
                Some((_, there)) => there.push(recipient.clone()),
                None => hops.push((hop, vec![recipient.clone()])),
            },
            Destination::Nowhere | Destination::Unsupported => {
                node.note(|| Entry::Unroutable {
                    record: mm.record.clone(),
                    recipient: recipient.clone(),
                });
                node.log(|| format!("{}: no way to {recipient}", mm.message_id));
                if !node.has(Seed::DeliveryUnroutableSilent) {
                    reports::settled(node, mm, &canonical(recipient), Status::Unreachable);
                }
            }
        }
    }
    for (hop, recipients) in hops {
        mm4::forward(node, mm, hop, recipients);
    }
}
