//! A short message service centre: SMPP 3.4, with the relay as ESME.

use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::push::Unfit;

/// How the relay binds, and what its messages look like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Smpp {
    pub address: SocketAddr,
    /// At most 15 characters.
    pub system_id: String,
    /// At most 8 characters.
    pub password: String,
    #[serde(default)]
    pub system_type: String,
    #[serde(default)]
    pub bind: Bind,
    #[serde(default)]
    pub form: SmppForm,
    /// Bits of the reference that segments share: 8 or 16.
    #[serde(default = "narrow")]
    pub reference: u8,
    /// Octets of the datagram in each of several messages. None: as many as one SMS of 140 octets has room for: 128 behind ports and
    /// a reference of 8 bits, 127 with one of 16, 140 where all that stands in TLVs. One alone with ports holds 133.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<usize>,
    /// Whether numbers have their `+`.
    #[serde(default = "yes")]
    pub plus: bool,
    /// At most 5 characters.
    #[serde(default = "wap")]
    pub service_type: String,
    /// 4 (8-bit data) or 0xF5 (8-bit data, class 1).
    #[serde(default = "octets")]
    pub data_coding: u8,
    /// Bits of esm_class beside the one for the user data header: 3 is store and forward.
    #[serde(default)]
    pub esm_class: u8,
    /// None: the sender that the PDU names, else the relay's system address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// 1: receipts are asked for; they are logged.
    #[serde(default)]
    pub registered_delivery: u8,
    /// How long nothing may come before the SMSC is asked whether it is there.
    #[serde(default = "half_a_minute")]
    pub enquire_link_ms: u64,
    /// How long an answer is waited for.
    #[serde(default = "ten_seconds")]
    pub response_ms: u64,
    /// Messages that wait for an answer at a time.
    #[serde(default = "window")]
    pub window: usize,
}

/// In which sessions the relay binds (SMPP 3.4 §2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Bind {
    #[default]
    #[serde(rename = "transceiver")]
    Transceiver,
    #[serde(rename = "transmitter")]
    Transmitter,
    #[serde(rename = "receiver+transmitter")]
    ReceiverAndTransmitter,
}

/// Where ports and segments stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SmppForm {
    /// A user data header; one that counts segments where there are several.
    #[default]
    Udh,
    /// A user data header that counts segments (`0B 05 04 … 00 03 …`), also where there is one.
    UdhAlways,
    /// Ports in TLVs; what is too long for short_message stands in message_payload.
    Tlv,
    /// All in message_payload, behind a user data header with the ports.
    Payload,
    /// Ports, and segments where there are several, in TLVs.
    Sar,
}

/// source_addr and what kind of address it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Source {
    /// At most 20 characters.
    pub address: String,
    #[serde(default)]
    pub ton: u8,
    #[serde(default)]
    pub npi: u8,
}

impl Smpp {
    /// A transceiver whose messages have user data headers.
    pub fn new(address: SocketAddr, system_id: impl Into<String>, password: impl Into<String>) -> Smpp {
        Smpp {
            address,
            system_id: system_id.into(),
            password: password.into(),
            system_type: String::new(),
            bind: Bind::default(),
            form: SmppForm::default(),
            reference: narrow(),
            part: None,
            plus: yes(),
            service_type: wap(),
            data_coding: octets(),
            esm_class: 0,
            source: None,
            registered_delivery: 0,
            enquire_link_ms: half_a_minute(),
            response_ms: ten_seconds(),
            window: window(),
        }
    }

    pub(crate) fn response(&self) -> Duration {
        Duration::from_millis(self.response_ms)
    }

    /// # Errors
    /// What SMPP has no room for.
    pub(super) fn check(&self) -> Result<(), Unfit> {
        let source = self.source.as_ref().map_or("", |source| &source.address);
        let texts = [
            ("system-id", self.system_id.as_str(), 15),
            ("password", &self.password, 8),
            ("system-type", &self.system_type, 12),
            ("service-type", &self.service_type, 5),
            ("source.address", source, 20),
        ];
        for (name, text, most) in texts {
            let count = text.chars().count();
            if count > most {
                let found = format!("push.smpp.{name} of {count} characters");
                return Err(Unfit::new(found, format!("at most {most}")));
            }
        }
        if ![8, 16].contains(&self.reference) {
            return Err(Unfit::new(
                format!("push.smpp.reference {}", self.reference),
                "8 or 16",
            ));
        }
        let numbers = [
            ("part", self.part.unwrap_or(1), 240),
            ("window", self.window, 1000),
        ];
        for (name, number, most) in numbers {
            if !(1..=most).contains(&number) {
                let found = format!("push.smpp.{name} {number}");
                return Err(Unfit::new(found, format!("1 to {most}")));
            }
        }
        Ok(())
    }
}

fn narrow() -> u8 {
    8
}

fn yes() -> bool {
    true
}

fn wap() -> String {
    "WAP".to_owned()
}

fn octets() -> u8 {
    4
}

fn half_a_minute() -> u64 {
    30_000
}

fn ten_seconds() -> u64 {
    10_000
}

fn window() -> usize {
    10
}
