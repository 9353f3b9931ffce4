//! A relay that starts again goes on where it was: what its ledger holds becomes deliveries and transfers again.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;

use super::ledger::{self, Entry};
use super::model::Mm;
use super::node::Node;
use super::store::Delivery;
use super::{delivery, intake, mm1, mm4};

/// Takes up the events of an earlier life.
pub(crate) fn resume(node: &Arc<Node>, entries: Vec<Entry>) {
    if entries.is_empty() {
        return;
    }
    let mut past = Past::default();
    for entry in &entries {
        past.take(node, entry);
    }
    let live = past.live();
    node.log(|| format!("{} of {} MMs go on", live.len(), past.mms.len()));
    if let Err(error) = node.ledger.rewrite(&ledger::kept(entries, &live)) {
        node.log(|| format!("the ledger stays as long as it was: {error}"));
    }
    past.go_on(node, &live);
}

/// The state that the events lead to.
#[derive(Default)]
struct Past {
    /// By record: the MM and those of its recipients for whom nothing was begun yet.
    mms: HashMap<String, (Arc<Mm>, Vec<String>)>,
    /// By token.
    deliveries: HashMap<String, PastDelivery>,
    /// By transaction id.
    transfers: HashMap<String, PastTransfer>,
}

struct PastDelivery {
    record: String,
    delivery: Delivery,
    notification: Bytes,
    notified: bool,
}

struct PastTransfer {
    record: String,
    domain: String,
    pending: Vec<String>,
}

impl Past {
    fn take(&mut self, node: &Arc<Node>, entry: &Entry) {
        match entry {
            Entry::Submitted { record, .. } => {
                if let Some(found) = mm1::recall(node, entry) {
                    self.mms.insert(record.clone(), found);
                }
            }
            Entry::Received { record, .. } => {
                if let Some(found) = mm4::recall(node, entry) {
                    self.mms.insert(record.clone(), found);
                }
            }
            Entry::Kept {
                record,
                token,
                tid,
                number,
                notification,
            } => self.keep(record, token, tid, number, notification),
            Entry::Queued {
                record,
                tid,
                domain,
                recipients,
            } => {
                self.begun(record, recipients);
                let transfer = PastTransfer {
                    record: record.clone(),
                    domain: domain.clone(),
                    pending: recipients.clone(),
                };
                self.transfers.insert(tid.clone(), transfer);
            }
            Entry::Handed { tid, recipient } => {
                if let Some(transfer) = self.transfers.get_mut(tid) {
                    transfer.pending.retain(|r| r != recipient);
                }
            }
            Entry::Unroutable { record, recipient } => self.begun(record, std::slice::from_ref(recipient)),
            Entry::Notified { token } => self.change(token, |d| d.notified = true),
            Entry::Fetched { token } => self.change(token, |d| d.delivery.fetched = true),
            Entry::ReadReported { token } => self.change(token, |d| d.delivery.read_reported = true),
            Entry::Answered {
                token,
                report_allowed,
            } => self.change(token, |d| {
                d.delivery.answered = true;
                d.delivery.report_allowed = *report_allowed;
            }),
            Entry::Over { token, status } => self.change(token, |d| d.delivery.outcome = Some(*status)),
            Entry::Shown {
                message_id,
                recipient,
                status,
            } => node.with_sent(message_id, recipient, |to| to.shown.push(*status)),
            Entry::ReadShown {
                message_id,
                recipient,
            } => node.with_sent(message_id, recipient, |to| to.read_shown = true),
        }
    }

    fn change(&mut self, token: &str, change: impl FnOnce(&mut PastDelivery)) {
        if let Some(delivery) = self.deliveries.get_mut(token) {
            change(delivery);
        }
    }

    fn begun(&mut self, record: &str, recipients: &[String]) {
        if let Some((_, left)) = self.mms.get_mut(record) {
            left.retain(|r| !recipients.contains(r));
        }
    }

    fn keep(&mut self, record: &str, token: &str, tid: &str, number: &str, notification: &[u8]) {
        let address = super::model::canonical(number);
        self.begun(record, &[address]);
        let Some((mm, _)) = self.mms.get(record) else {
            return;
        };
        let kept = PastDelivery {
            record: record.to_owned(),
            delivery: Delivery::new(mm.clone(), number.to_owned(), tid.to_owned()),
            notification: Bytes::copy_from_slice(notification),
            notified: false,
        };
        self.deliveries.insert(token.to_owned(), kept);
    }

    /// Records with something left to do, or young enough for reports to come.
    fn live(&self) -> HashSet<String> {
        let open_deliveries = self.deliveries.values().filter(|d| d.delivery.outcome.is_none());
        let open_transfers = self.transfers.values().filter(|t| !t.pending.is_empty());
        let young = self
            .mms
            .iter()
            .filter(|(_, (mm, left))| !left.is_empty() || !mm.deadline.is_past())
            .map(|(record, _)| record);
        open_deliveries
            .map(|d| &d.record)
            .chain(open_transfers.map(|t| &t.record))
            .chain(young)
            .cloned()
            .collect()
    }

    fn go_on(self, node: &Arc<Node>, live: &HashSet<String>) {
        for (token, past) in self.deliveries {
            if live.contains(&past.record) {
                delivery::resume(node, token, past.delivery, past.notification, past.notified);
            }
        }
        for (tid, past) in self.transfers {
            if let Some((mm, _)) = self.mms.get(&past.record)
                && !past.pending.is_empty()
            {
                mm4::resume(node, mm, &tid, &past.domain, past.pending);
            }
        }
        for (mm, left) in self.mms.into_values() {
            if !left.is_empty() {
                intake::when_due(node, &mm, &left);
            }
        }
    }
}
