//! WSP push PDU (WAP-230 §8.2.4) that carries an MM1 PDU to a user agent.

use bytes::Bytes;

use crate::wire::finding::Findings;
use crate::wire::wsp::{self, Cursor, Fault, write};
use crate::wire::{Finding, MediaType, Span, Undecodable, date, mm1};

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

impl Push {
    /// ConfirmedPush, which belongs to a session (WAP-230 §8.2.4).
    pub fn is_confirmed(&self) -> bool {
        self.pdu_type == CONFIRMED_PUSH
    }
}

/// PDU types of WSP (WAP-230 table 34).
const PUSH: u8 = 0x06;
const CONFIRMED_PUSH: u8 = 0x07;

/// The application of MMS user agents as a number and as a URI (ENC 1.3 table 26).
const APPLICATION_CODE: u8 = 0x04;
const APPLICATION_URI: &str = "x-wap-application:mms.ua";
pub(super) const APPLICATION_ID: &str = "X-Wap-Application-Id";
const APPLICATION_ID_CODE: u8 = 0x2F;

/// Numbers of the other headers that a push may have (WAP-230 table 39).
const CONTENT_LENGTH_CODE: u8 = 0x0D;
const DATE_CODE: u8 = 0x12;
const INITIATOR_URI_CODE: u8 = 0x31;
const PUSH_FLAG_CODE: u8 = 0x34;
/// Header fields of an entity that do not go further than the gateway.
const OF_TRANSPORT: &[&str] = &["Content-Type", "Content-Transfer-Encoding", "MIME-Version"];
/// The bits of Push-Flag that mean something.
const PUSH_FLAGS: u8 = 0x07;

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
    check_headers(&headers, cursor.remaining(), &mut findings);
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

/// Whether a push has its content type as text. All forms are legal (WAP-230 §8.4.2.24).
pub fn names_type_as_text(octets: &Bytes) -> bool {
    let mut cursor = Cursor::new(octets);
    let mut media = || {
        let (_tid, _type, _length) = (cursor.octet()?, cursor.octet()?, cursor.uintvar()?);
        match cursor.octet()? {
            31 => {
                cursor.uintvar()?;
                cursor.octet()
            }
            0..31 => cursor.octet(),
            first => Ok(first),
        }
    };
    media().is_ok_and(|first: u8| (0x20..0x80).contains(&first))
}

fn undecodable(fault: Fault) -> Undecodable {
    Undecodable {
        offset: fault.offset,
        reason: fault.kind.to_string(),
    }
}

pub(super) fn check_content_type(media: &MediaType, at: Span, findings: &mut Findings) {
    if media.essence != mm1::MEDIA_TYPE {
        let text = format!("the push carries {}, not {}", media.essence, mm1::MEDIA_TYPE);
        findings.error("push-content-type", at, "ENC 1.3 §5", text);
    }
}

pub(super) fn check_application(id: Option<&str>, end_of_headers: Span, findings: &mut Findings) {
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

/// `body`: octets of the pushed PDU.
fn check_headers(headers: &[wsp::Header], body: usize, findings: &mut Findings) {
    for header in headers {
        match header.name.as_str() {
            "Content-Length" if header.value != body.to_string() => {
                let text = format!(
                    "Content-Length is {}, and the body has {body} octets",
                    header.value
                );
                findings.error("push-content-length", header.at, "WAP-230 table 39", text);
            }
            "Push-Flag" if !header.value.parse::<u8>().is_ok_and(|flags| flags <= PUSH_FLAGS) => {
                let text = format!("{} has bits that Push-Flag does not have", header.value);
                findings.warning("push-flag", header.at, "WAP-230 table 39", text);
            }
            _ => {}
        }
    }
}

fn is_mms_user_agent(id: &str) -> bool {
    id.parse() == Ok(APPLICATION_CODE) || id.eq_ignore_ascii_case(APPLICATION_URI)
}

/// A connectionless push with content type 0x3E and application id 4.
pub fn encode(tid: u8, body: &[u8]) -> Vec<u8> {
    encode_as(&Shape::default(), tid, body)
}

/// The form of a push: senders choose, and receivers have to take all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// ConfirmedPush, whose receiver answers.
    pub confirmed: bool,
    pub content_type: ContentTypeForm,
    /// In wire order.
    pub headers: Vec<PushHeader>,
}

/// How the media type of MMS is written (WAP-230 §8.4.2.24).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentTypeForm {
    /// Its number, 0x3E.
    Number,
    Text,
    /// A value-length and the number.
    LengthAndNumber,
    /// A value-length and the text.
    LengthAndText,
}

/// A header of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushHeader {
    /// X-Wap-Application-Id as a number: short below 128, else long (WAP-230 §8.4.2.54).
    ApplicationCode(u64),
    /// X-Wap-Application-Id as a number that is long, though a short one would do.
    ApplicationLongCode(u64),
    ApplicationUri(String),
    /// 1: the initiator is authenticated, 2: the content is trusted, 4: this is the last push.
    PushFlag(u8),
    ContentLength(u64),
    /// Seconds since 1970-01-01T00:00:00Z.
    Date(u64),
    InitiatorUri(String),
    /// Any other by its name. A name that cannot be written is left out.
    Named {
        name: String,
        value: String,
    },
    /// Any other by its number without the high bit, and the octets of its value.
    Numbered {
        code: u8,
        value: Vec<u8>,
    },
    /// A shift to another page of header numbers, which holds for the headers behind it.
    CodePage(u8),
}

impl Default for Shape {
    fn default() -> Self {
        Shape {
            confirmed: false,
            content_type: ContentTypeForm::Number,
            headers: vec![PushHeader::ApplicationCode(APPLICATION_CODE.into())],
        }
    }
}

/// A push in a form of one's own.
pub fn encode_as(shape: &Shape, tid: u8, body: &[u8]) -> Vec<u8> {
    let mut head = Vec::new();
    write_content_type(&mut head, shape.content_type);
    for header in &shape.headers {
        write_header(&mut head, header);
    }
    with_head(shape.confirmed, tid, &head, body)
}

/// The push that a gateway makes of an entity it was handed over with header fields of MIME (WAP-249): the media type and
/// the fields as they are, each by its number where WSP has one. What belongs to MIME or HTTP alone is left out.
pub fn encode_entity(
    confirmed: bool,
    tid: u8,
    media: &MediaType,
    headers: &[(String, String)],
    body: &[u8],
) -> Vec<u8> {
    let mut head = Vec::new();
    wsp::write_media_type(&mut head, media);
    for (name, value) in headers {
        if !OF_TRANSPORT.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            write_header(&mut head, &PushHeader::of_field(name, value));
        }
    }
    with_head(confirmed, tid, &head, body)
}

fn with_head(confirmed: bool, tid: u8, head: &[u8], body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + head.len() + 7);
    out.extend([tid, if confirmed { CONFIRMED_PUSH } else { PUSH }]);
    write::uintvar(&mut out, head.len() as u32);
    out.extend_from_slice(head);
    out.extend_from_slice(body);
    out
}

impl PushHeader {
    /// A field as MIME or HTTP writes it.
    fn of_field(name: &str, value: &str) -> PushHeader {
        let value = value.trim();
        let number = || value.parse::<u64>().ok();
        let known = match name.to_ascii_lowercase().as_str() {
            "x-wap-application-id" => Some(match number() {
                Some(code) => PushHeader::ApplicationCode(code),
                None => PushHeader::ApplicationUri(value.to_owned()),
            }),
            "content-length" => number().map(PushHeader::ContentLength),
            "date" => date::parse(value)
                .and_then(|seconds| u64::try_from(seconds).ok())
                .map(PushHeader::Date),
            "push-flag" => value
                .parse()
                .ok()
                .filter(|flags| *flags < 0x80)
                .map(PushHeader::PushFlag),
            "x-wap-initiator-uri" => Some(PushHeader::InitiatorUri(value.to_owned())),
            _ => None,
        };
        known.unwrap_or_else(|| PushHeader::Named {
            name: name.to_owned(),
            value: value.to_owned(),
        })
    }
}

fn write_content_type(out: &mut Vec<u8>, form: ContentTypeForm) {
    let number = |out: &mut Vec<u8>| wsp::write_media_type(out, &MediaType::new(mm1::MEDIA_TYPE));
    match form {
        ContentTypeForm::Number => number(out),
        ContentTypeForm::Text => write::text(out, mm1::MEDIA_TYPE),
        ContentTypeForm::LengthAndNumber => write::with_length(out, number),
        ContentTypeForm::LengthAndText => {
            write::with_length(out, |inner| write::text(inner, mm1::MEDIA_TYPE))
        }
    }
}

fn write_header(out: &mut Vec<u8>, header: &PushHeader) {
    let short = |code: u8| code | 0x80;
    match header {
        PushHeader::ApplicationCode(code) => {
            out.push(short(APPLICATION_ID_CODE));
            write::integer(out, *code);
        }
        PushHeader::ApplicationLongCode(code) => {
            out.push(short(APPLICATION_ID_CODE));
            write::long_integer(out, *code);
        }
        PushHeader::ApplicationUri(uri) => {
            out.push(short(APPLICATION_ID_CODE));
            write::text(out, uri);
        }
        PushHeader::PushFlag(flags) => out.extend([short(PUSH_FLAG_CODE), short(*flags)]),
        PushHeader::ContentLength(length) => {
            out.push(short(CONTENT_LENGTH_CODE));
            write::integer(out, *length);
        }
        PushHeader::Date(seconds) => {
            out.push(short(DATE_CODE));
            write::long_integer(out, *seconds);
        }
        PushHeader::InitiatorUri(uri) => {
            out.push(short(INITIATOR_URI_CODE));
            write::text(out, uri);
        }
        PushHeader::Named { name, value } => wsp::write_header(out, name, value),
        PushHeader::Numbered { code, value } => {
            out.push(short(*code));
            out.extend_from_slice(value);
        }
        // The short-cut where there is one.
        PushHeader::CodePage(page @ 1..=31) => out.push(*page),
        PushHeader::CodePage(page) => out.extend([0x7F, *page]),
    }
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
        let push = decoded(b"\xBE\xB4\x82\xAFx-wap-application:mms.ua\0\x8D\x87X-Own\0value\0");
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
                "Content-Length=7",
                "X-Own=value"
            ]
        );
        assert!(push.findings.is_empty());
    }

    #[test]
    fn what_a_gateway_was_handed_over_is_pushed_as_it_was_labelled() {
        let fields = |fields: &[(&str, &str)]| -> Vec<(String, String)> {
            let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            fields.iter().map(own).collect()
        };
        let media = MediaType::new(mm1::MEDIA_TYPE);
        let plain = fields(&[
            ("x-wap-application-id", "4"),
            ("Content-Transfer-Encoding", "binary"),
        ]);
        assert_eq!(encode_entity(false, 1, &media, &plain, BODY), encode(1, BODY));

        let all = fields(&[
            ("X-Wap-Application-Id", APPLICATION_URI),
            ("Content-Length", "7"),
            ("Date", "Tue, 24 Nov 2026 13:00:00 GMT"),
            ("X-Own", "value"),
        ]);
        let push = decode(&encode_entity(true, 2, &media, &all, BODY).into()).unwrap();
        assert_eq!((push.tid, push.pdu_type), (2, CONFIRMED_PUSH));
        assert_eq!(push.application_id.as_deref(), Some(APPLICATION_URI));
        assert_eq!(
            push.headers[1..],
            [
                ("Content-Length".to_owned(), "7".to_owned()),
                ("Date".to_owned(), "1795525200".to_owned()),
                ("X-Own".to_owned(), "value".to_owned()),
            ]
        );
        assert!(push.findings.is_empty(), "{:?}", push.findings);

        let wrong = encode_entity(false, 3, &MediaType::new("text/plain"), &[], BODY);
        let push = decode(&wrong.into()).unwrap();
        assert_eq!(push.content_type, "text/plain");
        assert_eq!(codes(&push), ["push-content-type", "push-application-id-missing"]);
    }

    #[test]
    fn what_is_not_for_a_user_agent_is_found() {
        assert_eq!(codes(&decoded(b"\xBE")), ["push-application-id-missing"]);
        assert_eq!(codes(&decoded(b"\xBE\xAF\x82")), ["push-application-id"]);
        assert_eq!(codes(&decoded(b"\xAE\xAF\x84")), ["push-content-type"]);
        assert_eq!(codes(&decoded(b"\xBE\xAF\x84\x8D\x88")), ["push-content-length"]);
        assert_eq!(codes(&decoded(b"\xBE\xAF\x84\xB4\x88")), ["push-flag"]);
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
