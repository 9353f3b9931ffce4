//! What a case writes against what came over the wire.

use mmspec::wire::{Content, Interval, MediaType, Part, Protocol, Value, compare, date, mm1};

fn mm1_value(field: &str, text: &str) -> Result<Value, String> {
    compare::value_of(Protocol::Mm1, field, text)
}

#[test]
fn the_text_of_a_case_becomes_a_value() {
    let token = |name: &str, octet| Value::Token {
        name: name.to_owned().into(),
        octet,
    };
    for (field, text, wanted) in [
        ("X-Mms-Delivery-Report", "yes", token("Yes", Some(0x80))),
        ("X-Mms-Priority", "0x9F", token("0x9F", Some(0x9F))),
        ("X-Mms-Priority", "0x82", token("High", Some(0x82))),
        ("X-Mms-Message-Class", "x-own", token("x-own", None)),
        ("X-Mms-Attributes", "Date", token("Date", Some(0x85))),
        ("From", "insert-address", Value::InsertAddress),
        ("To", "+1555", Value::Address("+1555".to_owned())),
        (
            "Subject",
            "Grüße",
            Value::Encoded {
                charset: None,
                text: "Grüße".to_owned(),
            },
        ),
        ("X-Mms-Expiry", "3600", Value::Interval(Interval::Relative(3600))),
        ("X-Mms-Expiry", "2h", Value::Interval(Interval::Relative(7200))),
        ("X-Mms-Expiry", "7d", Value::Interval(Interval::Relative(604_800))),
        (
            "X-Mms-Expiry",
            "2026-11-24T13:00:00Z",
            Value::Interval(Interval::Absolute(1_795_525_200)),
        ),
        (
            "Date",
            "Tue, 24 Nov 2026 13:00:00 +0000",
            Value::Date(1_795_525_200),
        ),
        ("X-Mms-MMS-Version", "1.3", Value::Version { major: 1, minor: 3 }),
        ("X-Mms-MMS-Version", "2", Value::Version { major: 2, minor: 15 }),
        ("X-Mms-Message-Size", "1234", Value::Integer(1234)),
        (
            "X-Mms-Previously-sent-by",
            "0, +1555",
            Value::PreviouslySentBy {
                count: 0,
                address: "+1555".to_owned(),
            },
        ),
        (
            "X-Mms-MM-Flags",
            "Add,old",
            Value::Flag {
                action: "Add".to_owned(),
                keyword: "old".to_owned(),
            },
        ),
        (
            "X-Mms-Mbox-Totals",
            "Octets,7",
            Value::Amount {
                unit: "Octets".to_owned(),
                count: 7,
            },
        ),
        ("X-Mms-Priority", "hex:01 80", Value::Octets(vec![1, 0x80])),
        ("0xC5", "hex:83", Value::Octets(vec![0x83])),
        ("X-Own", "hex or not", Value::Text("hex or not".to_owned())),
    ] {
        assert_eq!(mm1_value(field, text), Ok(wanted), "{field}: {text}");
    }
}

#[test]
fn what_cannot_be_meant_is_explained() {
    for (field, text, why) in [
        (
            "X-Mms-Priority",
            "Urgent",
            "X-Mms-Priority has no value `Urgent`; it has Low, Normal, High, or an octet such as 0x9F",
        ),
        (
            "X-Mms-Message-Size",
            "big",
            "X-Mms-Message-Size takes a number, not `big`",
        ),
        (
            "Date",
            "soon",
            "Date takes a date such as 2026-11-24T13:00:00Z, not `soon`",
        ),
        (
            "X-Mms-Expiry",
            "5y",
            "X-Mms-Expiry takes seconds, a duration such as 2h, or a date, not `5y`",
        ),
        (
            "X-Mms-Expiry",
            "",
            "X-Mms-Expiry takes seconds, a duration such as 2h, or a date, not ``",
        ),
        ("To", "hex:8", "`8` is not octets in hex"),
    ] {
        assert_eq!(mm1_value(field, text), Err(why.to_owned()));
    }
}

#[test]
fn on_mm4_any_word_can_be_sent() {
    let mm4 = |field, text| compare::value_of(Protocol::Mm4, field, text);
    assert_eq!(mm4("X-Mms-Ack-Request", "Perhaps"), Ok(Value::token("Perhaps")));
    assert_eq!(
        mm4("X-Mms-3GPP-MMS-Version", "6.10.0"),
        Ok(Value::text_of("6.10.0"))
    );
}

#[test]
fn equality_is_by_the_type_of_the_field() {
    let token = Value::token;
    let address = |text: &str| Value::Address(text.to_owned());
    for (field, expected, got, equal) in [
        ("X-Mms-Transaction-ID", "a-1", Value::text_of("\"a-1\""), true),
        ("X-Mms-Message-ID", "\"a-1\"", Value::text_of("<a-1>"), true),
        ("X-Mms-Transaction-ID", "a-1", Value::text_of("A-1"), false),
        ("X-Mms-Transaction-ID", "a-1", Value::text_of("\"a-1"), false),
        ("X-Mms-Ack-Request", "Yes", token("yes"), true),
        (
            "X-Mms-MM-Status-Code",
            "Unrecognised",
            token("Unrecognized"),
            true,
        ),
        (
            "X-Mms-Status",
            "Retrieved",
            Value::Token {
                name: "Retrieved".into(),
                octet: Some(0x81),
            },
            true,
        ),
        (
            "X-Mms-Status",
            "0x81",
            Value::Token {
                name: "Retrieved".into(),
                octet: Some(0x81),
            },
            true,
        ),
        ("X-Mms-Status", "Retrieved", token("Rejected"), false),
        (
            "X-Mms-Status",
            "0x9A",
            Value::Token {
                name: "0x9A".into(),
                octet: Some(0x9A),
            },
            true,
        ),
        (
            "X-Mms-Read-Status",
            "Deleted without being read",
            token("DeletedWithoutBeingRead"),
            true,
        ),
        ("To", "+15550100017/TYPE=PLMN", address("+15550100017"), true),
        (
            "From",
            "+15550100017/TYPE=PLMN",
            address("\"A\" <+15550100017/TYPE=PLMN@mms.example>"),
            true,
        ),
        ("To", "+15550100017", address("+15550100018"), false),
        (
            "To",
            "+15550100017, +15550100018",
            address("+15550100018/TYPE=PLMN, +15550100017/TYPE=PLMN"),
            true,
        ),
        ("To", "+15550100017", address("+15550100017, +15550100018"), false),
        ("From", "insert-address", Value::InsertAddress, true),
        ("From", "+15550100017", Value::InsertAddress, false),
        (
            "Date",
            "Tue, 24 Nov 2026 14:00:00 +0100",
            Value::Date(1_795_525_200),
            true,
        ),
        ("Date", "2026-11-24T13:00:01Z", Value::Date(1_795_525_200), false),
        (
            "X-Mms-Expiry",
            "1h",
            Value::Interval(Interval::Relative(3600)),
            true,
        ),
        (
            "X-Mms-Expiry",
            "3600",
            Value::Interval(Interval::Absolute(3600)),
            false,
        ),
        ("X-Mms-Message-Size", "0012", Value::Integer(12), true),
        ("X-Mms-Forward-Counter", "1", Value::text_of("1"), true),
        (
            "X-Mms-MMS-Version",
            "1.3",
            Value::Version { major: 1, minor: 3 },
            true,
        ),
        (
            "Subject",
            "Hi",
            Value::Encoded {
                charset: Some(106),
                text: "Hi".to_owned(),
            },
            true,
        ),
        (
            "Subject",
            "Hi",
            Value::Encoded {
                charset: None,
                text: "hi".to_owned(),
            },
            false,
        ),
        ("X-Mms-Priority", "hex:0180", Value::Octets(vec![1, 0x80]), true),
        ("X-Own", "v", Value::text_of("v"), true),
        (
            "X-Mms-Previously-sent-date-and-time",
            "0,Fri, 01 Apr 2005 06:02:03 GMT",
            Value::PreviouslySentDate {
                count: 0,
                date: date::parse("2005-04-01T06:02:03Z").unwrap(),
            },
            true,
        ),
    ] {
        assert_eq!(
            compare::equal(field, expected, &got),
            equal,
            "{field}: {expected} against {got}"
        );
    }
}

#[test]
fn a_counted_status_equals_with_and_without_its_count() {
    let ok = Value::Counted {
        count: 2,
        value: Box::new(Value::token("Ok")),
    };
    for (expected, equal) in [
        ("Ok", true),
        ("2,Ok", true),
        ("1,Ok", false),
        ("Error-transient-failure", false),
    ] {
        assert_eq!(
            compare::equal("X-Mms-Response-Status", expected, &ok),
            equal,
            "{expected}"
        );
    }
}

#[test]
fn contents_differ_where_they_say() {
    let part = |essence: &str, data: &'static str| Part {
        media: MediaType::new(essence).with("name", data),
        data: data.into(),
        ..Part::default()
    };
    let content = |parts: Vec<Part>| Content {
        media: MediaType::new("multipart/related"),
        parts,
        ..Content::default()
    };
    let sent = content(vec![
        part("application/smil", "<smil/>"),
        part("text/plain", "hello"),
    ]);
    let mixed = Content {
        media: MediaType::new("multipart/mixed"),
        ..sent.clone()
    };
    assert_eq!(compare::same_content(&sent, &mixed), Ok(()));
    let turned = content(vec![
        part("text/plain", "hello"),
        part("application/smil", "<smil/>"),
    ]);
    assert_eq!(compare::same_content(&sent, &turned), Ok(()), "order is free");
    let difference = |parts| compare::same_content(&sent, &content(parts)).unwrap_err();
    assert_eq!(
        difference(vec![part("text/plain", "hello")]),
        "2 parts expected, 1 there"
    );
    assert_eq!(
        difference(vec![
            part("application/smil", "<smil/>"),
            part("text/html", "hello")
        ]),
        "part 2 is text/html, not text/plain"
    );
    assert_eq!(
        difference(vec![
            part("application/smil", "<smil/>"),
            part("text/plain", "hell")
        ]),
        "part 2 (4 octets, 5 expected) differs at octet 4: its end instead of 6F"
    );
}

#[test]
fn parts_keep_the_names_by_which_they_are_found() {
    let named = |id: &str, location: &str, body: &'static str| Part {
        content_id: Some(id.to_owned()),
        content_location: Some(location.to_owned()),
        media: MediaType::parse("text/plain; name=a.txt"),
        headers: Vec::new(),
        data: body.into(),
    };
    let content = |start: &str, parts| Content {
        media: MediaType::parse(&format!("multipart/related; start=\"<{start}>\"")),
        parts,
        ..Content::default()
    };
    let sent = content(
        "one",
        vec![named("one", "1.txt", "first"), named("two", "2.txt", "second")],
    );
    let turned = content(
        "one",
        vec![named("two", "2.txt", "second"), named("one", "1.txt", "first")],
    );
    assert_eq!(compare::same_names(&sent, &turned), Ok(()), "order is free");
    let difference = |start, parts| compare::same_names(&sent, &content(start, parts)).unwrap_err();
    let second = || named("two", "2.txt", "second");
    assert!(difference("one", vec![named("1", "1.txt", "first"), second()]).contains("Content-ID one"));
    assert!(difference("one", vec![named("one", "1", "first"), second()]).contains("Content-Location 1.txt"));
    assert!(
        difference("two", vec![named("one", "1.txt", "first"), second()]).contains("presents the others")
    );
    assert!(difference("nine", vec![named("one", "1.txt", "first"), second()]).contains("names no part"));
    let nameless = Part {
        media: MediaType::new("text/plain"),
        ..named("one", "1.txt", "first")
    };
    assert!(difference("one", vec![nameless, second()]).contains("has the type"));
}

#[test]
fn a_media_type_reads_what_it_shows() {
    let media =
        MediaType::parse("Multipart/Related; Start=\"<s;1>\"; type=application/smil; name=\"a \\\"b\\\"\"");
    assert_eq!(media.essence, "multipart/related");
    assert_eq!(media.param("start"), Some("<s;1>"));
    assert_eq!(media.param("name"), Some("a \"b\""));
    assert_eq!(MediaType::parse(&media.to_string()), media);
    assert_eq!(MediaType::parse(mm1::MEDIA_TYPE).params, []);
}
