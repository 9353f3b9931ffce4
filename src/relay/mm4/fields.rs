//! What MM4 fields become on the other side, and the mailbox forms of addresses.

use crate::relay::defects::Seed;
use crate::relay::node::Node;
use crate::relay::routing::{Destination, Hop};
use crate::wire::address::{self, Address};
use crate::wire::{Field, PduType, Value, table};

/// The version of every MM4 PDU this relay makes.
pub(super) const VERSION: &str = "6.10.0";

/// MM1 names of fields that MM4 calls otherwise (TS 23.140 §8.4.4).
const RENAMED: [(&str, &str); 2] = [
    ("X-Mms-Read-Report", "X-Mms-Read-Reply"),
    (
        "X-Mms-Previously-Sent-Date",
        "X-Mms-Previously-sent-date-and-time",
    ),
];

/// Fields with one name on both sides that belong to the MM.
const SHARED: [&str; 12] = [
    "Subject",
    "X-Mms-Message-Class",
    "X-Mms-Priority",
    "X-Mms-Delivery-Report",
    "X-Mms-Sender-Visibility",
    "X-Mms-Previously-Sent-By",
    "X-Mms-Applic-ID",
    "X-Mms-Reply-Applic-ID",
    "X-Mms-Aux-Applic-Info",
    "X-Mms-Content-Class",
    "X-Mms-DRM-Content",
    "X-Mms-Adaptation-Allowed",
];

/// Fields of MM4 alone that the next node of the same MMSE must see as they are.
const CARRIED: [&str; 10] = [
    "X-Mms-Forward-Counter",
    "X-Mms-Originator-R/S-Delivery-Report",
    "X-Mms-Originator-Recipient-Address",
    "X-Mms-MMSIP-Address",
    "X-Mms-Forward-Route",
    "X-Mms-Return-Route",
    "X-Mms-VASP-ID",
    "X-Mms-VAS-ID",
    "X-Mms-Service-Code",
    "X-Mms-Charged-Party-ID",
];

/// Header fields of mail systems on the way: they say nothing about the MM.
const TRANSPORT: [&str; 24] = [
    "Message-ID",
    "Delivered-To",
    "Errors-To",
    "Precedence",
    "Auto-Submitted",
    "DKIM-Signature",
    "DomainKey-Signature",
    "Authentication-Results",
    "User-Agent",
    "Importance",
    "Thread-Topic",
    "Thread-Index",
    "Accept-Language",
    "X-Mailer",
    "X-Priority",
    "X-MSMail-Priority",
    "X-MimeOLE",
    "X-Originating-IP",
    "X-Original-To",
    "X-Envelope-To",
    "X-Received",
    "X-Amavis-Alert",
    "Apparently-To",
    "Bcc",
];
const TRANSPORT_FAMILIES: [&str; 8] = [
    "ARC-",
    "List-",
    "Resent-",
    "Received",
    "X-Spam",
    "X-Virus",
    "X-Quarantine",
    "Content-",
];

fn is_in(list: &[&str], name: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether an unknown header field belongs to the mail systems on the way and not to the MM.
fn is_transport(name: &str) -> bool {
    is_in(&TRANSPORT, name)
        || TRANSPORT_FAMILIES.iter().any(|family| {
            name.get(..family.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(family))
        })
}

/// The MM1 form of a field of MM4_forward.REQ that travels with the MM; none for all others.
pub(super) fn to_mm1(field: &Field) -> Option<Field> {
    let named = |name: &str| {
        Some(Field {
            name: name.to_owned().into(),
            value: field.value.clone(),
            at: crate::wire::Span::default(),
        })
    };
    if let Some((mm1, _)) = RENAMED
        .iter()
        .find(|(_, mm4)| mm4.eq_ignore_ascii_case(&field.name))
    {
        return named(mm1);
    }
    if field.name.eq_ignore_ascii_case("Subject") && field.value.text().is_empty() {
        return None;
    }
    if let Some(shared) = SHARED.iter().find(|name| name.eq_ignore_ascii_case(&field.name)) {
        return named(shared);
    }
    let unknown = table::field(&field.name).is_none() && !is_transport(&field.name);
    unknown.then(|| field.clone())
}

/// Whether a field of MM4 alone goes on to the next node of this MMSE.
pub(super) fn is_carried(name: &str) -> bool {
    is_in(&CARRIED, name)
}

/// The MM4 form of an MM's field; none for what has no place on MM4. Octets that are no text stay behind: as they are, they
/// could begin another header line.
pub(super) fn to_mm4(field: &Field) -> Option<(&str, Value)> {
    if matches!(field.value, Value::Octets(_)) {
        return None;
    }
    if let Some((_, mm4)) = RENAMED
        .iter()
        .find(|(mm1, _)| mm1.eq_ignore_ascii_case(&field.name))
    {
        return Some((mm4, field.value.clone()));
    }
    let unknown =
        table::field(&field.name).is_none() && !is_transport(&field.name) && is_header_name(&field.name);
    if is_in(&SHARED, &field.name) || unknown {
        // MM1 and MM4 write some names with other capitals.
        let usage = table::pdu(PduType::Mm4ForwardReq).usage(&field.name);
        let name = usage.map_or(field.name.as_str(), |usage| usage.field);
        return Some((name, field.value.clone()));
    }
    None
}

/// Application headers go out under their own name only if that is one for RFC 5322.
fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic() && b != b':') && !name.starts_with("0x")
}

/// The addresses of a To or Cc header, without the empty group of a message to blind recipients.
pub(super) fn addresses(text: &str) -> Vec<String> {
    address::list(text)
        .into_iter()
        .map(|one| one.trim().to_owned())
        .filter(|one| !one.is_empty() && !one.contains(':') && !one.ends_with(';'))
        .collect()
}

/// An address as a mailbox of RFC 5322; one without a domain gets this one.
pub(super) fn mailbox(text: &str, domain: &str) -> String {
    match Address::parse(text) {
        Address::Email(mailbox) => mailbox,
        other => format!("{}@{domain}", other.mm1()),
    }
}

/// An address as a mailbox in the MMSE that serves it, or without domain if none does.
pub(super) fn qualified(node: &Node, text: &str) -> String {
    if node.has(Seed::RouteTypeLeftOut) {
        return with_domain(node, text).replace("/TYPE=PLMN", "");
    }
    with_domain(node, text)
}

fn with_domain(node: &Node, text: &str) -> String {
    match node.routing.destination(&Address::parse(text)) {
        Destination::Here(_) | Destination::Look(_) => mailbox(text, &node.config.domain),
        // The edge knows whose address this is.
        Destination::Over(Hop { edge: true, .. }) => Address::parse(text).mm1(),
        Destination::Over(Hop { inner: true, .. }) => mailbox(text, &node.config.domain),
        Destination::Over(hop) => mailbox(text, &hop.domain),
        // Where ENUM is asked, its last answer tells.
        Destination::Ask(_) => {
            let address = Address::parse(text);
            node.routing.mailbox(&address).unwrap_or_else(|| address.mm1())
        }
        Destination::Nowhere | Destination::Unsupported => Address::parse(text).mm1(),
    }
}
