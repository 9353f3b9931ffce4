//! The PDUs that are measured. The size of a content is that of its picture, in octets.

use bytes::Bytes;
use mmspec::wire::{Content, Interval, MediaType, Part, Pdu, PduType, Value};

/// An instant, seconds since 1970.
const DATE: i64 = 1_700_000_000;

/// As relays send it: every mandatory field, a sender, a subject, and what a phone shows before it fetches.
pub fn notification() -> Pdu {
    Pdu::new(PduType::NotificationInd)
        .with("X-Mms-Transaction-ID", text("tr-4711-0815@a"))
        .with("X-Mms-MMS-Version", Value::Version { major: 1, minor: 3 })
        .with("From", address("+15550200017/TYPE=PLMN"))
        .with("Subject", subject())
        .with("X-Mms-Delivery-Report", Value::token("No"))
        .with("X-Mms-Message-Class", Value::token("Personal"))
        .with("X-Mms-Priority", Value::token("Normal"))
        .with("X-Mms-Message-Size", Value::Integer(300_000))
        .with("X-Mms-Expiry", Value::Interval(Interval::Relative(604_800)))
        .with(
            "X-Mms-Content-Location",
            text("http://mms.home.example:8080/mms/get/3f6c0e0e7a5d4b0c9a1e6f2d8b7c5a40?msg=0815&for=15550100018"),
        )
}

pub fn submission(picture: usize) -> Pdu {
    let mut pdu = Pdu::new(PduType::SendReq)
        .with("X-Mms-Transaction-ID", text("tr-4711"))
        .with("X-Mms-MMS-Version", Value::Version { major: 1, minor: 3 })
        .with("From", Value::InsertAddress)
        .with("To", address("+15550100018/TYPE=PLMN"))
        .with("Subject", subject())
        .with("X-Mms-Delivery-Report", Value::token("Yes"));
    pdu.content = Some(picture_and_text(picture));
    pdu
}

pub fn retrieval(picture: usize) -> Pdu {
    let mut pdu = Pdu::new(PduType::RetrieveConf)
        .with("X-Mms-Transaction-ID", text("tr-4711"))
        .with("X-Mms-MMS-Version", Value::Version { major: 1, minor: 3 })
        .with("Message-ID", text("mm-0001@mms.home.example"))
        .with("Date", Value::Date(DATE))
        .with("From", address("+15550200017/TYPE=PLMN"))
        .with("To", address("+15550100018/TYPE=PLMN"))
        .with("Subject", subject());
    pdu.content = Some(picture_and_text(picture));
    pdu
}

pub fn forward(picture: usize) -> Pdu {
    let mut pdu = Pdu::new(PduType::Mm4ForwardReq)
        .with("X-Mms-3GPP-MMS-Version", text("6.3.0"))
        .with("X-Mms-Transaction-ID", text("tr-4711"))
        .with("X-Mms-Message-ID", text("mm-0001@mms.peer.example"))
        .with("X-Mms-Message-Class", Value::token("Personal"))
        .with("X-Mms-Ack-Request", Value::token("Yes"))
        .with("X-Mms-Originator-System", address("system-user@mms.peer.example"))
        .with("From", address("+15550200017/TYPE=PLMN@mms.peer.example"))
        .with("To", address("+15550100018/TYPE=PLMN@mms.home.example"))
        .with("Date", Value::Date(DATE))
        .with("Subject", subject());
    pdu.content = Some(picture_and_text(picture));
    pdu
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn address(text: &str) -> Value {
    Value::Address(text.to_owned())
}

fn subject() -> Value {
    Value::Encoded {
        charset: None,
        text: "Greetings from the harbour".to_owned(),
    }
}

/// A picture that does not compress, and a line of text.
fn picture_and_text(octets: usize) -> Content {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let picture: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    })
    .take(octets)
    .collect();
    let part = |media: &str, id: &str, data: Bytes| Part {
        media: MediaType::new(media),
        content_id: Some(id.to_owned()),
        data,
        ..Part::default()
    };
    Content {
        media: MediaType::new("multipart/mixed"),
        parts: vec![
            part("image/jpeg", "picture", picture.into()),
            part("text/plain", "words", Bytes::from_static(b"See you there.\r\n")),
        ],
        body: Bytes::new(),
    }
}
