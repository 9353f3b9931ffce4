//! The user data header of an SMS (3GPP TS 23.040 §9.2.3.24): elements of a number, a length and octets. Two of them make
//! a datagram of WDP (WAP-259 §6.5): the ports, and the place of a segment.

use crate::wire::finding::Findings;
use crate::wire::{Finding, Span};

/// The port of connectionless push, registered with IANA as `wap-push`.
pub const PUSH_PORT: u16 = 2948;

/// The user data header of an SMS to the port of connectionless push, 2948, from 9200.
pub const PORTS_UDH: [u8; 7] = [0x06, 0x05, 0x04, 0x0B, 0x84, 0x23, 0xF0];

/// The same as ports.
pub const PUSH_PORTS: Ports = Ports {
    destination: PUSH_PORT,
    source: 9200,
};

/// Information element identifiers.
pub const CONCATENATION_8: u8 = 0x00;
pub const PORTS_8: u8 = 0x04;
pub const PORTS_16: u8 = 0x05;
pub const CONCATENATION_16: u8 = 0x08;

/// Elements that have a name here; all others are kept as they are.
pub const ELEMENTS: &[(u8, &str)] = &[
    (CONCATENATION_8, "concatenation-8"),
    (0x01, "special-message-indication"),
    (PORTS_8, "ports-8"),
    (PORTS_16, "ports-16"),
    (0x06, "smsc-control"),
    (0x07, "udh-source"),
    (CONCATENATION_16, "concatenation-16"),
    (0x09, "wireless-control-message"),
    (0x20, "rfc822-header"),
    (0x24, "single-shift"),
    (0x25, "locking-shift"),
];

const CLAUSE: &str = "3GPP TS 23.040 §9.2.3.24";

/// One information element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    pub id: u8,
    pub value: Vec<u8>,
    /// Where it stood; zero for one that was built.
    pub at: Span,
}

impl Element {
    pub fn new(id: u8, value: impl Into<Vec<u8>>) -> Self {
        Element {
            id,
            value: value.into(),
            at: Span::default(),
        }
    }

    /// Its name, or `ie-0xNN`.
    pub fn name(&self) -> String {
        let named = ELEMENTS.iter().find(|(id, _)| *id == self.id);
        named.map_or_else(|| format!("ie-0x{:02X}", self.id), |(_, name)| (*name).to_owned())
    }

    /// What it says: `2948 from 9200`, `2 of 3, reference 7`, hex octets for others.
    pub fn text(&self) -> String {
        match (self.id, self.value.as_slice()) {
            (PORTS_16, [a, b, c, d]) => format!(
                "{} from {}",
                u16::from_be_bytes([*a, *b]),
                u16::from_be_bytes([*c, *d])
            ),
            (PORTS_8, [to, from]) => format!("{to} from {from}"),
            (CONCATENATION_8, [reference, total, number]) => {
                format!("{number} of {total}, reference {reference}")
            }
            (CONCATENATION_16, [a, b, total, number]) => {
                format!("{number} of {total}, reference {}", u16::from_be_bytes([*a, *b]))
            }
            (_, value) => hex::encode_upper(value),
        }
    }
}

/// Where a datagram goes and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ports {
    pub destination: u16,
    pub source: u16,
}

/// The place of a segment in its datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Segment {
    pub reference: u16,
    /// Whether the reference has 16 bits: 7 of one kind is not 7 of the other.
    pub wide: bool,
    pub total: u8,
    /// From 1.
    pub number: u8,
}

/// A user data header.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Udh {
    /// In wire order; unknown ones are kept.
    pub elements: Vec<Element>,
}

impl Udh {
    /// Reads the header at the beginning of user data. Gives how many octets it takes, its length octet included, and what was
    /// odd.
    pub fn decode(user_data: &[u8]) -> (Udh, usize, Vec<Finding>) {
        let mut findings = Findings::default();
        let mut udh = Udh::default();
        let Some(&length) = user_data.first() else {
            findings.error(
                "udh-missing",
                Span::default(),
                CLAUSE,
                "there is no user data header",
            );
            return (udh, 0, findings.into_vec());
        };
        let announced = 1 + usize::from(length);
        let end = announced.min(user_data.len());
        if end < announced {
            let at = Span { offset: 0, len: 1 };
            let text = format!(
                "the header has {length} octets, and {} follow",
                user_data.len() - 1
            );
            findings.error("udh-length-beyond-data", at, CLAUSE, text);
        }
        let mut at = 1;
        while at < end {
            let rest = &user_data[at..end];
            let (id, size) = match rest {
                [id, size, ..] => (*id, usize::from(*size)),
                _ => {
                    let at = Span { offset: at, len: 1 };
                    findings.error("udh-element-truncated", at, CLAUSE, "an element without a length");
                    break;
                }
            };
            let value = &rest[2..(2 + size).min(rest.len())];
            let span = Span {
                offset: at,
                len: 2 + value.len(),
            };
            let truncated = value.len() < size;
            if truncated {
                let text = format!("an element of {size} octets, of which {} are there", value.len());
                findings.error("udh-element-truncated", span, CLAUSE, text);
            }
            let element = Element {
                id,
                value: value.to_vec(),
                at: span,
            };
            if !truncated {
                check(&element, &udh, &mut findings);
            }
            udh.elements.push(element);
            at += span.len;
        }
        (udh, end, findings.into_vec())
    }

    /// With its length octet. Elements that do not fit into 255 octets are left out.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![0];
        for element in &self.elements {
            let size = element.value.len();
            if size > 255 || out.len() + 2 + size > 256 {
                continue;
            }
            out.extend([element.id, size as u8]);
            out.extend_from_slice(&element.value);
        }
        out[0] = (out.len() - 1) as u8;
        out
    }

    /// The ports, of 16 bits or of 8; of several the last (3GPP TS 23.040 §9.2.3.24).
    pub fn ports(&self) -> Option<Ports> {
        self.elements
            .iter()
            .rev()
            .find_map(|element| match (element.id, element.value.as_slice()) {
                (PORTS_16, [a, b, c, d]) => Some(Ports {
                    destination: u16::from_be_bytes([*a, *b]),
                    source: u16::from_be_bytes([*c, *d]),
                }),
                (PORTS_8, [to, from]) => Some(Ports {
                    destination: (*to).into(),
                    source: (*from).into(),
                }),
                _ => None,
            })
    }

    /// The place of this segment; none for a datagram that is whole.
    pub fn segment(&self) -> Option<Segment> {
        let last =
            self.elements
                .iter()
                .rev()
                .find_map(|element| match (element.id, element.value.as_slice()) {
                    (CONCATENATION_8, [reference, total, number]) => Some(Segment {
                        reference: (*reference).into(),
                        wide: false,
                        total: *total,
                        number: *number,
                    }),
                    (CONCATENATION_16, [a, b, total, number]) => Some(Segment {
                        reference: u16::from_be_bytes([*a, *b]),
                        wide: true,
                        total: *total,
                        number: *number,
                    }),
                    _ => None,
                });
        // An element that says `0 of 3` or `4 of 3` is to be ignored (3GPP TS 23.040 §9.2.3.24.1).
        last.filter(|segment| (1..=segment.total).contains(&segment.number))
    }

    #[must_use]
    pub fn with(mut self, id: u8, value: impl Into<Vec<u8>>) -> Self {
        self.elements.push(Element::new(id, value));
        self
    }

    #[must_use]
    pub fn with_ports(self, ports: Ports) -> Self {
        let ([a, b], [c, d]) = (ports.destination.to_be_bytes(), ports.source.to_be_bytes());
        self.with(PORTS_16, [a, b, c, d])
    }

    #[must_use]
    pub fn with_segment(self, segment: Segment) -> Self {
        let [high, low] = segment.reference.to_be_bytes();
        if segment.wide {
            self.with(CONCATENATION_16, [high, low, segment.total, segment.number])
        } else {
            self.with(CONCATENATION_8, [low, segment.total, segment.number])
        }
    }
}

fn check(element: &Element, before: &Udh, findings: &mut Findings) {
    let size = match element.id {
        CONCATENATION_8 => 3,
        PORTS_8 => 2,
        PORTS_16 | CONCATENATION_16 => 4,
        _ => return,
    };
    let name = element.name();
    if element.value.len() != size {
        let text = format!("{name} has {} octets instead of {size}", element.value.len());
        findings.error("udh-element-size", element.at, CLAUSE, text);
    }
    // Ports of 8 and of 16 bits exclude each other, and so do the two kinds of references.
    let excludes = |id: u8| match id {
        CONCATENATION_8 | CONCATENATION_16 => [CONCATENATION_8, CONCATENATION_16],
        _ => [PORTS_8, PORTS_16],
    };
    if before
        .elements
        .iter()
        .any(|other| excludes(element.id).contains(&other.id))
    {
        let text = format!("{name} stands where another one says the same already; the last one counts");
        findings.warning("udh-element-repeated", element.at, CLAUSE, text);
    }
    if let (CONCATENATION_8 | CONCATENATION_16, [.., total, number]) = (element.id, element.value.as_slice())
        && !(1..=*total).contains(number)
    {
        let text = format!("segment {number} of {total} cannot be");
        findings.error("udh-segment-number", element.at, CLAUSE, text);
    }
}
