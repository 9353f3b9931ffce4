//! WSP push PDU (WAP-230 §8.2.4) that carries an MM1 PDU to a user agent.

use bytes::Bytes;

use crate::wire::finding::Findings;
use crate::wire::wsp::{self, Cursor, Fault, write};
use crate::wire::{Finding, MediaType, Span, Undecodable, mm1};

/// A decoded WSP push.
#[derive(Debug, Clone, PartialEq)]
pub struct Push {
    pub tid: u8,
    /// 0x06 Push or 0x07 ConfirmedPush.
    pub pdu_type: u8,
    /// The content type as text, for example `application/vnd.wap.mms-message`.
    pub content_type: String,
    /// X-Wap-Application-Id as text: `4` or `x-wap-application:mms.ua`.
    pub application_id: Option<String>,
    /// All headers (name, text), in wire order.
    pub headers: Vec<(String, String)>,
    /// The pushed PDU.
    pub body: Bytes,
    pub findings: Vec<Finding>,
}

/// PDU types of WSP (WAP-230 table 34).
const PUSH: u8 = 0x06;
const CONFIRMED_PUSH: u8 = 0x07;

/// The application of MMS user agents as a number and as a URI (ENC 1.3 table 26).
const APPLICATION_CODE: u8 = 0x04;
const APPLICATION_URI: &str = "x-wap-application:mms.ua";
const APPLICATION_ID: &str = "X-Wap-Application-Id";
const APPLICATION_ID_CODE: u8 = 0x2F;

/// Decodes a connectionless push leniently: another content type or application, a header that cannot be read and the like
/// are findings.
///
/// # Errors
/// The octets are no push, or end before the content type.
pub fn decode(octets: &Bytes) -> Result<Push, Undecodable> {
    let mut cursor = Cursor::new(octets);
    let mut findings = Findings::default();
    let tid = cursor.octet().map_err(undecodable)?;
    let pdu_type = cursor.octet().map_err(undecodable)?;
    if !matches!(pdu_type, PUSH | CONFIRMED_PUSH) {
        return Err(Undecodable {
            offset: 1,
            reason: format!("0x{pdu_type:02X} is not the type of a push PDU"),
        });
    }
    let headers_len = cursor.uintvar().map_err(undecodable)?;
    let mut head = cursor.sub(headers_len as usize).map_err(undecodable)?;
    let start = head.pos();
    let media = wsp::read_media_type(&mut head, &mut findings).map_err(undecodable)?;
    check_content_type(&media, head.since(start), &mut findings);
    let headers = wsp::read_headers(&mut head, &mut findings);
    let application_id = headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case(APPLICATION_ID))
        .map(|header| header.value.clone());
    check_application(application_id.as_deref(), head.to_end(), &mut findings);
    let body = cursor.into_bytes();
    Ok(Push {
        tid,
        pdu_type,
        content_type: media.essence.into(),
        application_id,
        headers: headers
            .into_iter()
            .map(|header| (header.name, header.value))
            .collect(),
        body,
        findings: findings.into_vec(),
    })
}

fn undecodable(fault: Fault) -> Undecodable {
    Undecodable {
        offset: fault.offset,
        reason: fault.kind.to_string(),
    }
}

fn check_content_type(media: &MediaType, at: Span, findings: &mut Findings) {
    if media.essence != mm1::MEDIA_TYPE {
        let text = format!("the push carries {}, not {}", media.essence, mm1::MEDIA_TYPE);
        findings.error("push-content-type", at, "ENC 1.3 §5", text);
    }
}

fn check_application(id: Option<&str>, end_of_headers: Span, findings: &mut Findings) {
    let clause = "OMA MMS CTR 1.3 §8.2.2";
    match id {
        None => {
            let text = "there is no X-Wap-Application-Id, so the push is for the WAP browser";
            findings.error("push-application-id-missing", end_of_headers, clause, text);
        }
        Some(id) if is_mms_user_agent(id) => {}
        Some(id) => {
            let text = format!("the push is for application {id}, not for {APPLICATION_URI}");
            findings.error("push-application-id", end_of_headers, clause, text);
        }
    }
}

fn is_mms_user_agent(id: &str) -> bool {
    id.parse() == Ok(APPLICATION_CODE) || id.eq_ignore_ascii_case(APPLICATION_URI)
}

/// A connectionless push with content type 0x3E and application id 4.
pub fn encode(tid: u8, body: &[u8]) -> Vec<u8> {
    let mut head = Vec::new();
    wsp::write_media_type(&mut head, &MediaType::new(mm1::MEDIA_TYPE));
    head.extend([APPLICATION_ID_CODE | 0x80, APPLICATION_CODE | 0x80]);
    let mut out = Vec::with_capacity(body.len() + head.len() + 3);
    out.extend([tid, PUSH]);
    write::uintvar(&mut out, head.len() as u32);
    out.extend_from_slice(&head);
    out.extend_from_slice(body);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BODY: &[u8] = &[0x8C, 0x82, 0x98, b't', 0, 0x8D, 0x93];

    fn decoded(head: &[u8]) -> Push {
        let mut octets = vec![0x25, 0x06, head.len() as u8];
        octets.extend_from_slice(head);
        octets.extend_from_slice(BODY);
        decode(&Bytes::from(octets)).expect("a push")
    }

    fn codes(push: &Push) -> Vec<&str> {
        push.findings
            .iter()
            .map(|finding| finding.code.as_str())
            .collect()
    }

    #[test]
    fn encodes_as_relays_in_the_field_do() {
        assert_eq!(encode(1, BODY)[..6], [0x01, 0x06, 0x03, 0xBE, 0xAF, 0x84]);
    }

    #[test]
    fn content_type_comes_in_three_forms() {
        let text = b"application/vnd.wap.mms-message\0\xAF\x84";
        let long = b"\x21application/vnd.wap.mms-message\0\xAF\x84";
        let mut value_length = vec![31, 32];
        value_length.extend_from_slice(&long[1..]);
        for head in [&b"\xBE\xAF\x84"[..], text, b"\x01\xBE\xAF\x84", &value_length] {
            let push = decoded(head);
            assert_eq!(push.content_type, mm1::MEDIA_TYPE);
            assert_eq!(push.application_id.as_deref(), Some("4"));
            assert_eq!(&push.body[..], BODY);
            assert!(push.findings.is_empty(), "{:?}", push.findings);
        }
    }

    #[test]
    fn other_headers_are_kept() {
        let push = decoded(b"\xBE\xB4\x82\xAFx-wap-application:mms.ua\0\x8D\x02\x01\x2CX-Own\0value\0");
        assert_eq!(push.application_id.as_deref(), Some(APPLICATION_URI));
        let headers: Vec<String> = push
            .headers
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(
            headers,
            [
                "Push-Flag=2",
                "X-Wap-Application-Id=x-wap-application:mms.ua",
                "Content-Length=300",
                "X-Own=value"
            ]
        );
        assert!(push.findings.is_empty());
    }

    #[test]
    fn what_is_not_for_a_user_agent_is_found() {
        assert_eq!(codes(&decoded(b"\xBE")), ["push-application-id-missing"]);
        assert_eq!(codes(&decoded(b"\xBE\xAF\x82")), ["push-application-id"]);
        assert_eq!(codes(&decoded(b"\xAE\xAF\x84")), ["push-content-type"]);
        assert_eq!(
            codes(&decoded(b"\xBE\xAF\x84\x8D\x09\x01")),
            ["value-length-beyond-value"]
        );
    }

    #[test]
    fn what_is_no_push_is_refused_with_its_octet() {
        assert_eq!(
            decode(&Bytes::from_static(&[1, 4, 1, 0xBE])).unwrap_err().offset,
            1
        );
        assert_eq!(
            decode(&Bytes::from_static(&[1, 6, 9, 0xBE])).unwrap_err().offset,
            3
        );
        assert_eq!(decode(&Bytes::new()).unwrap_err().offset, 0);
    }

    proptest! {
        #[test]
        fn comes_back(tid: u8, body: Vec<u8>) {
            let push = decode(&Bytes::from(encode(tid, &body))).unwrap();
            prop_assert_eq!(push.tid, tid);
            prop_assert_eq!(&push.body[..], &body[..]);
            prop_assert!(push.findings.is_empty());
        }

        #[test]
        fn never_panics(octets: Vec<u8>) {
            let mut octets = octets;
            octets.splice(0..0, [1, 6]);
            let _ = decode(&Bytes::from(octets));
        }
    }
}
