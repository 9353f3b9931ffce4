//! A relay that starts again goes on where it was: what its ledger holds becomes deliveries and transfers again.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;

use super::defects::Seed;
use super::ledger::{self, Entry, Line};
use super::model::{Mm, Status};
use super::node::Node;
use super::owed::{self, Owed, What};
use super::store::{Delivery, OpenTransfer, State};
use super::{delivery, intake, mm1, mm4};

/// Takes up the events of an earlier life. What other relays of a common store attend to is learned, and left to them.
pub(crate) fn resume(node: &Arc<Node>, lines: Vec<Line>) {
    if lines.is_empty() {
        return;
    }
    let mut past = Past::of(node, &lines);
    let live = past.live();
    node.log(|| {
        let (mms, owed) = (past.mms.len(), past.owed.len());
        format!(
            "{} of {mms} MMs go on, {owed} answers and reports are owed",
            live.len()
        )
    });
    let kept = live.iter().chain(past.owed.keys()).cloned().collect();
    if let Err(error) = node.ledger.rewrite(&ledger::kept(lines, &kept)) {
        node.log(|| format!("the ledger stays as long as it was: {error}"));
    }
    past.learn(node);
    if node.has(Seed::StoreNotifiedAgain) {
        past.notify_again(node);
    }
    past.owed.retain(|_, owed| is_own(node, &owed.by));
    let own: HashSet<String> = live
        .into_iter()
        .filter(|record| past.is_of(record, node))
        .collect();
    past.go_on(node, &own);
}

/// Goes on with what the last line of the ledger takes over from a dead relay.
pub(crate) fn take_over(node: &Arc<Node>, lines: &[Line]) {
    let mut past = Past::of(node, lines);
    let taken = past.live().intersection(&past.taken).cloned().collect();
    if node.has(Seed::StoreTakeoverTwice) {
        past.notify_again(node);
    }
    past.owed.retain(|_, owed| owed.taken);
    past.go_on(node, &taken);
}

fn is_own(node: &Node, writer: &str) -> bool {
    writer.is_empty() || writer == node.config.name
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
    /// By record: the relay that goes on with it.
    owners: HashMap<String, String>,
    /// Records that were taken over last.
    taken: HashSet<String>,
    /// By id: what is still owed.
    owed: HashMap<String, PastOwed>,
    /// How much was owed in all.
    written: usize,
}

struct PastOwed {
    owed: Owed,
    /// The relay that goes on with it.
    by: String,
    taken: bool,
    /// Its place in the order in which all were written.
    at: usize,
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
    fn of(node: &Node, lines: &[Line]) -> Past {
        let mut past = Past::default();
        let mut state = node.state();
        for line in lines {
            past.take(node, &mut state, line);
        }
        past
    }

    fn take(&mut self, node: &Node, state: &mut State, line: &Line) {
        let entry = &line.entry;
        match entry {
            Entry::Submitted { record, .. } | Entry::Received { record, .. } => {
                let found = match entry {
                    Entry::Submitted { .. } => mm1::recall(node, state, entry),
                    _ => mm4::recall(node, state, entry),
                };
                if let Some(found) = found {
                    self.mms.insert(record.clone(), found);
                    self.owners.insert(record.clone(), line.by.clone());
                }
            }
            Entry::TakenOver { from } => {
                let records = self.owners.iter_mut().filter(|(_, owner)| *owner == from);
                self.taken = records
                    .map(|(record, owner)| {
                        owner.clone_from(&line.by);
                        record.clone()
                    })
                    .collect();
                for owed in self.owed.values_mut() {
                    owed.taken = owed.by == *from;
                    if owed.taken {
                        owed.by.clone_from(&line.by);
                    }
                }
            }
            Entry::Owed(owed) => self.owe(node, owed, &line.by),
            Entry::Told { id } => drop(self.owed.remove(id)),
            Entry::Moved { token, tid, domain } => self.moved(token, tid, domain),
            Entry::Kept {
                record,
                token,
                tid,
                number,
                notification,
            } => {
                let one_is_enough = node.has(Seed::StoreOneRecipient);
                if !(one_is_enough && self.deliveries.values().any(|d| d.record == *record)) {
                    self.keep(record, token, tid, number, notification);
                } else {
                    self.begun(record, &[super::model::canonical(number)]);
                }
            }
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
            Entry::Handed { .. } if node.has(Seed::StoreHandedForgotten) => {}
            Entry::Handed { tid, recipient } => {
                if let Some(transfer) = self.transfers.get_mut(tid) {
                    transfer.pending.retain(|r| r != recipient);
                }
            }
            Entry::Unroutable { record, recipient } => self.begun(record, std::slice::from_ref(recipient)),
            Entry::Notified { token } => self.change(token, |d| d.notified = true),
            Entry::Fetched { .. } if node.has(Seed::StoreFetchedForgotten) => {}
            Entry::Fetched { token } => self.change(token, |d| d.delivery.fetched = true),
            Entry::ReadReported { token } => self.change(token, |d| d.delivery.read_reported = true),
            Entry::Answered {
                token,
                report_allowed,
            } => self.change(token, |d| {
                d.delivery.answered = true;
                d.delivery.report_allowed = *report_allowed;
            }),
            Entry::Over { .. } if node.has(Seed::StoreOverForgotten) => {}
            Entry::Over { token, status } => self.change(token, |d| d.delivery.outcome = Some(*status)),
            Entry::Shown { .. } if node.has(Seed::StoreShownForgotten) => {}
            Entry::Shown {
                message_id,
                recipient,
                status,
            } => state.with_sent(message_id, recipient, |to| to.shown.push(*status)),
            Entry::ReadShown {
                message_id,
                recipient,
            } => state.with_sent(message_id, recipient, |to| to.read_shown = true),
        }
    }

    fn owe(&mut self, node: &Node, owed: &Owed, by: &str) {
        let forgotten = match &owed.what {
            What::Mail(mail) if mail.answer => Seed::StoreResForgotten,
            What::Mail(_) => Seed::StoreReportForgotten,
            What::Push { .. } => Seed::StorePushForgotten,
        };
        if node.has(forgotten) {
            return;
        }
        self.written += 1;
        let past = PastOwed {
            owed: owed.clone(),
            by: by.to_owned(),
            taken: false,
            at: self.written,
        };
        self.owed.insert(owed.id.clone(), past);
    }

    fn change(&mut self, token: &str, change: impl FnOnce(&mut PastDelivery)) {
        if let Some(delivery) = self.deliveries.get_mut(token) {
            change(delivery);
        }
    }

    fn moved(&mut self, token: &str, tid: &str, domain: &str) {
        let Some(past) = self.deliveries.get_mut(token) else {
            return;
        };
        past.delivery.outcome = Some(Status::Forwarded);
        let transfer = PastTransfer {
            record: past.record.clone(),
            domain: domain.to_owned(),
            pending: vec![super::model::canonical(&past.delivery.recipient)],
        };
        self.transfers.insert(tid.to_owned(), transfer);
    }

    /// Whether this relay goes on with a record.
    fn is_of(&self, record: &str, node: &Node) -> bool {
        self.owners.get(record).is_some_and(|owner| is_own(node, owner))
    }

    /// Remembers what others attend to.
    fn learn(&self, node: &Node) {
        let mut state = node.state();
        for (record, (mm, _)) in &self.mms {
            if !self.is_of(record, node) {
                state.others.insert(record.clone(), mm.clone());
            }
        }
        for (token, past) in &self.deliveries {
            if !self.is_of(&past.record, node) {
                let mut delivery = past.delivery.again();
                delivery.elsewhere = true;
                state.add_delivery(token.clone(), delivery);
            }
        }
        for (tid, past) in &self.transfers {
            if !self.is_of(&past.record, node)
                && let Some((mm, _)) = self.mms.get(&past.record)
            {
                let open = OpenTransfer {
                    message_id: mm.message_id.clone(),
                    domain: past.domain.clone(),
                    inner: node.routing.neighbour_at(&past.domain).is_some(),
                    mm: mm.clone(),
                    recipients: past.pending.clone(),
                    sent: HashSet::new(),
                    events: None,
                };
                state.transfers.insert(tid.clone(), open);
            }
        }
    }

    /// Notifies once more, as if for the first time (defect `cluster.store.notified-again`).
    fn notify_again(&mut self, node: &Node) {
        for (token, past) in &mut self.deliveries {
            past.notified = false;
            past.delivery.tid = node.ids.transaction();
            past.notification = mm1::notification_ind(node, &past.delivery.mm, &past.delivery.tid, token);
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
                // Who answered, or fetched the MM, was notified, whether or not it could be written down.
                let notified = past.notified || past.delivery.answered || past.delivery.fetched;
                delivery::resume(node, token, past.delivery, past.notification, notified);
            }
        }
        for (tid, past) in self.transfers {
            if let Some((mm, _)) = self.mms.get(&past.record)
                && !past.pending.is_empty()
                && live.contains(&past.record)
            {
                mm4::resume(node, mm, &tid, &past.domain, past.pending);
            }
        }
        for (record, (mm, left)) in self.mms {
            let forgotten = mm.not_before.is_some() && node.has(Seed::StoreDueForgotten);
            if !left.is_empty() && live.contains(&record) && !forgotten {
                intake::when_due(node, &mm, &left);
            }
        }
        let mut owed: Vec<PastOwed> = self.owed.into_values().collect();
        owed.sort_unstable_by_key(|owed| owed.at);
        for past in owed {
            owed::begin(node, past.owed);
        }
    }
}
