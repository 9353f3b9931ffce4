//! Delivery and read-reply reports on MM4 (TS 23.140 §8.4.2, §8.4.3), both ways.

use std::sync::Arc;

use super::answers::{self, ReplyTo, status};
use super::fields::mailbox;
use super::inbound::check_version;
use super::post;
use super::requests::{self, Identity};
use super::server::Envelope;
use crate::relay::defects::Seed;
use crate::relay::ids::{bare, node_of};
use crate::relay::model::{Mm, Origin, Status, canonical, says_yes};
use crate::relay::node::Node;
use crate::relay::owed::Owed;
use crate::relay::reports::{self, Arrived, Receipt};
use crate::relay::routing::{Destination, Hop};
use crate::relay::store::TransferEvent;
use crate::relay::timer::Time;
use crate::wire::address::{self, Address};
use crate::wire::{Pdu, PduType, Value};

/// MM4_delivery_report.REQ about one recipient, owed to where the MM came from. None: there is no way there.
pub(crate) fn delivery_report(node: &Node, mm: &Mm, recipient: &str, status: Status) -> Option<Owed> {
    let passed_over = node.has(Seed::ReportFirstRecipientOnly) && !is_first_recipient(mm, recipient);
    if passed_over || node.has(Seed::ReportNotSent) {
        return None;
    }
    let mut report = Outgoing::new(node, mm, PduType::Mm4DeliveryReportReq, recipient)?;
    report.pdu.push("Date", Value::Date(Time::now().seconds()));
    let for_client = mm.reports.delivery || node.has(Seed::ReportForClientUnasked);
    let show = if for_client { "Yes" } else { "No" };
    report
        .pdu
        .push("X-Mms-Forward-To-Originator-UA", Value::token(show));
    let name = if node.has(Seed::ReportXMmsStatus) {
        "X-Mms-Status"
    } else {
        "X-Mms-MM-Status-Code"
    };
    let code = match status {
        Status::Retrieved if node.has(Seed::ReportStatusOfSms) => "Delivered",
        other => other.name(),
    };
    report.pdu.push(name, Value::token(code));
    if status == Status::Rejected {
        let extension = Value::token(if node.has(Seed::ReportRejectedByOthers) {
            "Rejection-By-Other-RS"
        } else {
            "Rejection-By-MMS-Recipient"
        });
        report.pdu.push("X-Mms-MM-Status-Extension", extension);
    }
    Some(report.owed(node))
}

fn is_first_recipient(mm: &Mm, recipient: &str) -> bool {
    let mut to = mm.fields.iter().filter(|f| f.name.eq_ignore_ascii_case("To"));
    to.next()
        .is_some_and(|first| canonical(&first.value.text()) == canonical(recipient))
}

/// MM4_read_reply_report.REQ, owed to where the MM came from. None: there is no way there.
pub(crate) fn read_report(node: &Node, mm: &Mm, reader: &str, status: &str, date: i64) -> Option<Owed> {
    let mut report = Outgoing::new(node, mm, PduType::Mm4ReadReplyReportReq, reader)?;
    report.pdu.push("Date", Value::Date(date));
    if !node.has(Seed::ReadReplyNoStatus) {
        report.pdu.push("X-Mms-Read-Status", Value::token(status));
    }
    Some(report.owed(node))
}

/// A report on its way to the originator's MMSE.
struct Outgoing {
    pdu: Pdu,
    hop: Hop,
    originator: String,
}

impl Outgoing {
    fn new(node: &Node, mm: &Mm, kind: PduType, recipient: &str) -> Option<Outgoing> {
        let Some(hop) = way_back(node, mm) else {
            node.log(|| format!("MM4: no way for a report to {}", mm.from));
            return None;
        };
        let system = Identity::beyond(node, &hop).system;
        let originator = mailbox(&mm.from, &hop.domain);
        let mut from = mailbox(recipient, &node.config.domain);
        let mut to = match &mm.origin {
            _ if hop.inner && !hop.edge => mailbox(&mm.from, &node.config.domain),
            Origin::Mm4 { sender: Some(sender) } if canonical(sender) == mm.from => sender.clone(),
            _ if hop.edge => mm.from.clone(),
            _ => originator.clone(),
        };
        let delivery = kind == PduType::Mm4DeliveryReportReq;
        if delivery && node.has(Seed::ReportFromToSwapped) {
            std::mem::swap(&mut from, &mut to);
        }
        let id = if delivery && node.has(Seed::ReportWrongMessageId) {
            node.ids.message()
        } else {
            mm.message_id.clone()
        };
        let pdu = requests::pdu(node, kind, &node.ids.transaction())
            .with("X-Mms-Message-ID", requests::quoted(&id))
            .with("From", Value::Address(from))
            .with("To", Value::Address(to))
            .with("Sender", Value::Address(system))
            .with("X-Mms-Ack-Request", Value::token("No"));
        Some(Outgoing { pdu, hop, originator })
    }

    fn owed(self, node: &Node) -> Owed {
        node.log(|| format!("MM4: {} to {}", self.pdu.kind, self.originator));
        let from = Identity::towards(node, &self.hop).system;
        post::mail(node, self.hop, from, self.originator, &self.pdu)
    }
}

/// The Relay/Server of the originator: by its address, else by the Sender of the MM.
fn way_back(node: &Node, mm: &Mm) -> Option<Hop> {
    match node.routing.destination(&Address::parse(&mm.from)) {
        Destination::Over(hop) => return Some(hop),
        // Wherever its originator lives now, the relay that took the MM waits for reports.
        Destination::Look(_) => {
            return node_of(&mm.message_id)
                .and_then(|tag| node.routing.neighbour(tag))
                .cloned();
        }
        _ => {}
    }
    let Origin::Mm4 { sender: Some(sender) } = &mm.origin else {
        return None;
    };
    node.routing.system(&address::domain(sender)?)
}

/// A report about this recipient shows that its MMSE has the MM, whether or not the RES came.
pub(crate) fn imply_delivery(node: &Node, message_id: &str, recipient: &str) {
    node.tell_transfers(message_id, &TransferEvent::Implied(recipient.to_owned()));
}

/// Takes a report that arrived; false if it is refused by SMTP.
pub(super) fn arrived(node: &Arc<Node>, envelope: &Envelope, pdu: &Pdu) -> bool {
    let text = |name: &str| pdu.text(name).unwrap_or_default();
    let message_id = text("X-Mms-Message-ID");
    let message_id = bare(&message_id);
    if let Some(hop) = holder(node, message_id) {
        if !plausible(node, envelope, pdu) {
            return refuse(node, envelope, pdu);
        }
        post::pass_inside(node, envelope, &hop, pdu);
        return true;
    }
    let tid = text("X-Mms-Transaction-ID");
    let wanted = says_yes(pdu, "X-Mms-Ack-Request") || node.has(Seed::ReportResUnasked);
    let asked = wanted && !bare(&tid).is_empty() && !node.has(Seed::ReportNoRes);
    let reply_to = ReplyTo::of(node, envelope, pdu).filter(|_| asked);
    let outcome = check_version(node, pdu).and_then(|()| receive(node, envelope, pdu, message_id));
    let request_status = match outcome {
        Ok(Receipt::Taken) => status::OK,
        Ok(Receipt::UnknownMessage) if node.has(Seed::ReportUnknownOk) => status::OK,
        Ok(Receipt::UnknownMessage) => status::NOT_FOUND,
        Ok(Receipt::Denied) => status::SERVICE_DENIED,
        Err(refusal) => refusal,
    };
    node.log(|| format!("MM4: report about {message_id}: {request_status}"));
    match &reply_to {
        Some(to) => {
            answers::send(node, to, pdu, request_status, &[]);
            true
        }
        None => outcome.is_ok(),
    }
}

/// Whether a report that goes on inside comes from the MMSE of the recipient it is about: inside, nobody asks any more.
fn plausible(node: &Node, envelope: &Envelope, pdu: &Pdu) -> bool {
    if node.routing.is_inside(envelope.from.as_deref()) || node.has(Seed::ReportFromAnybody) {
        return true;
    }
    let about = Address::parse(&pdu.text("From").unwrap_or_default());
    match node.routing.destination(&about) {
        Destination::Over(hop) if !hop.inner => {
            let sources = answers::sources(node, envelope, pdu);
            sources
                .iter()
                .all(|source| node.routing.speaks_for(&hop.domain, source))
        }
        Destination::Ask(_) => true,
        _ => false,
    }
}

/// Refuses a report, by a RES if one was asked for.
fn refuse(node: &Arc<Node>, envelope: &Envelope, pdu: &Pdu) -> bool {
    let reply_to = ReplyTo::of(node, envelope, pdu).filter(|_| says_yes(pdu, "X-Mms-Ack-Request"));
    if let Some(to) = &reply_to {
        answers::send(node, to, pdu, status::SERVICE_DENIED, &[]);
    }
    reply_to.is_some()
}

/// The neighbour that holds this MM, if this node does not.
fn holder(node: &Node, message_id: &str) -> Option<Hop> {
    if node.state().sent.get(&message_id.to_owned()).is_some() {
        return None;
    }
    node_of(message_id)
        .and_then(|tag| node.routing.neighbour(tag))
        .cloned()
}

fn receive(
    node: &Arc<Node>,
    envelope: &Envelope,
    pdu: &Pdu,
    message_id: &str,
) -> Result<Receipt, &'static str> {
    let text = |name: &str| pdu.text(name).filter(|text| !bare(text).is_empty());
    let (Some(from), Some(_), false) = (text("From"), text("X-Mms-Transaction-ID"), message_id.is_empty())
    else {
        return Err(status::FORMAT_CORRUPT);
    };
    if pdu.field("MIME-Version").is_none() && node.has(Seed::ReportMimeRequired) {
        return Err(status::FORMAT_CORRUPT);
    }
    let sources = answers::sources(node, envelope, pdu);
    let report = Arrived {
        message_id,
        recipient: canonical(&from),
        sources: &sources,
        inside: node.routing.is_inside(envelope.from.as_deref()),
        date: match pdu.value("Date") {
            Some(Value::Date(date)) if !node.has(Seed::ReportDateOfArrival) => *date,
            _ => Time::now().seconds(),
        },
    };
    if pdu.kind == PduType::Mm4DeliveryReportReq {
        let code = text("X-Mms-MM-Status-Code").ok_or(status::FORMAT_CORRUPT)?;
        let for_relay_only = text("X-Mms-Forward-To-Originator-UA")
            .map_or(node.has(Seed::ReportSilentForRelay), |v| {
                v.eq_ignore_ascii_case("No")
            });
        let status = Status::from_name(&code);
        return Ok(reports::delivery_arrived(node, &report, status, !for_relay_only));
    }
    let read = text("X-Mms-Read-Status").or_else(|| text("X-Mms-MM-Read-Status"));
    let read = read.ok_or(status::FORMAT_CORRUPT)?;
    Ok(reports::read_arrived(node, &report, &read))
}
