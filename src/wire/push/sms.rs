//! SMS-DELIVER and SMS-SUBMIT (3GPP TS 23.040 §9.2.2), the TPDUs that bring a push to a phone and that a modem sends.

use bytes::Bytes;

use super::gsm;
use super::udh::Udh;
use crate::wire::finding::Findings;
use crate::wire::wsp::Cursor;
use crate::wire::{Finding, Span, Undecodable};

/// TP-MTI with its direction: an SMS-DELIVER goes to the phone, an SMS-SUBMIT comes from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Deliver,
    Submit,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Deliver => "SMS-DELIVER",
            Kind::Submit => "SMS-SUBMIT",
        }
    }
}

/// TP-OA or TP-DA (3GPP TS 23.040 §9.1.2.5).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Address {
    /// Type of number and numbering plan with the high bit set: 0x91 international, 0xD0 alphanumeric.
    pub kind: u8,
    /// Digits, with `+` before an international number; text if it is alphanumeric.
    pub text: String,
}

impl Address {
    const ALPHANUMERIC: u8 = 0x50;
    const INTERNATIONAL: u8 = 0x10;

    /// A number: international if it begins with `+`.
    pub fn number(text: &str) -> Self {
        Address {
            kind: if text.starts_with('+') { 0x91 } else { 0x81 },
            text: text.to_owned(),
        }
    }

    fn is(&self, type_of_number: u8) -> bool {
        self.kind & 0x70 == type_of_number
    }
}

/// TP-VP of an SMS-SUBMIT (3GPP TS 23.040 §9.2.3.12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Validity {
    /// One octet, see [`Validity::seconds`].
    Relative(u8),
    /// Seven octets that are kept as they are.
    Enhanced([u8; 7]),
    /// Seven semi-octet pairs, as TP-SCTS.
    Absolute([u8; 7]),
}

impl Validity {
    /// Seconds of a relative validity.
    pub fn seconds(&self) -> Option<u64> {
        let Validity::Relative(value) = self else {
            return None;
        };
        let value = u64::from(*value);
        Some(match value {
            0..=143 => (value + 1) * 5 * 60,
            144..=167 => 12 * 3600 + (value - 143) * 30 * 60,
            168..=196 => (value - 166) * 24 * 3600,
            _ => (value - 192) * 7 * 24 * 3600,
        })
    }
}

/// One TPDU, without the address of the service centre that some modems put before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tpdu {
    pub kind: Kind,
    /// The first octet as it stood, its TP-MTI, TP-UDHI and TP-VPF among the bits.
    pub first: u8,
    /// TP-MR, of an SMS-SUBMIT only.
    pub reference: u8,
    /// TP-OA of an SMS-DELIVER, TP-DA of an SMS-SUBMIT.
    pub address: Address,
    pub pid: u8,
    pub dcs: u8,
    /// TP-SCTS of an SMS-DELIVER: semi-octets of year, month, day, hour, minute, second, zone.
    pub time: [u8; 7],
    pub validity: Option<Validity>,
    /// TP-UD without its length: octets, or septets still packed.
    pub user_data: Bytes,
    /// TP-UDL as it stood: octets of 8-bit data, septets of the default alphabet.
    pub length: u8,
    /// Every field with its name in the standard, its text and where it stood.
    pub fields: Vec<(&'static str, String, Span)>,
}

impl Tpdu {
    /// An SMS-DELIVER of 8-bit data with a user data header.
    pub fn deliver(from: Address, time: [u8; 7], user_data: impl Into<Bytes>) -> Self {
        Tpdu::new(Kind::Deliver, 0x44, from, time, user_data.into())
    }

    /// An SMS-SUBMIT of 8-bit data with a user data header, without a validity.
    pub fn submit(to: Address, reference: u8, user_data: impl Into<Bytes>) -> Self {
        Tpdu {
            reference,
            ..Tpdu::new(Kind::Submit, 0x41, to, [0; 7], user_data.into())
        }
    }

    fn new(kind: Kind, first: u8, address: Address, time: [u8; 7], user_data: Bytes) -> Self {
        Tpdu {
            kind,
            first,
            reference: 0,
            address,
            pid: 0,
            dcs: 0x04,
            time,
            validity: None,
            length: user_data.len().min(255) as u8,
            user_data,
            fields: Vec::new(),
        }
    }

    /// Whether user data begins with a header (TP-UDHI).
    pub fn has_header(&self) -> bool {
        self.first & 0x40 != 0
    }

    /// Whether TP-UD is of the default alphabet, as it is for reserved codings too (3GPP TS 23.038 §4). What is compressed is
    /// octets.
    pub fn is_septets(&self) -> bool {
        match self.dcs {
            0x00..=0x7F => self.dcs & 0x20 == 0 && !matches!(self.dcs & 0x0C, 0x04 | 0x08),
            0x80..=0xDF => true,
            0xE0..=0xEF => false,
            0xF0..=0xFF => self.dcs & 0x04 == 0,
        }
    }

    /// The user data header, and the data behind it: octets, or the text of septets in UTF-8.
    pub fn parts(&self) -> (Option<Udh>, Bytes, Vec<Finding>) {
        let (udh, used, findings) = if self.has_header() {
            let (udh, used, findings) = Udh::decode(&self.user_data);
            (Some(udh), used, findings)
        } else {
            (None, 0, Vec::new())
        };
        if !self.is_septets() {
            return (udh, self.user_data.slice(used..), findings);
        }
        // Septets go on at the next septet border behind the header.
        let header = (used * 8).div_ceil(7);
        let count = usize::from(self.length).saturating_sub(header);
        let fill = header * 7;
        let septets = gsm::unpack(
            self.user_data.get(fill / 8..).unwrap_or_default(),
            fill % 8,
            count,
        );
        (udh, Bytes::from(gsm::text(&septets)), findings)
    }

    /// TP-SCTS as text: `2026-11-24T13:00:00+01:00`.
    pub fn time_text(&self) -> String {
        stamp(&self.time)
    }
}

/// Text in the default alphabet as packed user data, and its TP-UDL; `udh` as it is encoded, or empty.
pub fn septets(udh: &[u8], text: &str) -> (Bytes, u8) {
    let header = (udh.len() * 8).div_ceil(7);
    let septets = gsm::septets(text);
    let fill = header * 7 - udh.len() * 8;
    let mut out = udh.to_vec();
    out.extend(gsm::pack(&septets, fill));
    (Bytes::from(out), (header + septets.len()).min(255) as u8)
}

/// Decodes a TPDU of that kind leniently.
///
/// # Errors
/// It ends before TP-UDL, or is of another kind.
pub fn decode(kind: Kind, octets: &Bytes) -> Result<(Tpdu, Vec<Finding>), Undecodable> {
    let mut reader = Reader {
        cursor: Cursor::new(octets),
        fields: Vec::new(),
        findings: Findings::default(),
    };
    let tpdu = reader.tpdu(kind).map_err(|fault| Undecodable {
        offset: fault.offset,
        reason: format!("{}: {}", kind.name(), fault.kind),
    })?;
    let expected = if kind == Kind::Deliver { 0 } else { 1 };
    if tpdu.first & 0x03 != expected {
        return Err(Undecodable {
            offset: 0,
            reason: format!(
                "TP-MTI is {}, an {} has {expected}",
                tpdu.first & 0x03,
                kind.name()
            ),
        });
    }
    Ok((tpdu, reader.findings.into_vec()))
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    fields: Vec<(&'static str, String, Span)>,
    findings: Findings,
}

type Read<T> = Result<T, crate::wire::wsp::Fault>;

impl Reader<'_> {
    fn tpdu(&mut self, kind: Kind) -> Read<Tpdu> {
        let first = self.octet("first octet", |o| format!("0x{o:02X}"))?;
        let reference = match kind {
            Kind::Submit => self.octet("TP-MR", |o| o.to_string())?,
            Kind::Deliver => 0,
        };
        let address = self.address(if kind == Kind::Deliver { "TP-OA" } else { "TP-DA" })?;
        let pid = self.octet("TP-PID", |o| format!("0x{o:02X}"))?;
        let dcs = self.octet("TP-DCS", |o| format!("0x{o:02X}"))?;
        let time = match kind {
            Kind::Deliver => self.time("TP-SCTS")?,
            Kind::Submit => [0; 7],
        };
        let validity = match kind {
            Kind::Deliver => None,
            Kind::Submit => self.validity(first)?,
        };
        let length = self.octet("TP-UDL", |o| o.to_string())?;
        let start = self.cursor.pos();
        let user_data = self.cursor.clone().into_bytes();
        let mut tpdu = Tpdu {
            kind,
            first,
            reference,
            address,
            pid,
            dcs,
            time,
            validity,
            user_data,
            length,
            fields: Vec::new(),
        };
        self.user_data(&mut tpdu, start);
        tpdu.fields = std::mem::take(&mut self.fields);
        Ok(tpdu)
    }

    fn user_data(&mut self, tpdu: &mut Tpdu, start: usize) {
        let length = usize::from(tpdu.length);
        let expected = if tpdu.is_septets() {
            (length * 7).div_ceil(8)
        } else {
            length
        };
        let there = tpdu.user_data.len();
        let at = |offset, len| Span { offset, len };
        if there < expected {
            let text = format!("TP-UDL says {expected} octets, and {there} follow");
            self.findings.error(
                "sms-user-data-short",
                at(start, there),
                "3GPP TS 23.040 §9.2.3.16",
                text,
            );
        } else if there > expected {
            let beyond = at(start + expected, there - expected);
            let text = format!("{} octets follow TP-UD", there - expected);
            self.findings
                .error("sms-trailing-octets", beyond, "3GPP TS 23.040 §9.2.3.16", text);
            tpdu.user_data.truncate(expected);
        }
        if expected > 140 {
            let text = format!("TP-UD has {expected} octets, at most 140 are allowed");
            self.findings.error(
                "sms-user-data-long",
                at(start, there),
                "3GPP TS 23.040 §9.2.3.24",
                text,
            );
        }
        let shown = hex::encode_upper(&tpdu.user_data);
        self.fields
            .push(("TP-UD", shown, at(start, tpdu.user_data.len())));
    }

    fn octet(&mut self, name: &'static str, show: impl Fn(u8) -> String) -> Read<u8> {
        let start = self.cursor.pos();
        let octet = self.cursor.octet()?;
        self.fields.push((name, show(octet), self.cursor.since(start)));
        Ok(octet)
    }

    fn seven(&mut self, name: &'static str, show: impl Fn(&[u8; 7]) -> String) -> Read<[u8; 7]> {
        let start = self.cursor.pos();
        let mut octets = [0; 7];
        for octet in &mut octets {
            *octet = self.cursor.octet()?;
        }
        self.fields.push((name, show(&octets), self.cursor.since(start)));
        Ok(octets)
    }

    fn time(&mut self, name: &'static str) -> Read<[u8; 7]> {
        let start = self.cursor.pos();
        let octets = self.seven(name, stamp)?;
        if !is_time(&octets) {
            let text = format!("{name} has a digit or a number out of its range");
            let at = self.cursor.since(start);
            self.findings
                .error("sms-time", at, "3GPP TS 23.040 §9.2.3.11", text);
        }
        Ok(octets)
    }

    fn validity(&mut self, first: u8) -> Read<Option<Validity>> {
        Ok(match first >> 3 & 0x03 {
            0 => None,
            2 => {
                let value = self.octet("TP-VP", |o| {
                    format!("{} s", Validity::Relative(o).seconds().unwrap_or_default())
                })?;
                Some(Validity::Relative(value))
            }
            1 => Some(Validity::Enhanced(self.seven("TP-VP", |o| hex::encode_upper(o))?)),
            _ => Some(Validity::Absolute(self.time("TP-VP")?)),
        })
    }

    fn address(&mut self, name: &'static str) -> Read<Address> {
        let start = self.cursor.pos();
        let digits = usize::from(self.cursor.octet()?);
        let kind = self.cursor.octet()?;
        let mut octets = Vec::with_capacity(digits.div_ceil(2));
        for _ in 0..digits.div_ceil(2) {
            octets.push(self.cursor.octet()?);
        }
        let mut address = Address {
            kind,
            text: String::new(),
        };
        address.text = if address.is(Address::ALPHANUMERIC) {
            gsm::text(&gsm::unpack(&octets, 0, digits * 4 / 7))
        } else {
            let plus = if address.is(Address::INTERNATIONAL) {
                "+"
            } else {
                ""
            };
            let number: String = semi_octets(&octets).take(digits).collect();
            format!("{plus}{number}")
        };
        let at = self.cursor.since(start);
        if !address.is(Address::ALPHANUMERIC) && !is_filled_up(&octets, digits) {
            let text = format!("{name} has a filler in place of a digit, or a digit in place of the filler");
            self.findings
                .error("sms-address-digit", at, "3GPP TS 23.040 §9.1.2.5", text);
        }
        if digits > 20 {
            let text = format!("{name} has {digits} semi-octets, at most 20 are allowed");
            self.findings
                .error("sms-address-long", at, "3GPP TS 23.040 §9.1.2.5", text);
        }
        if kind & 0x80 == 0 {
            let text = format!("the type of {name}, 0x{kind:02X}, lacks its high bit");
            self.findings
                .error("sms-address-type", at, "3GPP TS 23.040 §9.1.2.5", text);
        }
        self.fields.push((name, address.text.clone(), at));
        Ok(address)
    }
}

/// Encodes a TPDU. TP-VPF follows from the validity; the rest of the first octet is as it is.
pub fn encode(tpdu: &Tpdu) -> Vec<u8> {
    let format = match tpdu.validity {
        None => 0,
        Some(Validity::Enhanced(_)) => 1,
        Some(Validity::Relative(_)) => 2,
        Some(Validity::Absolute(_)) => 3,
    };
    let mut out = Vec::with_capacity(tpdu.user_data.len() + 32);
    match tpdu.kind {
        Kind::Deliver => out.push(tpdu.first),
        Kind::Submit => out.extend([tpdu.first & !0x18 | format << 3, tpdu.reference]),
    }
    write_address(&mut out, &tpdu.address);
    out.extend([tpdu.pid, tpdu.dcs]);
    if tpdu.kind == Kind::Deliver {
        out.extend(tpdu.time);
    } else {
        match &tpdu.validity {
            None => {}
            Some(Validity::Relative(value)) => out.push(*value),
            Some(Validity::Enhanced(octets) | Validity::Absolute(octets)) => out.extend(octets),
        }
    }
    out.push(tpdu.length);
    out.extend_from_slice(&tpdu.user_data);
    out
}

fn write_address(out: &mut Vec<u8>, address: &Address) {
    if address.is(Address::ALPHANUMERIC) {
        let septets = gsm::septets(&address.text);
        let packed = gsm::pack(&septets, 0);
        out.extend([(septets.len() * 7).div_ceil(4) as u8, address.kind]);
        out.extend(packed);
        return;
    }
    let digits: Vec<u8> = address
        .text
        .trim_start_matches('+')
        .chars()
        .filter_map(semi_octet)
        .collect();
    out.extend([digits.len() as u8, address.kind]);
    for pair in digits.chunks(2) {
        let high = pair.get(1).copied().unwrap_or(0x0F);
        out.push(high << 4 | pair[0]);
    }
}

const DIGITS: &str = "0123456789*#abc";

fn semi_octet(c: char) -> Option<u8> {
    DIGITS.find(c.to_ascii_lowercase()).map(|at| at as u8)
}

/// The digits of octets, the low half first; 0xF fills up.
fn semi_octets(octets: &[u8]) -> impl Iterator<Item = char> {
    octets
        .iter()
        .flat_map(|octet| [octet & 0x0F, octet >> 4])
        .filter_map(|half| DIGITS.chars().nth(half.into()))
}

/// Digits where digits belong, and one filler behind an odd number of them.
fn is_filled_up(octets: &[u8], digits: usize) -> bool {
    let halves = octets.iter().flat_map(|octet| [octet & 0x0F, octet >> 4]);
    halves
        .enumerate()
        .all(|(at, half)| (half == 0x0F) == (at >= digits))
}

/// Every number of a time stamp is within its range; the zone has quarters of an hour up to 79.
fn is_time(octets: &[u8; 7]) -> bool {
    let number = |octet: u8| {
        let (tens, ones) = (octet & 0x0F, octet >> 4);
        (tens < 10 && ones < 10).then_some(tens * 10 + ones)
    };
    let ranges = [(0, 99), (1, 12), (1, 31), (0, 23), (0, 59), (0, 59), (0, 79)];
    let mut fields = *octets;
    // The sign of the zone.
    fields[6] &= !0x08;
    fields
        .iter()
        .zip(ranges)
        .all(|(octet, (least, most))| number(*octet).is_some_and(|n| (least..=most).contains(&n)))
}

/// `2026-11-24T13:00:00+01:00`; octets that are no digits show as they are.
fn stamp(octets: &[u8; 7]) -> String {
    let two = |octet: u8| format!("{:X}{:X}", octet & 0x0F, octet >> 4);
    let [year, month, day, hour, minute, second, zone] = *octets;
    let quarters = u32::from(zone & 0x07) * 10 + u32::from(zone >> 4);
    let sign = if zone & 0x08 == 0 { '+' } else { '-' };
    format!(
        "20{}-{}-{}T{}:{}:{}{sign}{:02}:{:02}",
        two(year),
        two(month),
        two(day),
        two(hour),
        two(minute),
        two(second),
        quarters / 4,
        quarters % 4 * 15
    )
}
