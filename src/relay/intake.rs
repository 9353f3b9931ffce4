//! From an accepted MM to its recipients: each one is a client of this relay, or behind the next one.

use std::collections::HashMap;
use std::sync::Arc;

use super::defects::Seed;
use super::dns::{Resolver, Unknown};
use super::ledger::Entry;
use super::model::{Mm, Origin, Status, canonical};
use super::node::Node;
use super::routing::{Destination, Hop};
use super::store::{Sent, SentTo, State};
use super::timer;
use super::{delivery, homes, mm4, reports};
use crate::wire::address::Address;

/// Notes whom a submitted MM is for, so that reports find their way back.
pub(crate) fn remember_sent(node: &Node, state: &mut State, mm: &Arc<Mm>, recipients: &[String]) {
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
    state.sent.insert(mm.message_id.clone(), sent);
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
    let mut asked = Vec::new();
    let mut looked = Vec::new();
    let destination = |recipient: &String| node.routing.destination(&Address::parse(recipient));
    let some_out = recipients
        .iter()
        .any(|one| matches!(destination(one), Destination::Over(_)));
    for recipient in recipients {
        match destination(recipient) {
            Destination::Here(_) if some_out && node.has(Seed::E2eHomeForgotten) => {}
            Destination::Here(number) => {
                delivery::begin(node, mm, &number);
                if node.has(Seed::ForwardLocalCopy) && matches!(mm.origin, Origin::Here(_)) {
                    let peer = node.routing.any_peer();
                    hops.extend(peer.map(|peer| (peer, vec![recipient.clone()])));
                }
            }
            Destination::Over(hop) if hop.inner && mm.is_from_inside(node) && node.has(Seed::LocalLeaves) => {
                hops.extend(
                    node.routing
                        .any_peer()
                        .map(|peer| (peer, vec![recipient.clone()])),
                );
            }
            Destination::Over(hop) => match hops.iter_mut().find(|(known, _)| known.domain == hop.domain) {
                Some((_, there)) => there.push(recipient.clone()),
                None => hops.push((hop, vec![recipient.clone()])),
            },
            Destination::Look(number) => looked.push((recipient.clone(), number)),
            Destination::Ask(number) => asked.push((recipient.clone(), number)),
            Destination::Unsupported if node.has(Seed::RouteShortCodeAccepted) => {}
            Destination::Nowhere | Destination::Unsupported => {
                no_way(node, mm, recipient, Status::Unreachable)
            }
        }
    }
    let some_here = hops.iter().map(|(_, there)| there.len()).sum::<usize>() < recipients.len();
    if some_here && node.has(Seed::EntranceForgetsOthers) {
        hops.retain(|(hop, _)| !hop.inner);
    }
    if node.has(Seed::ForwardOneMmseOnly) {
        hops.truncate(1);
    }
    for (hop, there) in hops {
        let served = if node.has(Seed::ForwardAllInEnvelope) {
            recipients.to_vec()
        } else {
            there
        };
        mm4::forward(node, mm, hop, served);
    }
    if !looked.is_empty() {
        let (node, mm) = (node.clone(), mm.clone());
        node.clone()
            .spawn(async move { homes::find(&node, &mm, looked).await });
    }
    if !asked.is_empty() {
        let (node, mm) = (node.clone(), mm.clone());
        node.clone()
            .spawn(async move { look_up(&node, &mm, asked).await });
    }
}

/// There is no way to this recipient, and there will be none.
pub(crate) fn no_way(node: &Arc<Node>, mm: &Arc<Mm>, recipient: &str, status: Status) {
    let unroutable = Entry::Unroutable {
        record: mm.record.clone(),
        recipient: recipient.to_owned(),
    };
    node.log(|| format!("{}: no way to {recipient}", mm.message_id));
    if node.has(Seed::DeliveryUnroutableSilent) {
        node.note(|| unroutable);
    } else {
        reports::settled(node, mm, &canonical(recipient), status, [unroutable]);
    }
}

/// Looks up whose numbers these are. Those of one MMSE are sent on together, as far as their answers come in one round;
/// those without an answer are asked for again.
async fn look_up(node: &Arc<Node>, mm: &Arc<Mm>, mut asked: Vec<(String, String)>) {
    let Some(resolver) = &node.resolver else { return };
    for attempt in 1u32.. {
        let mut hops: Vec<(Hop, Vec<String>)> = Vec::new();
        let mut later = Vec::new();
        for (recipient, number) in asked {
            match ask(node, resolver, &number).await {
                Ok(hop) => match hops.iter_mut().find(|(known, _)| known.domain == hop.domain) {
                    Some((_, there)) => there.push(recipient),
                    None => hops.push((hop, vec![recipient])),
                },
                Err(unknown) => {
                    node.log(|| format!("{}: {unknown}", mm.message_id));
                    match unknown {
                        Unknown::Later(_) => later.push((recipient, number)),
                        Unknown::None(_) if node.has(Seed::EnumUnknownSilent) => {}
                        Unknown::None(_) => no_way(node, mm, &recipient, Status::Unreachable),
                    }
                }
            }
        }
        for (hop, recipients) in hops {
            mm4::forward(node, mm, hop, recipients);
        }
        if later.is_empty() {
            return;
        }
        let pause = node.config.timers.pause(attempt).min(mm.deadline.time_left());
        if mm.deadline.is_past() || attempt >= node.config.timers.mm4_attempts {
            let status = if mm.deadline.is_past() {
                Status::Expired
            } else {
                Status::Unreachable
            };
            for (recipient, _) in &later {
                no_way(node, mm, recipient, status);
            }
            return;
        }
        timer::pause(pause).await;
        asked = later;
    }
}

/// The hop to the MMSE of a number.
async fn ask(node: &Node, resolver: &Resolver, number: &str) -> Result<Hop, Unknown> {
    let guess = || node.routing.by_prefix(number);
    match resolver.mailbox(number).await {
        Ok(mailbox) => {
            let hop = node.routing.named(number, &mailbox);
            hop.ok_or_else(|| Unknown::None(format!("subscriber {number} here")))
        }
        Err(Unknown::None(_)) if node.has(Seed::EnumUnknownGuessed) && guess().is_some() => {
            guess().ok_or_else(|| Unknown::None(number.to_owned()))
        }
        Err(Unknown::Later(why)) if node.has(Seed::EnumFailurePermanent) => Err(Unknown::None(why)),
        Err(unknown) => Err(unknown),
    }
}
