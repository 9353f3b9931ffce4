//! rusmpp, which shares nothing with our codec, reads what we write and writes what we read. It speaks SMPP 5.0, of which these
//! PDUs are the 3.4 part.

use bytes::{Bytes, BytesMut};
use mmspec::wire::push::smpp::{self, COMMANDS, Form, Pdu, Smpp, TLVS, TlvForm, command_by_name};
use rusmpp::decode::DecodeWithLength;
use rusmpp::encode::{Encode, Length};
use rusmpp::pdus::{BindTransceiver, DeliverSm, SubmitSm, SubmitSmResp};
use rusmpp::tlvs::{MessageSubmissionRequestTlvValue as Optional, TlvTag};
use rusmpp::types::{AnyOctetString, COctetString, EmptyOrFullCOctetString, OctetString};
use rusmpp::values::{
    DataCoding, EsmClass, InterfaceVersion, MessagePayload, Npi, PriorityFlag, RegisteredDelivery,
    ReplaceIfPresentFlag, ServiceType, Ton,
};
use rusmpp::{Command, CommandId, CommandStatus};

/// rusmpp leaves command_length to whoever cuts the stream.
fn read_by_rusmpp(octets: &[u8]) -> Command {
    let mut rest = BytesMut::from(&octets[4..]);
    let length = rest.len();
    let (command, read) = Command::decode(&mut rest, length).unwrap_or_else(|e| panic!("{e:?}"));
    assert_eq!(read, length, "{command:?}");
    command
}

fn written_by_rusmpp(command: &Command) -> Bytes {
    let mut octets = vec![0; command.length()];
    let length = command.encode(&mut octets);
    let whole = (4 + length as u32).to_be_bytes();
    Bytes::from([&whole[..], &octets].concat())
}

/// Another value in each parameter, so that two exchanged ones would be seen.
fn filled(name: &str) -> Pdu {
    let command = command_by_name(name).unwrap();
    let mut pdu = Pdu::new(command);
    for (at, param) in command.params.iter().enumerate() {
        let value = match param.form {
            Form::Octet => Smpp::Number(at as u8 + 1),
            // Dates are empty or 16 characters; data_sm has addresses of 65 octets only in SMPP 3.4.
            Form::Text(17) => Smpp::Text(format!("26112413000{at:02}00+")[..16].to_owned()),
            Form::Text(most) => Smpp::Text(format!("{at:020}")[20 - most.min(20) + 1..].to_owned()),
            Form::Counted => Smpp::Octets(Bytes::from_static(b"\x06\x05\x04\x0B\x84\x23\xF0data")),
        };
        pdu = pdu.with(param.name, value);
    }
    pdu
}

#[test]
fn rusmpp_reads_every_pdu_we_write() {
    for command in COMMANDS {
        let octets = smpp::encode(&filled(command.name));
        let read = read_by_rusmpp(&octets);
        assert_eq!(u32::from(read.id()), command.id, "{}", command.name);
        assert_eq!(written_by_rusmpp(&read), octets, "{}", command.name);
    }
}

#[test]
fn rusmpp_sees_the_same_parameters() {
    let ours = filled("submit_sm");
    let text = |name: &str| match ours.param(name) {
        Some(Smpp::Text(text)) => text.clone(),
        other => panic!("{name}: {other:?}"),
    };
    let number = |name: &str| match ours.param(name) {
        Some(Smpp::Number(number)) => *number,
        other => panic!("{name}: {other:?}"),
    };
    let command = read_by_rusmpp(&smpp::encode(&ours));
    let Some(rusmpp::Pdu::SubmitSm(read)) = command.pdu() else {
        panic!("{command:?}");
    };
    let texts = [
        ("source_addr", read.source_addr.as_str()),
        ("destination_addr", read.destination_addr.as_str()),
        ("schedule_delivery_time", read.schedule_delivery_time.as_str()),
        ("validity_period", read.validity_period.as_str()),
    ];
    for (name, seen) in texts {
        assert_eq!(seen.trim_end_matches('\0'), text(name), "{name}");
    }
    let numbers = [
        ("source_addr_ton", u8::from(read.source_addr_ton)),
        ("source_addr_npi", u8::from(read.source_addr_npi)),
        ("dest_addr_ton", u8::from(read.dest_addr_ton)),
        ("dest_addr_npi", u8::from(read.dest_addr_npi)),
        ("esm_class", u8::from(read.esm_class)),
        ("protocol_id", read.protocol_id),
        ("data_coding", u8::from(read.data_coding)),
        ("sm_default_msg_id", read.sm_default_msg_id),
    ];
    for (name, seen) in numbers {
        assert_eq!(seen, number(name), "{name}");
    }
    assert_eq!(
        Some(&Smpp::Octets(read.short_message().clone().into_bytes())),
        ours.param("short_message")
    );
}

/// What SMPP 5.0 has otherwise: this one has two octets there, and one in SMPP 3.4 (§5.3.2.8).
const GREW: &[&str] = &["source_telematics_id"];

#[test]
fn rusmpp_reads_every_optional_parameter_we_write() {
    for (tag, name, form) in TLVS {
        if GREW.contains(name) {
            continue;
        }
        let value: Vec<u8> = match form {
            TlvForm::Number(size) => [vec![0; size - 1], vec![1]].concat(),
            TlvForm::Text => b"text\0".to_vec(),
            TlvForm::Octets if *name == "network_error_code" => vec![3, 0, 1],
            TlvForm::Octets if *name == "alert_on_message_delivery" => vec![1],
            TlvForm::Octets => vec![0x80, 0x50, 1, 2, 3],
        };
        let octets = smpp::encode(&filled("submit_sm").with_tlv(*tag, value.clone()));
        let command = read_by_rusmpp(&octets);
        let Some(rusmpp::Pdu::SubmitSm(read)) = command.pdu() else {
            panic!("{command:?}");
        };
        let [tlv] = read.tlvs() else {
            panic!("{name}: {:?}", read.tlvs());
        };
        assert_eq!(
            (u32::from(u16::from(tlv.tag())), usize::from(tlv.value_length())),
            (u32::from(*tag), value.len())
        );
        assert!(!matches!(tlv.tag(), TlvTag::Other(_)), "{name}");
        assert_eq!(written_by_rusmpp(&command), octets, "{name}");
    }
}

#[test]
fn we_read_what_rusmpp_writes() {
    let submit = SubmitSm::new(
        ServiceType::default(),
        Ton::Alphanumeric,
        Npi::Unknown,
        COctetString::from_slice(b"relay\0").unwrap(),
        Ton::International,
        Npi::Isdn,
        COctetString::from_slice(b"15550100017\0").unwrap(),
        EsmClass::from(0x43),
        0,
        PriorityFlag::default(),
        EmptyOrFullCOctetString::empty(),
        EmptyOrFullCOctetString::empty(),
        RegisteredDelivery::from(1),
        ReplaceIfPresentFlag::default(),
        DataCoding::from(0xF5),
        0,
        OctetString::empty(),
        vec![
            Optional::DestPort(2948),
            Optional::SourcePort(9200),
            Optional::SarMsgRefNum(263),
            Optional::SarTotalSegments(3),
            Optional::SarSegmentSeqnum(2),
            Optional::MessagePayload(MessagePayload::new(AnyOctetString::from_slice(
                b"\x05\x00\x03\x07\x02\x01payload",
            ))),
        ],
    );
    let octets = written_by_rusmpp(&Command::new(CommandStatus::EsmeRok, 77, submit));
    let (pdu, findings) = smpp::decode(&octets).unwrap();
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!((pdu.name().as_str(), pdu.sequence_number), ("submit_sm", 77));
    assert_eq!(smpp::encode(&pdu), octets);
    let carried = smpp::carried(&pdu).unwrap();
    assert_eq!(
        (carried.recipient.as_str(), carried.sender.as_str()),
        ("15550100017", "relay")
    );
    assert_eq!(
        carried.ports.map(|ports| (ports.destination, ports.source)),
        Some((2948, 9200))
    );
    // esm_class says there is a header, and its element counts, not the TLVs.
    let segment = carried.segment.unwrap();
    assert_eq!((segment.reference, segment.total, segment.number), (7, 2, 1));
    assert_eq!(&carried.data[..], b"payload");

    let bind = BindTransceiver {
        system_id: COctetString::from_slice(b"relay\0").unwrap(),
        password: COctetString::from_slice(b"secret\0").unwrap(),
        interface_version: InterfaceVersion::Smpp3_4,
        ..BindTransceiver::default()
    };
    let answer = SubmitSmResp::new(COctetString::from_slice(b"id-1\0").unwrap(), Vec::new());
    let pdus: [(Command, &str); 5] = [
        (Command::new(CommandStatus::EsmeRok, 1, bind), "bind_transceiver"),
        (Command::new(CommandStatus::EsmeRok, 2, answer), "submit_sm_resp"),
        (
            Command::new(CommandStatus::EsmeRok, 3, DeliverSm::default()),
            "deliver_sm",
        ),
        (
            Command::new(CommandStatus::EsmeRok, 4, rusmpp::Pdu::EnquireLink),
            "enquire_link",
        ),
        (
            Command::new(CommandStatus::EsmeRinvcmdid, 5, rusmpp::Pdu::GenericNack),
            "generic_nack",
        ),
    ];
    for (command, name) in pdus {
        let octets = written_by_rusmpp(&command);
        let (pdu, findings) = smpp::decode(&octets).unwrap();
        assert!(findings.is_empty(), "{name}: {findings:?}");
        assert_eq!(pdu.name(), name);
        assert_eq!(pdu.command_id, u32::from(command.id()));
        assert_eq!(smpp::encode(&pdu), octets);
    }
    assert_eq!(CommandId::from(0x8000_0004), CommandId::SubmitSmResp);
}
