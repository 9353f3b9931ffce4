//! MM4_forward.REQ both ways: an MM as the next Relay/Server is sent it, and as one is read.

use super::fields::{self, VERSION};
use super::mail;
use crate::relay::defects::Seed;
use crate::relay::ids::bare;
use crate::relay::mm1;
use crate::relay::model::{Birth, Mm, Origin, Reports, canonical, says_yes};
use crate::relay::node::Node;
use crate::relay::routing::Hop;
use crate::relay::timer::Time;
use crate::wire::address::Address;
use crate::wire::{Field, Interval, Pdu, PduType, Span, Value, date, table};

/// The names this relay goes by on one hop: the MMSE's outside, the node's own inside.
pub(super) struct Identity {
    /// Mailbox of the Relay/Server.
    pub system: String,
}

impl Identity {
    pub fn towards(node: &Node, hop: &Hop) -> Identity {
        Self::named(node, hop.inner)
    }

    /// The name under which it answers somebody behind this hop.
    pub fn beyond(node: &Node, hop: &Hop) -> Identity {
        let inside = hop.inner && (!hop.edge || node.has(Seed::BeyondInnerName));
        Self::named(node, inside)
    }

    fn named(node: &Node, inside: bool) -> Identity {
        let system = if inside || node.has(Seed::OutsideNameOfNode) {
            let local = node.config.system_address.split('@').next();
            format!("{}@{}", local.unwrap_or("system-user"), node.config.host)
        } else {
            node.config.system_address.clone()
        };
        Identity { system }
    }
}

/// An MM4 PDU with the fields that every one has; the RFC 5322 Message-ID is fresh.
pub(super) fn pdu(node: &Node, kind: PduType, tid: &str) -> Pdu {
    let version = if mail::is_res(kind) && node.has(Seed::VersionOfAnswers) {
        "5.5.0"
    } else {
        VERSION
    };
    Pdu::new(kind)
        .with("X-Mms-3GPP-MMS-Version", Value::text_of(version))
        .with("X-Mms-Transaction-ID", quoted(tid))
        .with("Message-ID", Value::Text(node.ids.message()))
}

/// An id as a quoted-string (ENC 1.3 App. D); receivers take one pair of quotes away.
pub(super) fn quoted(id: &str) -> Value {
    Value::Text(format!("\"{id}\""))
}

/// The mailbox of the MM's originator, in its own MMSE.
pub(super) fn sender(node: &Node, mm: &Mm) -> String {
    match &mm.origin {
        Origin::Mm4 { sender: Some(sender) } => sender.clone(),
        Origin::Mm4 { sender: None } => fields::qualified(node, &mm.from),
        Origin::Here(_) => fields::mailbox(&mm.from, &node.config.domain),
    }
}

/// MM4_forward.REQ (TS 23.140 §8.4.1).
pub(super) fn forward_req(node: &Node, mm: &Mm, hop: &Hop, tid: &str) -> Pdu {
    let identity = Identity::towards(node, hop);
    let mut pdu = pdu(node, PduType::Mm4ForwardReq, tid);
    if node.has(Seed::ForwardNoVersion) {
        pdu.remove("X-Mms-3GPP-MMS-Version");
    }
    pdu.push("X-Mms-Message-ID", quoted(&mm.message_id));
    pdu.push("Date", Value::Date(mm.date));
    pdu.push("From", Value::Address(originator(node, mm)));
    let sender = if node.has(Seed::ForwardSenderUnqualified) {
        mm.from.clone()
    } else {
        sender(node, mm)
    };
    pdu.push("Sender", Value::Address(sender));
    push_recipients(node, mm, &mut pdu);
    pdu.push("X-Mms-Ack-Request", Value::token("Yes"));
    if !node.has(Seed::ForwardNoOriginatorSystem) {
        pdu.push("X-Mms-Originator-System", Value::Address(identity.system));
    }
    for (name, value) in mm.fields.iter().filter_map(fields::to_mm4) {
        let name = match name {
            "X-Mms-Read-Reply" if node.has(Seed::ForwardReadReport) => "X-Mms-Read-Report",
            "X-Mms-Sender-Visibility" if node.has(Seed::E2eHideIgnored) => continue,
            other => other,
        };
        if hop.inner && node.has(Seed::InnerUnknownDropped) && table::field(name).is_none() {
            continue;
        }
        pdu.push(name, value);
    }
    if node.has(Seed::ForwardReportByDefault) && pdu.field("X-Mms-Delivery-Report").is_none() {
        pdu.push("X-Mms-Delivery-Report", Value::token("Yes"));
    }
    // Inside, the deadline goes along even when the originator left it to the relay: it must not start again.
    let expiry = if hop.inner {
        !node.has(Seed::InnerExpiryRestarts)
    } else {
        mm.expiry_given
    };
    if expiry {
        let deadline = Interval::Absolute(mm.deadline.seconds_up());
        pdu.push("X-Mms-Expiry", Value::Interval(deadline));
    }
    for field in &mm.carried {
        pdu.push(&field.name, field.value.clone());
    }
    if hop.inner && node.has(Seed::InnerForwardCounter) {
        pdu.set("X-Mms-Forward-Counter", Value::Integer(1));
        let address = mm.from.clone();
        pdu.push(
            "X-Mms-Previously-sent-by",
            Value::PreviouslySentBy { count: 0, address },
        );
    }
    if node.has(Seed::ForwardCounterOfHops) {
        pdu.set("X-Mms-Forward-Counter", Value::Integer(2));
    }
    for line in mm.trace.iter().rev() {
        pdu.fields.insert(0, field("Received", Value::text_of(line)));
    }
    pdu.content = Some(mm.content.clone());
    pdu
}

fn originator(node: &Node, mm: &Mm) -> String {
    match &mm.origin {
        Origin::Here(_) => fields::mailbox(&mm.from, &node.config.domain),
        Origin::Mm4 { .. } => fields::qualified(node, &mm.from),
    }
}

fn push_recipients(node: &Node, mm: &Mm, pdu: &mut Pdu) {
    for name in ["To", "Cc"] {
        let mut shown: Vec<String> = mm
            .fields
            .iter()
            .filter(|f| f.name.eq_ignore_ascii_case(name))
            .map(|f| fields::qualified(node, &f.value.text()))
            .collect();
        if name == "To" && node.has(Seed::ForwardBccInHeader) {
            shown.extend(mm.bcc.iter().map(|address| fields::qualified(node, address)));
        }
        for mailbox in shown {
            pdu.push(name, Value::Address(mailbox));
        }
    }
    if pdu.field("To").is_none() && pdu.field("Cc").is_none() {
        // All recipients are blind: the empty group of RFC 5322 §3.4 names nobody.
        pdu.push("To", Value::text_of("undisclosed-recipients:;"));
    }
}

/// The MM in a forward.REQ whose mandatory fields are there.
pub(super) fn to_mm(node: &Node, pdu: &Pdu, received: String, birth: Birth) -> Mm {
    let now = birth.at;
    let text = |name: &str| pdu.text(name).unwrap_or_default();
    let message_id = bare(&text("X-Mms-Message-ID")).to_owned();
    let visibility = text("X-Mms-Sender-Visibility");
    let hide = match visibility.as_str() {
        "" => node.has(Seed::InHiddenByDefault),
        _ if node.has(Seed::E2eShowHides) => true,
        said => said.eq_ignore_ascii_case("Hide"),
    };
    let hidden = hide && !node.has(Seed::InHideIgnored);
    let date = match pdu.value("Date") {
        Some(Value::Date(date)) if !node.has(Seed::InDateOfArrival) => *date,
        None if node.has(Seed::InDateMissingIs1970) => 0,
        _ => now.seconds(),
    };
    let expiry = match pdu.value("X-Mms-Expiry") {
        _ if node.has(Seed::InExpiryIgnored) => None,
        Some(Value::Interval(Interval::Relative(seconds))) if node.has(Seed::E2eExpiryFromDate) => {
            Some(Time::at_seconds(date).plus_seconds(*seconds))
        }
        Some(Value::Interval(Interval::Relative(seconds))) => Some(now.plus_seconds(*seconds)),
        Some(Value::Interval(Interval::Absolute(date))) => Some(Time::at_seconds(*date)),
        _ => None,
    };
    let mut mm_fields = Vec::new();
    for name in ["To", "Cc"] {
        let listed = pdu.all(name).flat_map(|f| fields::addresses(&f.value.text()));
        mm_fields.extend(listed.map(|one| field(name, Value::Address(Address::parse(&one).mm1()))));
    }
    mm_fields.extend(pdu.fields.iter().filter_map(|f| arriving(node, f)));
    let mut content = pdu.content.clone().unwrap_or_default();
    let eight_bit = text("Content-Transfer-Encoding").eq_ignore_ascii_case("8bit");
    if eight_bit && node.has(Seed::InEighthBitLost) {
        content.body = content.body.iter().map(|octet| octet & 0x7F).collect();
    }
    if node.has(Seed::InPartNamesDropped) {
        content.parts.iter_mut().for_each(|part| part.content_id = None);
    }
    if node.has(Seed::InNulEndsText)
        && let Some(nul) = content.body.iter().position(|octet| *octet == 0)
    {
        content.body.truncate(nul);
    }
    let trace = std::iter::once(received)
        .chain(pdu.all("Received").map(|f| f.value.text()))
        .collect();
    Mm {
        record: birth.record,
        taken: birth.at,
        // An id that a peer made may contain the name that is to be hidden.
        shown_id: if hidden { birth.id } else { message_id.clone() },
        message_id,
        from: canonical(&text("From")),
        hidden,
        fields: mm_fields,
        bcc: Vec::new(),
        carried: pdu
            .fields
            .iter()
            .filter(|f| fields::is_carried(&f.name))
            .cloned()
            .collect(),
        date,
        deadline: expiry.unwrap_or_else(|| now.plus_seconds(node.config.timers.default_expiry_s)),
        expiry_given: expiry.is_some(),
        not_before: None,
        reports: Reports {
            delivery: says_yes(pdu, "X-Mms-Delivery-Report"),
            read: says_yes(pdu, "X-Mms-Read-Reply"),
            relay_delivery: says_yes(pdu, "X-Mms-Originator-R/S-Delivery-Report"),
        },
        size: mm1::message_size(&content),
        content,
        origin: Origin::Mm4 {
            sender: pdu
                .text("Sender")
                .filter(|s| s.contains('@'))
                .map(|s| mailbox_of(&s)),
        },
        trace,
    }
}

/// The MM1 form of a field, unless a relay with a defect leaves it behind.
fn arriving(node: &Node, field: &Field) -> Option<Field> {
    let lost = field.name.contains("Applic") && node.has(Seed::InApplicationLost);
    fields::to_mm1(field).filter(|_| !lost)
}

fn mailbox_of(text: &str) -> String {
    let inside = text.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or(text, |(mailbox, _)| mailbox).trim().to_owned()
}

/// The Received field that this relay adds, and the client that it got the message from (RFC 5321 §4.4).
pub(super) fn received(node: &Node, client: &str) -> String {
    let client: String = client.chars().filter(char::is_ascii_graphic).take(255).collect();
    let now = date::rfc5322(Time::now().seconds());
    format!("from {client} by {} with ESMTP; {now}", node.config.host)
}

pub(super) fn field(name: &str, value: Value) -> Field {
    Field {
        name: name.to_owned().into(),
        value,
        at: Span::default(),
    }
}
