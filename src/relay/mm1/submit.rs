//! M-Send.req → M-Send.conf (ENC 1.3 §6.1).

use std::sync::Arc;

use bytes::Bytes;
use hyper::StatusCode;
use sha2::{Digest, Sha256};

use super::confs::{conf, conf_octets, other_major, status};
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
use crate::wire::{Decoded, Field, Interval, Pdu, Value, mm1};

/// Takes an MM from a client.
pub(super) fn submit(node: &Arc<Node>, client: Option<&str>, decoded: &Decoded, octets: &Bytes) -> Answer {
    let pdu = &decoded.pdu;
    let Some(tid) = pdu.text("X-Mms-Transaction-ID").filter(|tid| !tid.is_empty()) else {
        return Answer::Refused(StatusCode::BAD_REQUEST, "M-Send.req without transaction id\n");
    };
    if !version_served(node, pdu) {
        return other_major(node, &tid);
    }
    let number = match check(node, client, decoded, octets.len()) {
        Ok(number) => number,
        Err(refusal) => return conf(node, &tid, refusal, None),
    };
    let (owner, hash) = if node.has(Seed::SubmitTidAlone) {
        (String::new(), [0; 32])
    } else {
        (number.clone(), Sha256::digest(octets).into())
    };
    // Looked up and remembered in one go: on a common store the same PDU may come to another relay at this moment.
    let mut state = node.state();
    if !node.has(Seed::SubmitDuplicateAccepted)
        && let Some(conf) = state.submission(&owner, &tid, hash)
    {
        node.log(|| format!("MM1: {number} repeats {tid}"));
        return Answer::Pdu(conf);
    }
    let mut recipients = recipients(node, pdu);
    if node.has(Seed::VersionReadReportMmSwallowed)
        && pdu.text("X-Mms-Message-Class").as_deref() == Some("Auto")
    {
        recipients.clear();
    }
    let all_unsupported = recipients
        .iter()
        .all(|address| node.routing.destination(&Address::parse(address)) == Destination::Unsupported);
    if all_unsupported && !recipients.is_empty() && !node.has(Seed::RouteShortCodeAccepted) {
        let refusal = if node.has(Seed::SubmitAddressTypeTransient) {
            status::TRANSIENT
        } else {
            status::FAILURE
        };
        return conf(node, &tid, refusal, None);
    }
    let birth = Birth {
        at: Time::now(),
        record: node.ids.token(),
        id: message_id(node, &number),
    };
    let mm = Arc::new(to_mm(node, pdu, &number, birth));
    let confirmation = conf_octets(node, &tid, status::OK, Some(&mm.message_id));
    let written = node.ledger.write(|| Entry::Submitted {
        record: mm.record.clone(),
        at: mm.taken.millis(),
        client: number.clone(),
        message_id: mm.message_id.clone(),
        recipients: recipients.clone(),
        pdu: octets.to_vec(),
        conf: confirmation.to_vec(),
    });
    if let Err(error) = written {
        node.log(|| format!("the ledger cannot be written: {error}"));
        return conf(node, &tid, status::TRANSIENT, None);
    }
    state.remember_submission(&owner, &tid, hash, confirmation.clone());
    intake::remember_sent(node, &mut state, &mm, &recipients);
    drop(state);
    intake::when_due(node, &mm, &recipients);
    Answer::Pdu(confirmation)
}

fn message_id(node: &Node, number: &str) -> String {
    if node.has(Seed::SendConfMessageIdOfSecond) {
        let number = number.trim_start_matches('+');
        return format!("{}.{number}@{}", Time::now().seconds(), node.config.domain);
    }
    node.ids.message()
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
    if !node.has(Seed::StoreSubmissionsForgotten) {
        state.remember_submission(client, &tid, hash, conf);
    }
    if !node.has(Seed::StoreSentForgotten) {
        intake::remember_sent(node, state, &mm, recipients);
    }
    Some((mm, recipients.clone()))
}

/// Whether the major version is this relay's (ENC 1.3 §6.14). A PDU without version is refused by [`check`].
fn version_served(node: &Node, pdu: &Pdu) -> bool {
    match pdu.value("X-Mms-MMS-Version") {
        Some(Value::Version { major, minor }) => {
            (*major == 1 || node.has(Seed::VersionMajor2Accepted))
                && !(node.has(Seed::VersionMinorRefused) && *minor > 3)
                && !(node.has(Seed::VersionOldClientRefused) && *minor < 2)
                && !(node.has(Seed::VersionOneRefused) && *minor == 0)
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
    if is_corrupt(node, decoded) {
        return Err(if node.has(Seed::SubmitCorruptTransient) {
            status::TRANSIENT
        } else {
            status::FORMAT_CORRUPT
        });
    }
    if missing_mandatory(node, pdu) || taken_for_corrupt(node, pdu) {
        return Err(status::FORMAT_CORRUPT);
    }
    let Some(number) = client else {
        let token = pdu.value("From") == Some(&Value::InsertAddress);
        if token && node.has(Seed::SubmitAnonymous) {
            return Ok("+0".to_owned());
        }
        return Err(if token {
            status::SENDER_UNRESOLVED
        } else {
            status::SERVICE_DENIED
        });
    };
    if node.routing.home(number).is_none() && !node.has(Seed::SubmitStrangerServed) {
        return Err(status::SERVICE_DENIED);
    }
    let lists: &[&str] = if node.has(Seed::SubmitBccAloneRefused) {
        &["To", "Cc"]
    } else {
        &["To", "Cc", "Bcc"]
    };
    let some_recipient = lists.iter().any(|name| pdu.field(name).is_some());
    if !some_recipient && !node.has(Seed::SubmitNoRecipientAccepted) {
        return Err(status::FORMAT_CORRUPT);
    }
    if size > node.config.limits.message_size && !node.has(Seed::SubmitOversizeAccepted) {
        return Err(status::CONTENT_NOT_ACCEPTED);
    }
    let from_given = pdu.value("From") != Some(&Value::InsertAddress);
    if from_given && node.has(Seed::SubmitOwnAddressRefused) {
        return Err(status::SENDER_UNRESOLVED);
    }
    let mixed = pdu
        .content
        .as_ref()
        .is_some_and(|c| c.media.essence == "multipart/mixed");
    if mixed && node.has(Seed::SubmitMixedRefused) {
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

fn missing_mandatory(node: &Node, pdu: &Pdu) -> bool {
    let field = pdu.field("From").is_none() || pdu.field("X-Mms-MMS-Version").is_none();
    (field && !node.has(Seed::SubmitMandatoryMissingAccepted)) || pdu.content.is_none()
}

/// What a relay with a defect takes for corrupt although it is not.
fn taken_for_corrupt(node: &Node, pdu: &Pdu) -> bool {
    let any = |seed: Seed, test: &dyn Fn(&Field) -> bool| node.has(seed) && pdu.fields.iter().any(test);
    any(Seed::SubmitNewFieldsRefused, &|field| {
        matches!(
            &*field.name,
            "X-Mms-Content-Class" | "X-Mms-DRM-Content" | "X-Mms-Applic-ID"
        )
    }) || any(Seed::SubmitUnnamedFieldRefused, &|field| {
        field.name.starts_with("0x")
    }) || any(Seed::SubmitSeparatorsRefused, &|field| {
        let text = field.value.text();
        text.strip_suffix("/TYPE=PLMN")
            .is_some_and(|number| number.contains(['-', '.']))
    })
}

/// Whether octets of the PDU cannot be taken for what they should be: a length beyond the end, a string without end, a
/// known field whose value has not the field's form. An unknown value in a legal form is not corrupt (ENC 1.3 §6.14.2), and
/// neither is an order that the sender got wrong.
fn is_corrupt(node: &Node, decoded: &Decoded) -> bool {
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
    let forgiven =
        |code: &str| code.starts_with("value-length-beyond") && node.has(Seed::SubmitLengthUnchecked);
    let misread = decoded
        .findings
        .iter()
        .any(|f| FATAL.contains(&f.code.as_str()) && !forgiven(&f.code));
    let unreadable = decoded.pdu.fields.iter().any(|field| {
        let octets_expected = table::field(&field.name).is_none_or(|def| def.kind == Kind::Octets);
        matches!(field.value, Value::Octets(_)) && !octets_expected
    });
    misread || unreadable
}

/// Every address of To, Cc and Bcc once, in the form of MM1.
fn recipients(node: &Node, pdu: &Pdu) -> Vec<String> {
    let of_each = if node.has(Seed::SubmitFirstRecipientOnly) {
        1
    } else {
        usize::MAX
    };
    let fields = ["To", "Cc", "Bcc"]
        .iter()
        .flat_map(|name| pdu.all(name).take(of_each));
    let addresses = fields
        .map(|field| Address::parse(&field.value.text()))
        .map(|address| match node.has(Seed::RouteZerosKept) {
            true => address.mm1(),
            false => canonical_address(&address),
        });
    if node.has(Seed::SubmitRecipientTwice) {
        return addresses.collect();
    }
    distinct(addresses)
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
        _ if node.has(Seed::SubmitTokenBecomesRelay) && pdu.value("From") == Some(&Value::InsertAddress) => {
            node.config.system_address.clone()
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
            Some(Value::Date(date)) if node.has(Seed::SubmitDateInLocalTime) => date + 3600,
            Some(Value::Date(date)) => *date,
            _ => now.seconds() + late,
        },
        deadline: expiry.unwrap_or_else(|| now.plus_seconds(node.config.timers.default_expiry_s)),
        expiry_given: expiry.is_some(),
        not_before: interval("X-Mms-Delivery-Time")
            .filter(|then| !then.is_past() && !node.has(Seed::SubmitDeliveryTimeIgnored)),
        reports: Reports {
            delivery: says_yes(pdu, "X-Mms-Delivery-Report"),
            read: says_yes(pdu, "X-Mms-Read-Report")
                && !(is_oldest(pdu) && node.has(Seed::VersionOldReadReportLost)),
            relay_delivery: false,
        },
        size: pdus::message_size(&content),
        content,
        origin: Origin::Here(number.to_owned()),
        trace: Vec::new(),
    }
}

/// The fields that go with the MM to its recipients, unknown ones among them (ENC 1.3 §6.14.2).
fn travelling(node: &Node, pdu: &Pdu) -> Vec<Field> {
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
        .filter(|field| !(node.has(Seed::SubmitUnknownValueDropped) && is_unknown(&field.value)))
        .filter(|field| !(node.has(Seed::SubmitClassTextDropped) && is_class_text(field)))
        .cloned()
        .map(|field| subject(node, field))
        .collect()
}

/// Whether the client is one of MMS 1.0, which has no M-Read-Orig.ind.
fn is_oldest(pdu: &Pdu) -> bool {
    let version = pdu.value("X-Mms-MMS-Version");
    version == Some(&Value::Version { major: 1, minor: 0 })
}

/// Whether a closed list does not know this value.
fn is_unknown(value: &Value) -> bool {
    matches!(value, Value::Token { name, .. } if name.starts_with("0x"))
}

/// Whether this is a class of the client's own.
fn is_class_text(field: &Field) -> bool {
    let defined = ["Personal", "Advertisement", "Informational", "Auto"];
    field.name == "X-Mms-Message-Class" && !defined.contains(&field.value.text().as_str())
}

/// A Subject as it travels: unchanged, unless by a defect.
fn subject(node: &Node, mut field: Field) -> Field {
    if field.name != "Subject" {
        return field;
    }
    if let Value::Encoded { text, .. } | Value::Text(text) = &mut field.value {
        if node.has(Seed::SubmitSubjectCut) {
            *text = text.chars().take(20).collect();
        }
        if node.has(Seed::SubmitEncodedWordBroken) && text.starts_with("=?") {
            *text = text.replace(['_', '='], " ");
        }
        if node.has(Seed::SubmitSubjectAscii) {
            *text = text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
        }
    }
    field
}
