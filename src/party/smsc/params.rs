//! What the event of a push tells of the messages that brought it.

use crate::wire::push::Carried;
use crate::wire::push::smpp::{Pdu, Smpp, status_name};

/// message_payload: it is the event's own content.
const MESSAGE_PAYLOAD: u16 = 0x0424;
/// What is told even if it is zero or empty.
const ALWAYS: &[&str] = &[
    "source_addr_ton",
    "source_addr_npi",
    "source_addr",
    "dest_addr_ton",
    "dest_addr_npi",
    "destination_addr",
    "esm_class",
    "data_coding",
];
/// Sets of bits.
const BITS: &[&str] = &["esm_class", "data_coding", "registered_delivery"];

/// What else there is to tell.
#[derive(Debug)]
pub(super) struct Account<'a> {
    pub system_id: &'a str,
    /// How many short messages it took.
    pub segments: u8,
    /// Of the message that was taken.
    pub message_id: Option<&'a str>,
    pub command_status: u32,
    pub notes: &'a [String],
}

/// Names as SMPP spells them, but `system_id` and `command` in front, `udh` for the header in the message, and at the end `segments`,
/// `message_id`, `command_status` and a `note` for each remark. What several messages brought has the parameters of the last one.
pub(super) fn params(pdu: &Pdu, carried: Option<&Carried>, account: &Account<'_>) -> Vec<(String, String)> {
    let mut params: Vec<(String, String)> = Vec::new();
    let mut say = |name: &str, text: String| params.push((name.to_owned(), text));
    say("system_id", account.system_id.to_owned());
    say("command", pdu.name());
    for (name, value, _) in &pdu.params {
        let empty = match value {
            Smpp::Number(number) => *number == 0,
            Smpp::Text(text) => text.is_empty(),
            // short_message
            Smpp::Octets(_) => continue,
        };
        match value {
            _ if empty && !ALWAYS.contains(name) => {}
            Smpp::Number(number) if BITS.contains(name) => say(name, format!("0x{number:02X}")),
            value => say(name, value.text()),
        }
    }
    if let Some(udh) = carried.and_then(|c| c.udh.as_ref()) {
        say("udh", hex::encode(udh.encode()));
    }
    for tlv in pdu.tlvs.iter().filter(|tlv| tlv.tag != MESSAGE_PAYLOAD) {
        say(&tlv.name(), tlv.text());
    }
    say("segments", account.segments.to_string());
    if let Some(message_id) = account.message_id {
        say("message_id", message_id.to_owned());
    }
    say("command_status", status_name(account.command_status));
    for note in account.notes {
        say("note", note.clone());
    }
    params
}
