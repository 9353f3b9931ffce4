//! MM4 PDUs as the mail that goes out. What a relay with a defect gets wrong in header and MIME stands here.

use bytes::Bytes;

use super::spoken;
use crate::relay::defects::Seed;
use crate::relay::node::Node;
use crate::relay::routing::Hop;
use crate::wire::{Content, Pdu, PduType, Value, date, mm4};

/// The octets of a PDU on its way to this hop.
pub(super) fn encode(node: &Node, hop: &Hop, pdu: &Pdu) -> Bytes {
    let mut pdu = spoken::pdu(node, hop, pdu.clone());
    if node.has(Seed::MailNoMessageId) {
        pdu.remove("Message-ID");
    }
    if is_res(pdu.kind) && node.has(Seed::MailResNoDate) {
        pdu.remove("Date");
    }
    if pdu.kind == PduType::Mm4ForwardReq {
        return forward(node, pdu);
    }
    mm4::encode(&pdu).into()
}

fn forward(node: &Node, mut pdu: Pdu) -> Bytes {
    if let Some(Value::Date(date)) = pdu.value("Date")
        && node.has(Seed::MailDateOfMachine)
    {
        let date = date::rfc3339(*date);
        pdu.set("Date", Value::Octets(date.into_bytes()));
    }
    if let Some(subject) = pdu.text("Subject")
        && node.has(Seed::MailSubjectRaw)
    {
        pdu.set("Subject", Value::Octets(subject.into_bytes()));
    }
    if node.has(Seed::MailLineEnds) {
        pdu.content = pdu.content.map(with_text_line_ends);
    }
    let mut octets = mm4::encode(&pdu);
    if node.has(Seed::MailBase64OneLine) {
        octets = base64_in_one_line(&octets);
    }
    let multipart = pdu.content.is_some_and(|content| content.media.is_multipart());
    if multipart && node.has(Seed::MailNotClosed) {
        octets = without_last_line(octets);
    }
    if multipart && node.has(Seed::MailWapTypes) {
        let text = String::from_utf8_lossy(&octets);
        let wap = "Content-Type: application/vnd.wap.multipart.";
        octets = text.replacen("Content-Type: multipart/", wap, 1).into_bytes();
    }
    octets.into()
}

/// A content with CR LF for every LF.
fn with_text_line_ends(mut content: Content) -> Content {
    let bodies = content.parts.iter_mut().map(|part| &mut part.data);
    for body in bodies.chain([&mut content.body]) {
        let mut lines = Vec::with_capacity(body.len());
        for octet in body.iter() {
            if *octet == b'\n' && lines.last() != Some(&b'\r') {
                lines.push(b'\r');
            }
            lines.push(*octet);
        }
        *body = lines.into();
    }
    content
}

/// Whether a PDU of this type answers another one.
pub(super) fn is_res(kind: PduType) -> bool {
    matches!(
        kind,
        PduType::Mm4ForwardRes | PduType::Mm4DeliveryReportRes | PduType::Mm4ReadReplyReportRes
    )
}

fn base64_in_one_line(octets: &[u8]) -> Vec<u8> {
    /// What every line of base64 but the last is long (RFC 2045 §6.8), with its line end.
    const FULL: usize = 78;
    let mut joined = Vec::with_capacity(octets.len());
    for line in octets.split_inclusive(|octet| *octet == b'\n') {
        let text = line.trim_ascii_end();
        let is_base64 = text
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"+/".contains(b));
        let kept = if is_base64 && line.len() == FULL {
            text
        } else {
            line
        };
        joined.extend_from_slice(kept);
    }
    joined
}

fn without_last_line(mut octets: Vec<u8>) -> Vec<u8> {
    let text = octets.trim_ascii_end();
    let start = text
        .iter()
        .rposition(|octet| *octet == b'\n')
        .map_or(0, |at| at + 1);
    octets.truncate(start);
    octets
}
