//! What became of an MM, told to the one who wants to know: the client that submitted it, or the MMSE it came from.

use std::collections::HashSet;
use std::sync::Arc;

use super::defects::Seed;
use super::ledger::Entry;
use super::model::{Mm, Origin, Status, canonical};
use super::node::Node;
use super::owed::{Owed, Telling};
use super::store::{State, TransferEvent};
use super::timer::Time;
use super::{mm1, mm4};
use crate::wire::address::Address;

/// One recipient's outcome on this node, and what was decided by it. At most one final report per recipient reaches the originator
/// (ENC 1.3 §6.6).
pub(crate) fn settled(
    node: &Arc<Node>,
    mm: &Mm,
    recipient: &str,
    status: Status,
    decided: impl IntoIterator<Item = Entry>,
) {
    let telling = {
        let mut state = node.state();
        let telling = outcome(node, &mut state, mm, recipient, status).because(decided);
        telling.note(node);
        telling
    };
    telling.begin(node);
}

/// Who has to be told of one recipient's outcome.
pub(crate) fn outcome(node: &Node, state: &mut State, mm: &Mm, recipient: &str, status: Status) -> Telling {
    match originator_here(state, mm) {
        Some(originator) => show(
            node,
            state,
            mm,
            &originator,
            recipient,
            status,
            Time::now().seconds(),
        ),
        None if wanted(node, mm) || mm.reports.relay_delivery => {
            mm4::delivery_report(node, mm, recipient, status).map_or_else(Telling::default, Telling::of)
        }
        None => Telling::default(),
    }
}

/// The number of the originator, if it submitted the MM at this relay.
fn originator_here(state: &State, mm: &Mm) -> Option<String> {
    match &mm.origin {
        Origin::Here(originator) => Some(originator.clone()),
        // It came back to the relay it was submitted at: its recipient moved there.
        Origin::Mm4 { .. } if state.sent.get(&mm.message_id).is_some() => Some(number(&mm.from)),
        Origin::Mm4 { .. } => None,
    }
}

/// The number in an address that has one.
fn number(address: &str) -> String {
    let parsed = Address::parse(address);
    parsed.number().unwrap_or_default().to_owned()
}

fn wanted(node: &Node, mm: &Mm) -> bool {
    mm.reports.delivery || node.has(Seed::DeliveryUnasked)
}

/// Shows the originator a status, if it is news and was asked for.
fn show(
    node: &Node,
    state: &mut State,
    mm: &Mm,
    originator: &str,
    recipient: &str,
    status: Status,
    date: i64,
) -> Telling {
    let Some(shown) = mark_shown(node, state, mm, recipient, status) else {
        return Telling::default();
    };
    let telling = if wanted(node, mm) {
        delivery_ind(node, mm, originator, recipient, status, date)
    } else {
        Telling::default()
    };
    telling.because([shown])
}

/// Marks this status as shown, if it is news about this recipient.
fn mark_shown(node: &Node, state: &mut State, mm: &Mm, recipient: &str, status: Status) -> Option<Entry> {
    let sent = state.sent.get_mut(&mm.message_id)?;
    let entry = sent.recipients.entry(canonical(recipient)).or_default();
    let again = match &entry.via {
        None => node.has(Seed::AckDuplicateReport),
        Some(_) => node.has(Seed::ReportRepeatedShown),
    };
    let heard = node.has(Seed::DeliveryDeferredFinal) && !entry.shown.is_empty();
    if !again && (heard || entry.is_settled() || entry.shown.contains(&status)) {
        return None;
    }
    entry.shown.push(status);
    Some(Entry::Shown {
        message_id: mm.message_id.clone(),
        recipient: canonical(recipient),
        status,
    })
}

fn delivery_ind(
    node: &Node,
    mm: &Mm,
    originator: &str,
    recipient: &str,
    status: Status,
    date: i64,
) -> Telling {
    let pdu = mm1::delivery_ind(node, mm, recipient, status, date);
    Telling::of(Owed::push(node, originator, &pdu))
}

/// Who has to be told of a recipient's read report (ENC 1.3 §6.7.2).
pub(crate) fn read(node: &Node, state: &State, mm: &Mm, reader: &str, status: &str, date: i64) -> Telling {
    let reader = canonical(reader);
    if let Some(originator) = originator_here(state, mm) {
        let pdu = mm1::read_orig_ind(node, mm, &reader, status, date);
        return Telling::of(Owed::push(node, &originator, &pdu));
    }
    if node.has(Seed::E2eReadReportLost) {
        return Telling::default();
    }
    mm4::read_report(node, mm, &reader, status, date).map_or_else(Telling::default, Telling::of)
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
        Telling::of(Owed::push(node, &number, &pdu)).go(node);
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
    let Origin::Here(originator) = &mm.origin else {
        return Receipt::Taken;
    };
    if node.has(Seed::E2eReportLost) || !(for_originator || node.has(Seed::ReportForwardNoShown)) {
        return Receipt::Taken;
    }
    let telling = {
        let mut state = node.state();
        let telling = show(node, &mut state, &mm, originator, &recipient, status, report.date);
        telling.note(node);
        telling
    };
    telling.begin(node);
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
    let Origin::Here(originator) = &mm.origin else {
        return Receipt::Taken;
    };
    let telling = {
        let mut state = node.state();
        let entry = state
            .sent
            .get_mut(&mm.message_id)
            .and_then(|sent| sent.recipients.get_mut(&report.recipient));
        if entry.is_none_or(|entry| std::mem::replace(&mut entry.read_shown, true)) {
            return Receipt::Taken;
        }
        let pdu = mm1::read_orig_ind(node, &mm, &reader, status, report.date);
        let shown = Entry::ReadShown {
            message_id: mm.message_id.clone(),
            recipient: report.recipient.clone(),
        };
        let telling = Telling::of(Owed::push(node, originator, &pdu)).because([shown]);
        telling.note(node);
        telling
    };
    telling.begin(node);
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
pub(crate) fn premature(node: &Arc<Node>, mm: &Mm, recipient: &str, status: Status) {
    let telling = match &mm.origin {
        Origin::Here(originator) => {
            delivery_ind(node, mm, originator, recipient, status, Time::now().seconds())
        }
        Origin::Mm4 { .. } => {
            mm4::delivery_report(node, mm, recipient, status).map_or_else(Telling::default, Telling::of)
        }
    };
    telling.go(node);
}
