//! One decoded PDU of each type, from octets written by hand after the tables of ENC 1.3.

use std::fmt::Write;

use bytes::Bytes;
use mmspec::wire::{Decoded, PduType, Protocol, mm1};

use super::hex_text::octets;

/// A PDU and its findings, a line each.
pub fn dump(decoded: &Decoded) -> String {
    let mut out = format!("{}\n", decoded.pdu.kind);
    for field in &decoded.pdu.fields {
        let (at, value) = (field.at, &field.value);
        writeln!(
            out,
            "{:>5}..{:<5} {}: {value}",
            at.offset,
            at.offset + at.len,
            field.name
        )
        .unwrap();
    }
    if let Some(content) = &decoded.pdu.content {
        writeln!(out, "content {}", content.media).unwrap();
        if !content.media.is_multipart() {
            writeln!(out, "  {}", content.body.escape_ascii()).unwrap();
        }
        for part in &content.parts {
            writeln!(
                out,
                "  part {} id={:?} location={:?}",
                part.media, part.content_id, part.content_location
            )
            .unwrap();
            for (name, value) in &part.headers {
                writeln!(out, "    {name}: {value}").unwrap();
            }
            writeln!(out, "    {}", part.data.escape_ascii()).unwrap();
        }
    }
    for finding in &decoded.findings {
        let (start, end) = (finding.offset, finding.offset + finding.len);
        let severity = finding.severity;
        writeln!(
            out,
            "! {start}..{end} {} {severity:?} ({}) {}",
            finding.code, finding.clause, finding.text
        )
        .unwrap();
    }
    out
}

const PDUS: &[(PduType, &str)] = &[
    (
        PduType::SendReq,
        r#"
        8C 80                                   # X-Mms-Message-Type: M-Send.req
        98 "s-1" 00                             # X-Mms-Transaction-ID
        8D 93                                   # X-Mms-MMS-Version: 1.3
        85 04 69 24 5C 90                       # Date
        89 01 81                                # From: insert-address-token
        97 "+15550100017/TYPE=PLMN" 00          # To
        97 "carol@mail.example" 00              # To
        82 "+15550100018/TYPE=PLMN" 00          # Cc
        81 "2255" 00                            # Bcc, a short code
        96 09 EA "Gr" C3 BC C3 9F "e" 00        # Subject, charset UTF-8
        8A 80                                   # X-Mms-Message-Class: Personal
        88 05 81 03 09 3A 80                    # X-Mms-Expiry: a week from now
        87 06 80 04 69 24 6A A0                 # X-Mms-Delivery-Time: an instant
        8F 82                                   # X-Mms-Priority: High
        94 81                                   # X-Mms-Sender-Visibility: Show
        86 80                                   # X-Mms-Delivery-Report: Yes
        90 81                                   # X-Mms-Read-Report: No
        A2 80                                   # X-Mms-Store: Yes
        A3 81                                   # X-Mms-MM-State: Sent
        A4 09 80 "holiday" 00                   # X-Mms-MM-Flags: Add
        9C 80                                   # X-Mms-Reply-Charging: Requested
        9D 05 81 03 01 51 80                    # X-Mms-Reply-Charging-Deadline: a day
        9F 02 75 30                             # X-Mms-Reply-Charging-Size: 30000
        B7 "app.example" 00                     # X-Mms-Applic-ID
        BA 82                                   # X-Mms-Content-Class: image-rich
        BB 81                                   # X-Mms-DRM-Content: No
        BC 80                                   # X-Mms-Adaptation-Allowed: Yes
        "X-Own" 00 "kept" 00                    # an application header
        84 1B B3                                # Content-Type: multipart.related, with a length
           89 "application/smil" 00             #   type
           8A "<smil>" 00                       #   start
        02                                      # two entries
        27 07                                   # 39 octets of headers, 7 of data
           13 "application/smil" 00 81 EA       #   content type with charset UTF-8
           C0 22 "<smil>" 00                    #   Content-ID
           8E "smil.xml" 00                     #   Content-Location
           "<smil/>"
        1F 04                                   # 31 octets of headers, 4 of data
           0E 9E 85 "picture.jpg" 00            #   image/jpeg with a name
           AE 0E 81 86 "picture.jpg" 00         #   Content-Disposition: attachment
           FF D8 FF D9
        "#,
    ),
    (
        PduType::SendConf,
        r#"
        8C 81 98 "s-1" 00 8D 93
        92 80                                   # X-Mms-Response-Status: Ok
        93 "accepted" 00                        # X-Mms-Response-Text
        8B "m-1@mms.example" 00                 # Message-ID
        83 "http://mms.example/box/1" 00        # X-Mms-Content-Location
        A5 80                                   # X-Mms-Store-Status: Success
        A6 "stored" 00                          # X-Mms-Store-Status-Text
        "#,
    ),
    (
        PduType::NotificationInd,
        r#"
        8C 82 98 "n-1" 00 8D 92
        89 18 80 "+15550100017/TYPE=PLMN" 00    # From, an address
        96 "Hello" 00
        86 80
        A7 81                                   # X-Mms-Stored: No
        8A 80
        8F 81
        8E 02 04 D2                             # X-Mms-Message-Size: 1234
        88 05 81 03 09 3A 80
        9C 83                                   # X-Mms-Reply-Charging: Accepted text only
        9E "m-0@mms.example" 00                 # X-Mms-Reply-Charging-ID
        B1 80                                   # X-Mms-Distribution-Indicator
        B2 04 "a" 00 82 80                      # X-Mms-Element-Descriptor, kept as octets
        B4 80                                   # X-Mms-Recommended-Retrieval-Mode: Manual
        B5 "roaming" 00
        BD "m-9@mms.example" 00                 # X-Mms-Replace-ID
        83 "http://mms.example/n/1" 00
        "#,
    ),
    (
        PduType::NotifyRespInd,
        r#"8C 83 98 "n-1" 00 8D 93 95 81 91 81 # Retrieved, no report"#,
    ),
    (
        PduType::RetrieveConf,
        r#"
        8C 84 98 "r-1" 00 8D 93
        8B "m-1@mms.example" 00
        85 04 69 24 5C 90
        89 18 80 "+15550100017/TYPE=PLMN" 00
        A0 18 81 "+15550100016/TYPE=PLMN" 00    # X-Mms-Previously-Sent-By, number 1
        A1 06 81 04 69 24 5C 00                 # X-Mms-Previously-Sent-Date, number 1
        97 "+15550100018/TYPE=PLMN" 00
        8A "x-own-class" 00                     # a class by name
        99 80                                   # X-Mms-Retrieve-Status: Ok
        9A "here it is" 00
        84 83                                   # Content-Type: text/plain, short form
        "no parts at all"
        "#,
    ),
    (PduType::AcknowledgeInd, r#"8C 85 98 "r-1" 00 8D 90 91 80"#),
    (
        PduType::DeliveryInd,
        r#"
        8C 86 8D 93
        8B "m-1@mms.example" 00
        97 "+15550100018/TYPE=PLMN" 00
        85 04 69 24 5C 90
        95 87                                   # X-Mms-Status: Unreachable
        B6 "no route" 00                        # X-Mms-Status-Text
        "#,
    ),
    (
        PduType::ReadRecInd,
        r#"
        8C 87 8D 93
        8B "m-1@mms.example" 00
        97 "+15550100017/TYPE=PLMN" 00
        89 01 81
        9B 81                                   # X-Mms-Read-Status: deleted
        "#,
    ),
    (
        PduType::ReadOrigInd,
        r#"
        8C 88 8D 93
        8B "m-1@mms.example" 00
        97 "+15550100017/TYPE=PLMN" 00
        89 18 80 "+15550100018/TYPE=PLMN" 00
        85 04 69 24 5C 90
        9B 80
        "#,
    ),
    (
        PduType::ForwardReq,
        r#"
        8C 89 98 "f-1" 00 8D 93
        89 01 81
        97 "+15550100019/TYPE=PLMN" 00
        91 80
        83 "http://mms.example/n/1" 00
        "#,
    ),
    (
        PduType::ForwardConf,
        r#"
        8C 8A 98 "f-1" 00 8D 93
        92 E4                                   # Error-permanent-message-not-found
        93 05 84 7F E9 20 00                    # X-Mms-Response-Text in ISO 8859-1
        "#,
    ),
    (
        PduType::MboxStoreReq,
        r#"8C 8B 98 "b-1" 00 8D 93 83 "http://mms.example/n/1" 00 A3 82 A4 05 81 "old" 00"#,
    ),
    (
        PduType::MboxStoreConf,
        r#"8C 8C 98 "b-1" 00 8D 93 83 "http://mms.example/box/1" 00 A5 80"#,
    ),
    (
        PduType::MboxViewReq,
        r#"
        8C 8D 98 "v-1" 00 8D 93
        A3 82 A3 83                             # X-Mms-MM-State: New, Retrieved
        A4 06 82 "work" 00                      # X-Mms-MM-Flags: Filter
        AF 80                                   # X-Mms-Start: 0
        B3 8A                                   # X-Mms-Limit: 10
        A8 85 A8 AE                             # X-Mms-Attributes: Date, Content
        A9 80 AB 80                             # X-Mms-Totals, X-Mms-Quotas
        "#,
    ),
    (
        PduType::MboxViewConf,
        r#"
        8C 8E 98 "v-1" 00 8D 93
        92 80
        AA 02 80 83                             # X-Mms-Mbox-Totals: 3 messages
        AA 04 81 02 30 39                       # X-Mms-Mbox-Totals: 12345 octets
        AC 02 80 E4                             # X-Mms-Mbox-Quotas: 100 messages
        AD 81                                   # X-Mms-Message-Count: 1
        84 A3                                   # Content-Type: multipart.mixed
        01                                      # one entry
        01 1E BE                                # 1 octet of headers, 30 of data; mms-message
           8C 93
           83 "http://mms.example/box/1" 00
           84 00
        "#,
    ),
    (
        PduType::MboxUploadReq,
        r#"
        8C 8F 98 "u-1" 00 8D 93
        A3 80
        84 BE                                   # Content-Type: mms-message
        8C 93 96 "Draft" 00
        "#,
    ),
    (
        PduType::MboxUploadConf,
        r#"8C 90 98 "u-1" 00 8D 93 83 "http://mms.example/box/2" 00 A5 E4 A6 "full" 00"#,
    ),
    (
        PduType::MboxDeleteReq,
        r#"8C 91 98 "d-1" 00 8D 93 83 "http://mms.example/box/1" 00 83 "http://mms.example/box/2" 00"#,
    ),
    (
        PduType::MboxDeleteConf,
        r#"
        8C 92 98 "d-1" 00 8D 93
        83 1A 81 "http://mms.example/box/2" 00  # X-Mms-Content-Location of status 1
        92 02 81 E4                             # X-Mms-Response-Status 1: not found
        93 06 81 "gone" 00                      # X-Mms-Response-Text of status 1
        "#,
    ),
    (
        PduType::MboxDescr,
        r#"
        8C 93
        83 "http://mms.example/box/1" 00
        8B "m-1@mms.example" 00
        A3 82
        8E 01 40
        84 03 83 81 EA                          # Content-Type: text/plain; charset=utf-8
        "stored"
        "#,
    ),
    (
        PduType::DeleteReq,
        r#"8C 94 98 "d-2" 00 8D 93 83 "http://mms.example/n/1" 00"#,
    ),
    (PduType::DeleteConf, r#"8C 95 98 "d-2" 00 8D 93 92 02 80 80"#),
    (
        PduType::CancelReq,
        r#"8C 96 98 "c-1" 00 8D 93 BE "m-1@mms.example" 00"#,
    ),
    (PduType::CancelConf, r#"8C 97 98 "c-1" 00 8D 93 BF 81"#),
];

#[test]
fn each_type_decodes_as_the_tables_say() {
    let of_mm1 = PduType::ALL
        .iter()
        .filter(|kind| kind.protocol() == Protocol::Mm1);
    assert!(
        of_mm1.eq(PDUS.iter().map(|(kind, _)| kind)),
        "one sample of each type, in order"
    );
    for (kind, text) in PDUS {
        let decoded = mm1::decode(&octets(text)).unwrap();
        assert_eq!(decoded.pdu.kind, *kind);
        insta::assert_snapshot!(kind.name(), dump(&decoded));
    }
}

#[test]
fn what_was_decoded_is_written_with_the_same_octets() {
    for (kind, text) in PDUS {
        let octets = octets(text);
        let decoded = mm1::decode(&octets).unwrap();
        assert_eq!(
            hex::encode(mm1::encode(&decoded.pdu)),
            hex::encode(octets),
            "{kind}"
        );
    }
}

#[test]
fn multiparts_stand_within_multiparts() {
    let text = r#"
        8C 80 98 "s-1" 00 8D 93 89 01 81 97 "22" 00
        84 A3                                   # Content-Type: multipart.mixed
        01                                      # one entry
        01 1D B3                                # multipart.related, 29 octets
           01 01 19 A6                          #   one entry: multipart.alternative, 25 octets
              02                                #     two entries
              01 05 83 "plain"
              01 0D 82 "<p>rich</p>" 0D 0A
        "#;
    let decoded = mm1::decode(&octets(text)).unwrap();
    assert!(decoded.findings.is_empty(), "{:?}", decoded.findings);
    assert_eq!(mm1::encode(&decoded.pdu), octets(text));
    let mut essences = Vec::new();
    let mut parts = decoded.pdu.content.unwrap().parts;
    while let Some(part) = parts.first() {
        essences.push(part.media.essence.clone());
        // The octets of a part that is a multipart are the content of a PDU of that type.
        let wrapped = [&octets("8C 80 84 A3")[..], &part.data[..]].concat();
        parts = match part.media.is_multipart() {
            true => {
                mm1::decode(&Bytes::from(wrapped))
                    .unwrap()
                    .pdu
                    .content
                    .unwrap()
                    .parts
            }
            false => parts.split_off(1),
        };
    }
    assert_eq!(
        essences,
        [
            "multipart/related",
            "multipart/alternative",
            "text/plain",
            "text/html"
        ]
    );
}
