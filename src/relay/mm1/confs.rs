//! M-Send.conf (ENC 1.3 §6.1.2), and the answers to what this relay does not serve (§6.14).

use bytes::Bytes;
use hyper::StatusCode;

use super::http::Answer;
use super::pdus;
use crate::relay::defects::Seed;
use crate::relay::node::Node;
use crate::wire::{Content, MediaType, Pdu, PduType, Value, mm1};

/// Response-Status (ENC 1.3 §7.3.48).
pub(super) mod status {
    pub const OK: &str = "Ok";
    pub const UNSUPPORTED: &str = "Error-unsupported-message";
    pub const TRANSIENT: &str = "Error-transient-failure";
    pub const FAILURE: &str = "Error-permanent-failure";
    pub const SERVICE_DENIED: &str = "Error-permanent-service-denied";
    pub const FORMAT_CORRUPT: &str = "Error-permanent-message-format-corrupt";
    pub const SENDER_UNRESOLVED: &str = "Error-permanent-sending-address-unresolved";
    pub const CONTENT_NOT_ACCEPTED: &str = "Error-permanent-content-not-accepted";
    pub const CHARGING_NOT_ACCEPTED: &str = "Error-permanent-reply-charging-request-not-accepted";
    pub const CHARGING_NOT_SUPPORTED: &str = "Error-permanent-reply-charging-not-supported";
}

pub(super) fn conf(node: &Node, tid: &str, status: &'static str, message_id: Option<&str>) -> Answer {
    if status != status::OK && node.accent.http.errors {
        return Answer::refused(status);
    }
    Answer::Pdu(conf_octets(node, tid, status, message_id))
}

pub(super) fn conf_octets(node: &Node, tid: &str, status: &str, message_id: Option<&str>) -> Bytes {
    let wrong = format!("{tid}-0");
    let tid = if node.has(Seed::SendConfWrongTid) {
        &wrong
    } else {
        tid
    };
    let mut pdu = pdus::pdu(node, PduType::SendConf, Some(tid))
        .with("X-Mms-Response-Status", response_status(node, status));
    if let Some(id) = message_id
        && !node.has(Seed::SendConfNoMessageId)
    {
        pdu.push("Message-ID", Value::text_of(id));
    }
    if node.has(Seed::SendConfStoreStatus) {
        pdu.push("X-Mms-Store-Status", Value::token("Success"));
    }
    if node.has(Seed::SendConfBody) {
        pdu.content = Some(Content::single(MediaType::new("text/plain"), status.to_owned()));
    }
    if node.has(Seed::SendConfVersionFirst) {
        return pdus::with_field_one_later(&pdu, "X-Mms-Transaction-ID");
    }
    mm1::encode(&pdu).into()
}

fn response_status(node: &Node, status: &str) -> Value {
    match status {
        status::UNSUPPORTED if node.has(Seed::SendConfUnassignedStatus) => Value::Octets(vec![0x89]),
        status::SERVICE_DENIED if node.has(Seed::SendConfObsoleteStatus) => {
            Value::token("Error-service-denied")
        }
        status::FORMAT_CORRUPT if node.has(Seed::SendConfObsoleteStatus) => {
            Value::token("Error-message-format-corrupt")
        }
        other => Value::token(other),
    }
}

/// The answer of MMS 1.0, which every client of another major version must understand (ENC 1.3 §6.14.3).
pub(super) fn other_major(node: &Node, tid: &str) -> Answer {
    if node.accent.http.errors {
        return Answer::refused(status::UNSUPPORTED);
    }
    let pdu = Pdu::new(PduType::SendConf)
        .with("X-Mms-Transaction-ID", Value::text_of(tid))
        .with("X-Mms-MMS-Version", Value::Version { major: 1, minor: 0 })
        .with("X-Mms-Response-Status", Value::token(status::UNSUPPORTED));
    Answer::Pdu(mm1::encode(&pdu).into())
}

/// A PDU of a service this relay does not have, or one that only relays send.
pub(super) fn refuse_unsupported(node: &Node, pdu: &Pdu) -> Answer {
    match pdu.text("X-Mms-Transaction-ID").filter(|tid| !tid.is_empty()) {
        Some(tid) if node.has(Seed::OtherServiceOk) => conf(node, &tid, status::OK, None),
        Some(tid) => conf(node, &tid, status::UNSUPPORTED, None),
        None => Answer::Refused(StatusCode::BAD_REQUEST, "this PDU is not served\n"),
    }
}

/// Octets that are no PDU, or one of a type nobody knows.
pub(super) fn refuse_undecodable(node: &Node, octets: &Bytes) -> Answer {
    let Some(tid) = leading_tid(octets) else {
        return Answer::Refused(StatusCode::BAD_REQUEST, "no MMS PDU\n");
    };
    let known = octets
        .get(1)
        .is_some_and(|octet| PduType::from_octet(*octet).is_some());
    let refusal = match known {
        true => status::FORMAT_CORRUPT,
        false if node.has(Seed::SubmitUnknownPduIgnored) => status::OK,
        false => status::UNSUPPORTED,
    };
    conf(node, &tid, refusal, None)
}

/// The transaction id of a PDU that begins as every PDU must: type, then transaction id.
fn leading_tid(octets: &Bytes) -> Option<String> {
    let rest = octets.strip_prefix(&[0x8C])?.get(1..)?.strip_prefix(&[0x98])?;
    let end = rest.iter().position(|octet| *octet == 0)?;
    let tid = std::str::from_utf8(&rest[..end]).ok()?;
    (!tid.is_empty()).then(|| tid.to_owned())
}
