//! Mails made to cost a reader: what is kept of them is bounded, and what was left out is told.

use mmspec::wire::{Content, Decoded, MediaType, Part, Pdu, PduType, mm4, wsp};

/// More than any decoder keeps of one kind.
const MANY: usize = 100_000;

fn decode(rest: String) -> Decoded {
    mm4::decode(&format!("X-Mms-Message-Type: MM4_forward.REQ\r\n{rest}").into()).unwrap()
}

fn has(decoded: &Decoded, code: &str) -> bool {
    decoded.findings.iter().any(|f| f.code == code)
}

fn parts(decoded: &Decoded) -> usize {
    decoded.pdu.content.as_ref().map_or(0, |c| c.parts.len())
}

#[test]
fn a_million_headers() {
    let decoded = decode(format!("{}\r\n", "X:\r\n".repeat(1_000_000)));
    assert!(decoded.pdu.fields.len() <= 4096);
    assert!(has(&decoded, "too-many-fields"));
    assert!(decoded.findings.len() < 100);
}

#[test]
fn a_line_of_ten_megabytes() {
    for rest in [
        format!("Subject: {}\r\n\r\n", "a".repeat(10_000_000)),
        format!("Subject: {}\r\n\r\n", " ".repeat(10_000_000)),
        format!("Content-Type: text/plain\r\n\r\n{}", "a".repeat(10_000_000)),
        format!(
            "Content-Transfer-Encoding: base64\r\n\r\n{}",
            "a".repeat(10_000_000)
        ),
    ] {
        assert!(has(&decode(rest), "line-too-long"));
    }
}

#[test]
fn a_line_of_base64_is_measured() {
    let of = |length: usize| {
        let head = "Content-Transfer-Encoding: base64\r\n\r\nQUFB\r\n";
        decode(format!("{head}{}\r\nQUFB\r\n", "a".repeat(length)))
    };
    assert!(!has(&of(998), "line-too-long"));
    assert!(has(&of(999), "line-too-long"));
}

#[test]
fn a_hundred_thousand_recipients() {
    let decoded = decode(format!("To: {}\r\n\r\n", "+1,".repeat(MANY)));
    assert_eq!(decoded.pdu.fields.len(), 4096);
    assert!(has(&decoded, "too-many-addresses"));
}

#[test]
fn a_hundred_thousand_parts() {
    let head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    for part in [
        "--b\r\n",
        "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nQUFB\r\n",
        "--b\r\nA:\r\n\r\n",
    ] {
        let decoded = decode(format!("{head}{}", part.repeat(MANY)));
        assert_eq!(parts(&decoded), 4096);
        assert!(has(&decoded, "too-many-parts"));
    }
}

#[test]
fn fields_of_all_parts_are_counted_together() {
    let part = format!("--b\r\n{}\r\n", "X:\r\n".repeat(1000));
    let decoded = decode(format!(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
        part.repeat(100)
    ));
    let content = decoded.pdu.content.as_ref().unwrap();
    assert!(content.parts.iter().map(|p| p.headers.len()).sum::<usize>() <= 4096);
    assert!(has(&decoded, "too-many-fields"));
}

#[test]
fn what_looks_like_a_delimiter_is_none() {
    let body = "--bb\r\nx--b\r\n--b x\r\n".repeat(MANY);
    let decoded = decode(format!(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n{body}--b--\r\n"
    ));
    assert_eq!(parts(&decoded), 1);
    let data = &decoded.pdu.content.as_ref().unwrap().parts[0].data;
    assert_eq!(data.len() + 2, body.len());
}

/// A delimiter ends a part also where the lines around it look like base64 of the same length.
#[test]
fn a_delimiter_among_regular_lines() {
    let lines = "QUJDRA==QUJDREVG\r\n".replace("==", "QU").repeat(400);
    let mail = |middle: &str| {
        decode(format!(
            "Content-Type: multipart/mixed; boundary=abcdefghijklmn\r\n\r\n--abcdefghijklmn\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{lines}{middle}{lines}--abcdefghijklmn--\r\n"
        ))
    };
    assert_eq!(parts(&mail("--abcdefghijklmn\r\n")), 2);
    assert_eq!(parts(&mail("QUJDREVGQUJ\n--abcdefghijklmn\r\n")), 2);
    assert_eq!(parts(&mail("--abcdefghijklmm\r\n")), 1);
}

/// A binary multipart in a binary multipart, and so on.
fn nested(levels: usize) -> Part {
    let mut part = Part {
        media: MediaType::new("text/plain"),
        data: "deep".into(),
        ..Part::default()
    };
    for _ in 0..levels {
        let mut data = Vec::new();
        wsp::write_multipart(&mut data, &[part]);
        part = Part {
            media: MediaType::new("multipart/alternative"),
            data: data.into(),
            ..Part::default()
        };
    }
    part
}

fn forwarded(part: Part) -> (String, Decoded) {
    let pdu = Pdu {
        content: Some(Content {
            media: MediaType::new("multipart/mixed"),
            parts: vec![part],
            ..Content::default()
        }),
        ..Pdu::new(PduType::Mm4ForwardReq)
    };
    let octets = mm4::encode(&pdu);
    let decoded = mm4::decode(&octets.clone().into()).unwrap();
    (String::from_utf8(octets).unwrap(), decoded)
}

#[test]
fn a_binary_multipart_in_a_part_goes_out_as_mime() {
    let (mail, decoded) = forwarded(nested(1));
    assert!(
        !mail.contains("base64") || mail.contains("multipart/alternative"),
        "{mail}"
    );
    let part = &decoded.pdu.content.as_ref().unwrap().parts[0];
    let media = part.media.to_string();
    assert!(media.starts_with("multipart/alternative; boundary="), "{media}");
    let (inner, findings) = mm4::mime::decode(&media, None, &part.data);
    assert_eq!(findings, []);
    assert_eq!(inner.parts[0].data, "deep");
    assert!(!has(&decoded, "multipart-encoded"));
}

#[test]
fn what_is_no_multipart_keeps_the_name_of_wap() {
    for part in [
        nested(50),
        Part {
            media: MediaType::new("multipart/alternative"),
            data: "nothing of the kind".into(),
            ..Part::default()
        },
    ] {
        let (mail, decoded) = forwarded(part.clone());
        assert!(
            mail.contains("application/vnd.wap.multipart.alternative"),
            "{mail}"
        );
        assert!(!has(&decoded, "multipart-encoded"));
        assert_eq!(decoded.pdu.content.unwrap().parts[0].data, part.data);
    }
}
