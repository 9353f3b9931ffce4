//! Every field of the MM4 table in every PDU that may have it: a sample each, there and back. A field without a sample fails.

use std::collections::BTreeMap;
use std::fmt::Write;

use mmspec::wire::table::{self, Kind};
use mmspec::wire::{Content, Interval, MediaType, Pdu, PduType, Protocol, Value, mm4};

fn mm4_types() -> impl Iterator<Item = PduType> {
    PduType::ALL
        .iter()
        .copied()
        .filter(|kind| kind.protocol() == Protocol::Mm4)
}

/// Fields that the encoder writes on its own.
const WRITTEN: [&str; 3] = ["X-Mms-Message-Type", "Content-Type", "MIME-Version"];

/// A value of the field that is not what another field would have; none if nobody thought of the field.
fn sample(field: &str) -> Option<Value> {
    let text = |text: &str| Value::Text(text.to_owned());
    let address = |text: &str| Value::Address(text.to_owned());
    let encoded = |text: &str| Value::Encoded {
        charset: (!text.is_ascii()).then_some(106),
        text: text.to_owned(),
    };
    Some(match field {
        "X-Mms-3GPP-MMS-Version" => text("6.16.0"),
        "X-Mms-Transaction-ID" => text("\"tr 1\""),
        "X-Mms-Message-ID" => text("mm-1@mms.peer.example"),
        "Date" => Value::Date(1_795_525_200),
        "From" => address("J\u{fc}rg <+15550100031/TYPE=PLMN@mms.peer.example>"),
        "To" => address("\"Ann, B\" <+15550100017/TYPE=PLMN@mms.home.example>"),
        "Cc" => address("+15550100018/TYPE=PLMN"),
        "Bcc" => address("+15550100019"),
        "Subject" => encoded(
            "Gr\u{fc}\u{df}e aus \u{6771}\u{4eac}, und zwar so viele, dass eine Zeile nicht genug ist",
        ),
        "X-Mms-Message-Class" => Value::token("Informational"),
        "X-Mms-Expiry" => Value::Interval(Interval::Absolute(1_795_611_600)),
        "X-Mms-Delivery-Report" | "X-Mms-Ack-Request" | "X-Mms-Adaptation-Allowed" => Value::token("Yes"),
        "X-Mms-Originator-R/S-Delivery-Report" | "X-Mms-Read-Reply" | "X-Mms-DRM-Content" => {
            Value::token("No")
        }
        "X-Mms-Forward-To-Originator-UA" => Value::token("No"),
        "X-Mms-Priority" => Value::token("High"),
        "X-Mms-Sender-Visibility" => Value::token("Hide"),
        "X-Mms-Forward-Counter" => Value::Integer(2),
        "X-Mms-Previously-sent-by" => Value::PreviouslySentBy {
            count: 0,
            address: "+15550100032/TYPE=PLMN".to_owned(),
        },
        "X-Mms-Previously-sent-date-and-time" => Value::PreviouslySentDate {
            count: 0,
            date: 1_112_335_323,
        },
        "X-Mms-Content-Class" => Value::token("image-basic"),
        "X-Mms-Applic-ID" => text("org.example.chess"),
        "X-Mms-Reply-Applic-ID" => text("org.example.chess.reply"),
        "X-Mms-Aux-Applic-Info" => text("board=4 move=e2e4"),
        "X-Mms-Originator-System" | "Sender" => address("system-user@mms.peer.example"),
        "Message-ID" => text("<1.2@mms.peer.example>"),
        "X-Mms-Request-Status-Code" => Value::token("Error-content-not-accepted"),
        "X-Mms-Status-Text" => encoded("too big"),
        "X-Mms-Request-Recipients" => address("+15550100017/TYPE=PLMN"),
        "X-Mms-MM-Status-Code" => Value::token("Rejected"),
        "X-Mms-MM-Status-Extension" => Value::token("Rejection-By-Other-RS"),
        "X-Mms-Read-Status" => Value::token("Deleted without being read"),
        _ => return None,
    })
}

fn fields(kind: PduType) -> impl Iterator<Item = &'static str> {
    table::pdu(kind)
        .fields
        .iter()
        .map(|usage| usage.field)
        .filter(|field| !WRITTEN.contains(field))
}

fn back(pdu: &Pdu) -> mmspec::wire::Decoded {
    mm4::decode(&mm4::encode(pdu).into()).unwrap()
}

#[test]
fn every_field_of_every_pdu_comes_back() {
    for kind in mm4_types() {
        for field in fields(kind) {
            let value = sample(field).unwrap_or_else(|| panic!("{field} of {kind} has no sample"));
            let decoded = back(&Pdu::new(kind).with(field, value.clone()));
            assert_eq!(decoded.pdu.value(field), Some(&value), "{field} of {kind}");
            let mut findings = decoded.findings.iter().filter(|f| f.code != "missing-mandatory");
            assert!(
                findings.next().is_none(),
                "{field} of {kind}: {:?}",
                decoded.findings
            );
        }
    }
}

/// The line of each field, once, as it goes out.
#[test]
fn the_line_of_every_field() {
    let mut lines = BTreeMap::new();
    for kind in mm4_types() {
        for field in fields(kind) {
            let pdu = Pdu::new(kind).with(field, sample(field).expect("a sample"));
            let segments = mm4::segments(&pdu);
            let line = segments.iter().find(|s| s.name == field).expect("a segment");
            lines.insert(field, String::from_utf8(line.octets.clone()).unwrap());
        }
    }
    insta::assert_snapshot!(lines.into_values().collect::<String>().replace("\r\n", "\n"));
}

/// Each PDU with all of its fields.
#[test]
fn every_pdu_whole() {
    let mut shown = String::new();
    for kind in mm4_types() {
        let mut pdu = Pdu::new(kind);
        for field in fields(kind) {
            pdu.push(field, sample(field).expect("a sample"));
        }
        if table::pdu(kind).has_content {
            pdu.content = Some(Content::single(
                MediaType::new("text/plain"),
                "See you there.\r\n",
            ));
        }
        let decoded = back(&pdu);
        assert_eq!(decoded.findings, [], "{kind}");
        assert_eq!(decoded.pdu.content, pdu.content);
        let octets = String::from_utf8(mm4::encode(&pdu)).unwrap();
        writeln!(shown, "{}", octets.replace("\r\n", "\n")).unwrap();
    }
    insta::assert_snapshot!(shown);
}

/// Every word of every list, in every spelling that receivers accept, becomes the standard's own.
#[test]
fn every_word_of_every_list() {
    for kind in mm4_types() {
        for field in fields(kind) {
            let of = table::field(field).unwrap().kind;
            let (Kind::Token(list) | Kind::Class(list)) = of else {
                continue;
            };
            for (word, octet) in list {
                let standard = of.token_name(*octet).unwrap();
                let spellings = [
                    (*word).to_owned(),
                    word.to_uppercase(),
                    word.to_lowercase(),
                    word.replace(' ', ""),
                ];
                for spelling in spellings {
                    let message = format!("X-Mms-Message-Type: {kind}\r\n{field}: {spelling}\r\n\r\n");
                    let decoded = mm4::decode(&message.into()).unwrap();
                    assert_eq!(
                        decoded.pdu.value(field),
                        Some(&Value::token(standard)),
                        "{field}: {spelling}"
                    );
                    assert!(decoded.findings.iter().all(|f| f.code != "token-unknown"));
                }
                let written = back(&Pdu::new(kind).with(field, Value::token(standard)));
                assert_eq!(written.pdu.value(field), Some(&Value::token(standard)));
            }
        }
    }
}
