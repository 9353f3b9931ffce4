//! What became of an MM, told to the one who wants to know: the client that submitted it, or the MMSE it came from.

use std::collections::HashSet;
use std::sync::Arc;

use super::defects::Seed;
use super::ledger::Entry;
use super::model::{Mm, Origin, Status, canonical};
use super::node::Node;
use super::store::TransferEvent;
use super::timer::Time;
use super::{mm1, mm4};
use crate::wire::address::Address;

/// One recipient's outcome on this node. At most one final report per recipient reaches the originator (ENC 1.3 §6.6).
pub(crate) fn settled(node: &Arc<Node>, mm: &Arc<Mm>, recipient: &str, status: Status) {
    match &mm.origin {
        Origin::Here(originator) => {
            if mark_shown(node, mm, recipient, status) && wanted(node, mm) {
                push_delivery(node, mm, originator, recipient, status, Time::now().seconds());
            }
        }
        // It came back to the relay it was submitted at: its recipient moved there.
        Origin::Mm4 { .. } if is_submitted_here(node, mm) => {
            if mark_shown(node, mm, recipient, status) && wanted(node, mm) {
                push_delivery(
                    node,
                    mm,
                    &number(&mm.from),
                    recipient,
                    status,
                    Time::now().seconds(),
                );
            }
        }
        Origin::Mm4 { .. } if wanted(node, mm) || mm.reports.relay_delivery => {
            mm4::send_delivery_report(node, mm, recipient, status);
        }
        Origin::Mm4 { .. } => {}
    }
}

fn is_submitted_here(node: &Node, mm: &Mm) -> bool {
    node.state().sent.get(&mm.message_id).is_some()
}

/// The number in an address that has one.
fn number(address: &str) -> String {
    let parsed = Address::parse(address);
    parsed.number().unwrap_or_default().to_owned()
}

fn wanted(node: &Node, mm: &Mm) -> bool {
    mm.reports.delivery || node.has(Seed::DeliveryUnasked)
}

/// Whether this status is news about this recipient.
fn mark_shown(node: &Node, mm: &Mm, recipient: &str, status: Status) -> bool {
    let mut state = node.state();
    let Some(sent) = state.sent.get_mut(&mm.message_id) else {
        return false;
    };
    let entry = sent.recipients.entry(canonical(recipient)).or_default();
    let again = match &entry.via {
        None => node.has(Seed::AckDuplicateReport),
        Some(_) => node.has(Seed::ReportRepeatedShown),
    };
    let heard = node.has(Seed::DeliveryDeferredFinal) && !entry.shown.is_empty();
    if !again && (heard || entry.is_settled() || entry.shown.contains(&status)) {
        return false;
    }
    entry.shown.push(status);
    node.note(|| Entry::Shown {
        message_id: mm.message_id.clone(),
        recipient: canonical(recipient),
        status,
    });
    true
}

fn push_delivery(node: &Arc<Node>, mm: &Mm, originator: &str, recipient: &str, status: Status, date: i64) {
    let pdu = mm1::delivery_ind(node, mm, recipient, status, date);
    push(node, originator, pdu);
}

fn push(node: &Arc<Node>, number: &str, pdu: bytes::Bytes) {
    let (node, number) = (node.clone(), number.to_owned());
    node.clone().spawn(async move {
        node.push_to(&number, &pdu).await;
    });
}

/// A recipient's read report (ENC 1.3 §6.7.2).
pub(crate) fn read(node: &Arc<Node>, mm: &Arc<Mm>, reader: &str, status: &str, date: i64) {
    let reader = canonical(reader);
    match &mm.origin {
        Origin::Here(originator) => {
            let pdu = mm1::read_orig_ind(node, mm, &reader, status, date);
            push(node, originator, pdu);
        }
        Origin::Mm4 { .. } if is_submitted_here(node, mm) => {
            let pdu = mm1::read_orig_ind(node, mm, &reader, status, date);
            push(node, &number(&mm.from), pdu);
        }
        Origin::Mm4 { .. } if node.has(Seed::E2eReadReportLost) => {}
        Origin::Mm4 { .. } => mm4::send_read_report(node, mm, &reader, status, date),
    }
}

/// A read report about nothing, sent where it says (defect `mm1.read-rec.unknown-passed`).
pub(crate) fn read_of_unknown(
    node: &Arc<Node>,
    message_id: &str,
    to: &str,
    reader: &str,
    status: &str,
    date: i64,
) {
    let reader = Address::Plmn(reader.to_owned()).mm1();
    if let Address::Plmn(number) = Address::parse(to) {
        let pdu = mm1::read_orig_about(node, message_id, to, &reader, status, date);
        push(node, &number, pdu);
    }
}

/// A report that came over MM4.
pub(crate) struct Arrived<'a> {
    pub message_id: &'a str,
    /// Canonical address of the recipient it is about.
    pub recipient: String,
    /// Domains that the report names as its source; all must be of the MMSE that was asked.
    pub sources: &'a [String],
    /// A node of this MMSE passed it on.
    pub inside: bool,
    pub date: i64,
}

/// What was done with a report that came over MM4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receipt {
    Taken,
    /// No MM of that id was submitted here.
    UnknownMessage,
    /// The MM was not for that recipient, or the report comes from an MMSE that never had it.
    Denied,
}

/// A delivery report over MM4 (TS 23.140 §8.4.2). `for_originator`: X-Mms-Forward-To-Originator-UA does not say No.
pub(crate) fn delivery_arrived(
    node: &Arc<Node>,
    report: &Arrived,
    status: Status,
    for_originator: bool,
) -> Receipt {
    let (mm, recipient) = match find(node, report) {
        Ok(found) => found,
        Err(receipt) => return receipt,
    };
    if node.has(Seed::ReportBeforeResLost) && node.is_being_transferred(&mm.message_id) {
        return Receipt::Taken;
    }
    mm4::imply_delivery(node, &mm.message_id, &report.recipient);
    let shown = for_originator || node.has(Seed::ReportForwardNoShown);
    let news = shown && mark_shown(node, &mm, &report.recipient, status) && wanted(node, &mm);
    if let Origin::Here(originator) = &mm.origin
        && news
        && !node.has(Seed::E2eReportLost)
    {
        push_delivery(node, &mm, originator, &recipient, status, report.date);
    }
    Receipt::Taken
}

/// A read-reply report over MM4 (TS 23.140 §8.4.3).
pub(crate) fn read_arrived(node: &Arc<Node>, report: &Arrived, status: &str) -> Receipt {
    let (mm, reader) = match find(node, report) {
        Ok(found) => found,
        Err(receipt) => return receipt,
    };
    if !mm.reports.read {
        return Receipt::Denied;
    }
    mm4::imply_delivery(node, &mm.message_id, &report.recipient);
    let first = {
        let mut state = node.state();
        let entry = state
            .sent
            .get_mut(&mm.message_id)
            .and_then(|sent| sent.recipients.get_mut(&report.recipient));
        let first = entry.is_some_and(|entry| !std::mem::replace(&mut entry.read_shown, true));
        if first {
            node.note(|| Entry::ReadShown {
                message_id: mm.message_id.clone(),
                recipient: report.recipient.clone(),
            });
        }
        first
    };
    if first && let Origin::Here(originator) = &mm.origin {
        let pdu = mm1::read_orig_ind(node, &mm, &reader, status, report.date);
        push(node, originator, pdu);
    }
    Receipt::Taken
}

/// The submitted MM, if the report is about one of its recipients and comes from the MMSE that recipient is in.
fn find(node: &Node, report: &Arrived) -> Result<(Arc<Mm>, String), Receipt> {
    let state = node.state();
    let sent = state
        .sent
        .get(&report.message_id.to_owned())
        .ok_or(Receipt::UnknownMessage)?;
    let found = || Ok((sent.mm.clone(), report.recipient.clone()));
    if node.has(Seed::ReportFromAnybody) {
        return found();
    }
    let entry = sent.recipients.get(&report.recipient).ok_or(Receipt::Denied)?;
    let via = entry.via.as_deref().ok_or(Receipt::Denied)?;
    let inner = node.routing.neighbour_at(via).is_some();
    let genuine = |domain: &String| {
        node.routing.speaks_for(via, domain) || (inner && domain.eq_ignore_ascii_case(&node.config.domain))
    };
    // What comes through the edge was looked at there.
    let vetted = report.inside && node.routing.is_edge(via);
    if vetted || report.sources.iter().all(genuine) {
        found()
    } else {
        Err(Receipt::Denied)
    }
}

impl Node {
    /// Whether a transfer of this MM is open.
    fn is_being_transferred(&self, message_id: &str) -> bool {
        let state = self.state();
        state
            .transfers
            .values()
            .any(|transfer| transfer.message_id == message_id)
    }

    /// Transaction ids of the open transfers.
    pub(crate) fn open_transfers(&self) -> HashSet<String> {
        self.state().transfers.keys().cloned().collect()
    }

    /// Waits for the end of all transfers but these (defect `mm1.send-conf.after-transfers`).
    pub(crate) async fn transfers_ended(&self, but: &HashSet<String>) {
        let open: Vec<_> = {
            let state = self.state();
            let others = state.transfers.iter().filter(|(tid, _)| !but.contains(*tid));
            others
                .filter_map(|(_, transfer)| transfer.events.clone())
                .collect()
        };
        for events in open {
            events.closed().await;
        }
    }

    /// Tells every open transfer of this MM. One of another relay of the store is told through the ledger.
    pub(crate) fn tell_transfers(&self, message_id: &str, event: &TransferEvent) {
        let state = self.state();
        for (tid, transfer) in state.transfers.iter().filter(|(_, t)| t.message_id == message_id) {
            match (&transfer.events, event) {
                // A transfer that is just ending needs no news.
                (Some(events), _) => drop(events.send(event.clone())),
                (None, TransferEvent::Implied(recipient)) if transfer.recipients.contains(recipient) => {
                    self.note(|| Entry::Handed {
                        tid: tid.clone(),
                        recipient: recipient.clone(),
                    });
                }
                (None, _) => {}
            }
        }
    }
}

/// A report before there is an outcome (defects `cluster.inner-hop.own-report`, `mm4.report.of-each-failure`).
pub(crate) fn premature(node: &Arc<Node>, mm: &Arc<Mm>, recipient: &str, status: Status) {
    match &mm.origin {
        Origin::Here(originator) => {
            push_delivery(node, mm, originator, recipient, status, Time::now().seconds());
        }
        Origin::Mm4 { .. } => mm4::send_delivery_report(node, mm, recipient, status),
    }
}
