//! The datagram in a submit_sm, deliver_sm or data_sm, in whichever form it was put there.

use bytes::Bytes;

use super::codec::{Pdu, Smpp};
use crate::wire::Span;
use crate::wire::finding::Findings;
use crate::wire::push::carried::{Carried, Coding, add_moved, check_coding, check_ports};
use crate::wire::push::udh::{Ports, Segment, Udh};

pub(super) const DESTINATION_PORT: u16 = 0x020B;
pub(super) const SOURCE_PORT: u16 = 0x020A;
pub(super) const SAR_REFERENCE: u16 = 0x020C;
pub(super) const SAR_TOTAL: u16 = 0x020E;
pub(super) const SAR_NUMBER: u16 = 0x020F;
pub(super) const MESSAGE_PAYLOAD: u16 = 0x0424;
/// The bit of esm_class that says that user data begins with a header (SMPP 3.4 §5.2.12).
pub(super) const UDHI: u8 = 0x40;

/// Reads the datagram. None if the PDU carries no message at all.
pub fn carried(pdu: &Pdu) -> Option<Carried> {
    let recipient = pdu.string("destination_addr")?.to_owned();
    let sender = pdu.string("source_addr").unwrap_or_default().to_owned();
    let mut findings = Findings::default();
    let (data, offset) = message(pdu, &mut findings)?;
    let has_header = pdu.octet("esm_class").is_some_and(|class| class & UDHI != 0);
    let (udh, used) = if has_header {
        let (udh, used, odd) = Udh::decode(&data);
        add_moved(odd, offset, &mut findings);
        (Some(udh), used)
    } else {
        (None, 0)
    };
    check_sar(pdu, &mut findings);
    let ports = udh.as_ref().and_then(Udh::ports).or_else(|| ports(pdu));
    let segment = udh.as_ref().and_then(Udh::segment).or_else(|| sar(pdu));
    let whole = Span {
        offset,
        len: data.len(),
    };
    check(pdu, ports, whole, &mut findings);
    Some(Carried {
        recipient,
        sender,
        ports,
        segment,
        data: data.slice(used..),
        offset: offset + used,
        udh,
        findings: findings.into_vec(),
    })
}

/// short_message or message_payload, and where it stands.
fn message(pdu: &Pdu, findings: &mut Findings) -> Option<(Bytes, usize)> {
    let short = pdu.params.iter().find_map(|(name, value, at)| match value {
        // The first octet is the length.
        Smpp::Octets(octets) if *name == "short_message" => Some((octets.clone(), at.offset + 1)),
        _ => None,
    });
    let payload = pdu
        .tlv(MESSAGE_PAYLOAD)
        .map(|tlv| (tlv.value.clone(), tlv.at.offset + 4));
    match (short, payload) {
        (Some((short, at)), Some(payload)) => {
            if !short.is_empty() {
                let at = Span {
                    offset: at,
                    len: short.len(),
                };
                let text = "short_message and message_payload both hold data; message_payload is read";
                findings.error("smpp-two-messages", at, "SMPP 3.4 §5.3.2.32", text);
            }
            Some(payload)
        }
        (short, payload) => payload.or(short),
    }
}

fn ports(pdu: &Pdu) -> Option<Ports> {
    let number = |tag| {
        pdu.tlv(tag)
            .and_then(|tlv| tlv.number())
            .and_then(|n| u16::try_from(n).ok())
    };
    Some(Ports {
        destination: number(DESTINATION_PORT)?,
        source: number(SOURCE_PORT).unwrap_or_default(),
    })
}

fn sar(pdu: &Pdu) -> Option<Segment> {
    let number = |tag| pdu.tlv(tag).and_then(|tlv| tlv.number());
    let segment = Segment {
        reference: u16::try_from(number(SAR_REFERENCE)?).ok()?,
        wide: true,
        total: u8::try_from(number(SAR_TOTAL)?).ok()?,
        number: u8::try_from(number(SAR_NUMBER)?).ok()?,
    };
    (1..=segment.total).contains(&segment.number).then_some(segment)
}

/// The three parameters of a segment come together, and with numbers that can be.
fn check_sar(pdu: &Pdu, findings: &mut Findings) {
    let first = [SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER]
        .into_iter()
        .find_map(|tag| pdu.tlv(tag));
    if let Some(first) = first
        && sar(pdu).is_none()
    {
        let text = "sar_msg_ref_num, sar_total_segments and sar_segment_seqnum do not make a segment";
        findings.error("smpp-sar", first.at, "SMPP 3.4 §5.3.2.22", text);
    }
}

fn check(pdu: &Pdu, ports: Option<Ports>, at: Span, findings: &mut Findings) {
    check_ports(ports, at, findings);
    let coding = pdu.params.iter().find(|(name, _, _)| *name == "data_coding");
    let at = coding.map_or(at, |(_, _, at)| *at);
    let value = pdu.octet("data_coding").unwrap_or_default();
    check_coding(Coding::Smpp(value), at, findings);
}
