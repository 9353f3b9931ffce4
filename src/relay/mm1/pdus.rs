//! The PDUs the relay sends to clients.

use bytes::Bytes;

use super::location;
use crate::relay::defects::Seed;
use crate::relay::model::{Mm, Origin, Status};
use crate::relay::node::Node;
use crate::wire::{Content, Interval, MediaType, Pdu, PduType, Segment, Value, mm1, table};

/// The MMS version of every PDU this relay makes of its own accord.
fn version(node: &Node) -> Value {
    if node.has(Seed::VersionHalvesExchanged) {
        return Value::Version { major: 3, minor: 1 };
    }
    Value::Version { major: 1, minor: 3 }
}

/// A PDU with the fields that stand first (ENC 1.3 §7).
pub(super) fn pdu(node: &Node, kind: PduType, tid: Option<&str>) -> Pdu {
    let mut pdu = Pdu::new(kind);
    if let Some(tid) = tid {
        pdu.push("X-Mms-Transaction-ID", Value::text_of(tid));
    }
    pdu.with("X-Mms-MMS-Version", version(node))
}

/// M-Notification.ind (ENC 1.3 §6.2).
pub(crate) fn notification_ind(node: &Node, mm: &Mm, tid: &str, token: &str) -> Bytes {
    let mut pdu = pdu(node, PduType::NotificationInd, Some(tid));
    if node.has(Seed::NotificationToken) {
        pdu.push("From", Value::InsertAddress);
    } else if !mm.hidden || node.has(Seed::NotificationHideIgnored) {
        pdu.push("From", Value::Address(mm.from.clone()));
    }
    let table = table::pdu(PduType::NotificationInd);
    for field in &mm.fields {
        if table.usage(&field.name).is_some() && !is_computed(&field.name) {
            pdu.push(&field.name, field.value.clone());
        }
    }
    if node.has(Seed::NotificationPriorityNormal) && pdu.field("X-Mms-Priority").is_some() {
        pdu.set("X-Mms-Priority", Value::token("Normal"));
    }
    if pdu.field("X-Mms-Message-Class").is_none() && !node.has(Seed::NotificationNoClass) {
        pdu.push("X-Mms-Message-Class", Value::token("Personal"));
    }
    if node.has(Seed::NotificationAlwaysPersonal) {
        pdu.set("X-Mms-Message-Class", Value::token("Personal"));
    }
    let size = mm.size
        * if node.has(Seed::NotificationWrongSize) {
            10
        } else {
            1
        };
    let size = match u8::try_from(size) {
        Ok(short @ ..0x80) if node.has(Seed::NotificationShortInteger) => Value::Octets(vec![0x80 | short]),
        _ => Value::Integer(size),
    };
    pdu.push("X-Mms-Message-Size", size);
    let expiry = if node.has(Seed::NotificationAbsoluteExpiry) {
        Interval::Absolute(mm.deadline.seconds())
    } else if node.has(Seed::NotificationDefaultExpiry) {
        Interval::Relative(node.config.timers.default_expiry_s)
    } else {
        Interval::Relative(mm.deadline.time_left().as_secs())
    };
    pdu.push("X-Mms-Expiry", Value::Interval(expiry));
    pdu.push(
        "X-Mms-Content-Location",
        Value::Text(location::write(node, token)),
    );
    if node.has(Seed::NotificationBody) {
        pdu.content = Some(Content::single(
            MediaType::new("text/plain"),
            "You have a new MMS",
        ));
    }
    if node.has(Seed::NotificationVersionFirst) {
        return with_field_one_later(&pdu, "X-Mms-Transaction-ID");
    }
    mm1::encode(&pdu).into()
}

/// M-Retrieve.conf with the MM (ENC 1.3 §6.3).
pub(super) fn retrieve_conf(node: &Node, mm: &Mm, tid: Option<&str>) -> Bytes {
    let fresh = node.ids.transaction();
    let tid = if node.has(Seed::RetrieveFreshTid) {
        Some(fresh.as_str())
    } else {
        tid
    };
    let mut pdu = pdu(node, PduType::RetrieveConf, tid);
    if !node.has(Seed::RetrieveNoMessageId) {
        pdu.push("Message-ID", Value::text_of(&mm.shown_id));
    }
    pdu.push("Date", Value::Date(mm.date));
    if !mm.hidden || node.has(Seed::RetrieveHideIgnored) {
        pdu.push("From", Value::Address(mm.from.clone()));
    }
    let table = table::pdu(PduType::RetrieveConf);
    for field in &mm.fields {
        let passes = table.usage(&field.name).is_some() || table::field(&field.name).is_none();
        if passes && !is_computed(&field.name) && !is_left_out(node, &field.name) {
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
    if node.has(Seed::RetrievePartParametersLost) {
        content
            .parts
            .iter_mut()
            .for_each(|part| part.media.params.clear());
    }
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
    if node.has(Seed::RetrieveAdapted) && says_no(mm, "X-Mms-Adaptation-Allowed") {
        adapt(&mut content);
    }
    if content.media.is_multipart() || !node.has(Seed::RetrieveSinglePartLost) {
        pdu.content = Some(content);
    }
    if node.has(Seed::RetrievePartCount) {
        return with_wrong_part_count(&pdu);
    }
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

/// Whether a relay with a defect keeps a field of the MM from its recipient.
fn is_left_out(node: &Node, name: &str) -> bool {
    match name {
        "X-Mms-Previously-Sent-By" => node.has(Seed::InPreviousSendersDropped),
        "X-Mms-Priority" => node.has(Seed::RetrieveNoPriority),
        "X-Mms-Delivery-Report" | "X-Mms-Read-Report" => node.has(Seed::RetrieveNoReportRequests),
        _ => false,
    }
}

fn says_no(mm: &Mm, name: &str) -> bool {
    let mut named = mm.fields.iter().filter(|f| f.name.eq_ignore_ascii_case(name));
    named.any(|f| f.value.text().eq_ignore_ascii_case("No"))
}

/// Halves pictures.
fn adapt(content: &mut Content) {
    if content.media.essence.starts_with("image/") {
        content.body.truncate(content.body.len() / 2);
    }
    for part in &mut content.parts {
        if part.media.essence.starts_with("image/") {
            part.data.truncate(part.data.len() / 2);
        }
    }
}

/// The PDU, its multipart with a count of one entry more than there are.
fn with_wrong_part_count(pdu: &Pdu) -> Bytes {
    let multipart = pdu.content.as_ref().is_some_and(|c| c.media.is_multipart());
    let mut segments = mm1::segments(pdu);
    if let Some(body) = segments.iter_mut().find(|s| s.name == "content" && multipart)
        && let Some(count) = body.octets.first_mut()
    {
        *count += 1;
    }
    joined(segments)
}

/// The PDU, this field behind the one that ought to follow it.
pub(super) fn with_field_one_later(pdu: &Pdu, name: &str) -> Bytes {
    let mut segments = mm1::segments(pdu);
    if let Some(at) = segments.iter().position(|s| s.name == name)
        && at + 1 < segments.len()
    {
        segments.swap(at, at + 1);
    }
    joined(segments)
}

fn joined(segments: Vec<Segment>) -> Bytes {
    let octets: Vec<u8> = segments.into_iter().flat_map(|s| s.octets).collect();
    octets.into()
}

fn with_content_type_before_last_field(pdu: &Pdu) -> Bytes {
    let mut segments = mm1::segments(pdu);
    if let Some(at @ 1..) = segments.iter().position(|s| s.name == "Content-Type") {
        segments.swap(at - 1, at);
    }
    joined(segments)
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
    let tid = node.has(Seed::DeliveryTid).then(|| node.ids.transaction());
    let status = match status {
        Status::Indeterminate if node.has(Seed::DeliveryUnrecognised) => "Unrecognised",
        other => other.name(),
    };
    let pdu = pdu(node, PduType::DeliveryInd, tid.as_deref())
        .with("Message-ID", Value::Text(id))
        .with("To", Value::Address(to.to_owned()))
        .with("Date", Value::Date(date))
        .with("X-Mms-Status", Value::token(status));
    if node.has(Seed::DeliveryVersionLate) {
        return with_field_one_later(&pdu, "X-Mms-MMS-Version");
    }
    mm1::encode(&pdu).into()
}

/// M-Read-Orig.ind (ENC 1.3 §6.7.2).
pub(crate) fn read_orig_ind(node: &Node, mm: &Mm, reader: &str, status: &str, date: i64) -> Bytes {
    read_orig_about(node, &mm.message_id, &mm.from, reader, status, date)
}

/// M-Read-Orig.ind about the MM of that id.
pub(crate) fn read_orig_about(
    node: &Node,
    message_id: &str,
    to: &str,
    reader: &str,
    status: &str,
    date: i64,
) -> Bytes {
    let id = if node.has(Seed::ReadOrigWrongId) {
        node.ids.message()
    } else {
        message_id.to_owned()
    };
    let from = if node.has(Seed::ReadOrigToken) {
        Value::InsertAddress
    } else {
        Value::Address(reader.to_owned())
    };
    let mut pdu = pdu(node, PduType::ReadOrigInd, None)
        .with("Message-ID", Value::Text(id))
        .with("To", Value::Address(to.to_owned()))
        .with("From", from);
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
