//! Requests to a hook: whatever comes is read as far as it goes.

use bytes::Bytes;
use mmspec::wire::push;
use mmspec::wire::push::hook::{HookForm, HookRequest, read};
use proptest::prelude::*;

/// Every place, content and coding.
fn forms() -> Vec<HookForm> {
    let numbers = ["query: a", "header: A", "path: '/{number}'", "field: a.0"];
    let places = ["body", "{ query: b }", "{ header: B }", "{ field: b }"];
    let mut forms = Vec::new();
    for number in numbers {
        for place in places {
            for (holds, coding) in [("pdu", "raw"), ("wsp", "hex"), ("pdu", "base64")] {
                let text = format!(
                    "number: {{ {number} }}\npdu: {{ in: {place}, holds: {holds}, coding: {coding} }}"
                );
                forms.push(serde_saphyr::from_str(&text).unwrap());
            }
        }
    }
    forms
}

#[test]
fn a_form_comes_back_from_a_file() {
    for form in forms() {
        let written = serde_saphyr::to_string(&form).unwrap();
        let read: HookForm = serde_saphyr::from_str(&written).unwrap();
        assert_eq!(read, form, "{written}");
    }
}

#[test]
fn an_editor_is_told_of_every_key() {
    let schema = serde_json::to_string(&schemars::schema_for!(HookForm)).unwrap();
    for word in [
        "query", "header", "path", "field", "body", "holds", "wsp", "coding", "base64", "{number", "pattern",
    ] {
        assert!(schema.contains(word), "{word}: {schema}");
    }
}

proptest! {
    #[test]
    fn any_request_is_survived(target in "\\PC*", media in "\\PC*", known in 0_usize..4, body: Vec<u8>) {
        let media = ["application/json", "multipart/form-data; boundary=b", "", &*media][known].to_owned();
        let headers = [("Content-Type".to_owned(), media), ("B".to_owned(), target.clone())];
        let body = Bytes::from(body);
        for form in forms() {
            let request = HookRequest { target: &target, headers: &headers, body: &body };
            let hooked = read(&form, &request, 1);
            prop_assert_eq!(hooked.fault.is_none(), !hooked.number.is_empty() && !hooked.push.is_empty());
        }
    }

    #[test]
    fn a_pdu_comes_through_every_coding(pdu in proptest::collection::vec(any::<u8>(), 1..99)) {
        for (coding, text) in [("hex", hex::encode(&pdu)), ("base64", base64(&pdu))] {
            let text = format!("{{\"to\": \"+1\", \"pdu\": \"{text}\"}}");
            let form = format!("number: {{ field: to }}\npdu: {{ in: {{ field: pdu }}, coding: {coding} }}");
            let form: HookForm = serde_saphyr::from_str(&form).unwrap();
            let request = HookRequest { target: "/", headers: &[], body: &text.into() };
            let hooked = read(&form, &request, 9);
            prop_assert_eq!(hooked.fault, None);
            prop_assert_eq!(&hooked.push[..], &push::encode(9, &pdu)[..]);
        }
    }
}

fn base64(octets: &[u8]) -> String {
    use ::base64::Engine;
    ::base64::engine::general_purpose::STANDARD.encode(octets)
}
