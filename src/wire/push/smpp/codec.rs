//! Octets ⇄ PDUs.

use bytes::Bytes;

use super::table::{self, Command, Form, Param, TLVS, TlvForm};
use crate::wire::finding::Findings;
use crate::wire::{Finding, Span, Undecodable};

/// Octets of the header: command_length, command_id, command_status, sequence_number.
pub(super) const HEADER: usize = 16;
/// TLVs of a PDU that are read.
const MAX_TLVS: usize = 256;

/// The value of a mandatory parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Smpp {
    Number(u8),
    /// Without its NUL. Octets above 127 are read as ISO 8859-1.
    Text(String),
    Octets(Bytes),
}

impl Smpp {
    /// As reports show it: a number, the text, hex octets.
    pub fn text(&self) -> String {
        match self {
            Smpp::Number(number) => number.to_string(),
            Smpp::Text(text) => text.clone(),
            Smpp::Octets(octets) => hex::encode_upper(octets),
        }
    }
}

/// An optional parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tlv {
    pub tag: u16,
    pub value: Bytes,
    /// Where tag, length and value stood; zero for one that was built.
    pub at: Span,
}

impl Tlv {
    pub fn new(tag: u16, value: impl Into<Bytes>) -> Self {
        Tlv {
            tag,
            value: value.into(),
            at: Span::default(),
        }
    }

    /// Its name, or `tag-0xNNNN`.
    pub fn name(&self) -> String {
        let named = TLVS.iter().find(|(tag, _, _)| *tag == self.tag);
        named.map_or_else(
            || format!("tag-0x{:04X}", self.tag),
            |(_, name, _)| (*name).to_owned(),
        )
    }

    fn form(&self) -> TlvForm {
        TLVS.iter()
            .find(|(tag, _, _)| *tag == self.tag)
            .map_or(TlvForm::Octets, |(_, _, form)| *form)
    }

    /// The number it is; none if it is none of at most four octets.
    pub fn number(&self) -> Option<u32> {
        ((1..=4).contains(&self.value.len()))
            .then(|| self.value.iter().fold(0, |n, octet| n << 8 | u32::from(*octet)))
    }

    /// As reports show it.
    pub fn text(&self) -> String {
        match (self.form(), self.number()) {
            (TlvForm::Number(_), Some(number)) => number.to_string(),
            (TlvForm::Text, _) => latin(self.value.strip_suffix(&[0]).unwrap_or(&self.value)),
            _ => hex::encode_upper(&self.value),
        }
    }
}

/// One PDU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdu {
    pub command_id: u32,
    pub command_status: u32,
    pub sequence_number: u32,
    /// The mandatory parameters in their order, each with where it stood. Fewer if the PDU ends early, none if the command is
    /// not known.
    pub params: Vec<(&'static str, Smpp, Span)>,
    pub tlvs: Vec<Tlv>,
    /// What a PDU of an unknown command has behind its header.
    pub rest: Bytes,
}

impl Pdu {
    /// A PDU with every mandatory parameter empty or zero; sequence number 1.
    pub fn new(command: &Command) -> Self {
        let empty = |param: &Param| match param.form {
            Form::Octet => Smpp::Number(0),
            Form::Text(_) => Smpp::Text(String::new()),
            Form::Counted => Smpp::Octets(Bytes::new()),
        };
        Pdu {
            command_id: command.id,
            command_status: 0,
            sequence_number: 1,
            params: command
                .params
                .iter()
                .map(|p| (p.name, empty(p), Span::default()))
                .collect(),
            tlvs: Vec::new(),
            rest: Bytes::new(),
        }
    }

    /// `submit_sm`, or the number of a command that is not known.
    pub fn name(&self) -> String {
        table::command(self.command_id).map_or_else(
            || format!("command 0x{:08X}", self.command_id),
            |c| c.name.to_owned(),
        )
    }

    pub fn param(&self, name: &str) -> Option<&Smpp> {
        self.params
            .iter()
            .find(|(n, _, _)| *n == name)
            .map(|(_, value, _)| value)
    }

    /// Sets a mandatory parameter the command has.
    #[must_use]
    pub fn with(mut self, name: &str, value: Smpp) -> Self {
        if let Some(param) = self.params.iter_mut().find(|(n, _, _)| *n == name) {
            param.1 = value;
        }
        self
    }

    #[must_use]
    pub fn with_tlv(mut self, tag: u16, value: impl Into<Bytes>) -> Self {
        self.tlvs.push(Tlv::new(tag, value));
        self
    }

    /// The first optional parameter of that tag.
    pub fn tlv(&self, tag: u16) -> Option<&Tlv> {
        self.tlvs.iter().find(|tlv| tlv.tag == tag)
    }

    /// A mandatory parameter of one octet.
    pub fn octet(&self, name: &str) -> Option<u8> {
        match self.param(name) {
            Some(Smpp::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// A mandatory parameter that is text.
    pub fn string(&self, name: &str) -> Option<&str> {
        match self.param(name) {
            Some(Smpp::Text(text)) => Some(text),
            _ => None,
        }
    }
}

/// Decodes one PDU leniently; octets behind its command_length are a finding.
///
/// # Errors
/// There is no whole header.
pub fn decode(octets: &Bytes) -> Result<(Pdu, Vec<Finding>), Undecodable> {
    let word = |at: usize| {
        octets
            .get(at..at + 4)
            .map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]))
    };
    let (Some(length), Some(command_id), Some(command_status), Some(sequence_number)) =
        (word(0), word(4), word(8), word(12))
    else {
        return Err(Undecodable {
            offset: octets.len(),
            reason: format!("an SMPP header has {HEADER} octets"),
        });
    };
    let mut reader = Reader {
        octets,
        at: HEADER,
        end: octets.len(),
        findings: Findings::about_text(),
    };
    reader.length(length as usize);
    let mut pdu = Pdu {
        command_id,
        command_status,
        sequence_number,
        params: Vec::new(),
        tlvs: Vec::new(),
        rest: Bytes::new(),
    };
    match table::command(command_id) {
        None => {
            let at = Span { offset: 4, len: 4 };
            let text = format!("0x{command_id:08X} is no command of SMPP 3.4");
            reader
                .findings
                .error("smpp-command-unknown", at, "SMPP 3.4 §5.1.2.1", text);
            pdu.rest = octets.slice(HEADER.min(reader.end)..reader.end);
        }
        Some(command) => reader.body(command, &mut pdu),
    }
    Ok((pdu, reader.findings.into_vec()))
}

struct Reader<'a> {
    octets: &'a Bytes,
    at: usize,
    end: usize,
    findings: Findings,
}

impl Reader<'_> {
    fn length(&mut self, length: usize) {
        let at = Span { offset: 0, len: 4 };
        let clause = "SMPP 3.4 §5.1.1";
        let here = self.octets.len();
        if length < HEADER || length > here {
            let text = format!("command_length is {length}, and there are {here} octets");
            self.findings.error("smpp-length", at, clause, text);
        } else if length < here {
            self.end = length;
            let at = Span {
                offset: length,
                len: here - length,
            };
            self.findings.error(
                "smpp-trailing-octets",
                at,
                clause,
                "octets behind the end that command_length says",
            );
        }
    }

    fn body(&mut self, command: &'static Command, pdu: &mut Pdu) {
        // A response that reports an error may leave its body out (SMPP 3.4 §4.1.2, §4.4.2).
        let body_is_optional = command.id & 0x8000_0000 != 0 && pdu.command_status != 0;
        if self.at == self.end && body_is_optional {
            return;
        }
        for param in command.params {
            let start = self.at;
            if start >= self.end {
                let at = Span {
                    offset: start,
                    len: 0,
                };
                let text = format!("{} ends before {}", command.name, param.name);
                self.findings
                    .error("smpp-param-missing", at, command.clause, text);
                return;
            }
            let value = self.param(param, command);
            let at = Span {
                offset: start,
                len: self.at - start,
            };
            pdu.params.push((param.name, value, at));
        }
        self.tlvs(pdu);
    }

    fn param(&mut self, param: &Param, command: &Command) -> Smpp {
        match param.form {
            Form::Octet => {
                self.at += 1;
                Smpp::Number(self.octets[self.at - 1])
            }
            Form::Text(most) => {
                let rest = &self.octets[self.at..self.end];
                let nul = rest.iter().position(|octet| *octet == 0);
                let len = nul.unwrap_or(rest.len());
                let span = Span {
                    offset: self.at,
                    len: len + 1,
                };
                if nul.is_none() {
                    let at = Span { len, ..span };
                    let text = format!("{} has no NUL at its end", param.name);
                    self.findings
                        .error("smpp-text-not-terminated", at, "SMPP 3.4 §3.1", text);
                } else if len + 1 > most {
                    let text = format!(
                        "{} has {} octets, at most {most} are allowed",
                        param.name,
                        len + 1
                    );
                    self.findings
                        .error("smpp-text-too-long", span, command.clause, text);
                }
                let text = latin(&rest[..len]);
                self.at = (self.at + len + 1).min(self.end);
                Smpp::Text(text)
            }
            Form::Counted => {
                let length = usize::from(self.octets[self.at]);
                let start = self.at + 1;
                let stop = (start + length).min(self.end);
                let at = Span {
                    offset: self.at,
                    len: stop - self.at,
                };
                if stop < start + length {
                    let text = format!("sm_length is {length}, and {} octets follow", stop - start);
                    self.findings
                        .error("smpp-message-length", at, "SMPP 3.4 §5.2.21", text);
                } else if length > 254 {
                    let text = "a short_message has at most 254 octets";
                    self.findings
                        .error("smpp-message-length", at, "SMPP 3.4 §5.2.21", text);
                }
                self.at = stop;
                Smpp::Octets(self.octets.slice(start..stop))
            }
        }
    }

    fn tlvs(&mut self, pdu: &mut Pdu) {
        let clause = "SMPP 3.4 §3.2.4.1";
        while self.at < self.end {
            let start = self.at;
            let rest = &self.octets[start..self.end];
            let whole = Span {
                offset: start,
                len: rest.len(),
            };
            if pdu.tlvs.len() == MAX_TLVS {
                let text = format!("more than {MAX_TLVS} optional parameters");
                return self.findings.error("smpp-too-many-tlvs", whole, clause, text);
            }
            let [t0, t1, l0, l1, value @ ..] = rest else {
                let text = "octets that are no optional parameter";
                return self.findings.error("smpp-tlv-truncated", whole, clause, text);
            };
            let length = usize::from(u16::from_be_bytes([*l0, *l1]));
            let there = length.min(value.len());
            let tlv = Tlv {
                tag: u16::from_be_bytes([*t0, *t1]),
                value: self.octets.slice(start + 4..start + 4 + there),
                at: Span {
                    offset: start,
                    len: 4 + there,
                },
            };
            self.check(&tlv, length, pdu);
            self.at += tlv.at.len;
            pdu.tlvs.push(tlv);
        }
    }

    fn check(&mut self, tlv: &Tlv, length: usize, pdu: &Pdu) {
        let name = tlv.name();
        if tlv.value.len() < length {
            let text = format!(
                "{name} has {length} octets, of which {} are there",
                tlv.value.len()
            );
            self.findings
                .error("smpp-tlv-truncated", tlv.at, "SMPP 3.4 §3.2.4.1", text);
        } else if let TlvForm::Number(size) = tlv.form()
            && length != size
        {
            let text = format!("{name} has {length} octets instead of {size}");
            self.findings
                .error("smpp-tlv-size", tlv.at, "SMPP 3.4 §5.3.2", text);
        }
        if !TLVS.iter().any(|(tag, _, _)| *tag == tlv.tag) {
            let text = format!("{name} is not known");
            self.findings
                .note("smpp-tlv-unknown", tlv.at, "SMPP 3.4 §5.3.2", text);
        }
        // callback_num, and what belongs to it, stand once for each number (SMPP 3.4 §5.3.2.36).
        if pdu.tlv(tlv.tag).is_some() && !name.starts_with("callback_num") {
            let text = format!("{name} stands twice");
            self.findings
                .warning("smpp-tlv-repeated", tlv.at, "SMPP 3.4 §5.3.2", text);
        }
    }
}

/// Encodes a PDU; command_length is that of the result. A short_message of more than 255 octets is cut, since its length has no
/// more room.
pub fn encode(pdu: &Pdu) -> Vec<u8> {
    let mut out = vec![0; 4];
    for word in [pdu.command_id, pdu.command_status, pdu.sequence_number] {
        out.extend(word.to_be_bytes());
    }
    for (_, value, _) in &pdu.params {
        match value {
            Smpp::Number(number) => out.push(*number),
            Smpp::Text(text) => {
                out.extend(
                    text.chars()
                        .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
                        .filter(|o| *o != 0),
                );
                out.push(0);
            }
            Smpp::Octets(octets) => {
                let octets = &octets[..octets.len().min(255)];
                out.push(octets.len() as u8);
                out.extend_from_slice(octets);
            }
        }
    }
    for tlv in &pdu.tlvs {
        let value = &tlv.value[..tlv.value.len().min(usize::from(u16::MAX))];
        out.extend(tlv.tag.to_be_bytes());
        out.extend((value.len() as u16).to_be_bytes());
        out.extend_from_slice(value);
    }
    out.extend_from_slice(&pdu.rest);
    let length = u32::try_from(out.len()).unwrap_or(u32::MAX);
    out[..4].copy_from_slice(&length.to_be_bytes());
    out
}

/// ISO 8859-1: every octet is a character.
fn latin(octets: &[u8]) -> String {
    octets.iter().map(|octet| char::from(*octet)).collect()
}
