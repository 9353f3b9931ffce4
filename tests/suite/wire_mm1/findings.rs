//! Every deviation the decoder names, with the octets it is found at.

use mmspec::wire::{Decoded, Severity, Value, compare, mm1};

use super::hex_text::octets;

fn decoded(text: &str) -> Decoded {
    mm1::decode(&octets(text)).unwrap()
}

/// `code offset+len`, in the order of the octets.
fn found(text: &str) -> Vec<String> {
    let findings = decoded(text).findings;
    findings
        .iter()
        .map(|f| format!("{} {}+{}", f.code, f.offset, f.len))
        .collect()
}

#[test]
fn order_presence_and_repetition() {
    let notify_resp = |fields: &str| found(&format!("8C 83 {fields}"));
    assert!(notify_resp(r#"98 "1" 00 8D 93 95 81"#).is_empty());
    assert_eq!(notify_resp(r#"8D 93 98 "1" 00 95 81"#), ["header-order 4+3"]);
    assert_eq!(notify_resp(r#"98 "1" 00 95 81 8D 93"#), ["header-order 7+2"]);
    assert_eq!(found(r#"98 "1" 00 8C 83 8D 93 95 81"#), ["header-order 3+2"]);
    assert_eq!(notify_resp(r#"98 "1" 00 8D 93"#), ["missing-mandatory 7+0"]);
    assert_eq!(
        notify_resp(r#"98 "1" 00 8D 93 95 81 95 82"#),
        ["duplicate-field 9+2"]
    );
    assert_eq!(
        notify_resp(r#"98 "1" 00 8D 93 95 81 96 "x" 00"#),
        ["field-not-in-pdu 9+3"]
    );
    assert_eq!(
        notify_resp(r#"98 "1" 00 8D 93 95 81 C5 03 01 02 03"#),
        ["unknown-field 9+5"]
    );
    assert_eq!(
        notify_resp(r#"98 "1" 00 8D 93 95 81 00 01"#),
        ["trailing-octets 9+2"]
    );
    // None of To, Cc, Bcc.
    assert_eq!(
        found(r#"8C 80 98 "1" 00 8D 93 89 01 81 84 83 "hi""#),
        ["missing-mandatory 14+0"]
    );
}

#[test]
fn content_and_its_type() {
    let send = r#"8C 80 98 "1" 00 8D 93 89 01 81 97 "22" 00"#;
    let with = |rest: &str| found(&format!("{send} {rest}"));
    assert!(with(r#"84 A3 01 01 02 83 "hi""#).is_empty());
    assert_eq!(
        with("02 01 01 83 00"),
        ["body-without-content-type 14+5", "missing-mandatory 19+0"]
    );
    assert_eq!(
        with(r#"84 A3 96 "x" 00 8F 81 00"#),
        ["content-type-not-last 14+2"]
    );
    assert_eq!(with(r#"84 A3 02 01 02 83 "hi""#), ["multipart-count 16+1"]);
    assert_eq!(with(r#"84 A3 00 01 02 83 "hi""#), ["multipart-count 16+1"]);
    assert_eq!(with(r#"84 A3 01 01 02 83 "hi" 80"#), ["trailing-octets 22+1"]);
    assert_eq!(
        with(r#"84 A3 01 01 09 83 "hi""#),
        ["value-length-beyond-pdu 17+2"]
    );
    assert_eq!(
        with(r#"84 A3 01 09 02 83 "hi""#),
        ["value-length-beyond-pdu 17+5"]
    );
    assert_eq!(with(r#"84 A3 01 00 02 "hi""#), ["part-without-content-type 19+0"]);
    assert_eq!(with(r#"84 8C 01 01 02 83 "hi""#), ["multipart-not-wap 15+1"]);
    assert_eq!(with(r#"84 04 83 97 "n" 00 "hi""#), ["wsp-1.4-parameter 17+1"]);
    assert_eq!(with(r#"84 04 83 FE "n" 00 "hi""#), ["parameter-unknown 17+1"]);
    assert_eq!(with(r#"84 A3 01 03 02 83 C5 81 "hi""#), ["wsp-1.4-header 20+1"]);
    assert_eq!(with(r#"84 A3 C1 FF FF FF FF 00"#), ["uintvar-overflow 16+5"]);
}

#[test]
fn values() {
    let with = |rest: &str| {
        found(&format!(
            r#"8C 82 98 "1" 00 8D 93 8A 80 8E 01 40 88 03 81 01 3C 83 "u" 00 {rest}"#
        ))
    };
    assert!(with("").is_empty());
    assert_eq!(with("8F 9F"), ["token-unknown 21+1"]);
    assert_eq!(with(r#"8F "High" 00"#), ["token-as-text 21+5"]);
    assert_eq!(with("8F 01 80"), ["value-form 20+3"]);
    assert_eq!(with("96 80"), ["value-form 20+2"]);
    assert_eq!(with("89 01 90"), ["value-form 20+3"]);
    assert_eq!(with("89 01 81"), ["insert-address-not-allowed 20+3"]);
    assert_eq!(with(r#"89 04 80 "a" 00 00"#), ["value-trailing-octets 25+1"]);
    assert_eq!(
        with(r#"89 04 80 05 EA 00 8F 81"#),
        ["value-length-beyond-value 20+6"]
    );
    assert_eq!(with(r#"96 05 EA "abcd""#), ["text-not-terminated 23+4"]);
    assert_eq!(
        with(r#"96 04 EA FF "a" 00"#),
        ["charset-mismatch 21+5", "text-not-quoted 23+3"]
    );
    assert_eq!(with(r#"96 04 91 7F 83 00"#), ["charset-unsupported 20+6"]);
    assert_eq!(with(r#"96 08 "utf-8" 00 "a" 00"#), ["charset-by-name 22+6"]);
    assert_eq!(with(r#"96 03 "ab" 00"#), ["charset-missing 21+4"]);
    assert_eq!(with(r#"96 "a" C3 A9 00"#), ["text-not-ascii 21+4"]);
    assert_eq!(with(r#"96 C3 A9 "a" 00"#), ["text-not-ascii 21+4"]);
    assert_eq!(with("96 1F 8F FF FF FF FF 01"), ["uintvar-overflow 20+8"]);
    assert_eq!(with("96 1F FF FF 7F 80"), ["value-length-beyond-pdu 20+6"]);
    assert_eq!(with(r#"96 "abc""#), ["text-not-terminated 20+4"]);
    assert_eq!(with("96"), ["truncated 20+1"]);
}

#[test]
fn integers_and_times() {
    let with = |size: &str, expiry: &str| {
        found(&format!(
            r#"8C 82 98 "1" 00 8D 93 8A 80 83 "u" 00 8E {size} 88 {expiry}"#
        ))
    };
    let fine = "03 81 01 3C";
    assert_eq!(with("C0", fine), ["not-long-integer 13+1"]);
    assert_eq!(with("02 00 40", fine), ["integer-not-minimal 13+3"]);
    assert_eq!(with("00", fine), ["not-an-integer 12+2"]);
    assert_eq!(
        with("09 01 00 00 00 00 00 00 00 00", fine),
        ["integer-too-large 12+11"]
    );
    assert_eq!(with("01 40", "02 81 BC"), ["not-long-integer 18+1"]);
    assert_eq!(
        with("01 40", "06 80 04 69 24 5C 90"),
        ["expiry-not-relative 15+8"]
    );
}

#[test]
fn what_is_lost_in_one_field_does_not_hide_the_others() {
    let decoded = decoded(r#"8C 80 98 "1" 00 8D 93 96 80 97 "22" 00 89 1F FF FF 7F 80"#);
    assert_eq!(decoded.pdu.text("To").unwrap(), "22");
    assert_eq!(decoded.pdu.value("Subject"), Some(&Value::Octets(vec![0x80])));
    assert_eq!(
        decoded.pdu.value("From"),
        Some(&Value::Octets(vec![0x1F, 0xFF, 0xFF, 0x7F, 0x80]))
    );
    let worst = decoded.findings.iter().map(|finding| finding.severity).max();
    assert_eq!(worst, Some(Severity::Error));
}

#[test]
fn unknown_fields_keep_their_octets() {
    let text = r#"8C 83 98 "1" 00 8D 93 95 81 C1 83 C2 "text" 00 C3 02 01 02 C4 1F 01 80"#;
    let decoded = decoded(text);
    assert_eq!(decoded.pdu.value("0xC3"), Some(&Value::Octets(vec![2, 1, 2])));
    assert_eq!(mm1::encode(&decoded.pdu), octets(text));
}

#[test]
fn value_octets_are_those_of_the_wire() {
    let pdu = octets(r#"8C 83 98 "1" 00 8D 93 95 81 "X-Own" 00 "v" 00"#);
    let decoded = mm1::decode(&pdu).unwrap().pdu;
    let of = |name| compare::value_octets(decoded.field(name).unwrap(), &pdu).unwrap();
    assert_eq!(of("X-Mms-Status"), [0x81]);
    assert_eq!(of("X-Mms-Transaction-ID"), b"1\0");
    assert_eq!(of("X-Own"), b"v\0");
}

#[test]
fn what_is_no_pdu_says_where() {
    let refused = |text| mm1::decode(&octets(text)).unwrap_err();
    assert_eq!(
        refused("").to_string(),
        "at octet 0: there is no X-Mms-Message-Type"
    );
    assert_eq!(
        refused("8C").to_string(),
        "at octet 1: X-Mms-Message-Type has no value"
    );
    assert_eq!(
        refused("8C 98").to_string(),
        "at octet 1: no PDU has the message type 0x98"
    );
    assert_eq!(refused(r#"98 "1" 00 8C 7F"#).offset, 4);
    assert_eq!(refused("84 83 8C 80").offset, 0);
}

#[test]
fn conditions_between_fields() {
    let conf = |rest: &str| found(&format!(r#"8C 81 98 "1" 00 8D 93 {rest}"#));
    assert!(conf(r#"92 80 8B "m" 00"#).is_empty());
    assert_eq!(conf("92 80"), ["condition-missing 9+0"]);
    assert!(conf("92 E0").is_empty());
    assert_eq!(conf(r#"92 E0 83 "u" 00"#), ["condition-not-met 9+3"]);
    assert!(conf(r#"92 E0 83 "u" 00 A5 80"#).is_empty());
    let stored = |rest: &str| found(&format!(r#"8C 8C 98 "1" 00 8D 93 {rest}"#));
    assert_eq!(stored("A5 80"), ["condition-missing 9+0"]);
    assert_eq!(stored(r#"A5 E4 83 "u" 00"#), ["condition-not-met 9+3"]);
    let send = |rest: &str| {
        found(&format!(
            r#"8C 80 98 "1" 00 8D 93 89 01 81 97 "2" 00 {rest} 84 83"#
        ))
    };
    assert_eq!(send("9F 01 40"), ["condition-not-met 13+3"]);
    assert!(send("9C 80 9F 01 40").is_empty());
    assert_eq!(send("9C 82"), ["token-not-in-pdu 13+2"]);
    assert_eq!(
        send("8A 83"),
        ["condition-missing 17+0", "condition-missing 17+0"]
    );
    assert_eq!(send("8A 83 86 80 90 81"), ["report-of-auto 15+2"]);
    assert!(send("8A 83 86 81 90 81").is_empty());
}

#[test]
fn words_that_do_not_belong_into_a_pdu() {
    assert_eq!(found(r#"8C 81 98 "1" 00 8D 93 92 C4"#), ["token-not-in-pdu 7+2"]);
    assert_eq!(found(r#"8C 83 98 "1" 00 8D 93 95 86"#), ["token-not-in-pdu 7+2"]);
    assert!(found(r#"8C 83 98 "1" 00 8D 93 95 84"#).is_empty());
    let delivery = r#"8C 86 8D 93 8B "m" 00 97 "2" 00 85 01 00 95 84"#;
    assert_eq!(found(delivery), ["token-not-in-pdu 13+2"]);
}

#[test]
fn what_is_newer_than_the_declared_version() {
    let resp = |rest: &str| found(&format!(r#"8C 83 98 "1" 00 {rest}"#));
    assert!(resp("8D 90 95 84").is_empty());
    assert_eq!(
        resp("8D 90 95 85"),
        ["token-not-in-pdu 7+2", "token-newer-than-version 7+2"]
    );
    assert_eq!(resp("8D A0 95 84"), ["version-unknown 5+2"]);
    assert_eq!(resp("8D 94 95 84"), ["version-unknown 5+2"]);
    assert!(resp("8D 9F 95 84").is_empty());
    assert_eq!(
        found(r#"8C 96 98 "1" 00 8D 92 BE "m" 00"#),
        ["pdu-newer-than-version 5+2", "field-newer-than-version 7+3"]
    );
    // A status of MMS 1.0 is fine there and obsolete later.
    assert!(found(r#"8C 81 98 "1" 00 8D 90 92 82"#).is_empty());
    assert_eq!(found(r#"8C 81 98 "1" 00 8D 91 92 82"#), ["token-obsolete 7+2"]);
}

#[test]
fn counts_of_a_deletion() {
    let conf = |rest: &str| found(&format!(r#"8C 95 98 "1" 00 8D 93 {rest}"#));
    assert!(conf(r#"83 03 81 "u" 00 92 02 81 C3"#).is_empty());
    assert_eq!(
        conf(r#"83 03 82 "u" 00 92 02 81 C3"#),
        ["count-without-status 7+5"]
    );
    assert_eq!(conf("92 C3"), ["count-missing 8+1"]);
}

#[test]
fn texts_that_are_odd() {
    let send = |rest: &str| {
        found(&format!(
            r#"8C 80 98 "1" 00 8D 93 89 01 81 97 "2" 00 {rest} 84 83"#
        ))
    };
    assert_eq!(send(r#"96 "=?utf-8?Q?a?=" 00"#), ["encoded-word 13+15"]);
    assert_eq!(
        send(r#"96 0F EA "=?utf-8?Q?a?=" 00"#),
        ["encoded-word-with-charset 13+17"]
    );
    assert!(send(r#"96 "what =? why" 00"#).is_empty());
    assert_eq!(send(r#"82 "+1/TYPE=PLNM" 00"#), ["address-type-unknown 13+14"]);
    assert_eq!(found(r#"8C 94 98 "1" 00 8D 93 83 " u" 00"#), ["uri-blank 7+4"]);
    assert_eq!(
        found(r#"8C 96 98 "1" 00 8D 93 BE "<m>" 00"#),
        ["message-id-brackets 7+5"]
    );
    assert_eq!(found(r#"8C 8D 98 "1" 00 8D 93 A8 C5"#), ["token-unknown 7+2"]);
}

#[test]
fn the_presentation_and_the_ids_of_parts() {
    let send = |rest: &str| found(&format!(r#"8C 80 98 "1" 00 8D 93 89 01 81 97 "2" 00 {rest}"#));
    let related = |start: &str, id: &str| {
        let start = format!(r#"84 04 B3 8A "{start}" 00"#);
        send(&format!("{start} 01 05 02 83 {id} \"hi\""))
    };
    assert!(related("a", r#"C0 22 "a" 00"#).is_empty());
    assert_eq!(related("b", r#"C0 22 "a" 00"#), ["start-names-no-part 13+6"]);
    assert_eq!(
        related("a", r#"C0 "ab" 00"#),
        ["start-names-no-part 13+6", "content-id-not-quoted 23+1"]
    );
    assert_eq!(send(r#"84 "a/b;c=d" 00"#), ["media-type-as-mime 14+8"]);
}
