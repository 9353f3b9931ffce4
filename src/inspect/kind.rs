//! The kinds of octets that can be decoded.

/// A kind of PDU or carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Mm1,
    Mm4,
    Wsp,
    Smpp,
    SmsDeliver,
    SmsSubmit,
    /// The user data of an SMS, with its header.
    UserData,
    Pap,
    Kannel,
}

impl Kind {
    /// In the order in which they are tried.
    pub const ALL: &'static [Kind] = &[
        Kind::Mm1,
        Kind::Wsp,
        Kind::Smpp,
        Kind::UserData,
        Kind::Pap,
        Kind::Kannel,
        Kind::Mm4,
        Kind::SmsDeliver,
        Kind::SmsSubmit,
    ];

    /// The word of `--as` and of the JSON form.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Mm1 => "mm1",
            Kind::Mm4 => "mm4",
            Kind::Wsp => "wsp",
            Kind::Smpp => "smpp",
            Kind::SmsDeliver => "sms-deliver",
            Kind::SmsSubmit => "sms-submit",
            Kind::UserData => "user-data",
            Kind::Pap => "pap",
            Kind::Kannel => "kannel",
        }
    }

    /// For people.
    pub fn about(self) -> &'static str {
        match self {
            Kind::Mm1 => "MM1 PDU (MMS encapsulation)",
            Kind::Mm4 => "MM4 message (RFC 5322)",
            Kind::Wsp => "WSP push",
            Kind::Smpp => "SMPP PDU",
            Kind::SmsDeliver => "SMS-DELIVER",
            Kind::SmsSubmit => "SMS-SUBMIT",
            Kind::UserData => "user data of an SMS",
            Kind::Pap => "PAP message",
            Kind::Kannel => "Kannel sendsms request",
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
            Kind::Smpp => {
                octets.len() >= 16
                    && octets[..2] == [0, 0]
                    && (octets[4] == 0 || octets[4] == 0x80)
                    && octets[5] == 0
            }
            Kind::UserData => {
                let port = [0x0B, 0x84];
                octets.first().is_some_and(|length| (6..=30).contains(length))
                    && octets
                        .get(..32.min(octets.len()))
                        .is_some_and(|head| head.windows(2).any(|w| w == port))
                    && matches!(octets.get(1), Some(0x00 | 0x04 | 0x05 | 0x08))
            }
            Kind::Pap => {
                let text = octets.trim_ascii_start();
                let alone = text.starts_with(b"<") || text.starts_with(b"--");
                (contains(octets, b"<pap") || contains(octets, b"<!DOCTYPE pap"))
                    && (alone || !contains(octets, b"X-Mms-Message-Type"))
            }
            Kind::Kannel => {
                contains(octets, b"sendsms?") || contains(octets, b"text=") && contains(octets, b"to=")
            }
            Kind::SmsDeliver => {
                matches!(octets, [first, digits, 0x91, ..] if first & 0x03 == 0 && (1..=20).contains(digits))
            }
            Kind::SmsSubmit => {
                matches!(octets, [first, _, digits, 0x91, ..] if first & 0x03 == 1 && (1..=20).contains(digits))
            }
            Kind::Mm4 => {
                octets.iter().take(64).any(|b| *b == b':') && !octets.iter().take(64).any(|b| *b == 0)
            }
        }
    }

    /// Whether octets that are none of this kind are refused by its decoder.
    pub(super) fn is_telling(self) -> bool {
        matches!(self, Kind::Mm1 | Kind::Wsp | Kind::Mm4 | Kind::Pap | Kind::Kannel)
    }
}

fn contains(octets: &[u8], what: &[u8]) -> bool {
    let head = &octets[..octets.len().min(2048)];
    head.windows(what.len()).any(|run| run == what)
}
