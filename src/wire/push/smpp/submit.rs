//! A datagram → the messages that carry it, in each of the forms that [`carried`](super::carried) finds it in.

use bytes::Bytes;

use super::carried::{
    DESTINATION_PORT, MESSAGE_PAYLOAD, SAR_NUMBER, SAR_REFERENCE, SAR_TOTAL, SOURCE_PORT, UDHI,
};
use super::codec::{Pdu, Smpp};
use crate::wire::push::segments::{self, Reference, SMS_OCTETS};
use crate::wire::push::udh::{Ports, Udh};

/// Octets a short_message holds (SMPP 3.4 §5.2.21).
const SHORT_MESSAGE: usize = 254;

/// Where a datagram, its ports and the places of its segments stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carriage {
    /// A user data header in `short_message`. With `always`, one that counts segments even where there is a single one.
    Header { always: bool },
    /// Ports in TLVs, all of the datagram in `short_message`, or in `message_payload` if it is longer than that may be.
    Tlv,
    /// All of the datagram in `message_payload`, behind a user data header with the ports.
    Payload,
    /// Ports in TLVs, segments in `short_message`, counted by TLVs if there are several.
    Sar,
}

/// How a datagram is cut, where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segmentation {
    /// What its segments share.
    pub reference: Reference,
    /// Octets of the datagram in a segment; none: as many as one SMS of 140 octets has room for.
    pub part: Option<usize>,
}

/// The messages that carry a datagram: `message`, with all that is the same in each, filled in order. None if it takes more than
/// 255 segments, or a segment has no room or more octets than a short_message.
pub fn carry(
    message: &Pdu,
    datagram: &[u8],
    ports: Ports,
    carriage: Carriage,
    cut: Segmentation,
) -> Option<Vec<Pdu>> {
    let with_data = |data: Vec<u8>| message.clone().with("short_message", Smpp::Octets(data.into()));
    match carriage {
        Carriage::Header { always } => {
            let with_reference = Udh::default()
                .with_ports(ports)
                .with_segment(cut.reference.segment(1, 1));
            let room = cut
                .part
                .map_or(SMS_OCTETS, |part| with_reference.encode().len() + part);
            let whole = segments::split(datagram, Some(ports), cut.reference, always, room)?;
            let fits = room <= SHORT_MESSAGE;
            fits.then(|| whole.into_iter().map(|data| headed(with_data(data))).collect())
        }
        Carriage::Tlv => {
            let message = ported(message.clone(), ports);
            Some(vec![if datagram.len() > SHORT_MESSAGE {
                message.with_tlv(MESSAGE_PAYLOAD, Bytes::copy_from_slice(datagram))
            } else {
                message.with("short_message", Smpp::Octets(Bytes::copy_from_slice(datagram)))
            }])
        }
        Carriage::Payload => {
            let header = Udh::default().with_ports(ports).encode();
            let message = headed(message.clone());
            Some(vec![
                message.with_tlv(MESSAGE_PAYLOAD, [&header, datagram].concat()),
            ])
        }
        Carriage::Sar => {
            let part = cut.part.unwrap_or(SMS_OCTETS);
            if part == 0 || part > SHORT_MESSAGE {
                return None;
            }
            let total = u8::try_from(datagram.len().div_ceil(part).max(1)).ok()?;
            let reference = cut.reference.segment(total, 1).reference.to_be_bytes();
            let mut pieces = datagram.chunks(part);
            let messages = (1..=total).map(|number| {
                let data = pieces.next().unwrap_or_default().to_vec();
                let message = ported(with_data(data), ports);
                if total == 1 {
                    return message;
                }
                message
                    .with_tlv(SAR_REFERENCE, reference.to_vec())
                    .with_tlv(SAR_TOTAL, vec![total])
                    .with_tlv(SAR_NUMBER, vec![number])
            });
            Some(messages.collect())
        }
    }
}

/// The same, with the bit that says that a header comes first.
fn headed(message: Pdu) -> Pdu {
    let class = message.octet("esm_class").unwrap_or_default();
    message.with("esm_class", Smpp::Number(class | UDHI))
}

fn ported(message: Pdu, ports: Ports) -> Pdu {
    message
        .with_tlv(SOURCE_PORT, ports.source.to_be_bytes().to_vec())
        .with_tlv(DESTINATION_PORT, ports.destination.to_be_bytes().to_vec())
}
