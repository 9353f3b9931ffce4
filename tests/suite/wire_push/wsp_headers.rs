//! The headers of a WSP push, in every form.

use bytes::Bytes;
use mmspec::wire::push::{ContentTypeForm, Push, PushHeader, Shape, decode, encode, encode_as};

const BODY: &[u8] = &[0x8C, 0x82, 0x98, b't', 0, 0x8D, 0x93];
const FORMS: [ContentTypeForm; 4] = [
    ContentTypeForm::Number,
    ContentTypeForm::Text,
    ContentTypeForm::LengthAndNumber,
    ContentTypeForm::LengthAndText,
];

fn pushed(shape: &Shape) -> (Vec<u8>, Push) {
    let octets = encode_as(shape, 1, BODY);
    let push = decode(&Bytes::from(octets.clone())).unwrap();
    (octets, push)
}

#[test]
fn every_form_of_type_and_application_is_the_same_push() {
    let applications = [
        PushHeader::ApplicationCode(4),
        PushHeader::ApplicationLongCode(4),
        PushHeader::ApplicationUri("x-wap-application:mms.ua".to_owned()),
    ];
    for (form, application) in FORMS
        .iter()
        .flat_map(|form| applications.iter().map(move |a| (form, a)))
    {
        for confirmed in [false, true] {
            let (_, push) = pushed(&Shape {
                confirmed,
                content_type: *form,
                headers: vec![application.clone()],
            });
            assert_eq!(push.pdu_type, if confirmed { 7 } else { 6 });
            assert_eq!(push.content_type, "application/vnd.wap.mms-message");
            assert_eq!(&push.body[..], BODY);
            assert!(
                push.findings.is_empty(),
                "{form:?} {application:?}: {:?}",
                push.findings
            );
        }
    }
}

#[test]
fn every_header() {
    let all = vec![
        PushHeader::PushFlag(6),
        PushHeader::ApplicationCode(4),
        PushHeader::ContentLength(BODY.len() as u64),
        PushHeader::Date(1_795_525_200),
        PushHeader::InitiatorUri("http://mms.home.example/push".to_owned()),
        PushHeader::Named {
            name: "X-Own".to_owned(),
            value: "kept".to_owned(),
        },
        PushHeader::Numbered {
            code: 0x7A,
            value: b"\x02\x01\x2C".to_vec(),
        },
    ];
    let (octets, push) = pushed(&Shape {
        headers: all,
        ..Shape::default()
    });
    let codes: Vec<&str> = push.findings.iter().map(|finding| &*finding.code).collect();
    insta::assert_snapshot!(format!(
        "{}\n{:#?}\n{codes:?}",
        hex::encode_upper(&octets),
        push.headers
    ));
}

#[test]
fn a_long_application_code_of_another_is_found() {
    let (_, push) = pushed(&Shape {
        headers: vec![PushHeader::ApplicationCode(0x9004)],
        ..Shape::default()
    });
    assert_eq!(push.application_id.as_deref(), Some("36868"));
    assert_eq!(push.findings[0].code, "push-application-id");
}

/// Numbers mean something else on another page: an application id there is none.
#[test]
fn a_shift_of_the_code_page_holds_until_the_next() {
    let application = || PushHeader::ApplicationCode(4);
    let shape = |headers| Shape {
        headers,
        ..Shape::default()
    };
    let named = |push: &Push| -> Vec<String> { push.headers.iter().map(|(name, _)| name.clone()).collect() };
    for page in [2, 31, 32, 200] {
        let (_, push) = pushed(&shape(vec![PushHeader::CodePage(page), application()]));
        assert_eq!(named(&push), [format!("page-{page}-0x2F")]);
        assert_eq!(push.application_id, None);
        let codes: Vec<&str> = push.findings.iter().map(|finding| &*finding.code).collect();
        assert!(codes.contains(&"code-page-shift") && codes.contains(&"push-application-id-missing"));
    }
    let there_and_back = vec![
        PushHeader::CodePage(2),
        application(),
        PushHeader::CodePage(1),
        application(),
    ];
    let (octets, push) = pushed(&shape(there_and_back));
    assert_eq!(octets[3..10], [0xBE, 0x02, 0xAF, 0x84, 0x01, 0xAF, 0x84]);
    assert_eq!(named(&push), ["page-2-0x2F", "X-Wap-Application-Id"]);
    assert_eq!(push.application_id.as_deref(), Some("4"));
}

#[test]
fn the_usual_form_is_the_shortest() {
    assert_eq!(encode(9, BODY), encode_as(&Shape::default(), 9, BODY));
    assert_eq!(encode(9, BODY)[..6], [9, 6, 3, 0xBE, 0xAF, 0x84]);
}
