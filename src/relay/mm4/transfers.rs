//! The MM4 transfers of this relay: how one begins, and what a RES means for one that others attend to.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::answers::Answer;
use super::outbound::Transfer;
use super::spoken;
use crate::relay::defects::Seed;
use crate::relay::intake;
use crate::relay::ledger::Entry;
use crate::relay::model::Mm;
use crate::relay::node::Node;
use crate::relay::reports;
use crate::relay::routing::Hop;
use crate::relay::store::OpenTransfer;

/// Starts the transfer of an MM to the recipients behind one hop.
pub(crate) fn forward(node: &Arc<Node>, mm: &Arc<Mm>, hop: Hop, recipients: Vec<String>) {
    if node.accent.queue.transaction_each && !hop.inner {
        for recipient in recipients {
            let tid = spoken::transaction_for(node, &recipient);
            queue(node, mm, hop.clone(), tid, vec![recipient]);
        }
        return;
    }
    let tid = if node.has(Seed::ForwardFixedTid) {
        "1".to_owned()
    } else {
        node.ids.transaction()
    };
    queue(node, mm, hop, tid, recipients);
}

fn queue(node: &Arc<Node>, mm: &Arc<Mm>, hop: Hop, tid: String, recipients: Vec<String>) {
    node.note(|| Entry::Queued {
        record: mm.record.clone(),
        tid: tid.clone(),
        domain: hop.domain.clone(),
        recipients: recipients.clone(),
    });
    start(node, mm, hop, tid, recipients);
}

/// Goes on with a transfer of an earlier life, under its transaction id.
pub(crate) fn resume(node: &Arc<Node>, mm: &Arc<Mm>, tid: &str, domain: &str, pending: Vec<String>) {
    let tid = if node.has(Seed::StoreTransferRenumbered) {
        node.ids.transaction()
    } else {
        tid.to_owned()
    };
    match node.routing.system(domain) {
        Some(hop) => start(node, mm, hop, tid, pending),
        // The way of that time is closed; the tables of today decide.
        None => intake::when_due(node, mm, &pending),
    }
}

/// Starts a transfer that stands in the ledger.
pub(crate) fn start(node: &Arc<Node>, mm: &Arc<Mm>, hop: Hop, tid: String, recipients: Vec<String>) {
    let (sender, events) = mpsc::unbounded_channel();
    let open = OpenTransfer {
        message_id: mm.message_id.clone(),
        domain: hop.domain.clone(),
        inner: hop.inner,
        mm: mm.clone(),
        recipients: recipients.clone(),
        sent: HashSet::new(),
        events: Some(sender),
    };
    let mut state = node.state();
    let before: Vec<_> = state
        .transfers
        .values()
        .filter(|other| node.has(Seed::ForwardOneAtATime) && other.domain == hop.domain)
        .filter_map(|other| other.events.clone())
        .collect();
    state.transfers.insert(tid.clone(), open);
    for recipient in &recipients {
        // Whose recipient this is may have been unknown until now.
        let via = hop.domain.clone();
        state.with_sent(&mm.message_id, recipient, |to| to.via = Some(via));
    }
    drop(state);
    let transfer = Transfer::new(node, mm, hop, tid, recipients, events);
    node.spawn(async move {
        for other in before {
            other.closed().await;
        }
        transfer.run().await;
    });
}

/// A RES that completes a transfer of this relay is written down before it is taken: a relay that is killed then does not send the
/// request again.
pub(super) fn answered_here(
    node: &Node,
    tid: &str,
    open: &OpenTransfer,
    request_status: &str,
    named: &[String],
) {
    let done = matches!(Answer::of(node, request_status), Answer::Ok) && !node.has(Seed::RetryAfterOk);
    let about = |recipient: &&String| named.is_empty() || named.contains(recipient);
    for recipient in open.sent.iter().filter(about).filter(|_| done) {
        node.note(|| Entry::Handed {
            tid: tid.to_owned(),
            recipient: recipient.clone(),
        });
    }
}

/// A RES for a transfer that another relay of the store attends to: what follows from it is done here, and written down for the
/// other one.
pub(super) fn answered_elsewhere(
    node: &Arc<Node>,
    tid: &str,
    open: &OpenTransfer,
    request_status: &str,
    named: &[String],
) {
    let about = open.recipients.iter();
    for recipient in about.filter(|r| named.is_empty() || named.contains(r)) {
        let handed = Entry::Handed {
            tid: tid.to_owned(),
            recipient: recipient.clone(),
        };
        match Answer::of(node, request_status) {
            Answer::Later => {}
            Answer::Ok => node.note(|| handed),
            Answer::Refused(status) => reports::settled(node, &open.mm, recipient, status, [handed]),
        }
    }
}
