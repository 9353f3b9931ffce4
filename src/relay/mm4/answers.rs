//! RES PDUs: whom they go to, what they say, and what an arriving one means for the transfer that waits for it.

use std::sync::Arc;

use super::post;
use super::requests::{self, Identity};
use super::server::Envelope;
use super::transfers;
use crate::relay::defects::Seed;
use crate::relay::ids::{bare, node_of};
use crate::relay::model::{Status, canonical, says_yes};
use crate::relay::node::Node;
use crate::relay::owed::Telling;
use crate::relay::reports;
use crate::relay::routing::{Hop, same_mmse};
use crate::relay::store::TransferEvent;
use crate::relay::timer::Time;
use crate::wire::address;
use crate::wire::{Pdu, PduType, Value, table};

/// X-Mms-Request-Status-Code (TS 23.140 §8.4.4).
pub(super) mod status {
    pub const OK: &str = "Ok";
    pub const SERVICE_DENIED: &str = "Error-service-denied";
    pub const FORMAT_CORRUPT: &str = "Error-message-format-corrupt";
    pub const ADDRESS_UNRESOLVED: &str = "Error-sending-address-unresolved";
    pub const NOT_FOUND: &str = "Error-message-not-found";
    pub const NETWORK_PROBLEM: &str = "Error-network-problem";
    pub const UNSUPPORTED: &str = "Error-unsupported-message";
    pub const UNSPECIFIED: &str = "Error-unspecified";
}

/// Where the RES to a request goes.
pub(super) struct ReplyTo {
    mailbox: String,
    hop: Hop,
}

impl ReplyTo {
    /// X-Mms-Originator-System, else Sender, if it is a Relay/Server this one knows and belongs to the MMSE that sent the
    /// request: a RES is never reflected to a third party.
    pub fn of(node: &Node, envelope: &Envelope, request: &Pdu) -> Option<ReplyTo> {
        let named = match request.text("X-Mms-Originator-System") {
            Some(system) if !node.has(Seed::ResToSender) => Some(system),
            _ => request.text("Sender"),
        };
        let path = envelope.from.clone().filter(|_| node.has(Seed::ResToReversePath));
        let mailbox = named.and_then(|named| system_mailbox(&named)).or(path)?;
        let domain = address::domain(&mailbox)?;
        let hop = node.routing.system(&domain)?;
        if hop.inner || node.has(Seed::ResReflected) {
            return Some(ReplyTo { mailbox, hop });
        }
        let inside = node.routing.is_inside(envelope.from.as_deref());
        let source = envelope.from.as_deref().filter(|_| !inside);
        let claimed = match source {
            Some(path) => address::domain(path),
            None => request.text("Sender").and_then(|sender| address::domain(&sender)),
        };
        let genuine = claimed.is_none_or(|claimed| same_mmse(&claimed, &domain));
        genuine.then_some(ReplyTo { mailbox, hop })
    }
}

impl ReplyTo {
    /// Whether it goes to a relay of the same MMSE.
    pub fn is_inside(&self) -> bool {
        self.hop.inner
    }
}

/// The mailbox in X-Mms-Originator-System: peers write a mailbox, one in angle brackets, or a bare host.
fn system_mailbox(text: &str) -> Option<String> {
    let text = text
        .rsplit_once('<')
        .map_or(text, |(_, rest)| rest.trim_end_matches('>'))
        .trim();
    let legal = !text.is_empty()
        && !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>;,".contains(c));
    if !legal {
        return None;
    }
    match text.split_once('@') {
        Some((local, domain)) => (!local.is_empty() && !domain.is_empty()).then(|| text.to_owned()),
        None => text.contains('.').then(|| format!("system-user@{text}")),
    }
}

/// Sends the RES of a request. `recipients` are named when the outcome is not the same for all of them.
pub(super) fn send(
    node: &Arc<Node>,
    to: &ReplyTo,
    request: &Pdu,
    request_status: &str,
    recipients: &[String],
) {
    let kind = match request.kind {
        PduType::Mm4DeliveryReportReq => PduType::Mm4DeliveryReportRes,
        PduType::Mm4ReadReplyReportReq => PduType::Mm4ReadReplyReportRes,
        _ => PduType::Mm4ForwardRes,
    };
    let forward = kind == PduType::Mm4ForwardRes;
    let mut tid = request.text("X-Mms-Transaction-ID").unwrap_or_default();
    if forward && node.has(Seed::ResWrongTid) {
        tid = node.ids.transaction();
    }
    let identity = Identity::beyond(node, &to.hop);
    let mut pdu = requests::pdu(node, kind, bare(&tid));
    if kind != PduType::Mm4ReadReplyReportRes
        && let Some(id) = request.text("X-Mms-Message-ID").filter(|id| !id.is_empty())
    {
        let wrong = forward && node.has(Seed::ResWrongMessageId);
        let id = if wrong {
            node.ids.message()
        } else {
            bare(&id).to_owned()
        };
        pdu.push("X-Mms-Message-ID", requests::quoted(&id));
    }
    if !(forward && node.has(Seed::ResNoStatus)) {
        pdu.push("X-Mms-Request-Status-Code", Value::token(request_status));
    }
    if node.has(Seed::ResWordsBecomeFields)
        && let Some((name, value)) = tid
            .split_once("=0D=0A")
            .and_then(|(_, line)| line.split_once(":_"))
    {
        pdu.push(name, Value::text_of(value.trim_end_matches("?=")));
    }
    for recipient in recipients {
        pdu.push("X-Mms-Request-Recipients", Value::Address(recipient.clone()));
    }
    pdu.push("Date", Value::Date(Time::now().seconds()));
    pdu.push("From", Value::Address(identity.system.clone()));
    pdu.push("Sender", Value::Address(identity.system.clone()));
    pdu.push("To", Value::Address(to.mailbox.clone()));
    node.log(|| format!("MM4: {kind} {request_status} to {}", to.mailbox));
    let from = Identity::towards(node, &to.hop).system;
    let times = if forward && node.has(Seed::ResTwice) { 2 } else { 1 };
    for _ in 0..times {
        let owed = post::mail(node, to.hop.clone(), from.clone(), to.mailbox.clone(), &pdu);
        Telling::of(owed).go(node);
    }
}

/// Answers whatever asks for it.
pub(super) fn acknowledge(node: &Arc<Node>, envelope: &Envelope, pdu: &Pdu) {
    if let Some(to) = ReplyTo::of(node, envelope, pdu).filter(|_| says_yes(pdu, "X-Mms-Ack-Request")) {
        send(node, &to, pdu, status::OK, &[]);
    }
}

/// A forward.RES that arrived: completes a transfer of this node, goes on to the node that has it, or means nothing.
pub(super) fn arrived(node: &Arc<Node>, envelope: &Envelope, res: &Pdu) {
    let tid = res.text("X-Mms-Transaction-ID").unwrap_or_default();
    let tid = if node.has(Seed::ResQuotesKept) {
        tid.trim()
    } else {
        bare(&tid)
    };
    let version = res.text("X-Mms-3GPP-MMS-Version").unwrap_or_default();
    if version.starts_with(['3', '4']) && node.has(Seed::VersionMm4OldResIgnored) {
        return;
    }
    if lacks_something(node, res) {
        return node.log(|| format!("MM4: RES for {tid} is incomplete"));
    }
    let open = {
        let state = node.state();
        let other = || {
            let mut others = state.transfers.values();
            others.next().filter(|_| node.has(Seed::ResForAnyTransaction))
        };
        state.transfers.get(tid).or_else(other).cloned()
    };
    let Some(open) = open else {
        if node.has(Seed::ResLateIsFailure) {
            failed_after_all(node, res);
        }
        if let Some(hop) = node_of(tid).and_then(|tag| node.routing.neighbour(tag)) {
            post::pass_inside(node, envelope, hop, res);
        }
        return;
    };
    let from_asked = sources(node, envelope, res).iter().all(|domain| {
        node.routing.speaks_for(&open.domain, domain) || (open.inner && node.routing.is_own(domain))
    });
    if !from_asked && !node.has(Seed::ResFromAnybody) {
        return node.log(|| format!("MM4: RES for {tid} from an MMSE that was not asked"));
    }
    let named = res.all("X-Mms-Request-Recipients");
    let status = res.text("X-Mms-Request-Status-Code").unwrap_or_default();
    let recipients: Vec<String> = named
        .flat_map(|f| super::fields::addresses(&f.value.text()))
        .map(|one| canonical(&one))
        .collect();
    match &open.events {
        // The transfer may just have ended: then nobody waits.
        Some(events) => {
            transfers::answered_here(node, tid, &open, &status, &recipients);
            drop(events.send(TransferEvent::Answered { status, recipients }));
        }
        None => transfers::answered_elsewhere(node, tid, &open, &status, &recipients),
    }
}

/// Whether a relay with a defect misses something in a RES that need not be there.
fn lacks_something(node: &Node, res: &Pdu) -> bool {
    [
        (Seed::ResMimeRequired, "MIME-Version"),
        (Seed::ResMessageIdRequired, "X-Mms-Message-ID"),
    ]
    .iter()
    .any(|(seed, name)| node.has(*seed) && res.field(name).is_none())
}

/// Takes a RES that nobody waits for as bad news about the MM it names (defect `mm4.res.late-is-failure`).
fn failed_after_all(node: &Arc<Node>, res: &Pdu) {
    let id = res.text("X-Mms-Message-ID").unwrap_or_default();
    let sent = node.state().sent.get(&bare(&id).to_owned()).map(|sent| {
        let recipients: Vec<String> = sent.recipients.keys().cloned().collect();
        (sent.mm.clone(), recipients)
    });
    let Some((mm, recipients)) = sent else { return };
    for recipient in &recipients {
        reports::settled(node, &mm, recipient, Status::Indeterminate, []);
    }
}

/// What a request status means for the transfer.
pub(super) enum Answer {
    Ok,
    Later,
    Refused(Status),
}

impl Answer {
    pub fn of(node: &Node, request_status: &str) -> Answer {
        let is = |name: &str| request_status.trim().eq_ignore_ascii_case(name);
        let listed = table::field("X-Mms-Request-Status-Code")
            .is_some_and(|def| def.kind.token_octet(request_status).is_some());
        let passing =
            is(status::NETWORK_PROBLEM) || is(status::UNSPECIFIED) || node.has(Seed::RetryAfterRefusal);
        if is(status::OK) || (!listed && node.has(Seed::ResUnknownStatusIsOk)) {
            Answer::Ok
        } else if passing {
            Answer::Later
        } else if is(status::SERVICE_DENIED) || is("Error-content-not-accepted") {
            Answer::Refused(Status::Rejected)
        } else if request_status.to_ascii_lowercase().starts_with("error-") {
            Answer::Refused(Status::Unreachable)
        } else {
            // Unknown to the standard: a failure, but nobody knows which.
            Answer::Refused(Status::Indeterminate)
        }
    }
}

/// A RES or report for somebody in another MMSE: the edge sends it on under its own envelope, a hub in a transaction of its own.
pub(super) fn carry_on(node: &Arc<Node>, envelope: &Envelope, pdu: &Pdu) {
    let mut carried = pdu.clone();
    if node.config.hub.is_some() {
        acknowledge(node, envelope, pdu);
        if !node.has(Seed::HubForeignTid) {
            carried.set("X-Mms-Transaction-ID", requests::quoted(&node.ids.transaction()));
        }
        carried.set("Sender", Value::Address(node.config.system_address.clone()));
        carried.set("X-Mms-Ack-Request", Value::token("No"));
        carried.remove("X-Mms-Originator-System");
    }
    for mailbox in &envelope.beyond {
        let hop = address::domain(mailbox).and_then(|domain| node.routing.system(&domain));
        if let Some(hop) = hop {
            post::pass_on(node, envelope, hop, mailbox.clone(), &carried);
        }
    }
}

/// The domains that a message names as its source. What a node of this MMSE passes on comes from whom its fields say.
pub(super) fn sources(node: &Node, envelope: &Envelope, pdu: &Pdu) -> Vec<String> {
    let path = envelope
        .from
        .as_deref()
        .filter(|from| !node.routing.is_inside(Some(from)) || pdu.field("Sender").is_none());
    let named = ["Sender", "X-Mms-Originator-System"].map(|name| pdu.text(name));
    let mut domains: Vec<String> = path
        .map(str::to_owned)
        .into_iter()
        .chain(named.into_iter().flatten())
        .filter_map(|mailbox| address::domain(&mailbox))
        .collect();
    if domains.is_empty() {
        domains.extend(pdu.text("From").and_then(|from| address::domain(&from)));
    }
    domains
}
