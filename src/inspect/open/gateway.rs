//! What a relay hands to a gateway: PAP and Kannel's sendsms.

use bytes::Bytes;

use super::super::{Kind, Layer};
use super::carriers::datagram;
use super::carry;
use crate::wire::push::{Reading, Udh, kannel, pap};
use crate::wire::{Finding, Span, Undecodable, mm1};

pub(super) fn pap(octets: &Bytes) -> Result<Layer, Undecodable> {
    let reading = pap::decode_capture(octets)?;
    let title = format!("PAP {}", reading.value.message.name.as_str());
    let mut layer = Layer::new(Kind::Pap, title, octets);
    let message = take_reading(&mut layer, reading);
    if let Some(content) = message.content
        && *content.media.essence == *mm1::MEDIA_TYPE
    {
        carry(&mut layer, Kind::Mm1, &content.data);
    }
    Ok(layer)
}

/// A `sendsms`: the whole request, its target, or the parameters alone.
pub(super) fn kannel(octets: &Bytes) -> Result<Layer, Undecodable> {
    let reading = kannel::decode_capture(octets)?;
    let mut layer = Layer::new(Kind::Kannel, "Kannel sendsms", octets);
    let at = reading.fields.iter().find(|field| field.name == "udh");
    let at = at.map_or_else(Span::default, |field| field.at);
    let sms = take_reading(&mut layer, reading);
    let mut udh = Udh::default();
    if let Some(octets) = sms.udh() {
        let (header, _, findings) = Udh::decode(octets);
        // Its octets are escaped, so all of it stands where the parameter stands.
        for element in &header.elements {
            layer.row(format!("udh {}", element.name()), element.text(), at);
        }
        layer.findings.extend(findings.into_iter().map(|finding| Finding {
            offset: at.offset,
            len: at.len,
            ..finding
        }));
        udh = header;
    }
    if let Some(data) = sms.data() {
        datagram(&mut layer, udh.ports(), udh.segment(), data);
    }
    Ok(layer)
}

/// Rows and findings go to the layer; the value is what is left.
fn take_reading<T>(layer: &mut Layer, reading: Reading<T>) -> T {
    for field in reading.fields {
        layer.row(field.name.to_string(), field.text, field.at);
    }
    layer.findings = reading.findings;
    reading.value
}
