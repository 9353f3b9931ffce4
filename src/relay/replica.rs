//! What other relays did on the same store: learned whenever the memory is looked at, and gone on with when one of them dies.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::common::Dead;
use super::defects::Seed;
use super::ledger::{Entry, Line};
use super::model::Status;
use super::node::Node;
use super::store::{Delivery, OpenTransfer, State, TransferEvent};
use super::{mm1, mm4, resume, timer};

/// Takes what others wrote into this relay's memory.
pub(crate) fn take(node: &Node, state: &mut State, news: &[Line]) {
    for line in news.iter().filter(|line| line.by != node.config.name) {
        apply(node, state, &line.entry);
    }
}

fn apply(node: &Node, state: &mut State, entry: &Entry) {
    match entry {
        Entry::Submitted { record, .. } => {
            if let Some((mm, _)) = mm1::recall(node, state, entry) {
                state.others.insert(record.clone(), mm);
            }
        }
        Entry::Received { record, .. } => {
            if let Some((mm, _)) = mm4::recall(node, state, entry) {
                state.others.insert(record.clone(), mm);
            }
        }
        Entry::Kept {
            record,
            token,
            tid,
            number,
            ..
        } => {
            if let Some(mm) = state.others.get(record).cloned() {
                let mut delivery = Delivery::new(mm, number.clone(), tid.clone());
                delivery.elsewhere = true;
                state.add_delivery(token.clone(), delivery);
            }
        }
        Entry::Queued {
            record,
            tid,
            domain,
            recipients,
        } => queued(node, state, record, tid, domain, recipients),
        Entry::Handed { tid, recipient } => handed(state, tid, recipient),
        Entry::Fetched { token } => change(state, token, |d| d.fetched = true),
        Entry::ReadReported { token } => change(state, token, |d| d.read_reported = true),
        Entry::Answered {
            token,
            report_allowed,
        } => change(state, token, |d| {
            d.answered = true;
            d.report_allowed = *report_allowed;
        }),
        Entry::Over { token, status } => over(state, token, *status),
        Entry::Moved { token, .. } => over(state, token, Status::Forwarded),
        Entry::Shown {
            message_id,
            recipient,
            status,
        } => state.with_sent(message_id, recipient, |to| to.shown.push(*status)),
        Entry::ReadShown {
            message_id,
            recipient,
        } => state.with_sent(message_id, recipient, |to| to.read_shown = true),
        Entry::Notified { .. }
        | Entry::Unroutable { .. }
        | Entry::Owed(_)
        | Entry::Told { .. }
        | Entry::TakenOver { .. } => {}
    }
}

fn change(state: &mut State, token: &str, change: impl FnOnce(&mut Delivery)) {
    if let Some(delivery) = state.deliveries.get_mut(token) {
        change(delivery);
    }
}

fn over(state: &mut State, token: &str, status: Status) {
    change(state, token, |delivery| {
        delivery.outcome = Some(status);
        delivery.mm = delivery.mm.remains();
        delivery.over.cancel();
    });
    state.finished(token);
}

fn queued(node: &Node, state: &mut State, record: &str, tid: &str, domain: &str, recipients: &[String]) {
    let Some(mm) = state.others.get(&record.to_owned()).cloned() else {
        return;
    };
    for recipient in recipients {
        let via = domain.to_owned();
        state.with_sent(&mm.message_id, recipient, |to| to.via = Some(via));
    }
    let transfer = OpenTransfer {
        message_id: mm.message_id.clone(),
        domain: domain.to_owned(),
        inner: node.routing.neighbour_at(domain).is_some(),
        mm,
        recipients: recipients.to_vec(),
        sent: HashSet::new(),
        events: None,
    };
    state.transfers.insert(tid.to_owned(), transfer);
}

fn handed(state: &mut State, tid: &str, recipient: &str) {
    let Some(transfer) = state.transfers.get_mut(tid) else {
        return;
    };
    match &transfer.events {
        // A transfer that is just ending needs no news.
        Some(events) => drop(events.send(TransferEvent::Elsewhere(recipient.to_owned()))),
        None => {
            transfer.recipients.retain(|r| r != recipient);
            if transfer.recipients.is_empty() {
                state.transfers.remove(tid);
            }
        }
    }
}

/// Looks from time to time whether the other relays of the store are alive, and goes on for those that are not.
pub(crate) fn watch(node: &Arc<Node>) {
    if node.ledger.common().is_none() || node.has(Seed::StoreNoTakeover) {
        return;
    }
    let watching = node.clone();
    node.spawn(async move {
        let node = watching;
        let mut gone: Vec<String> = Vec::new();
        loop {
            timer::pause(Duration::from_millis(node.config.timers.takeover_ms)).await;
            let Some(common) = node.ledger.common() else {
                return;
            };
            for other in common.others() {
                match common.dead(other) {
                    Some(dead) if !gone.contains(other) => {
                        take_over(&node, other, dead);
                        gone.push(other.clone());
                    }
                    Some(_) => {}
                    None => gone.retain(|name| name != other),
                }
            }
        }
    });
}

/// Goes on with what a dead relay was responsible for.
fn take_over(node: &Arc<Node>, other: &str, dead: Dead) {
    node.log(|| format!("{other} is dead; {} takes over", node.config.name));
    let lines = {
        let _held = node.state();
        node.note(|| Entry::TakenOver {
            from: other.to_owned(),
        });
        node.ledger.all()
    };
    drop(dead);
    match lines {
        Ok(lines) => resume::take_over(node, &lines),
        Err(error) => node.log(|| format!("the ledger cannot be read: {error}")),
    }
}
