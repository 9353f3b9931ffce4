//! What we understand of MM4 messages as peers send them: one of each PDU, then the oddities of deployed ones.

use std::fmt::Write;

use mmspec::wire::{Content, Decoded, MediaType, Part, Pdu, PduType, Value, mm4};

/// A message written with plain line ends; on the wire they are CRLF.
fn decode(message: &str) -> Decoded {
    mm4::decode(&message.replace('\n', "\r\n").into()).unwrap()
}

/// A decoded message for a person: fields with their offsets, parts, findings.
fn shown(decoded: &Decoded) -> String {
    let mut out = format!("{}\n", decoded.pdu.kind);
    for field in &decoded.pdu.fields {
        let at = format!("{}+{}", field.at.offset, field.at.len);
        writeln!(out, "{at:>8}  {}: {:?}", field.name, field.value).unwrap();
    }
    if let Some(content) = &decoded.pdu.content {
        writeln!(out, "content   {}", content.media).unwrap();
        if !content.body.is_empty() {
            writeln!(out, "    body  {:?}", content.body).unwrap();
        }
        for part in &content.parts {
            let (id, location) = (&part.content_id, &part.content_location);
            writeln!(out, "    part  {}; id {id:?}; location {location:?}", part.media).unwrap();
            for (name, value) in &part.headers {
                writeln!(out, "          {name}: {value}").unwrap();
            }
            writeln!(out, "          {:?}", part.data).unwrap();
        }
    }
    for f in &decoded.findings {
        writeln!(
            out,
            "{:?} {} at {}+{} ({}): {}",
            f.severity, f.code, f.offset, f.len, f.clause, f.text
        )
        .unwrap();
    }
    out
}

fn codes(decoded: &Decoded) -> Vec<&str> {
    decoded.findings.iter().map(|f| f.code.as_str()).collect()
}

const FORWARD_REQ: &str = "\
Received: from mta.peer.example by mms.home.example; Tue, 24 Nov 2026 13:00:00 +0000
X-Mms-3GPP-MMS-Version: 6.10.0
X-Mms-Message-Type: MM4_forward.REQ
X-Mms-Transaction-ID: \"tr-0001\"
X-Mms-Message-ID: \"mm-0001@mms.peer.example\"
Date: Tue, 24 Nov 2026 14:00:00 +0100
From: +15550100031/TYPE=PLMN
To: +15550100017/TYPE=PLMN,
 \"Bob, home\" <+15550100018/TYPE=PLMN@mms.home.example>
Cc: carol@mail.example
Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= from
 here
X-Mms-Message-Class: personal
X-Mms-Expiry: Wed, 25 Nov 2026 13:00:00 GMT
X-Mms-Priority: High
X-Mms-Delivery-Report: Yes
X-Mms-Originator-R/S-Delivery-Report: No
X-Mms-Read-Reply: yes
X-Mms-Sender-Visibility: Show
X-Mms-Ack-Request: Yes
X-Mms-Forward-Counter: 2
X-Mms-Previously-sent-by: 0, +15550100032/TYPE=PLMN
X-Mms-Previously-sent-by: 1,+15550100033/TYPE=PLMN
X-Mms-Previously-sent-date-and-time: 0, Mon, 23 Nov 2026 13:00:00 GMT
X-Mms-Originator-System: system-user@mms.peer.example
X-Vendor-Hint: anything
Sender: +15550100031/TYPE=PLMN@mms.peer.example
Message-ID: <1@mms.peer.example>
MIME-Version: 1.0
Content-Type: multipart/related; start=\"<smil>\"; type=\"application/smil\";
 boundary=\"part of it\"

This is MIME.
--part of it
Content-Type: application/smil; name=a.smil
Content-ID: <smil>
Content-Location: a.smil

<smil/>
--part of it
Content-Type: image/gif
Content-ID: <picture>
Content-Transfer-Encoding: base64

R0lGODlhAQABAAAAACw=
--part of it
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable
Content-Disposition: inline

Gr=C3=BC=C3=9Fe=
 !
--part of it--
";

#[test]
fn forward_req() {
    let decoded = decode(FORWARD_REQ);
    assert_eq!(codes(&decoded), Vec::<&str>::new());
    insta::assert_snapshot!(shown(&decoded));
}

#[test]
fn forward_res() {
    let decoded = shown(&decode(
        "\
X-Mms-3GPP-MMS-Version: 5.5.0
X-Mms-Message-Type: mm4_forward.res
X-Mms-Transaction-Id: tr-0001
X-Mms-Message-Id: \"mm-0001@mms.peer.example\"
X-Mms-Request-Status-Code: Error-service-denied
X-Mms-Status-Text: no such subscriber
X-Mms-Request-Recipients: +15550100017/TYPE=PLMN, +15550100018/TYPE=PLMN
From: PostMaster
To: system-user@mms.peer.example

",
    ));
    insta::assert_snapshot!(decoded);
}

#[test]
fn delivery_report_req() {
    let decoded = shown(&decode(
        "\
X-Mms-3GPP-MMS-Version: 6.3.0
X-Mms-Message-Type: MM4_delivery_report.REQ
X-Mms-Transaction-ID: tr-0002
X-Mms-Message-ID: mm-0001@mms.peer.example
From: +15550100017/TYPE=PLMN
To: +15550100031/TYPE=PLMN
Date: Tue, 24 Nov 2026 08:00:00 EST
X-Mms-Ack-Request: Yes
X-Mms-Forward-To-Originator-UA: Yes
X-Mms-MM-Status-Code: Unrecognized
X-Mms-MM-Status-Extension: Rejected-by-other-MMSC
Sender: system-user@mms.home.example

",
    ));
    insta::assert_snapshot!(decoded);
}

#[test]
fn delivery_report_res() {
    let decoded = shown(&decode(
        "\
X-Mms-3GPP-MMS-Version: 6.3.0
X-Mms-Message-Type: MM4_delivery_report.RES
X-Mms-Transaction-ID: tr-0002
X-Mms-Message-ID: mm-0001@mms.peer.example
X-Mms-Request-Status-Code: Ok
Content-Type: text/plain

",
    ));
    insta::assert_snapshot!(decoded);
}

#[test]
fn read_reply_report_req() {
    let decoded = shown(&decode(
        "\
X-Mms-3GPP-MMS-Version: 6.3.0
X-Mms-Message-Type: MM4_read_reply_report.REQ
X-Mms-Transaction-ID: tr-0003
X-Mms-Message-ID: mm-0001@mms.peer.example
From: +15550100017/TYPE=PLMN
To: +15550100031/TYPE=PLMN
Date: Tue, 24 Nov 2026 13:00:00 GMT
X-Mms-Read-Status: DeletedWithoutBeingRead

",
    ));
    insta::assert_snapshot!(decoded);
}

#[test]
fn read_reply_report_res() {
    let decoded = shown(&decode(
        "\
X-Mms-3GPP-MMS-Version: 6.3.0
X-Mms-Message-Type: MM4_read_reply_report.RES
X-Mms-Transaction-ID: tr-0003
X-Mms-Request-Status-Code: Ok
",
    ));
    insta::assert_snapshot!(decoded);
}

/// What is wrong with values and fields does not stop the decoder.
#[test]
fn a_header_full_of_faults() {
    let decoded = shown(&decode(
        "\
From peer Tue Nov 24 13:00:00 2026
X-Mms-Message-Type: MM4_forward.REQ
X-Mms-Transaction-ID: a
X-Mms-Transaction-ID: b
X-Mms-Message-ID:
Date: yesterday
From: +15550100031
Subject: Gr\u{fc}\u{df}e
X-Mms-Expiry: soon
X-Mms-Priority: Urgent
X-Mms-Message-Class: X-Own
X-Mms-Forward-Counter: one
X-Mms-Previously-sent-by: +15550100032
X-Mms-Sender-Visibility: Yes
Content-Type: text/plain
",
    ));
    insta::assert_snapshot!(decoded);
}

#[test]
fn broken_mime_gives_what_is_there() {
    let decoded = shown(&decode(
        "\
X-Mms-3GPP-MMS-Version: 5.5.0
X-Mms-Message-Type: MM4_forward.REQ
X-Mms-Transaction-ID: tr
X-Mms-Message-ID: mm
Date: Tue, 24 Nov 2026 13:00:00 GMT
From: +15550100031
To: +15550100017
Content-Type: application/vnd.wap.multipart.related; Start=smil

--x
Content-Type:text/plain
Content-ID:bare

a
--x
Content-Type: image/gif
Content-Transfer-Encoding: base64

R0lGODlhAQABAAAAAC
--x
Content-Type: nonsense
Content-Transfer-Encoding: x-zip

=
",
    ));
    insta::assert_snapshot!(decoded);
}

/// Deviations of form that are told with their place; what can be read is.
#[test]
fn forms_of_other_times() {
    let head = "X-Mms-Message-Type: MM4_forward.RES\nDate: 2026-11-24T13:00:00\n";
    let text = decode(&format!(
        "{head}Content-Type: text/plain\n\nhi\nbegin 644 a.gif\n#1TE&\n`\nend\n"
    ));
    assert_eq!(text.pdu.value("Date"), Some(&Value::Date(1_795_525_200)));
    let found = |decoded: &Decoded, code: &str| {
        let found = decoded.findings.iter().find(|f| f.code == code);
        found.map(|f| (f.offset, f.len))
    };
    assert_eq!(found(&text, "date-form"), Some((37, 25)));
    assert!(found(&text, "uuencode").is_some());
    let named = decode(&format!("{head}Content-Transfer-Encoding: X-UUEncode\n\n#1TE&\n"));
    assert_eq!(found(&named, "uuencode"), Some((64, 37)));
}

/// RFC 5322 gives the last line of a body its line end: whoever sent it as 7bit sent that too.
#[test]
fn the_last_line_end_belongs_to_the_text() {
    let decoded = decode("X-Mms-Message-Type: MM4_forward.RES\nContent-Type: text/plain\n\nhi\n");
    assert_eq!(decoded.pdu.content.unwrap().body, "hi\r\n");
}

#[test]
fn a_message_of_lone_line_feeds_is_read_like_any_other() {
    let piped = mm4::decode(&FORWARD_REQ.to_owned().into()).unwrap();
    let proper = decode(FORWARD_REQ);
    assert!(
        codes(&piped).iter().all(|code| *code == "bare-lf"),
        "{:?}",
        piped.findings
    );
    let fields = |d: &Decoded| {
        d.pdu
            .fields
            .iter()
            .map(|f| (f.name.clone(), f.value.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(fields(&piped), fields(&proper));
    assert_eq!(piped.pdu.content, proper.pdu.content);
}

#[test]
fn a_body_without_content_type_is_text() {
    let decoded = decode("X-Mms-Message-Type: MM4_forward.RES\n\nDelivered.\n");
    let content = Content::single(MediaType::new("text/plain"), "Delivered.\r\n");
    assert_eq!(decoded.pdu.content, Some(content));
    assert_eq!(
        decode("X-Mms-Message-Type: MM4_forward.RES\n\n\n").pdu.content,
        None
    );
}

#[test]
fn what_is_no_mm4_pdu_says_why() {
    let reason = |message: &'static str| mm4::decode(&message.into()).unwrap_err().to_string();
    let reasons = [
        reason(""),
        reason("\r\nbody"),
        reason("To: a\r\nFrom: b\r\n\r\n"),
        reason("To: a\r\nX-Mms-Message-Type: MM4_recall.REQ\r\n\r\n"),
        reason("X-Mms-Message-Type: M-Send.req\r\n\r\n"),
    ]
    .join("\n");
    insta::assert_snapshot!(reasons);
}

fn octets(pdu: &Pdu) -> String {
    String::from_utf8(mm4::encode(pdu)).unwrap()
}

#[test]
fn what_we_send() {
    let part = |essence: &str, id: &str, data: &[u8]| Part {
        media: MediaType::new(essence).with("name", id),
        content_id: Some(id.to_owned()),
        content_location: Some(format!("{id} 1.x")),
        headers: vec![("Content-Description".to_owned(), "Gr\u{fc}\u{df}e".to_owned())],
        data: data.to_vec().into(),
    };
    let mut pdu = Pdu::new(PduType::Mm4ForwardReq)
        .with("X-Mms-3GPP-MMS-Version", Value::text_of("6.10.0"))
        .with("X-Mms-Transaction-ID", Value::text_of("\"tr\""))
        .with("Date", Value::Date(1_795_525_200))
        .with(
            "X-Mms-Expiry",
            Value::Interval(mmspec::wire::Interval::Absolute(1_795_525_200)),
        )
        .with(
            "Subject",
            Value::Encoded {
                charset: None,
                text: "Gr\u{fc}\u{df}e".to_owned(),
            },
        )
        .with(
            "X-Mms-Previously-sent-by",
            Value::PreviouslySentBy {
                count: 0,
                address: "+15550100032".to_owned(),
            },
        )
        .with("X-Raw", Value::Octets(b"exactly =?so".to_vec()));
    for last in 10..14 {
        pdu.push(
            "To",
            Value::Address(format!("+155501000{last}/TYPE=PLMN@mms.home.example")),
        );
    }
    pdu.content = Some(Content {
        media: MediaType::new("application/vnd.wap.multipart.related").with("start", "<smil>"),
        parts: vec![
            part("application/smil", "smil", b"<smil/>\r\n"),
            part("text/plain", "unix", b"a\nb"),
            part("image/gif", "gif", b"GIF89a\0\x01\x02"),
        ],
        body: bytes::Bytes::new(),
    });
    let message = octets(&pdu).replace("\r\n", "\n");
    insta::assert_snapshot!(message);
}

#[test]
fn a_pdu_without_content_has_an_empty_body() {
    let pdu = Pdu::new(PduType::Mm4ForwardRes).with("X-Mms-Status-Text", Value::text_of(""));
    assert_eq!(
        octets(&pdu),
        "X-Mms-Message-Type: MM4_forward.RES\r\nX-Mms-Status-Text:\r\n\r\n"
    );
}

#[test]
fn segments_are_named_by_their_field() {
    let pdu = Pdu {
        content: Some(Content::single(MediaType::new("text/plain"), "hi")),
        ..Pdu::new(PduType::Mm4ForwardReq)
    }
    .with("X-Mms-3GPP-MMS-Version", Value::text_of("6.3.0"))
    .with("To", Value::Address("a@b.example".to_owned()))
    .with("To", Value::Address("c@d.example".to_owned()));
    let names: Vec<String> = mm4::segments(&pdu).into_iter().map(|s| s.name).collect();
    assert_eq!(
        names,
        [
            "X-Mms-3GPP-MMS-Version",
            "X-Mms-Message-Type",
            "To",
            "MIME-Version",
            "Content-Type",
            "Content-Transfer-Encoding",
            "end-of-header",
            "content",
        ]
    );
}

/// A case may send another type, media type or transfer encoding than the encoder would.
#[test]
fn fields_of_the_encoder_can_be_overridden() {
    let pdu = Pdu {
        content: Some(Content::single(MediaType::new("text/plain"), "a=\u{e9}\r\n")),
        ..Pdu::new(PduType::Mm4ForwardReq)
    }
    .with("X-Mms-Message-Type", Value::text_of("MM4_recall.REQ"))
    .with("Content-Transfer-Encoding", Value::text_of("quoted-printable"))
    .with("Content-Type", Value::text_of("text/odd"));
    assert_eq!(
        octets(&pdu),
        "X-Mms-Message-Type: MM4_recall.REQ\r\nContent-Type: text/odd\r\nMIME-Version: 1.0\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\r\na=3D=C3=A9\r\n"
    );
}

/// Each of these would take most of a minute if its cost grew with the square of its size.
#[test]
fn large_and_hostile_messages_cost_linear_time() {
    let typed = |rest: String| format!("X-Mms-Message-Type: MM4_forward.REQ\r\n{rest}");
    for message in [
        typed(format!("To: {}\r\n", "+1,".repeat(50_000))),
        typed(format!("To: {}\r\n", "a:b,".repeat(50_000))),
        typed("X-A: b\r\n".repeat(25_000)),
        typed("no field\r\n".repeat(25_000)),
        typed(format!("Subject: {}\r\n", "=?a?Q? ".repeat(25_000))),
        typed(format!("Subject: {}\r\n", "=?utf-8?Q?a?= ".repeat(50_000))),
        typed(format!("Content-Type: a/b{}\r\n", "; a*1=b".repeat(25_000))),
        typed(format!(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
            "--b\r\n".repeat(25_000)
        )),
        typed(format!("From: {}\r\n", "<(\"".repeat(25_000))),
    ] {
        let decoded = mm4::decode(&message.into()).unwrap();
        assert!(decoded.findings.len() < 100);
        mm4::encode(&decoded.pdu);
    }
}
