//! Responses to requests.

use super::codec::{Pdu, Smpp};
use super::table;

/// The bit that makes a request's command_id its response's.
const RESPONSE: u32 = 0x8000_0000;

impl Pdu {
    /// Whether it answers another one.
    pub fn is_response(&self) -> bool {
        self.command_id & RESPONSE != 0
    }

    /// The response to this request, under its sequence_number; a generic_nack if none belongs to it. One that reports an error has
    /// no body (SMPP 3.4 §4.1.2, §4.4.2).
    #[must_use]
    pub fn response(&self, command_status: u32) -> Pdu {
        match table::command(self.command_id | RESPONSE) {
            Some(command) => {
                let mut pdu = Pdu::new(command);
                pdu.command_status = command_status;
                pdu.sequence_number = self.sequence_number;
                if command_status != 0 {
                    pdu.params.clear();
                }
                pdu
            }
            None => Pdu::generic_nack(self.sequence_number, command_status),
        }
    }

    /// Says that there is something wrong with a PDU that has no response of its own (SMPP 3.4 §4.3).
    pub fn generic_nack(sequence_number: u32, command_status: u32) -> Pdu {
        Pdu {
            command_id: RESPONSE,
            command_status,
            sequence_number,
            params: Vec::new(),
            tlvs: Vec::new(),
            rest: bytes::Bytes::new(),
        }
    }

    /// Sets a mandatory parameter that is text.
    #[must_use]
    pub fn with_text(self, name: &str, text: impl Into<String>) -> Pdu {
        self.with(name, Smpp::Text(text.into()))
    }

    /// Sets a mandatory parameter of one octet.
    #[must_use]
    pub fn with_octet(self, name: &str, octet: u8) -> Pdu {
        self.with(name, Smpp::Number(octet))
    }
}
