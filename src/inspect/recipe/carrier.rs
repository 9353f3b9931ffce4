//! Carriers of PDUs.

use super::{Pantry, payload};
use crate::case::{Diagnostic, KeyDef, Node, Reader, Shape, may, need};
use crate::wire::wsp::{self, write};
use crate::wire::{MediaType, mm1};

/// X-Wap-Application-Id by its number (WAP-230 table 39).
const APPLICATION_ID: u8 = 0x2F | 0x80;
/// The number of the MMS user agent (ENC 1.3 table 26).
const MMS_UA: &str = "4";
const NONE: &str = "none";

const OUTER: &[KeyDef] = &[need("push", Shape::With, "a WSP push")];

const PUSH: &[KeyDef] = &[
    may("tid", Shape::Number, "transaction id, 0 to 255"),
    may("type", Shape::Word(TYPES), "the PDU's type"),
    may(
        "content-type",
        Shape::Text,
        "application/vnd.wap.mms-message by default",
    ),
    may(
        "application-id",
        Shape::Text,
        "a number below 128 or a URI; `none` leaves it out; 4 by default",
    ),
    may("pdu", Shape::With, "the PDU it carries"),
    may("send", Shape::With, "the same"),
    may("octets", Shape::Hex, "what it carries, as octets"),
];

const TYPES: &[&str] = &["Push", "ConfirmedPush"];

/// A file whose message is a push.
pub(super) fn push(
    reader: &mut Reader<'_>,
    whole: &Node,
    object: &Node,
    pantry: &Pantry<'_>,
) -> Option<Vec<u8>> {
    reader.args(whole, "a push", OUTER)?;
    push_of(reader, object, pantry)
}

/// A WSP push.
pub(super) fn push_of(reader: &mut Reader<'_>, object: &Node, pantry: &Pantry<'_>) -> Option<Vec<u8>> {
    let args = reader.args(object, "`push`", PUSH)?;
    let tid: u8 = match args.get("tid") {
        Some(node) => reader.number(node, "`tid` (0 to 255)")?,
        None => 1,
    };
    let kind = match args.get("type") {
        Some(node) => reader.word(node, "type of a push", TYPES)?,
        None => TYPES[0],
    };
    let media = match args.get("content-type") {
        Some(node) => reader.text(node, "`content-type`")?,
        None => mm1::MEDIA_TYPE,
    };
    let application = match args.get("application-id") {
        Some(node) => reader.text(node, "`application-id`")?,
        None => MMS_UA,
    };
    let mut head = Vec::new();
    wsp::write_media_type(&mut head, &MediaType::parse(media));
    match application.parse::<u8>() {
        Ok(number) if number < 0x80 => head.extend([APPLICATION_ID, number | 0x80]),
        Ok(_) => {
            let node = args.get("application-id")?;
            let problem = format!("`{application}` is no application id: numbers are below 128");
            reader.error(Diagnostic::at(&node.span, problem));
        }
        Err(_) if application == NONE => {}
        Err(_) => {
            head.push(APPLICATION_ID);
            write::text(&mut head, application);
        }
    }
    let body = payload(reader, &args, pantry)?;
    let mut out = vec![tid, if kind == TYPES[0] { 0x06 } else { 0x07 }];
    write::uintvar(&mut out, u32::try_from(head.len()).unwrap_or(u32::MAX));
    out.extend(head);
    out.extend(body);
    Some(out)
}
