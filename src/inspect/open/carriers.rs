//! What carries a WSP push or an MM1 PDU: short messages.

use bytes::Bytes;

use super::super::{Kind, Layer, Place};
use super::carry;
use crate::wire::push::segments::{Reassembler, Taken};
use crate::wire::push::smpp::{self, Frame};
use crate::wire::push::udh::{PUSH_PORT, Ports, Segment};
use crate::wire::push::{Udh, sms};
use crate::wire::{Finding, Severity, Span, Undecodable};

/// User data of an SMS: a header, then a datagram or a segment of one.
pub(super) fn user_data(octets: &Bytes) -> Result<Layer, Undecodable> {
    let (udh, used, findings) = Udh::decode(octets);
    if udh.elements.is_empty() {
        return Err(Undecodable {
            offset: 0,
            reason: "there is no user data header".to_owned(),
        });
    }
    let mut layer = Layer::new(Kind::UserData, "user data with its header", octets);
    layer.row("UDHL", (used - 1).to_string(), Span { offset: 0, len: 1 });
    elements(&mut layer, &udh, 0);
    layer.findings = findings;
    datagram(&mut layer, udh.ports(), udh.segment(), &octets.slice(used..));
    Ok(layer)
}

pub(super) fn short_message(kind: sms::Kind, octets: &Bytes) -> Result<Layer, Undecodable> {
    let (tpdu, findings) = sms::decode(kind, octets)?;
    let of = match kind {
        sms::Kind::Deliver => Kind::SmsDeliver,
        sms::Kind::Submit => Kind::SmsSubmit,
    };
    let mut layer = Layer::new(of, kind.name(), octets);
    for (name, text, at) in &tpdu.fields {
        layer.row(*name, text, *at);
    }
    layer.findings = findings;
    let start = tpdu.fields.last().map_or(0, |(_, _, at)| at.offset);
    let (udh, data, odd) = tpdu.parts();
    layer.findings.extend(odd.into_iter().map(|finding| Finding {
        offset: start + finding.offset,
        ..finding
    }));
    if let Some(udh) = &udh {
        elements(&mut layer, udh, start);
    }
    if tpdu.is_septets() {
        let text = String::from_utf8_lossy(&data).into_owned();
        layer.row("(text)", text, Span::default());
    } else {
        let (ports, segment) = udh.map_or((None, None), |udh| (udh.ports(), udh.segment()));
        datagram(&mut layer, ports, segment, &data);
    }
    Ok(layer)
}

/// Every PDU of a stream. Segments of one datagram are put together in the PDU that brings the last of them.
pub(super) fn smpp(octets: &Bytes) -> Result<Vec<Layer>, Undecodable> {
    let mut layers = Vec::new();
    let mut reassembler = Reassembler::default();
    for frame in smpp::frames(octets) {
        let (offset, frame) = match frame {
            Frame::Pdu(offset, frame) => (offset, frame),
            // A single PDU whose length is wrong is worth a look; the end of a stream that was cut is too.
            Frame::Rest(offset, rest) => (offset, rest),
        };
        match smpp_pdu(&frame, &mut reassembler) {
            Ok(mut layer) => {
                layer.place = Place::At(offset);
                layers.push(layer);
            }
            Err(why) if layers.is_empty() => return Err(why),
            Err(why) => {
                let last = layers.last_mut();
                let len = octets.len() - offset;
                last.into_iter().for_each(|layer| {
                    layer.findings.push(Finding {
                        code: "smpp-stream-cut".to_owned(),
                        severity: Severity::Error,
                        offset: layer.octets.len(),
                        len: 0,
                        clause: "SMPP 3.4 §3.2".to_owned(),
                        text: format!("{len} octets follow that are no whole PDU: {}", why.reason),
                    });
                });
            }
        }
    }
    if layers.is_empty() {
        return Err(Undecodable {
            offset: 0,
            reason: "there is nothing".to_owned(),
        });
    }
    Ok(layers)
}

fn smpp_pdu(octets: &Bytes, reassembler: &mut Reassembler) -> Result<Layer, Undecodable> {
    let (pdu, findings) = smpp::decode(octets)?;
    if smpp::command(pdu.command_id).is_none() {
        return Err(Undecodable {
            offset: 4,
            reason: format!("0x{:08X} is no command of SMPP 3.4", pdu.command_id),
        });
    }
    let mut layer = Layer::new(Kind::Smpp, format!("SMPP {}", pdu.name()), octets);
    let word = |offset| Span { offset, len: 4 };
    layer.row("command_length", octets.len().to_string(), word(0));
    layer.row("command_id", pdu.name(), word(4));
    layer.row("command_status", smpp::status_name(pdu.command_status), word(8));
    layer.row("sequence_number", pdu.sequence_number.to_string(), word(12));
    for (name, value, at) in &pdu.params {
        layer.row(*name, value.text(), *at);
    }
    for tlv in &pdu.tlvs {
        layer.row(tlv.name(), tlv.text(), tlv.at);
    }
    layer.findings = findings;
    let Some(carried) = smpp::carried(&pdu).filter(|carried| !carried.data.is_empty()) else {
        return Ok(layer);
    };
    if let Some(udh) = &carried.udh {
        let header: usize = 1 + udh.elements.iter().map(|e| 2 + e.value.len()).sum::<usize>();
        elements(&mut layer, udh, carried.offset.saturating_sub(header));
    }
    layer.findings.extend(carried.findings);
    match carried.segment {
        Some(segment) if segment.total > 1 => {
            // A relay counts references over all it sends, or for each receiver.
            let between = format!("{}\0{}", carried.sender, carried.recipient);
            let taken = reassembler.take(&between, segment, &carried.data);
            together(&mut layer, taken, segment);
        }
        _ => datagram(&mut layer, carried.ports, None, &carried.data),
    }
    Ok(layer)
}

fn together(layer: &mut Layer, taken: Taken, segment: Segment) {
    let place = format!(
        "segment {} of {}, reference {}",
        segment.number, segment.total, segment.reference
    );
    let said = match taken {
        Taken::Whole(datagram) => {
            carry(layer, Kind::Wsp, &Bytes::from(datagram));
            for inner in &mut layer.inner {
                inner.place = Place::Made(format!("put together from {} segments", segment.total));
            }
            return layer.row(
                "(segment)",
                format!("{place}: the last one to come"),
                Span::default(),
            );
        }
        Taken::Waiting => "others are to come",
        Taken::Repeated => "it came before",
        Taken::Conflicting => "it contradicts what came before, which is dropped",
        Taken::TooMany => "too many datagrams are under way",
    };
    layer.row("(segment)", format!("{place}: {said}"), Span::default());
}

fn elements(layer: &mut Layer, udh: &Udh, base: usize) {
    for element in &udh.elements {
        let at = Span {
            offset: base + element.at.offset,
            len: element.at.len,
        };
        layer.row(element.name(), element.text(), at);
    }
}

/// A datagram to the port of push is a WSP push; a segment is a part of one.
pub(super) fn datagram(layer: &mut Layer, ports: Option<Ports>, segment: Option<Segment>, data: &Bytes) {
    if segment.is_some_and(|segment| segment.total > 1) {
        return;
    }
    if ports.is_some_and(|ports| ports.destination == PUSH_PORT) {
        carry(layer, Kind::Wsp, data);
    }
}
