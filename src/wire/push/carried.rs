//! From each carrier to the one shape a suite cares about: first the datagram or the segment of one that it [`Carried`], then
//! what was [`Pushed`] to whom. PAP needs no datagram.

use std::borrow::Cow;

use bytes::Bytes;

use super::kannel::{self, Parameter, SendSms};
use super::pap::{Address, Pap};
use super::sms::{Kind, Tpdu};
use super::udh::{PUSH_PORT, Ports, Segment, Udh};
use super::wsp;
use crate::wire::finding::Findings;
use crate::wire::limits::MAX_FIELDS;
use crate::wire::{Finding, Span, Undecodable};

/// What a short message carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// As it stood, with or without `+`; empty where the carrier does not say.
    pub recipient: String,
    /// As it stood; empty where the carrier does not say.
    pub sender: String,
    /// The user data header, if there is one.
    pub udh: Option<Udh>,
    pub ports: Option<Ports>,
    /// The place of this segment; none if the datagram is whole.
    pub segment: Option<Segment>,
    /// Without the user data header.
    pub data: Bytes,
    /// Offset of `data` in what carries it; 0 where its octets do not stand there as they are.
    pub offset: usize,
    /// Of the user data header and of what makes a push; those of the carrier are its decoder's.
    pub findings: Vec<Finding>,
}

/// What reached a user agent, whoever brought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// As the carrier had it: a number with or without `+`, or the client of an address of PAP.
    pub recipient: String,
    /// `application/vnd.wap.mms-message`.
    pub content_type: String,
    /// X-Wap-Application-Id as text: `4` or `x-wap-application:mms.ua`.
    pub application_id: Option<String>,
    /// All other headers too (name, text), in wire order.
    pub headers: Vec<(String, String)>,
    /// The pushed PDU.
    pub pdu: Bytes,
    /// Of the push; offsets are into the datagram. None of PAP, whose decoder has them.
    pub findings: Vec<Finding>,
}

impl Carried {
    /// What an SMS-DELIVER or SMS-SUBMIT carries: the one names only its sender, the other only its recipient.
    pub fn of_sms(tpdu: &Tpdu) -> Carried {
        let (udh, data, findings) = tpdu.parts();
        let start = tpdu.fields.last().map_or(0, |(_, _, at)| at.offset);
        let used = tpdu.user_data.len().saturating_sub(data.len());
        let address = tpdu.address.text.clone();
        let (recipient, sender) = match tpdu.kind {
            Kind::Deliver => (String::new(), address),
            Kind::Submit => (address, String::new()),
        };
        let at = Span {
            offset: start,
            len: tpdu.user_data.len(),
        };
        let mut all = Findings::default();
        add_moved(findings, start, &mut all);
        let ports = udh.as_ref().and_then(Udh::ports);
        check_ports(ports, at, &mut all);
        check_coding(Coding::Sms(tpdu.dcs), at, &mut all);
        Carried {
            recipient,
            sender,
            ports,
            segment: udh.as_ref().and_then(Udh::segment),
            offset: if tpdu.is_septets() { 0 } else { start + used },
            data,
            udh,
            findings: all.into_vec(),
        }
    }

    /// What a `sendsms` asks to be sent, once for each of at most 4096 recipients; nothing without `to` or `text`.
    ///
    /// Escapes stand between the request and the octets, so findings have no place of their own.
    pub fn of_kannel(sms: &SendSms) -> Vec<Carried> {
        let (Some(to), Some(data)) = (sms.to(), sms.data()) else {
            return Vec::new();
        };
        let mut findings = Findings::default();
        let udh = sms.udh().map(|octets| {
            let (udh, _, mut odd) = Udh::decode(octets);
            odd.iter_mut()
                .for_each(|finding| (finding.offset, finding.len) = (0, 0));
            add_moved(odd, 0, &mut findings);
            udh
        });
        if let Some(fault) = kannel::addressing_fault(sms.udh().map(|udh| &udh[..])) {
            findings.error("kannel-ports", Span::default(), "WAP-259 §6.5", fault);
        }
        let carried = Carried {
            recipient: String::new(),
            sender: sms.get("from").map(Parameter::text).unwrap_or_default(),
            ports: udh.as_ref().and_then(Udh::ports),
            segment: udh.as_ref().and_then(Udh::segment),
            udh,
            data: data.clone(),
            offset: 0,
            findings: findings.into_vec(),
        };
        to.split_ascii_whitespace()
            .take(MAX_FIELDS)
            .map(|recipient| Carried {
                recipient: recipient.to_owned(),
                ..carried.clone()
            })
            .collect()
    }
}

impl Pushed {
    /// Of a whole datagram to this recipient.
    ///
    /// # Errors
    /// The datagram is no WSP push.
    pub fn of_datagram(recipient: &str, datagram: &Bytes) -> Result<Pushed, Undecodable> {
        let push = wsp::decode(datagram)?;
        Ok(Pushed {
            recipient: recipient.to_owned(),
            content_type: push.content_type,
            application_id: push.application_id,
            headers: push.headers,
            pdu: push.body,
            findings: push.findings,
        })
    }

    /// Of a push-message, once for each of its addresses; none of another message or without content.
    pub fn of_pap(pap: &Pap) -> Vec<Pushed> {
        let Some(content) = pap
            .content
            .as_ref()
            .filter(|_| pap.message.name == "push-message")
        else {
            return Vec::new();
        };
        let to = |address: Address<'_>| Pushed {
            recipient: Cow::into_owned(address.client),
            content_type: content.media.essence.to_string(),
            application_id: pap.application_id().map(str::to_owned),
            headers: content.headers.clone(),
            pdu: content.data.clone(),
            findings: Vec::new(),
        };
        pap.addresses().map(to).collect()
    }
}

/// Findings about a part that begins at `offset`.
pub(super) fn add_moved(findings: Vec<Finding>, offset: usize, all: &mut Findings) {
    for finding in findings {
        let at = Span {
            offset: offset + finding.offset,
            len: finding.len,
        };
        all.add(&finding.code, finding.severity, at, &finding.clause, finding.text);
    }
}

pub(super) fn check_ports(ports: Option<Ports>, at: Span, findings: &mut Findings) {
    let clause = "WAP-259 §6.5";
    match ports {
        None => findings.error("push-port-missing", at, clause, "the message names no port"),
        Some(ports) if ports.destination != PUSH_PORT => {
            let text = format!(
                "the message goes to port {}, not to {PUSH_PORT}",
                ports.destination
            );
            findings.error("push-port", at, clause, text);
        }
        Some(_) => {}
    }
}

/// How a carrier says what coding the data has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// TP-DCS (3GPP TS 23.038 §4).
    Sms(u8),
    /// data_coding (SMPP 3.4 §5.2.19): numbers of its own, and those of TP-DCS with a message class.
    Smpp(u8),
}

pub(super) fn check_coding(coding: Coding, at: Span, findings: &mut Findings) {
    let with_class = |coding| coding & 0xF4 == 0xF4;
    let (name, coding, fits) = match coding {
        Coding::Sms(coding) => {
            let general = coding < 0x80 && coding & 0x2C == 0x04;
            ("TP-DCS", coding, general || with_class(coding))
        }
        Coding::Smpp(coding) => {
            let own = matches!(coding, 0x02 | 0x04);
            ("data_coding", coding, own || with_class(coding))
        }
    };
    if !fits {
        let text = format!("{name} 0x{coding:02X} is not 8-bit data");
        findings.error("push-data-coding", at, "3GPP TS 23.038 §4", text);
    }
}
