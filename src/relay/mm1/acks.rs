//! What clients tell the relay after a notification: M-NotifyResp.ind, M-Acknowledge.ind, M-Read-Rec.ind.

use std::sync::Arc;

use hyper::StatusCode;

use super::http::Answer;
use crate::relay::defects::Seed;
use crate::relay::ledger::Entry;
use crate::relay::model::Status;
use crate::relay::node::Node;
use crate::relay::owed::Telling;
use crate::relay::timer::Time;
use crate::relay::{delivery, reports};
use crate::wire::{Pdu, Value};

/// M-NotifyResp.ind (ENC 1.3 §6.2, table 33).
pub(super) fn notify_resp(node: &Arc<Node>, client: Option<&str>, pdu: &Pdu) -> Answer {
    let (Some(tid), Some(status)) = (pdu.text("X-Mms-Transaction-ID"), pdu.text("X-Mms-Status")) else {
        return Answer::Refused(
            StatusCode::BAD_REQUEST,
            "M-NotifyResp.ind without transaction id or status\n",
        );
    };
    let Some(token) = answered(node, client, &tid, pdu) else {
        return Answer::Taken;
    };
    match Verdict::of(node, &status) {
        Verdict::Retrieved => retrieved(node, &token, node.has(Seed::AckUnfetchedRetrieved)),
        Verdict::RetrievedAnyway => retrieved(node, &token, true),
        Verdict::Rejected => {
            let as_status = if node.has(Seed::DeliveryRejectedAsRetrieved) {
                Status::Retrieved
            } else {
                Status::Rejected
            };
            delivery::finish(node, &token, as_status);
        }
        Verdict::Kept => {}
    }
    Answer::Taken
}

/// What a status of M-NotifyResp.ind means for the MM.
enum Verdict {
    Retrieved,
    /// Retrieved whether fetched or not.
    RetrievedAnyway,
    Rejected,
    /// Deferred, or not understood: the MM stays until it is fetched or expires.
    Kept,
}

impl Verdict {
    fn of(node: &Node, status: &str) -> Verdict {
        match status {
            "Retrieved" => Verdict::Retrieved,
            "Deferred" if node.has(Seed::AckDeferredIsRetrieved) => Verdict::RetrievedAnyway,
            // Table 33: the relay treats the statuses that make no sense here as Rejected.
            "Rejected" | "Expired" | "Indeterminate" | "Forwarded" | "Unreachable" => Verdict::Rejected,
            _ => Verdict::Kept,
        }
    }
}

/// Marks this client's notification as answered; the delivery's token if it was this client's.
fn answered(node: &Node, client: Option<&str>, tid: &str, pdu: &Pdu) -> Option<String> {
    let old = matches!(
        pdu.value("X-Mms-MMS-Version"),
        Some(Value::Version { minor: 0..2, .. })
    );
    if old && node.has(Seed::VersionOldAnswersIgnored) {
        return None;
    }
    let mut state = node.state();
    let number = match client {
        _ if node.has(Seed::AckAnybody) => state.number_of_tid(tid)?,
        other => other?.to_owned(),
    };
    let (token, delivery) = state.delivery_by_tid(&number, tid)?;
    if delivery.elsewhere && node.has(Seed::StoreAcknowledgeOwn) {
        return None;
    }
    delivery.answered = true;
    let forbidden = pdu
        .text("X-Mms-Report-Allowed")
        .map_or(node.has(Seed::AckReportForbiddenByDefault), |allowed| {
            allowed.eq_ignore_ascii_case("No")
        });
    if forbidden && delivery.outcome.is_none() && !node.has(Seed::AckReportAllowedIgnored) {
        delivery.report_allowed = false;
    }
    let report_allowed = delivery.report_allowed;
    node.note(|| Entry::Answered {
        token: token.clone(),
        report_allowed,
    });
    Some(token)
}

fn retrieved(node: &Arc<Node>, token: &str, anyway: bool) {
    let fetched = node.state().deliveries.get(token).is_some_and(|d| d.fetched);
    if fetched || anyway {
        delivery::finish(node, token, Status::Retrieved);
    }
}

/// M-Acknowledge.ind (ENC 1.3 §6.4).
pub(super) fn acknowledge(node: &Arc<Node>, client: Option<&str>, pdu: &Pdu) -> Answer {
    let Some(tid) = pdu.text("X-Mms-Transaction-ID") else {
        return Answer::Refused(
            StatusCode::BAD_REQUEST,
            "M-Acknowledge.ind without transaction id\n",
        );
    };
    if node.has(Seed::AckAcknowledgeIgnored) {
        return Answer::Taken;
    }
    if let Some(token) = answered(node, client, &tid, pdu) {
        retrieved(node, &token, false);
    } else if let Some(token) = client.and_then(|client| node.state().waiting_for(client))
        && node.has(Seed::AckUnknownEndsWaiting)
    {
        retrieved(node, &token, true);
    }
    Answer::Taken
}

/// M-Read-Rec.ind (ENC 1.3 §6.7.2).
pub(super) fn read_rec(node: &Arc<Node>, client: Option<&str>, pdu: &Pdu) -> Answer {
    let (Some(id), Some(status)) = (pdu.text("Message-ID"), pdu.text("X-Mms-Read-Status")) else {
        return Answer::Refused(
            StatusCode::BAD_REQUEST,
            "M-Read-Rec.ind without Message-ID or status\n",
        );
    };
    let date = match pdu.value("Date") {
        Some(Value::Date(date)) => *date,
        _ => Time::now().seconds(),
    };
    if let Some(telling) = client.and_then(|client| read_mm(node, client, &id, &status, date)) {
        telling.begin(node);
    } else if let (Some(client), true) = (client, node.has(Seed::ReadRecUnknownPassed)) {
        let to = pdu.text("To").unwrap_or_default();
        reports::read_of_unknown(node, &id, &to, client, &status, date);
    } else {
        node.log(|| {
            format!(
                "MM1: read report about {id} by {} is dropped",
                client.unwrap_or("nobody")
            )
        });
    }
    Answer::Taken
}

/// Whom a read report is passed on to, if this client fetched the MM, its originator wants one, and there was none yet.
fn read_mm(node: &Node, client: &str, message_id: &str, status: &str, date: i64) -> Option<Telling> {
    let mut state = node.state();
    if node.has(Seed::ReadRecAnybody) && state.delivery_by_message(client, message_id).is_none() {
        let mm = state.any_delivery_of(message_id)?.mm.clone();
        return Some(reports::read(node, &state, &mm, client, status, date));
    }
    let (token, delivery) = state.delivery_by_message(client, message_id)?;
    let due = delivery.fetched && delivery.mm.reports.read && !delivery.read_reported;
    delivery.read_reported |= due;
    let (mm, reader) = (delivery.mm.clone(), delivery.recipient.clone());
    if !due {
        return None;
    }
    let telling =
        reports::read(node, &state, &mm, &reader, status, date).because([Entry::ReadReported { token }]);
    telling.note(node);
    Some(telling)
}
