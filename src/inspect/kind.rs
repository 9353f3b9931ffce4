//! The kinds of octets that can be decoded.

/// A kind of PDU or carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Mm1,
    Mm4,
    Wsp,
}

impl Kind {
    /// In the order in which they are tried.
    pub const ALL: &'static [Kind] = &[Kind::Mm1, Kind::Wsp, Kind::Mm4];

    /// The word of `--as` and of the JSON form.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Mm1 => "mm1",
            Kind::Mm4 => "mm4",
            Kind::Wsp => "wsp",
        }
    }

    /// For people.
    pub fn about(self) -> &'static str {
        match self {
            Kind::Mm1 => "MM1 PDU (MMS encapsulation)",
            Kind::Mm4 => "MM4 message (RFC 5322)",
            Kind::Wsp => "WSP push",
        }
    }

    pub fn from_name(name: &str) -> Option<Kind> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Whether the first octets look like this kind, so that it is tried before those that do not.
    pub(super) fn looks_like(self, octets: &[u8]) -> bool {
        match self {
            Kind::Mm1 => octets.starts_with(&[0x8C]),
            Kind::Wsp => matches!(octets, [_, 0x06 | 0x07, ..]),
            Kind::Mm4 => {
                octets.iter().take(64).any(|b| *b == b':') && !octets.iter().take(64).any(|b| *b == 0)
            }
        }
    }
}
