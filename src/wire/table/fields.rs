//! Every header field of MM1 (ENC 1.3 §7.4) and MM4 (TS 23.140 §8.4.4, RFC 5322, RFC 2045).

use super::{Kind, tokens};

/// A header field.
#[derive(Debug, Clone, Copy)]
pub struct FieldDef {
    pub name: &'static str,
    /// Field number with the high bit set (ENC 1.3 §7.4); none for fields of MM4 alone.
    pub octet: Option<u8>,
    pub kind: Kind,
    /// The minor version of MMS 1.x that brought the field to MM1; 0 for fields of MM4 alone.
    pub since: u8,
    /// The last octet of its list that MMS 1.0 had, where later versions added to it.
    pub last_of_1_0: Option<u8>,
}

/// MMS 1.0 had the fields below the first octet, 1.1 those below the second, 1.2 those below the third (the tables of those
/// versions, WAP-209 §7.3 first).
const FIRST_OF_MINOR: [u8; 3] = [0x99, 0xA2, 0xB4];

const fn since(octet: u8) -> u8 {
    let mut minor = 0;
    while minor < FIRST_OF_MINOR.len() && octet >= FIRST_OF_MINOR[minor] {
        minor += 1;
    }
    minor as u8
}

const fn mm1(octet: u8, name: &'static str, kind: Kind) -> FieldDef {
    FieldDef {
        name,
        octet: Some(octet),
        kind,
        since: since(octet),
        last_of_1_0: None,
    }
}

const fn mm4(name: &'static str, kind: Kind) -> FieldDef {
    FieldDef {
        name,
        octet: None,
        kind,
        since: 0,
        last_of_1_0: None,
    }
}

impl FieldDef {
    const fn with_1_0_up_to(self, octet: u8) -> Self {
        FieldDef {
            last_of_1_0: Some(octet),
            ..self
        }
    }
}

const YES_NO: Kind = Kind::Token(tokens::YES_NO);

/// MM1's fields in the order of their octets, 81 to BF, then those of MM4 alone. Names that differ in case only are one field.
static FIELDS: &[FieldDef] = &[
    mm1(0x81, "Bcc", Kind::Address),
    mm1(0x82, "Cc", Kind::Address),
    mm1(0x83, "X-Mms-Content-Location", Kind::Uri),
    mm1(0x84, "Content-Type", Kind::MediaType),
    mm1(0x85, "Date", Kind::Date),
    mm1(0x86, "X-Mms-Delivery-Report", YES_NO),
    mm1(0x87, "X-Mms-Delivery-Time", Kind::Interval),
    mm1(0x88, "X-Mms-Expiry", Kind::Interval),
    mm1(0x89, "From", Kind::From),
    mm1(0x8A, "X-Mms-Message-Class", Kind::Class(tokens::MESSAGE_CLASS)),
    mm1(0x8B, "Message-ID", Kind::Id),
    mm1(0x8C, "X-Mms-Message-Type", Kind::Token(tokens::MESSAGE_TYPE)),
    mm1(0x8D, "X-Mms-MMS-Version", Kind::Version),
    mm1(0x8E, "X-Mms-Message-Size", Kind::LongInteger),
    mm1(0x8F, "X-Mms-Priority", Kind::Token(tokens::PRIORITY)),
    mm1(0x90, "X-Mms-Read-Report", YES_NO),
    mm1(0x91, "X-Mms-Report-Allowed", YES_NO),
    mm1(
        0x92,
        "X-Mms-Response-Status",
        Kind::Token(tokens::RESPONSE_STATUS),
    )
    .with_1_0_up_to(0x88),
    mm1(0x93, "X-Mms-Response-Text", Kind::Encoded),
    mm1(
        0x94,
        "X-Mms-Sender-Visibility",
        Kind::Token(tokens::SENDER_VISIBILITY),
    ),
    mm1(0x95, "X-Mms-Status", Kind::Token(tokens::STATUS)).with_1_0_up_to(0x84),
    mm1(0x96, "Subject", Kind::Encoded),
    mm1(0x97, "To", Kind::Address),
    mm1(0x98, "X-Mms-Transaction-ID", Kind::Id),
    mm1(
        0x99,
        "X-Mms-Retrieve-Status",
        Kind::Token(tokens::RETRIEVE_STATUS),
    ),
    mm1(0x9A, "X-Mms-Retrieve-Text", Kind::Encoded),
    mm1(0x9B, "X-Mms-Read-Status", Kind::Token(tokens::READ_STATUS)),
    mm1(0x9C, "X-Mms-Reply-Charging", Kind::Token(tokens::REPLY_CHARGING)),
    mm1(0x9D, "X-Mms-Reply-Charging-Deadline", Kind::Interval),
    mm1(0x9E, "X-Mms-Reply-Charging-ID", Kind::Id),
    mm1(0x9F, "X-Mms-Reply-Charging-Size", Kind::LongInteger),
    mm1(0xA0, "X-Mms-Previously-Sent-By", Kind::PreviouslySentBy),
    mm1(0xA1, "X-Mms-Previously-Sent-Date", Kind::PreviouslySentDate),
    mm1(0xA2, "X-Mms-Store", YES_NO),
    mm1(0xA3, "X-Mms-MM-State", Kind::Token(tokens::MM_STATE)),
    mm1(0xA4, "X-Mms-MM-Flags", Kind::Flags),
    mm1(0xA5, "X-Mms-Store-Status", Kind::Token(tokens::STORE_STATUS)),
    mm1(0xA6, "X-Mms-Store-Status-Text", Kind::Encoded),
    mm1(0xA7, "X-Mms-Stored", YES_NO),
    mm1(0xA8, "X-Mms-Attributes", Kind::FieldName),
    mm1(0xA9, "X-Mms-Totals", YES_NO),
    mm1(0xAA, "X-Mms-Mbox-Totals", Kind::Amount),
    mm1(0xAB, "X-Mms-Quotas", YES_NO),
    mm1(0xAC, "X-Mms-Mbox-Quotas", Kind::Amount),
    mm1(0xAD, "X-Mms-Message-Count", Kind::Integer),
    mm1(0xAE, "Content", Kind::Octets),
    mm1(0xAF, "X-Mms-Start", Kind::Integer),
    mm1(0xB0, "Additional-headers", Kind::Octets),
    mm1(0xB1, "X-Mms-Distribution-Indicator", YES_NO),
    mm1(0xB2, "X-Mms-Element-Descriptor", Kind::Element),
    mm1(0xB3, "X-Mms-Limit", Kind::Integer),
    mm1(
        0xB4,
        "X-Mms-Recommended-Retrieval-Mode",
        Kind::Token(tokens::RETRIEVAL_MODE),
    ),
    mm1(0xB5, "X-Mms-Recommended-Retrieval-Mode-Text", Kind::Encoded),
    mm1(0xB6, "X-Mms-Status-Text", Kind::Encoded),
    mm1(0xB7, "X-Mms-Applic-ID", Kind::Text),
    mm1(0xB8, "X-Mms-Reply-Applic-ID", Kind::Text),
    mm1(0xB9, "X-Mms-Aux-Applic-Info", Kind::Text),
    mm1(0xBA, "X-Mms-Content-Class", Kind::Token(tokens::CONTENT_CLASS)),
    mm1(0xBB, "X-Mms-DRM-Content", YES_NO),
    mm1(0xBC, "X-Mms-Adaptation-Allowed", YES_NO),
    mm1(0xBD, "X-Mms-Replace-ID", Kind::Id),
    mm1(0xBE, "X-Mms-Cancel-ID", Kind::Id),
    mm1(0xBF, "X-Mms-Cancel-Status", Kind::Token(tokens::CANCEL_STATUS)),
    mm4("X-Mms-3GPP-MMS-Version", Kind::Text),
    mm4("X-Mms-Message-ID", Kind::Id),
    mm4("X-Mms-Ack-Request", YES_NO),
    mm4("X-Mms-Originator-System", Kind::Address),
    mm4("X-Mms-Originator-R/S-Delivery-Report", YES_NO),
    mm4("X-Mms-Read-Reply", YES_NO),
    mm4("X-Mms-Forward-To-Originator-UA", YES_NO),
    mm4("X-Mms-Forward-Counter", Kind::Integer),
    mm4("X-Mms-Previously-sent-date-and-time", Kind::PreviouslySentDate),
    mm4("X-Mms-Request-Status-Code", Kind::Token(tokens::REQUEST_STATUS)),
    mm4("X-Mms-Request-Recipients", Kind::Address),
    mm4("X-Mms-MM-Status-Code", Kind::Token(tokens::STATUS)),
    mm4("X-Mms-MM-Status-Extension", Kind::Token(tokens::STATUS_EXTENSION)),
    mm4("X-Mms-MM-Read-Status", Kind::Token(tokens::READ_STATUS)),
    mm4("X-Mms-Originator-Recipient-Address", Kind::Text),
    mm4("X-Mms-MMSIP-Address", Kind::Text),
    mm4("X-Mms-Forward-Route", Kind::Text),
    mm4("X-Mms-Return-Route", Kind::Text),
    mm4("X-Mms-VASP-ID", Kind::Text),
    mm4("X-Mms-VAS-ID", Kind::Text),
    mm4("X-Mms-Service-Code", Kind::Text),
    mm4("X-Mms-Charged-Party-ID", Kind::Text),
    mm4("Sender", Kind::Address),
    mm4("Reply-To", Kind::Address),
    mm4("Return-Path", Kind::Address),
    mm4("Received", Kind::Text),
    mm4("In-Reply-To", Kind::Text),
    mm4("References", Kind::Text),
    mm4("Comments", Kind::Encoded),
    mm4("Keywords", Kind::Encoded),
    mm4("MIME-Version", Kind::Text),
    mm4("Content-Transfer-Encoding", Kind::Text),
    mm4("Content-ID", Kind::Id),
    mm4("Content-Location", Kind::Uri),
    mm4("Content-Description", Kind::Encoded),
    mm4("Content-Disposition", Kind::Text),
];

/// The first field octet of MM1; [`FIELDS`] goes on from it without gaps.
const FIRST_OCTET: u8 = 0x81;

/// The field of that name, without regard to case.
pub fn field(name: &str) -> Option<&'static FieldDef> {
    let mut at = slot(name.as_bytes());
    // There are empty slots, so this ends.
    while let Some(index) = INDEX[at].checked_sub(1) {
        let found = &FIELDS[usize::from(index)];
        if found.name == name || found.name.eq_ignore_ascii_case(name) {
            return Some(found);
        }
        at = (at + 1) % SLOTS;
    }
    None
}

/// Several times as many as there are fields, so that runs of taken slots stay short.
const SLOTS: usize = 512;

/// Where the field of a name stands in [`FIELDS`], plus one; 0 is an empty slot. A name that finds its slot taken has the next
/// one that is free.
static INDEX: [u8; SLOTS] = {
    assert!(FIELDS.len() < u8::MAX as usize);
    let mut index = [0; SLOTS];
    let mut field = 0;
    while field < FIELDS.len() {
        let mut at = slot(FIELDS[field].name.as_bytes());
        while index[at] != 0 {
            at = (at + 1) % SLOTS;
        }
        field += 1;
        index[at] = field as u8;
    }
    index
};

/// The slot of a name by its length and a few of its letters, without regard to case.
const fn slot(name: &[u8]) -> usize {
    let len = name.len();
    if len == 0 {
        return 0;
    }
    let places = [len - 1, len / 2, len.saturating_sub(3), len * 3 / 4, len / 3];
    let (mut hash, mut at) = (len as u32, 0);
    while at < places.len() {
        hash = hash.wrapping_mul(0x9E37_79B1) ^ (name[places[at]] | 0x20) as u32;
        at += 1;
    }
    (hash.wrapping_mul(0x9E37_79B1) >> 20) as usize % SLOTS
}

/// The MM1 field with that octet.
#[inline]
pub fn field_by_octet(octet: u8) -> Option<&'static FieldDef> {
    let index = usize::from(octet.checked_sub(FIRST_OCTET)?);
    FIELDS.get(index).filter(|f| f.octet == Some(octet))
}

/// Every field of MM1 and MM4, each once.
pub fn fields() -> &'static [FieldDef] {
    FIELDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_finds_its_field() {
        for octet in 0x81..=0xBF {
            let found = field_by_octet(octet).expect("a field");
            assert_eq!(found.octet, Some(octet), "{}", found.name);
        }
        assert!(field_by_octet(0x80).is_none());
        assert!(field_by_octet(0xC0).is_none());
        assert_eq!(fields().iter().filter(|f| f.octet.is_some()).count(), 0xBF - 0x80);
    }

    #[test]
    fn each_version_brought_its_fields() {
        let newest = |minor| {
            fields()
                .iter()
                .rfind(|f| f.octet.is_some() && f.since == minor)
                .map(|f| f.name)
        };
        assert_eq!(newest(0), Some("X-Mms-Transaction-ID"));
        assert_eq!(newest(1), Some("X-Mms-Previously-Sent-Date"));
        assert_eq!(newest(2), Some("X-Mms-Limit"));
        assert_eq!(newest(3), Some("X-Mms-Cancel-Status"));
    }

    #[test]
    fn names_are_unique_without_regard_to_case() {
        for (at, one) in FIELDS.iter().enumerate() {
            assert!(
                !FIELDS[at + 1..]
                    .iter()
                    .any(|other| other.name.eq_ignore_ascii_case(one.name)),
                "{} twice",
                one.name
            );
        }
        assert_eq!(field("x-mms-transaction-id").map(|f| f.octet), Some(Some(0x98)));
    }

    #[test]
    fn words_and_octets_agree() {
        let status = field("X-Mms-MM-Status-Code").unwrap().kind;
        assert_eq!(
            status.token_octet("unrecognized"),
            status.token_octet("Unrecognised")
        );
        assert_eq!(status.token_name(0x84), Some("Unrecognised"));
        let read = field("X-Mms-Read-Status").unwrap().kind;
        assert_eq!(read.token_octet("DeletedWithoutBeingRead"), Some(0x81));
    }
}
