//! Short messages and SMPP.

use bytes::Bytes;

use super::{Pantry, payload};
use crate::case::{Args, Diagnostic, KeyDef, Node, Reader, Shape, may, need, read_hex};
use crate::wire::push::Udh;
use crate::wire::push::smpp::{self, COMMANDS, Form, Smpp, TLVS, Tlv, TlvForm};
use crate::wire::push::sms::{self, Address, Tpdu, Validity};
use crate::wire::push::udh::{Ports, Segment};

pub(super) const PDU: KeyDef = may("pdu", Shape::With, "the PDU it carries");
pub(super) const SEND: KeyDef = may("send", Shape::With, "the same");
pub(super) const PUSH: KeyDef = may("push", Shape::With, "the WSP push it carries");
pub(super) const OCTETS: KeyDef = may("octets", Shape::Hex, "what it carries, as octets");
const USER_DATA_KEY: KeyDef = may("user-data", Shape::With, "user data with its header");

const USER_DATA: &[KeyDef] = &[
    may("ports", Shape::With, "`{ to: 2948, from: 9200 }`"),
    may(
        "segment",
        Shape::With,
        "`{ number: 1, of: 2, reference: 7, wide: true }`",
    ),
    may(
        "elements",
        Shape::With,
        "a list of `{ id: 5, octets: \"0B 84 23 F0\" }`, before ports and segment",
    ),
    PUSH,
    PDU,
    SEND,
    OCTETS,
];

/// `user-data:` — a header, and what follows it.
pub(super) fn user_data(reader: &mut Reader<'_>, object: &Node, pantry: &Pantry<'_>) -> Option<Vec<u8>> {
    let args = reader.args(object, "`user-data`", USER_DATA)?;
    let mut udh = Udh::default();
    if let Some(list) = args.get("elements") {
        for item in reader.list(list, "`elements`") {
            let keys = &[
                need("id", Shape::Number, "its identifier, 0 to 255"),
                need("octets", Shape::Hex, "its value"),
            ];
            let element = reader.args(item, "an element", keys)?;
            let id: u8 = reader.number(element.get("id")?, "`id` (0 to 255)")?;
            udh = udh.with(id, read_hex(reader, element.get("octets")?)?);
        }
    }
    if let Some(node) = args.get("ports") {
        udh = udh.with_ports(ports(reader, node)?);
    }
    if let Some(node) = args.get("segment") {
        udh = udh.with_segment(segment(reader, node)?);
    }
    let data = payload(reader, &args, pantry)?;
    Some([udh.encode(), data].concat())
}

fn ports(reader: &mut Reader<'_>, node: &Node) -> Option<Ports> {
    let keys = &[
        need("to", Shape::Number, "the destination port"),
        may("from", Shape::Number, "the source port; 9200 by default"),
    ];
    let args = reader.args(node, "`ports`", keys)?;
    Some(Ports {
        destination: reader.number(args.get("to")?, "`to` (0 to 65535)")?,
        source: number(reader, &args, "from", 9200)?,
    })
}

fn segment(reader: &mut Reader<'_>, node: &Node) -> Option<Segment> {
    let keys = &[
        need("number", Shape::Number, "from 1"),
        need("of", Shape::Number, "how many there are"),
        may(
            "reference",
            Shape::Number,
            "what the segments share; 1 by default",
        ),
        may("wide", Shape::Yes, "the reference has 16 bits"),
    ];
    let args = reader.args(node, "`segment`", keys)?;
    Some(Segment {
        number: reader.number(args.get("number")?, "`number` (0 to 255)")?,
        total: reader.number(args.get("of")?, "`of` (0 to 255)")?,
        reference: number(reader, &args, "reference", 1)?,
        wide: reader.yes(args.get("wide"), "`wide`"),
    })
}

const SMS: &[KeyDef] = &[
    may(
        "from",
        Shape::Text,
        "of an SMS-DELIVER: the sender's number, or `{ text: … }` letters",
    ),
    may("to", Shape::Text, "of an SMS-SUBMIT: the recipient's number"),
    may(
        "address-type",
        Shape::Number,
        "type of number and numbering plan; by the number by default",
    ),
    may("first", Shape::Number, "the first octet; 68 or 65 by default"),
    may("reference", Shape::Number, "TP-MR of an SMS-SUBMIT; 0 by default"),
    may("pid", Shape::Number, "TP-PID; 0 by default"),
    may("dcs", Shape::Number, "TP-DCS; 4, 8-bit data, by default"),
    may("time", Shape::Hex, "TP-SCTS of an SMS-DELIVER, seven octets"),
    may("validity", Shape::Number, "TP-VP of an SMS-SUBMIT, relative"),
    may(
        "length",
        Shape::Number,
        "TP-UDL; that of the user data by default",
    ),
    USER_DATA_KEY,
    OCTETS,
];

/// `sms-deliver:` and `sms-submit:`.
pub(super) fn sms(
    reader: &mut Reader<'_>,
    kind: sms::Kind,
    object: &Node,
    pantry: &Pantry<'_>,
) -> Option<Vec<u8>> {
    let (what, whom) = match kind {
        sms::Kind::Deliver => ("`sms-deliver`", "from"),
        sms::Kind::Submit => ("`sms-submit`", "to"),
    };
    let args = reader.args(object, what, SMS)?;
    let Some(node) = args.get(whom) else {
        let problem = Diagnostic::at(&args.at, format!("{what} needs `{whom}:`"));
        reader.error(problem);
        return None;
    };
    let mut address = Address::number(reader.text(node, whom)?);
    address.kind = number(reader, &args, "address-type", address.kind)?;
    let time = match args.get("time") {
        Some(node) => seven(reader, node)?,
        None => [0; 7],
    };
    let data = payload(reader, &args, pantry)?;
    let mut tpdu = match kind {
        sms::Kind::Deliver => Tpdu::deliver(address, time, data),
        sms::Kind::Submit => Tpdu::submit(address, number(reader, &args, "reference", 0)?, data),
    };
    tpdu.first = number(reader, &args, "first", tpdu.first)?;
    tpdu.pid = number(reader, &args, "pid", 0)?;
    tpdu.dcs = number(reader, &args, "dcs", tpdu.dcs)?;
    tpdu.length = number(reader, &args, "length", tpdu.length)?;
    if let Some(node) = args.get("validity") {
        tpdu.validity = Some(Validity::Relative(reader.number(node, "`validity` (0 to 255)")?));
    }
    Some(sms::encode(&tpdu))
}

fn seven(reader: &mut Reader<'_>, node: &Node) -> Option<[u8; 7]> {
    let octets = read_hex(reader, node)?;
    let seven = octets.as_slice().try_into().ok();
    if seven.is_none() {
        let problem = format!("`time` has seven octets, and these are {}", octets.len());
        reader.error(Diagnostic::at(&node.span, problem));
    }
    seven
}

const SMPP: &[KeyDef] = &[
    need("command", Shape::Text, "the PDU, for example submit_sm"),
    may("status", Shape::Number, "command_status; 0 by default"),
    may("sequence", Shape::Number, "sequence_number; 1 by default"),
    may(
        "params",
        Shape::With,
        "mandatory parameters by name; empty or 0 by default",
    ),
    may(
        "tlvs",
        Shape::With,
        "a list of `{ name: value }`; unknown ones are `tag-0x1400`",
    ),
    may(
        "in",
        Shape::Word(MESSAGES_IN),
        "where it stands; short_message by default",
    ),
    USER_DATA_KEY,
    PUSH,
    OCTETS,
];
const MESSAGES_IN: &[&str] = &["short_message", "message_payload"];
const MESSAGE_PAYLOAD: u16 = 0x0424;
const CARRIED: &[&str] = &["user-data", "push", "octets"];

/// `smpp:`.
pub(super) fn smpp(reader: &mut Reader<'_>, object: &Node, pantry: &Pantry<'_>) -> Option<Vec<u8>> {
    let args = reader.args(object, "`smpp`", SMPP)?;
    let names: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
    let command = smpp::command_by_name(reader.word(args.get("command")?, "command of SMPP", &names)?)?;
    let mut pdu = smpp::Pdu::new(command);
    pdu.command_status = number(reader, &args, "status", 0)?;
    pdu.sequence_number = number(reader, &args, "sequence", 1)?;
    if let Some(node) = args.get("params") {
        for (key, value) in reader.entries(node, "`params`", "write `{ destination_addr: +15550100017 }`")? {
            let Some(param) = command.params.iter().find(|param| param.name == key.text) else {
                let known = command.params.iter().map(|param| param.name);
                let problem = format!("{} has no parameter `{}`", command.name, key.text);
                reader.error(Diagnostic::at(&key.span, problem).suggest(&key.text, known));
                continue;
            };
            let value = match param.form {
                Form::Octet => Smpp::Number(reader.number(value, param.name)?),
                Form::Text(_) => Smpp::Text(reader.text(value, param.name)?.to_owned()),
                Form::Counted => Smpp::Octets(read_hex(reader, value)?.into()),
            };
            pdu = pdu.with(param.name, value);
        }
    }
    if let Some(node) = args.get("tlvs") {
        for item in reader.list(node, "`tlvs`") {
            for (key, value) in reader.entries(item, "a TLV", "write `- destination_port: 2948`")? {
                pdu.tlvs.push(tlv(reader, &key.text, value)?);
            }
        }
    }
    if args.iter().any(|(key, _)| CARRIED.contains(&key.text.as_str())) {
        let data = Bytes::from(payload(reader, &args, pantry)?);
        let place = match args.get("in") {
            Some(node) => reader.word(node, "place of a message", MESSAGES_IN)?,
            None => MESSAGES_IN[0],
        };
        pdu = if place == MESSAGES_IN[0] {
            pdu.with(place, Smpp::Octets(data))
        } else {
            pdu.with_tlv(MESSAGE_PAYLOAD, data)
        };
    }
    Some(smpp::encode(&pdu))
}

fn tlv(reader: &mut Reader<'_>, name: &str, value: &Node) -> Option<Tlv> {
    if let Some(tag) = name
        .strip_prefix("tag-0x")
        .and_then(|digits| u16::from_str_radix(digits, 16).ok())
    {
        return Some(Tlv::new(tag, read_hex(reader, value)?));
    }
    let Some((tag, _, form)) = TLVS.iter().find(|(_, known, _)| *known == name) else {
        let known = TLVS.iter().map(|(_, name, _)| *name);
        let problem = Diagnostic::at(&value.span, format!("SMPP has no optional parameter `{name}`"))
            .suggest(name, known)
            .help("one that is not in SMPP 3.4 is written by its tag: `tag-0x1400: \"01\"`");
        reader.error(problem);
        return None;
    };
    // `{ octets: … }` is the value exactly.
    if let Some([(key, node)]) = value.map()
        && key.text == "octets"
    {
        return Some(Tlv::new(*tag, read_hex(reader, node)?));
    }
    Some(match form {
        TlvForm::Number(size) => {
            let number: u32 = reader.number(value, name)?;
            Tlv::new(*tag, number.to_be_bytes()[4 - size..].to_vec())
        }
        TlvForm::Text => Tlv::new(*tag, [reader.text(value, name)?.as_bytes(), &[0]].concat()),
        TlvForm::Octets => Tlv::new(*tag, read_hex(reader, value)?),
    })
}

/// A number, or what it is when nothing is said.
fn number<T: std::str::FromStr>(
    reader: &mut Reader<'_>,
    args: &Args<'_>,
    key: &str,
    otherwise: T,
) -> Option<T> {
    match args.get(key) {
        Some(node) => reader.number(node, &format!("`{key}`")),
        None => Some(otherwise),
    }
}
