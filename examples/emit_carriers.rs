//! Writes every carrier of a push that mmspec can write, in every form, to a folder, with what each must be read as.
//! `ci/tshark_carriers.py` has Wireshark read them.
//!
//! `cargo run --example emit_carriers -- DIR` writes `NNNN.bin` and `manifest.json`.

use std::error::Error;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use mmspec::wire::push::segments::{Reference, SMS_OCTETS, split};
use mmspec::wire::push::smpp::{COMMANDS, Command, Form, Pdu, Smpp, TLVS, TlvForm};
use mmspec::wire::push::sms::{Address, Tpdu, Validity};
use mmspec::wire::push::udh::Ports;
use mmspec::wire::push::{self, PORTS_UDH, smpp, sms};
use mmspec::wire::{Interval, Pdu as Mms, PduType, Span, Value, mm1};
use serde_json::{Value as Json, json};

const TIME: [u8; 7] = [0x62, 0x11, 0x42, 0x31, 0x50, 0x90, 0x40];
const PORTS: Ports = Ports {
    destination: 2948,
    source: 9200,
};

fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args_os()
        .nth(1)
        .map(PathBuf::from)
        .ok_or("usage: emit_carriers DIR")?;
    std::fs::create_dir_all(&dir)?;
    let mut out = Emitted {
        dir: &dir,
        manifest: Vec::new(),
    };
    commands(&mut out)?;
    tlvs(&mut out)?;
    pushes(&mut out)?;
    short_messages(&mut out)?;
    std::fs::write(
        dir.join("manifest.json"),
        serde_json::to_vec_pretty(&out.manifest)?,
    )?;
    println!("{} carriers in {}", out.manifest.len(), dir.display());
    Ok(())
}

struct Emitted<'a> {
    dir: &'a Path,
    manifest: Vec<Json>,
}

impl Emitted<'_> {
    fn write(&mut self, carrier: &str, shape: &str, octets: &[u8], wanted: Json) -> std::io::Result<()> {
        let file = format!("{:04}.bin", self.manifest.len());
        std::fs::write(self.dir.join(&file), octets)?;
        self.manifest
            .push(json!({ "file": file, "carrier": carrier, "shape": shape, "wanted": wanted }));
        Ok(())
    }

    fn smpp(&mut self, shape: &str, pdu: &Pdu) -> std::io::Result<()> {
        let octets = Bytes::from(smpp::encode(pdu));
        let (read, findings) = smpp::decode(&octets).map_err(std::io::Error::other)?;
        if !findings.is_empty() {
            return Err(std::io::Error::other(format!("{shape}: {findings:?}")));
        }
        let field = |name: String, at: Span| json!({ "name": name, "offset": at.offset, "octets": hex::encode(&octets[at.offset..at.offset + at.len]) });
        let params: Vec<Json> = read
            .params
            .iter()
            .map(|(name, _, at)| field((*name).to_owned(), *at))
            .collect();
        let tlvs: Vec<Json> = read.tlvs.iter().map(|tlv| field(tlv.name(), tlv.at)).collect();
        let wanted = json!({
            "command": pdu.command_id,
            "status": pdu.command_status,
            "sequence": pdu.sequence_number,
            "params": params,
            "tlvs": tlvs,
            "is-push": shape.starts_with("push"),
        });
        self.write("smpp", shape, &octets, wanted)
    }
}

/// A PDU with a value in each parameter.
fn filled(command: &Command) -> Pdu {
    let mut pdu = Pdu::new(command);
    for param in command.params {
        let value = match (param.form, param.name) {
            (Form::Octet, "interface_version") => Smpp::Number(0x34),
            (Form::Octet, "source_addr_ton" | "dest_addr_ton" | "addr_ton") => Smpp::Number(1),
            (Form::Octet, "source_addr_npi" | "dest_addr_npi" | "addr_npi") => Smpp::Number(1),
            (Form::Octet, "data_coding") => Smpp::Number(4),
            (Form::Octet, "esm_class") => Smpp::Number(0),
            (Form::Octet, _) => Smpp::Number(1),
            (Form::Text(_), "source_addr" | "destination_addr") => Smpp::Text("+15550100017".into()),
            (Form::Text(_), "schedule_delivery_time") => Smpp::Text("261124130509004+".into()),
            (Form::Text(_), "validity_period") => Smpp::Text("000001000000000R".into()),
            (Form::Text(_), _) => Smpp::Text("text1".into()),
            (Form::Counted, _) => Smpp::Octets(b"data".to_vec().into()),
        };
        pdu = pdu.with(param.name, value);
    }
    pdu
}

fn commands(out: &mut Emitted<'_>) -> std::io::Result<()> {
    for command in COMMANDS {
        // A generic_nack that reports no error is none.
        if command.name != "generic_nack" {
            out.smpp(command.name, &filled(command))?;
        }
        if command.id & 0x8000_0000 != 0 {
            let refused = Pdu {
                params: Vec::new(),
                command_status: 0x58,
                sequence_number: 77,
                ..Pdu::new(command)
            };
            out.smpp(&format!("{} throttled", command.name), &refused)?;
        }
    }
    Ok(())
}

fn tlvs(out: &mut Emitted<'_>) -> std::io::Result<()> {
    let Some(submit) = smpp::command_by_name("submit_sm") else {
        return Ok(());
    };
    for (tag, name, form) in TLVS {
        let value: Vec<u8> = match form {
            TlvForm::Number(size) => (0..*size as u8).map(|octet| octet + 1).collect(),
            TlvForm::Text => b"text\0".to_vec(),
            // It has no value (SMPP 3.4 §5.3.2.41).
            TlvForm::Octets if *name == "alert_on_message_delivery" => Vec::new(),
            TlvForm::Octets => vec![1, 2, 3],
        };
        let mut pdu = filled(submit).with_tlv(*tag, value);
        if *name == "message_payload" {
            pdu = pdu.with("short_message", Smpp::Octets(Bytes::new()));
        }
        out.smpp(name, &pdu)?;
    }
    Ok(())
}

fn notification() -> Vec<u8> {
    let pdu = Mms::new(PduType::NotificationInd)
        .with("X-Mms-Transaction-ID", Value::text_of("t-1"))
        .with("X-Mms-MMS-Version", Value::Version { major: 1, minor: 2 })
        .with("X-Mms-Message-Class", Value::token("Personal"))
        .with("X-Mms-Message-Size", Value::Integer(300))
        .with("X-Mms-Expiry", Value::Interval(Interval::Relative(3600)))
        .with(
            "X-Mms-Content-Location",
            Value::text_of("http://mms.home.example/1"),
        );
    push::encode(7, &mm1::encode(&pdu))
}

/// A push in each form in which an SMSC may get it.
fn pushes(out: &mut Emitted<'_>) -> std::io::Result<()> {
    let Some(submit) = smpp::command_by_name("submit_sm") else {
        return Ok(());
    };
    let wsp = notification();
    let with_udh = [&PORTS_UDH[..], &wsp].concat();
    let pdu = |class: u8, coding: u8, short: &[u8]| {
        filled(submit)
            .with("esm_class", Smpp::Number(class))
            .with("data_coding", Smpp::Number(coding))
            .with("short_message", Smpp::Octets(short.to_vec().into()))
    };
    for (shape, pdu) in [
        ("push in short_message", pdu(0x40, 0x04, &with_udh)),
        ("push in short_message, class 1", pdu(0x43, 0xF5, &with_udh)),
        (
            "push in message_payload",
            pdu(0x40, 0x04, &[]).with_tlv(0x0424, with_udh.clone()),
        ),
        (
            "push with ports in TLVs",
            pdu(0, 0x04, &wsp)
                .with_tlv(0x020A, vec![0x23, 0xF0])
                .with_tlv(0x020B, vec![0x0B, 0x84]),
        ),
    ] {
        out.smpp(shape, &pdu)?;
    }
    for reference in [Reference::Narrow(9), Reference::Wide(900)] {
        let segments = split(&wsp.repeat(3), Some(PORTS), reference, true, SMS_OCTETS).unwrap_or_default();
        for (number, segment) in segments.iter().enumerate() {
            out.smpp(
                &format!("segment {} with {reference:?}", number + 1),
                &pdu(0x40, 0xF5, segment),
            )?;
        }
    }
    Ok(())
}

fn short_messages(out: &mut Emitted<'_>) -> std::io::Result<()> {
    let user_data = [&PORTS_UDH[..], &notification()].concat();
    let alphanumeric = Address {
        kind: 0xD0,
        text: "MMS one".into(),
    };
    let submit = |validity| Tpdu {
        validity,
        ..Tpdu::submit(Address::number("+15550100017"), 9, user_data.clone())
    };
    let (text, length) = sms::septets(&[], "Hello, 5 @ $");
    let tpdus = [
        (
            "from a number",
            Tpdu::deliver(Address::number("+15550200000"), TIME, user_data.clone()),
        ),
        (
            "from letters",
            Tpdu::deliver(alphanumeric, TIME, user_data.clone()),
        ),
        (
            "from a short code",
            Tpdu::deliver(Address::number("12345"), TIME, user_data.clone()),
        ),
        (
            "text in septets",
            Tpdu {
                first: 0x04,
                dcs: 0,
                length,
                ..Tpdu::deliver(Address::number("+1555"), TIME, text)
            },
        ),
        ("without validity", submit(None)),
        ("relative validity", submit(Some(Validity::Relative(167)))),
        ("absolute validity", submit(Some(Validity::Absolute(TIME)))),
    ];
    for (shape, tpdu) in tpdus {
        let wanted = json!({
            "type": tpdu.kind.name(),
            "address": tpdu.address.text.trim_start_matches('+'),
            "pid": tpdu.pid,
            "dcs": tpdu.dcs,
            "length": tpdu.length,
            "is-push": !tpdu.is_septets(),
        });
        out.write("sms", shape, &sms::encode(&tpdu), wanted)?;
    }
    Ok(())
}
