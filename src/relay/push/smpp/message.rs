//! A push as short messages.

use std::collections::VecDeque;

use super::super::gateway::{Message, Refusal};
use super::esme::Esme;
use crate::relay::config::{SmppForm, Source};
use crate::relay::node::Node;
use crate::wire::address::Address;
use crate::wire::mm1;
use crate::wire::push::smpp::{Carriage, Pdu, Segmentation, Smpp, carry, command_by_name};
use crate::wire::push::udh::PUSH_PORTS;

/// Characters of an address (SMPP 3.4 §5.2.8).
const LONGEST_ADDRESS: usize = 20;
/// Types of number and numbering plans (SMPP 3.4 §5.2.5, §5.2.6).
const INTERNATIONAL: u8 = 1;
const ALPHANUMERIC: u8 = 5;
const ISDN: u8 = 1;
const UNKNOWN: u8 = 0;

/// The short messages of one push that the SMSC has not taken yet: none is sent twice for another one's sake.
pub(in crate::relay::push) struct Outgoing<'a> {
    esme: &'a Esme,
    left: VecDeque<Pdu>,
}

impl Esme {
    /// # Errors
    /// It cannot be sent by short messages.
    pub fn outgoing(&self, node: &Node, message: &Message<'_>) -> Result<Outgoing<'_>, String> {
        let config = &self.config;
        let command = command_by_name("submit_sm").ok_or("SMPP has no submit_sm")?;
        let source = match &config.source {
            Some(source) => source.clone(),
            None => self.sender(node, message.pdu),
        };
        let number = self.number(message.number);
        if number.chars().count() > LONGEST_ADDRESS {
            return Err(format!("{number} is longer than a number in SMPP"));
        }
        let each = Pdu::new(command)
            .with("service_type", Smpp::Text(config.service_type.clone()))
            .with("source_addr_ton", Smpp::Number(source.ton))
            .with("source_addr_npi", Smpp::Number(source.npi))
            .with("source_addr", Smpp::Text(source.address))
            .with("dest_addr_ton", Smpp::Number(INTERNATIONAL))
            .with("dest_addr_npi", Smpp::Number(ISDN))
            .with("destination_addr", Smpp::Text(number))
            .with("esm_class", Smpp::Number(config.esm_class))
            .with("registered_delivery", Smpp::Number(config.registered_delivery))
            .with("data_coding", Smpp::Number(config.data_coding));
        let carriage = match config.form {
            SmppForm::Udh => Carriage::Header { always: false },
            SmppForm::UdhAlways => Carriage::Header { always: true },
            SmppForm::Tlv => Carriage::Tlv,
            SmppForm::Payload => Carriage::Payload,
            SmppForm::Sar => Carriage::Sar,
        };
        let cut = Segmentation {
            reference: self.reference(),
            part: config.part,
        };
        let messages = carry(&each, &message.wsp, PUSH_PORTS, carriage, cut)
            .ok_or("it needs more than 255 short messages")?;
        Ok(Outgoing {
            esme: self,
            left: messages.into(),
        })
    }

    /// Who sent the MM, as the PDU says; else the relay itself.
    fn sender(&self, node: &Node, pdu: &[u8]) -> Source {
        let decoded = mm1::decode(&bytes::Bytes::copy_from_slice(pdu)).ok();
        let from = decoded.and_then(|decoded| decoded.pdu.text("From"));
        let from = from.map(|from| Address::parse(&from));
        if let Some(number) = from.as_ref().and_then(Address::number) {
            return Source {
                address: cut(&self.number(number)),
                ton: INTERNATIONAL,
                npi: ISDN,
            };
        }
        let name = match from {
            Some(Address::Email(mailbox)) => mailbox,
            Some(Address::ShortCode(code)) => code,
            _ => node.config.system_address.clone(),
        };
        Source {
            address: cut(&name),
            ton: ALPHANUMERIC,
            npi: UNKNOWN,
        }
    }

    /// With its `+` or without.
    fn number(&self, number: &str) -> String {
        let digits = number.strip_prefix('+').unwrap_or(number);
        if self.config.plus {
            format!("+{digits}")
        } else {
            digits.to_owned()
        }
    }
}

fn cut(address: &str) -> String {
    address.chars().take(LONGEST_ADDRESS).collect()
}

impl Outgoing<'_> {
    pub async fn attempt(&mut self) -> Result<(), Refusal> {
        while let Some(next) = self.left.front() {
            self.esme.submit(next.clone()).await?;
            self.left.pop_front();
        }
        Ok(())
    }
}
