//! SMPP 3.4 as far as a relay uses it to push: the PDUs between an ESME (the relay) and an SMSC.
//!
//! [`decode`] reads one PDU leniently, [`frames`] cuts a stream into PDUs, [`carried`] finds the datagram in the forms that
//! relays choose: a user data header in `short_message` or in `message_payload`, or ports and segments in TLVs; [`carry`] puts it
//! there.

mod carried;
mod codec;
mod submit;
mod table;

pub use carried::carried;
pub use codec::{Frame, Pdu, Smpp, Tlv, decode, encode, frames};
pub use submit::{Carriage, Cut, carry};
pub use table::{
    COMMANDS, Command, Form, Param, STATUSES, TLVS, TlvForm, command, command_by_name, is_transient,
    status_name,
};
