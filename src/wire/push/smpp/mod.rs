//! SMPP 3.4 as far as a relay uses it to push: the PDUs between an ESME (the relay) and an SMSC.
//!
//! [`decode`] reads one PDU leniently, [`frames`] cuts a stream into PDUs, [`carried`] finds the datagram in the forms that
//! relays choose: a user data header in `short_message` or in `message_payload`, or ports and segments in TLVs; [`carry`] puts it
//! there. [`Receipt`] is what an SMSC tells of a message later.

mod answer;
mod carried;
mod codec;
mod receipt;
mod stream;
mod submit;
mod table;

pub use carried::carried;
pub use codec::{Pdu, Smpp, Tlv, decode, encode};
pub use receipt::{MessageState, Receipt};
pub use stream::{Cut, Frame, cut, frames};
pub use submit::{Carriage, Segmentation, carry};
pub use table::{
    COMMANDS, Command, Form, Param, STATUSES, TLVS, TlvForm, command, command_by_name, is_transient, status,
    status_by_name, status_name,
};
