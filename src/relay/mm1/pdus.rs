//! The PDUs the relay sends to clients.

use bytes::Bytes;

use crate::relay::defects::Seed;
use crate::relay::model::{Mm, Origin, Status};
use crate::relay::node::Node;
use crate::wire::{Content, Interval, Pdu, PduType, Value, mm1, table};

/// The MMS version of every PDU this relay makes of its own accord.
pub(super) const VERSION: Value = Value::Version { major: 1, minor: 3 };

/// A PDU with the fields that stand first (ENC 1.3 §7).
pub(super) fn pdu(kind: PduType, tid: Option<&str>) -> Pdu {
    let mut pdu = Pdu::new(kind);
    if let Some(tid) = tid {
        pdu.push("X-Mms-Transaction-ID", Value::text_of(tid));
    }
    pdu.with("X-Mms-MMS-Version", VERSION)
}

/// M-Notification.ind (ENC 1.3 §6.2).
pub(crate) fn notification_ind(node: &Node, mm: &Mm, tid: &str, token: &str) -> Bytes {
    let mut pdu = pdu(PduType::NotificationInd, Some(tid));
    if !mm.hidden {
        pdu.push("From", Value::Address(mm.from.clone()));
    }
    let table = table::pdu(PduType::NotificationInd);
    for field in &mm.fields {
        if table.usage(&field.name).is_some() && !is_computed(&field.name) {
            pdu.push(&field.name, field.value.clone());
        }
    }
    if pdu.field("X-Mms-Message-Class").is_none() && !node.has(Seed::NotificationNoClass) {
        pdu.push("X-Mms-Message-Class", Value::token("Personal"));
    }
    let size = mm.size
        * if node.has(Seed::NotificationWrongSize) {
            10
        } else {
            1
        };
    pdu.push("X-Mms-Message-Size", Value::Integer(size));
    let expiry = if node.has(Seed::NotificationAbsoluteExpiry) {
        Interval::Absolute(mm.deadline.seconds())
    } else {
        Interval::Relative(mm.deadline.time_left().as_secs())
    };
    pdu.push("X-Mms-Expiry", Value::Interval(expiry));
    pdu.push("X-Mms-Content-Location", Value::Text(location(node, token)));
    mm1::encode(&pdu).into()
}

fn location(node: &Node, token: &str) -> String {
    let path = format!("{}/{token}", node.config.mm1.path.trim_end_matches('/'));
    if node.has(Seed::NotificationWrongUrl) {
        return path;
    }
    format!("http://{}{path}", node.mm1_addr)
}

/// M-Retrieve.conf with the MM (ENC 1.3 §6.3).
pub(super) fn retrieve_conf(node: &Node, mm: &Mm, tid: Option<&str>) -> Bytes {
    let mut pdu = pdu(PduType::RetrieveConf, tid);
    if !node.has(Seed::RetrieveNoMessageId) {
        pdu.push("Message-ID", Value::text_of(&mm.shown_id));
    }
    pdu.push("Date", Value::Date(mm.date));
    if !mm.hidden {
        pdu.push("From", Value::Address(mm.from.clone()));
    }
    let table = table::pdu(PduType::RetrieveConf);
    for field in &mm.fields {
        let passes = table.usage(&field.name).is_some()
            || table::field(&field.name).is_none()
            || (node.has(Seed::InTransportHeadersShown) && field.name == "X-Mms-Originator-System");
        if passes && !is_computed(&field.name) {
            pdu.push(&field.name, field.value.clone());
        }
    }
    if pdu.field("X-Mms-Message-Class").is_none() {
        pdu.push("X-Mms-Message-Class", Value::token("Personal"));
    }
    if node.has(Seed::RetrieveBccShown) {
        for address in &mm.bcc {
            pdu.push("Bcc", Value::Address(address.clone()));
        }
    }
    if let Origin::Mm4 { sender: Some(sender) } = &mm.origin
        && node.has(Seed::InTransportHeadersShown)
    {
        pdu.push("X-Mms-Originator-System", Value::Address(sender.clone()));
    }
    let mut content = mm.content.clone();
    if node.has(Seed::RetrieveJpegAltered) {
        let jpeg = content.parts.iter_mut().find(|p| p.media.essence == "image/jpeg");
        if let Some(part) = jpeg {
            let mut data = part.data.to_vec();
            if let Some(at) = data.iter().position(|b| *b == b'\n') {
                data.remove(at);
            }
            part.data = data.into();
        }
    }
    pdu.content = Some(content);
    if node.has(Seed::RetrieveContentTypeNotLast) {
        return with_content_type_before_last_field(&pdu);
    }
    mm1::encode(&pdu).into()
}

/// Fields that the relay writes itself, or that mean something only to the relay of the submitting client.
fn is_computed(name: &str) -> bool {
    const COMPUTED: [&str; 12] = [
        "From",
        "Date",
        "Message-ID",
        "X-Mms-Message-Type",
        "X-Mms-Transaction-ID",
        "X-Mms-MMS-Version",
        "X-Mms-Message-Size",
        "X-Mms-Expiry",
        "X-Mms-Content-Location",
        "X-Mms-MM-State",
        "X-Mms-MM-Flags",
        "Content-Type",
    ];
    COMPUTED.iter().any(|c| c.eq_ignore_ascii_case(name))
}

fn with_content_type_before_last_field(pdu: &Pdu) -> Bytes {
    let mut segments = mm1::segments(pdu);
    if let Some(at @ 1..) = segments.iter().position(|s| s.name == "Content-Type") {
        segments.swap(at - 1, at);
    }
    let octets: Vec<u8> = segments.into_iter().flat_map(|s| s.octets).collect();
    octets.into()
}

/// M-Delivery.ind (ENC 1.3 §6.6).
pub(crate) fn delivery_ind(node: &Node, mm: &Mm, recipient: &str, status: Status, date: i64) -> Bytes {
    let id = if node.has(Seed::DeliveryWrongMessageId) {
        node.ids.message()
    } else {
        mm.message_id.clone()
    };
    let to = if node.has(Seed::DeliveryWrongTo) {
        &mm.from
    } else {
        recipient
    };
    let pdu = pdu(PduType::DeliveryInd, None)
        .with("Message-ID", Value::Text(id))
        .with("To", Value::Address(to.to_owned()))
        .with("Date", Value::Date(date))
        .with("X-Mms-Status", Value::token(status.name()));
    mm1::encode(&pdu).into()
}

/// M-Read-Orig.ind (ENC 1.3 §6.7.2).
pub(crate) fn read_orig_ind(node: &Node, mm: &Mm, reader: &str, status: &str, date: i64) -> Bytes {
    let id = if node.has(Seed::ReadOrigWrongId) {
        node.ids.message()
    } else {
        mm.message_id.clone()
    };
    let mut pdu = pdu(PduType::ReadOrigInd, None)
        .with("Message-ID", Value::Text(id))
        .with("To", Value::Address(mm.from.clone()))
        .with("From", Value::Address(reader.to_owned()));
    if !node.has(Seed::ReadOrigNoDate) {
        pdu.push("Date", Value::Date(date));
    }
    let status = if node.has(Seed::ReadOrigWrongStatus) {
        "Read"
    } else {
        status
    };
    pdu.push("X-Mms-Read-Status", Value::token(status));
    mm1::encode(&pdu).into()
}

/// X-Mms-Message-Size of an MM with this content: the octets of its body on MM1 (TS 23.140 §4.4).
pub(crate) fn message_size(content: &Content) -> u64 {
    let mut pdu = Pdu::new(PduType::RetrieveConf);
    pdu.content = Some(content.clone());
    let segments = mm1::segments(&pdu);
    segments
        .iter()
        .filter(|s| s.name == "content")
        .map(|s| s.octets.len() as u64)
        .sum()
}
