//! Values that are well formed and still wrong, or odd, where they stand.

use super::decode::Seen;
use super::{CONTENT_TYPE, words};
use crate::wire::finding::Findings;
use crate::wire::table;
use crate::wire::{Content, Field, Interval, Pdu, PduType, Span, Value};

/// The types of address that ENC 1.3 §8 names.
const ADDRESS_TYPES: [&str; 3] = ["PLMN", "IPv4", "IPv6"];

/// Adds what is wrong with single values of this PDU, with the counts of a deletion's answer, and with its content.
pub(super) fn check(pdu: &Pdu, seen: &[Seen], findings: &mut Findings) {
    for field in &pdu.fields {
        in_this_pdu(pdu, field, findings);
        anywhere(field, findings);
    }
    counts(pdu, findings);
    if let Some(content) = &pdu.content {
        let content_type = seen.iter().find(|field| field.octet == CONTENT_TYPE);
        start(
            content,
            content_type.map_or(Span::default(), |field| field.at),
            findings,
        );
    }
}

fn in_this_pdu(pdu: &Pdu, field: &Field, findings: &mut Findings) {
    let is_auto = || {
        pdu.text("X-Mms-Message-Class")
            .is_some_and(|class| class == "Auto")
    };
    let is_named = |name: &str| field.name == name;
    match field.value {
        Value::Interval(Interval::Absolute(_))
            if pdu.kind == PduType::NotificationInd && is_named("X-Mms-Expiry") =>
        {
            let text = "the expiry of a notification is relative";
            findings.error("expiry-not-relative", field.at, "ENC 1.3 §6.2", text);
        }
        Value::InsertAddress if !table::pdu(pdu.kind).to_relay && is_named("From") => {
            let text = "the insert-address token is for the client alone";
            findings.error("insert-address-not-allowed", field.at, "ENC 1.3 §7.3.22", text);
        }
        Value::Token {
            octet: Some(0x80), ..
        } if pdu.kind == PduType::SendReq
            && (is_named("X-Mms-Delivery-Report") || is_named("X-Mms-Read-Report"))
            && is_auto() =>
        {
            let text = "an MM of class Auto asks for no report";
            findings.error("report-of-auto", field.at, "ENC 1.3 §6.1.1", text);
        }
        _ => {}
    }
}

fn anywhere(field: &Field, findings: &mut Findings) {
    match field.value.uncounted() {
        Value::Text(id) if id.starts_with('<') && is_bare_id(&field.name) => {
            let text = format!("{} stands without angle brackets", field.name);
            findings.warning("message-id-brackets", field.at, "ENC 1.3 §7.3.29", text);
        }
        Value::Text(uri) if field.name == "X-Mms-Content-Location" && has_blank(uri) => {
            let text = format!("{} has a blank in it, which no URI has", field.name);
            findings.warning("uri-blank", field.at, "ENC 1.3 §7.3.10", text);
        }
        Value::Address(address) => address_type(address, field.at, findings),
        Value::PreviouslySentBy { address, .. } => address_type(address, field.at, findings),
        Value::Encoded { charset, text } => encoded_words(*charset, text, field.at, findings),
        Value::Token { name, octet: Some(_) }
            if name.starts_with("0x") && field.name == "X-Mms-Attributes" =>
        {
            let text = format!("no field has the number {name}");
            findings.warning("token-unknown", field.at, "ENC 1.3 §7.3.2", text);
        }
        _ => {}
    }
}

fn has_blank(uri: &str) -> bool {
    // Without a way out in the middle, the first pass goes over many octets at once.
    let may_have = uri.bytes().fold(false, |may, octet| may | (octet <= b' '));
    may_have && uri.bytes().any(|octet| octet.is_ascii_whitespace())
}

fn is_bare_id(name: &str) -> bool {
    ["Message-ID", "X-Mms-Replace-ID", "X-Mms-Cancel-ID"].contains(&name)
}

/// Any other type may be agreed between two parties, and is as often a slip of the pen.
fn address_type(address: &str, at: Span, findings: &mut Findings) {
    let mut ends = address.rmatch_indices('/').map(|(at, _)| &address[at..]);
    let Some(kind) = ends.find_map(|end| end.strip_prefix("/TYPE=")) else {
        return;
    };
    if !ADDRESS_TYPES.iter().any(|known| known.eq_ignore_ascii_case(kind)) {
        let text = format!("no standard names the address type {kind:?}");
        findings.note("address-type-unknown", at, "ENC 1.3 §8", text);
    }
}

/// A sender may use encoded words where it names no charset; a receiver may leave them as they are.
fn encoded_words(charset: Option<u16>, text: &str, at: Span, findings: &mut Findings) {
    let Some(read) = words::without_encoded_words(text) else {
        return;
    };
    let clause = "ENC 1.3 §7.3.19";
    match charset {
        None => findings.note(
            "encoded-word",
            at,
            clause,
            format!("the text is in encoded words: {read:?}"),
        ),
        Some(_) => {
            let text = "encoded words stand behind a charset, which excludes them";
            findings.error("encoded-word-with-charset", at, clause, text);
        }
    }
}

/// A location or a text of M-Delete.conf belongs to the status of its count.
fn counts(pdu: &Pdu, findings: &mut Findings) {
    if !matches!(pdu.kind, PduType::MboxDeleteConf | PduType::DeleteConf) {
        return;
    }
    let of = |name| {
        pdu.all(name).filter_map(|field| match &field.value {
            Value::Counted { count, .. } => Some((field, *count)),
            _ => None,
        })
    };
    let statuses: Vec<u64> = of("X-Mms-Response-Status").map(|(_, count)| count).collect();
    for (field, count) in of("X-Mms-Content-Location").chain(of("X-Mms-Response-Text")) {
        if !statuses.contains(&count) {
            let text = format!("no X-Mms-Response-Status has the count {count}");
            findings.error("count-without-status", field.at, "ENC 1.3 §7.3.48", text);
        }
    }
}

/// The presentation of a multipart/related is the part that `start` names.
fn start(content: &Content, at: Span, findings: &mut Findings) {
    let Some(start) = content
        .media
        .param("start")
        .filter(|_| content.media.is_multipart())
    else {
        return;
    };
    let bare = |id: &str| id.trim_matches(['<', '>', '"']).to_owned();
    let wanted = bare(start);
    let named = |id: &Option<String>| id.as_deref().is_some_and(|id| bare(id) == wanted);
    if !content
        .parts
        .iter()
        .any(|part| named(&part.content_id) || named(&part.content_location))
    {
        findings.warning(
            "start-names-no-part",
            at,
            "ENC 1.3 §5",
            format!("no part is {start:?}"),
        );
    }
}
