//! What clients and the peer send.

use bytes::Bytes;
use mmspec::wire::{Content, MediaType, Part, Pdu, PduType, Value};

use super::{Answer, CAROL, Mail, Pushed, plmn};

/// A multipart with a text and a JPEG of all octet values.
pub fn picture_and_text() -> Content {
    let every: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
    let part = |media: MediaType, id: &str, data: Vec<u8>| Part {
        media,
        content_id: Some(id.to_owned()),
        content_location: Some(format!("{id}.bin")),
        headers: Vec::new(),
        data: data.into(),
    };
    Content {
        media: MediaType::new("multipart/mixed"),
        parts: vec![
            part(
                MediaType::new("text/plain").with("charset", "utf-8"),
                "text",
                "Grüße\r\n.\r\n..dots".as_bytes().to_vec(),
            ),
            part(MediaType::new("image/jpeg"), "picture", every),
        ],
        body: Bytes::new(),
    }
}

pub fn send_req(tid: &str, to: &str) -> Pdu {
    let mut pdu = Pdu::new(PduType::SendReq)
        .with("X-Mms-Transaction-ID", Value::text_of(tid))
        .with("X-Mms-MMS-Version", Value::Version { major: 1, minor: 3 })
        .with("From", Value::InsertAddress)
        .with("To", Value::Address(plmn(to)))
        .with(
            "Subject",
            Value::Encoded {
                charset: Some(106),
                text: "Zoë".to_owned(),
            },
        )
        .with("X-Mms-Delivery-Report", Value::token("Yes"))
        .with("X-Mms-Read-Report", Value::token("Yes"));
    pdu.content = Some(picture_and_text());
    pdu
}

pub fn notify_resp(notification: &Pushed, status: &str) -> Pdu {
    Pdu::new(PduType::NotifyRespInd)
        .with(
            "X-Mms-Transaction-ID",
            Value::Text(notification.text("X-Mms-Transaction-ID")),
        )
        .with("X-Mms-MMS-Version", Value::Version { major: 1, minor: 3 })
        .with("X-Mms-Status", Value::token(status))
}

pub fn read_rec(retrieved: &Answer, reader: &str, originator: &str) -> Pdu {
    Pdu::new(PduType::ReadRecInd)
        .with("X-Mms-MMS-Version", Value::Version { major: 1, minor: 3 })
        .with("Message-ID", Value::Text(retrieved.text("Message-ID")))
        .with("To", Value::Address(plmn(originator)))
        .with("From", Value::Address(plmn(reader)))
        .with("X-Mms-Read-Status", Value::token("Deleted without being read"))
}

/// MM4_forward.REQ by carol of the peer.
pub fn forward_req(tid: &str, to: &str) -> Pdu {
    let mut pdu = Pdu::new(PduType::Mm4ForwardReq)
        .with("X-Mms-3GPP-MMS-Version", Value::text_of("5.5.0"))
        .with("X-Mms-Transaction-ID", Value::text_of(tid))
        .with(
            "X-Mms-Message-ID",
            Value::Text(format!("\"{tid}@mms.peer.example\"")),
        )
        .with("From", Value::Address(plmn(CAROL)))
        .with("To", Value::Address(plmn(to)))
        .with("Date", Value::Date(1_795_000_000))
        .with("X-Mms-Ack-Request", Value::token("Yes"))
        .with("X-Mms-Delivery-Report", Value::token("Yes"))
        .with("X-Mms-Read-Reply", Value::token("Yes"))
        .with(
            "X-Mms-Originator-System",
            Value::Address("system@mms.peer.example".to_owned()),
        )
        .with(
            "Sender",
            Value::Address(format!("{}@mms.peer.example", plmn(CAROL))),
        )
        .with("Subject", Value::text_of("Hello"));
    pdu.content = Some(picture_and_text());
    pdu
}

/// The answer of carol's MMSE to a request.
pub fn answer_to(request: &Mail, kind: PduType, status: &str) -> Pdu {
    Pdu::new(kind)
        .with("X-Mms-3GPP-MMS-Version", Value::text_of("5.5.0"))
        .with(
            "X-Mms-Transaction-ID",
            Value::Text(request.text("X-Mms-Transaction-ID")),
        )
        .with("X-Mms-Message-ID", Value::Text(request.text("X-Mms-Message-ID")))
        .with("X-Mms-Request-Status-Code", Value::token(status))
        .with("Sender", Value::Address("system@mms.peer.example".to_owned()))
        .with("To", Value::Address(request.text("X-Mms-Originator-System")))
}
