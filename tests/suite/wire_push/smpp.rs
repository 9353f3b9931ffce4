use std::fmt::Write;

use bytes::Bytes;
use mmspec::wire::push::smpp::{
    COMMANDS, Command, Form, Frame, Pdu, STATUSES, Smpp, TLVS, TlvForm, carried, command_by_name, decode,
    encode, frames, status_name,
};
use mmspec::wire::push::udh::Ports;
use mmspec::wire::push::{self, PORTS_UDH};
use proptest::prelude::*;

/// A PDU with another value in each parameter.
fn filled(command: &Command) -> Pdu {
    let mut pdu = Pdu::new(command);
    for (at, param) in command.params.iter().enumerate() {
        let value = match param.form {
            Form::Octet => Smpp::Number(at as u8 + 1),
            Form::Text(most) => Smpp::Text(format!("{at}").repeat(most).chars().take(most - 1).collect()),
            Form::Counted => Smpp::Octets(Bytes::from_static(b"data")),
        };
        pdu = pdu.with(param.name, value);
    }
    pdu
}

fn shown(pdu: &Pdu) -> String {
    let mut out = format!(
        "{} {} {}\n",
        pdu.name(),
        status_name(pdu.command_status),
        pdu.sequence_number
    );
    for (name, value, at) in &pdu.params {
        writeln!(out, "{:>5}+{:<3} {name}: {}", at.offset, at.len, value.text()).unwrap();
    }
    for tlv in &pdu.tlvs {
        writeln!(
            out,
            "{:>5}+{:<3} {}: {}",
            tlv.at.offset,
            tlv.at.len,
            tlv.name(),
            tlv.text()
        )
        .unwrap();
    }
    out
}

fn codes(octets: Vec<u8>) -> Vec<String> {
    let (_, findings) = decode(&Bytes::from(octets)).unwrap();
    findings.into_iter().map(|f| f.code).collect()
}

#[test]
fn every_command_comes_back_with_every_parameter() {
    let mut out = String::new();
    for command in COMMANDS {
        let octets = Bytes::from(encode(&filled(command)));
        let (read, findings) = decode(&octets).unwrap();
        assert!(findings.is_empty(), "{}: {findings:?}", command.name);
        assert_eq!(encode(&read), octets);
        assert_eq!(read.params.len(), command.params.len());
        assert_eq!(command_by_name(command.name), Some(command));
        out.push_str(&shown(&read));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn every_optional_parameter_comes_back() {
    let mut out = String::new();
    for (tag, _, form) in TLVS {
        let value: Vec<u8> = match form {
            TlvForm::Number(size) => (1..=*size as u8).collect(),
            TlvForm::Text => b"text\0".to_vec(),
            TlvForm::Octets => vec![0xCA, 0xFE],
        };
        let pdu = filled(command_by_name("submit_sm").unwrap()).with_tlv(*tag, value);
        let octets = Bytes::from(encode(&pdu));
        let (read, findings) = decode(&octets).unwrap();
        assert!(findings.is_empty(), "{findings:?}");
        assert_eq!(encode(&read), octets);
        writeln!(
            out,
            "0x{tag:04X} {}: {}",
            read.tlvs[0].name(),
            read.tlvs[0].text()
        )
        .unwrap();
    }
    insta::assert_snapshot!(out);
}

#[test]
fn every_status_has_its_name() {
    let names: Vec<String> = STATUSES
        .iter()
        .map(|(status, _)| format!("0x{status:02X} {}", status_name(*status)))
        .collect();
    insta::assert_snapshot!(names.join("\n"));
    assert_eq!(status_name(0x401), "0x00000401");
}

#[test]
fn a_push_is_found_in_each_form() {
    let wsp = push::encode(7, b"\x8C\x82");
    let submit = |class: u8, coding: u8, short: Vec<u8>| {
        Pdu::new(command_by_name("submit_sm").unwrap())
            .with("destination_addr", Smpp::Text("+15550100017".into()))
            .with("esm_class", Smpp::Number(class))
            .with("data_coding", Smpp::Number(coding))
            .with("short_message", Smpp::Octets(short.into()))
    };
    let with_udh = [&PORTS_UDH[..], &wsp].concat();
    let in_tlv = |pdu: Pdu| {
        pdu.with_tlv(0x020B, 2948u16.to_be_bytes().to_vec())
            .with_tlv(0x020A, 9200u16.to_be_bytes().to_vec())
    };
    let forms = [
        submit(0x40, 0x04, with_udh.clone()),
        submit(0x43, 0xF5, with_udh.clone()),
        submit(0x40, 0x04, Vec::new()).with_tlv(0x0424, with_udh),
        in_tlv(submit(0, 0x04, wsp.clone())),
        in_tlv(submit(0, 0xF5, Vec::new()).with_tlv(0x0424, wsp.clone())),
    ];
    for form in forms {
        let (read, _) = decode(&Bytes::from(encode(&form))).unwrap();
        let found = carried(&read).unwrap();
        assert_eq!(found.recipient, "+15550100017");
        let ports = Ports {
            destination: 2948,
            source: 9200,
        };
        assert_eq!((found.ports, found.segment), (Some(ports), None));
        assert_eq!(found.data, wsp);
        assert!(found.findings.is_empty(), "{:?}", found.findings);
        let octets = encode(&form);
        assert_eq!(octets[found.offset..found.offset + wsp.len()], wsp[..]);
    }
}

#[test]
fn segments_stand_in_the_header_or_in_sar_parameters() {
    let udh = [
        0x0B, 0x05, 0x04, 0x0B, 0x84, 0x23, 0xF0, 0x00, 0x03, 0x07, 0x02, 0x01, b'x',
    ];
    let command = command_by_name("submit_sm").unwrap();
    let in_header = Pdu::new(command)
        .with("esm_class", Smpp::Number(0x40))
        .with("short_message", Smpp::Octets(udh.to_vec().into()));
    let segment = carried(&in_header).unwrap().segment.unwrap();
    assert_eq!(
        (segment.number, segment.total, segment.reference, segment.wide),
        (1, 2, 7, false)
    );
    let in_sar = Pdu::new(command)
        .with("short_message", Smpp::Octets(Bytes::from_static(b"x")))
        .with_tlv(0x020C, vec![1, 7])
        .with_tlv(0x020E, vec![3])
        .with_tlv(0x020F, vec![2]);
    let segment = carried(&in_sar).unwrap().segment.unwrap();
    assert_eq!(
        (segment.number, segment.total, segment.reference, segment.wide),
        (2, 3, 263, true)
    );
}

#[test]
fn what_is_no_push_is_found() {
    let command = command_by_name("submit_sm").unwrap();
    let found = |pdu: Pdu| -> Vec<String> {
        carried(&pdu)
            .unwrap()
            .findings
            .into_iter()
            .map(|f| f.code)
            .collect()
    };
    assert_eq!(
        found(Pdu::new(command)),
        ["push-data-coding", "push-port-missing"]
    );
    let coded = Pdu::new(command).with("data_coding", Smpp::Number(4));
    assert_eq!(found(coded.clone().with_tlv(0x020B, vec![0, 80])), ["push-port"]);
    let both = coded
        .with("short_message", Smpp::Octets(Bytes::from_static(b"x")))
        .with_tlv(0x020B, 2948u16.to_be_bytes().to_vec())
        .with_tlv(0x0424, vec![1]);
    assert_eq!(found(both), ["smpp-two-messages"]);
    // 8-bit data of SMPP itself, and a segment that lacks its number.
    let push = Pdu::new(command)
        .with("data_coding", Smpp::Number(0x02))
        .with("short_message", Smpp::Octets(Bytes::from_static(b"x")))
        .with_tlv(0x020B, 2948u16.to_be_bytes().to_vec());
    assert!(found(push.clone()).is_empty());
    let segment = push.with_tlv(0x020C, vec![1, 7]).with_tlv(0x020E, vec![3]);
    assert_eq!(found(segment.clone()), ["smpp-sar"]);
    assert_eq!(found(segment.with_tlv(0x020F, vec![4])), ["smpp-sar"]);
    assert_eq!(carried(&Pdu::new(command_by_name("unbind").unwrap())), None);
}

#[test]
fn what_is_odd_is_found_with_its_place() {
    let submit = encode(&filled(command_by_name("submit_sm").unwrap()));
    assert_eq!(codes([&submit[..], b"x"].concat()), ["smpp-trailing-octets"]);
    assert_eq!(
        codes(submit[..16].to_vec()),
        ["smpp-length", "smpp-param-missing"]
    );
    let with_length = |mut octets: Vec<u8>| {
        let length = octets.len() as u32;
        octets[..4].copy_from_slice(&length.to_be_bytes());
        octets
    };
    assert_eq!(
        codes(with_length(submit[..20].to_vec())),
        ["smpp-text-not-terminated", "smpp-param-missing"]
    );
    assert_eq!(
        codes(with_length(submit[..submit.len() - 1].to_vec())),
        ["smpp-message-length"]
    );
    let tlv = |octets: &[u8]| codes(with_length([&submit[..], octets].concat()));
    assert_eq!(tlv(&[2]), ["smpp-tlv-truncated"]);
    assert_eq!(tlv(&[2, 0x0B, 0, 2, 1]), ["smpp-tlv-truncated"]);
    assert_eq!(tlv(&[2, 0x0B, 0, 1, 1]), ["smpp-tlv-size"]);
    assert_eq!(tlv(&[0x14, 0, 0, 1, 1]), ["smpp-tlv-unknown"]);
    assert_eq!(
        tlv(&[2, 0x0B, 0, 2, 1, 1, 2, 0x0B, 0, 2, 1, 1]),
        ["smpp-tlv-repeated"]
    );
    assert!(tlv(&[3, 0x81, 0, 1, 1, 3, 0x81, 0, 1, 2]).is_empty());
    let many: Vec<u8> = [0x14, 0, 0, 0].repeat(300);
    assert!(tlv(&many).contains(&"smpp-too-many-tlvs".to_owned()));
    let mut unknown = encode(&Pdu::new(command_by_name("unbind").unwrap()));
    unknown[7] = 0x77;
    assert_eq!(codes(unknown), ["smpp-command-unknown"]);
    let long =
        filled(command_by_name("bind_transmitter").unwrap()).with("password", Smpp::Text("123456789".into()));
    assert_eq!(codes(encode(&long)), ["smpp-text-too-long"]);
    // A response that reports an error may leave its body out; one that reports none may not.
    let response = Pdu {
        params: Vec::new(),
        command_status: 0x58,
        ..Pdu::new(command_by_name("submit_sm_resp").unwrap())
    };
    assert!(codes(encode(&response)).is_empty());
    let fine = Pdu {
        command_status: 0,
        ..response
    };
    assert_eq!(codes(encode(&fine)), ["smpp-param-missing"]);
    assert_eq!(decode(&Bytes::from_static(&[0; 15])).unwrap_err().offset, 15);
}

#[test]
fn a_stream_is_cut_into_pdus() {
    let one = encode(&Pdu::new(command_by_name("enquire_link").unwrap()));
    let two = encode(&filled(command_by_name("submit_sm").unwrap()));
    let stream = Bytes::from([&one[..], &two, &one[..10]].concat());
    let at = [0, one.len(), one.len() + two.len()];
    let expected = [
        Frame::Pdu(at[0], Bytes::from(one.clone())),
        Frame::Pdu(at[1], Bytes::from(two)),
        Frame::Rest(at[2], Bytes::from(one[..10].to_vec())),
    ];
    assert_eq!(frames(&stream), expected);
    assert_eq!(frames(&Bytes::from_static(&[0; 8])).len(), 1);
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        command in prop::sample::select(COMMANDS),
        status: u32,
        sequence: u32,
        numbers in prop::collection::vec(any::<u8>(), 20),
        text in "[a-zA-Z0-9+]{0,5}",
        message in prop::collection::vec(any::<u8>(), 0..255),
        tlvs in prop::collection::vec((any::<u16>(), prop::collection::vec(any::<u8>(), 0..40)), 0..6),
    ) {
        let mut pdu = Pdu { command_status: status, sequence_number: sequence, ..Pdu::new(&command) };
        for (at, param) in command.params.iter().enumerate() {
            let value = match param.form {
                Form::Octet => Smpp::Number(numbers[at]),
                Form::Text(_) => Smpp::Text(text.clone()),
                Form::Counted => Smpp::Octets(message.clone().into()),
            };
            pdu = pdu.with(param.name, value);
        }
        for (tag, value) in tlvs {
            pdu = pdu.with_tlv(tag, value);
        }
        let octets = Bytes::from(encode(&pdu));
        let (read, _) = decode(&octets).unwrap();
        prop_assert_eq!(encode(&read), octets);
        prop_assert_eq!(read.tlvs.len(), pdu.tlvs.len());
    }
}

#[test]
fn a_stream_is_cut_where_its_pdus_end() {
    use mmspec::wire::push::smpp::{Cut, cut};
    let enquire = encode(&Pdu::new(command_by_name("enquire_link").unwrap()));
    let two = [&enquire[..], &enquire[..7]].concat();
    assert_eq!(cut(&two, 100), Cut::Whole(16));
    assert_eq!(cut(&two[16..], 100), Cut::Partial);
    assert_eq!(cut(&two[..3], 100), Cut::Partial);
    assert_eq!(cut(&[0, 0, 0, 15], 100), Cut::Impossible(15));
    assert_eq!(cut(&[0, 0, 0, 101], 100), Cut::Impossible(101));
    assert_eq!(cut(&[0xFF; 4], usize::MAX), Cut::Partial);
}

#[test]
fn an_answer_belongs_to_its_request() {
    for command in COMMANDS.iter().filter(|command| command.id < 0x8000_0000) {
        let mut request = Pdu::new(command);
        request.sequence_number = 77;
        let answer = request.response(0);
        assert_eq!((answer.sequence_number, answer.is_response()), (77, true));
        let expected = match command.name {
            "outbind" => "generic_nack".to_owned(),
            name => format!("{name}_resp"),
        };
        assert_eq!(answer.name(), expected);
        assert_eq!(encode(&request.response(0x58)).len(), 16);
    }
}
