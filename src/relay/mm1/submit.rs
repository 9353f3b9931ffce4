//! M-Send.req → M-Send.conf (ENC 1.3 §6.1), and the answers to what this relay does not serve (§6.14).

use std::sync::Arc;

use bytes::Bytes;
use hyper::StatusCode;
use sha2::{Digest, Sha256};

use super::http::Answer;
use super::pdus;
use crate::relay::defects::Seed;
use crate::relay::intake;
use crate::relay::ledger::Entry;
use crate::relay::model::{Birth, Mm, Origin, Reports, canonical_address, says_yes};
use crate::relay::node::Node;
use crate::relay::routing::Destination;
use crate::relay::store::{State, distinct};
use crate::relay::timer::Time;
use crate::wire::address::Address;
use crate::wire::table::{self, Kind};
use crate::wire::{Decoded, Interval, Pdu, PduType, Value, mm1};

/// Response-Status (ENC 1.3 §7.3.48).
mod status {
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

/// Takes an MM from a client.
pub(super) fn submit(node: &Arc<Node>, client: Option<&str>, decoded: &Decoded, octets: &Bytes) -> Answer {
    let pdu = &decoded.pdu;
    let Some(tid) = pdu.text("X-Mms-Transaction-ID").filter(|tid| !tid.is_empty()) else {
        return Answer::Refused(StatusCode::BAD_REQUEST, "M-Send.req without transaction id\n");
    };
    if !version_served(node, pdu) {
        return other_major(&tid);
    }
    let number = match check(node, client, decoded, octets.len()) {
        Ok(number) => number,
        Err(refusal) => return conf(node, &tid, refusal, None),
    };
    let hash: [u8; 32] = Sha256::digest(octets).into();
    // Looked up and remembered in one go: on a common store the same PDU may come to another relay at this moment.
    let mut state = node.state();
    if !node.has(Seed::SubmitDuplicateAccepted)
        && let Some(conf) = state.submission(&number, &tid, hash)
    {
        node.log(|| format!("MM1: {number} repeats {tid}"));
        return Answer::Pdu(conf);
    }
    let recipients = recipients(node, pdu);
    let all_unsupported = recipients
        .iter()
        .all(|address| node.routing.destination(&Address::parse(address)) == Destination::Unsupported);
    if all_unsupported && !recipients.is_empty() && !node.has(Seed::RouteShortCodeAccepted) {
        return conf(node, &tid, status::FAILURE, None);
    }
    let birth = Birth {
        at: Time::now(),
        record: node.ids.token(),
        id: node.ids.message(),
    };
    let mm = Arc::new(to_mm(node, pdu, &number, birth));
    let conf = conf_octets(node, &tid, status::OK, Some(&mm.message_id));
    let written = node.ledger.write(|| Entry::Submitted {
        record: mm.record.clone(),
        at: mm.taken.millis(),
        client: number.clone(),
        message_id: mm.message_id.clone(),
        recipients: recipients.clone(),
        pdu: octets.to_vec(),
        conf: conf.to_vec(),
    });
    if let Err(error) = written {
        node.log(|| format!("the ledger cannot be written: {error}"));
        return self::conf(node, &tid, status::TRANSIENT, None);
    }
    state.remember_submission(&number, &tid, hash, conf.clone());
    intake::remember_sent(node, &mut state, &mm, &recipients);
    drop(state);
    intake::when_due(node, &mm, &recipients);
    Answer::Pdu(conf)
}

/// A submission of an earlier life: the MM and its recipients.
pub(crate) fn recall(node: &Node, state: &mut State, entry: &Entry) -> Option<(Arc<Mm>, Vec<String>)> {
    let Entry::Submitted {
        record,
        at,
        client,
        message_id,
        recipients,
        pdu,
        conf,
    } = entry
    else {
        return None;
    };
    let octets = Bytes::copy_from_slice(pdu);
    let pdu = mm1::decode(&octets).ok()?.pdu;
    let birth = Birth {
        at: Time::at_millis(*at),
        record: record.clone(),
        id: message_id.clone(),
    };
    let mm = Arc::new(to_mm(node, &pdu, client, birth));
    let tid = pdu.text("X-Mms-Transaction-ID").unwrap_or_default();
    let hash: [u8; 32] = Sha256::digest(&octets).into();
    let conf = Bytes::copy_from_slice(conf);
    state.remember_submission(client, &tid, hash, conf);
    intake::remember_sent(node, state, &mm, recipients);
    Some((mm, recipients.clone()))
}

/// Whether the major version is this relay's (ENC 1.3 §6.14). A PDU without version is refused by [`check`].
fn version_served(node: &Node, pdu: &Pdu) -> bool {
    match pdu.value("X-Mms-MMS-Version") {
        Some(Value::Version { major, minor }) => {
            (*major == 1 || node.has(Seed::VersionMajor2Accepted))
                && !(node.has(Seed::VersionMinorRefused) && *minor > 3)
        }
        _ => true,
    }
}

/// The client's number, or the Response-Status of a refusal.
fn check(node: &Node, client: Option<&str>, decoded: &Decoded, size: usize) -> Result<String, &'static str> {
    let pdu = &decoded.pdu;
    let found = |code: &str| decoded.findings.iter().any(|f| f.code == code);
    if found("too-many-fields") || found("too-many-parts") {
        return Err(status::FAILURE);
    }
    if is_corrupt(decoded) || missing_mandatory(pdu) {
        return Err(status::FORMAT_CORRUPT);
    }
    let Some(number) = client else {
        let token = pdu.value("From") == Some(&Value::InsertAddress);
        return Err(if token {
            status::SENDER_UNRESOLVED
        } else {
            status::SERVICE_DENIED
        });
    };
    if node.routing.home(number).is_none() && !node.has(Seed::SubmitStrangerServed) {
        return Err(status::SERVICE_DENIED);
    }
    let some_recipient = ["To", "Cc", "Bcc"].iter().any(|name| pdu.field(name).is_some());
    if !some_recipient && !node.has(Seed::SubmitNoRecipientAccepted) {
        return Err(status::FORMAT_CORRUPT);
    }
    if size > node.config.limits.message_size && !node.has(Seed::SubmitOversizeAccepted) {
        return Err(status::CONTENT_NOT_ACCEPTED);
    }
    match pdu.text("X-Mms-Reply-Charging") {
        _ if node.has(Seed::SubmitReplyChargingAccepted) => {}
        Some(value) if value.starts_with("Accepted") => return Err(status::CHARGING_NOT_ACCEPTED),
        Some(_) => return Err(status::CHARGING_NOT_SUPPORTED),
        None => {}
    }
    Ok(number.to_owned())
}

fn missing_mandatory(pdu: &Pdu) -> bool {
    pdu.field("From").is_none() || pdu.field("X-Mms-MMS-Version").is_none() || pdu.content.is_none()
}

/// Whether octets of the PDU cannot be taken for what they should be: a length beyond the end, a string without end, a
/// known field whose value has not the field's form. An unknown value in a legal form is not corrupt (ENC 1.3 §6.14.2), and
/// neither is an order that the sender got wrong.
fn is_corrupt(decoded: &Decoded) -> bool {
    const FATAL: [&str; 8] = [
        "truncated",
        "text-not-terminated",
        "value-length-beyond-pdu",
        "value-length-beyond-value",
        "uintvar-overflow",
        "not-an-integer",
        "integer-too-large",
        "body-without-content-type",
    ];
    let misread = decoded.findings.iter().any(|f| FATAL.contains(&f.code.as_str()));
    let unreadable = decoded.pdu.fields.iter().any(|field| {
        let octets_expected = table::field(&field.name).is_none_or(|def| def.kind == Kind::Octets);
        matches!(field.value, Value::Octets(_)) && !octets_expected
    });
    misread || unreadable
}

/// Every address of To, Cc and Bcc once, in the form of MM1.
fn recipients(node: &Node, pdu: &Pdu) -> Vec<String> {
    let fields = ["To", "Cc", "Bcc"].iter().flat_map(|name| pdu.all(name));
    let addresses = fields.map(|field| Address::parse(&field.value.text()));
    if node.has(Seed::RouteZerosKept) {
        return distinct(addresses.map(|address| address.mm1()));
    }
    distinct(addresses.map(|address| canonical_address(&address)))
}

fn to_mm(node: &Node, pdu: &Pdu, number: &str, birth: Birth) -> Mm {
    let now = birth.at;
    let own = Address::Plmn(number.to_owned()).mm1();
    let from = match pdu.text("From") {
        Some(given)
            if node.has(Seed::SubmitFromNotReplaced) && pdu.value("From") != Some(&Value::InsertAddress) =>
        {
            given
        }
        _ => own,
    };
    let interval = |name: &str| match pdu.value(name) {
        Some(Value::Interval(Interval::Relative(seconds))) => Some(now.plus_seconds(*seconds)),
        Some(Value::Interval(Interval::Absolute(date))) => Some(Time::at_seconds(*date)),
        _ => None,
    };
    let expiry = interval("X-Mms-Expiry");
    let late = if node.has(Seed::SubmitDateMissing) {
        3600
    } else {
        0
    };
    let content = pdu.content.clone().unwrap_or_default();
    let bcc = pdu.all("Bcc").map(|field| field.value.text()).collect();
    Mm {
        record: birth.record,
        taken: birth.at,
        shown_id: birth.id.clone(),
        message_id: birth.id,
        from,
        hidden: pdu
            .text("X-Mms-Sender-Visibility")
            .is_some_and(|v| v.eq_ignore_ascii_case("Hide")),
        fields: travelling(node, pdu),
        bcc,
        carried: Vec::new(),
        date: match pdu.value("Date") {
            Some(Value::Date(date)) => *date,
            _ => now.seconds() + late,
        },
        deadline: expiry.unwrap_or_else(|| now.plus_seconds(node.config.timers.default_expiry_s)),
        expiry_given: expiry.is_some(),
        not_before: interval("X-Mms-Delivery-Time").filter(|then| !then.is_past()),
        reports: Reports {
            delivery: says_yes(pdu, "X-Mms-Delivery-Report"),
            read: says_yes(pdu, "X-Mms-Read-Report"),
            relay_delivery: false,
        },
        size: pdus::message_size(&content),
        content,
        origin: Origin::Here(number.to_owned()),
        trace: Vec::new(),
    }
}

/// The fields that go with the MM to its recipients, unknown ones among them (ENC 1.3 §6.14.2).
fn travelling(node: &Node, pdu: &Pdu) -> Vec<crate::wire::Field> {
    const STAY: [&str; 11] = [
        "From",
        "Bcc",
        "Date",
        "X-Mms-Transaction-ID",
        "X-Mms-MMS-Version",
        "X-Mms-Expiry",
        "X-Mms-Delivery-Time",
        "X-Mms-Store",
        "X-Mms-MM-State",
        "X-Mms-MM-Flags",
        "X-Mms-Reply-Charging",
    ];
    pdu.fields
        .iter()
        .filter(|field| !STAY.iter().any(|name| name.eq_ignore_ascii_case(&field.name)))
        .filter(|field| !(node.has(Seed::SubmitUnknownHeaderDropped) && table::field(&field.name).is_none()))
        .cloned()
        .collect()
}

fn conf(node: &Node, tid: &str, status: &str, message_id: Option<&str>) -> Answer {
    Answer::Pdu(conf_octets(node, tid, status, message_id))
}

fn conf_octets(node: &Node, tid: &str, status: &str, message_id: Option<&str>) -> Bytes {
    let wrong = format!("{tid}-0");
    let tid = if node.has(Seed::SendConfWrongTid) {
        &wrong
    } else {
        tid
    };
    let mut pdu = pdus::pdu(PduType::SendConf, Some(tid)).with("X-Mms-Response-Status", Value::token(status));
    if let Some(id) = message_id
        && !node.has(Seed::SendConfNoMessageId)
    {
        pdu.push("Message-ID", Value::text_of(id));
    }
    mm1::encode(&pdu).into()
}

/// The answer of MMS 1.0, which every client of another major version must understand (ENC 1.3 §6.14.3).
fn other_major(tid: &str) -> Answer {
    let pdu = Pdu::new(PduType::SendConf)
        .with("X-Mms-Transaction-ID", Value::text_of(tid))
        .with("X-Mms-MMS-Version", Value::Version { major: 1, minor: 0 })
        .with("X-Mms-Response-Status", Value::token(status::UNSUPPORTED));
    Answer::Pdu(mm1::encode(&pdu).into())
}

/// A PDU of a service this relay does not have, or one that only relays send.
pub(super) fn refuse_unsupported(node: &Node, pdu: &Pdu) -> Answer {
    match pdu.text("X-Mms-Transaction-ID").filter(|tid| !tid.is_empty()) {
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
