//! A request → number and push.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;

use super::form::{Coding, Holds, HookForm, NumberAt, PduIn};
use super::places::{Body, parameters};
use crate::wire::push::wsp;
use crate::wire::{MediaType, mm1};

/// An HTTP request.
#[derive(Debug, Clone, Copy)]
pub struct HookRequest<'a> {
    /// Path and query as they were sent.
    pub target: &'a str,
    /// Name and value, in order.
    pub headers: &'a [(String, String)],
    pub body: &'a Bytes,
}

/// What a relay handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hooked {
    /// As it was written; empty if there is none.
    pub number: String,
    /// The WSP push: the relay's own, or one around its PDU.
    pub push: Bytes,
    /// The relay handed over a PDU without saying for which application it is: the push has the labels that MMS asks for, and they
    /// are not the relay's.
    pub labelled: bool,
    /// What is missing or cannot be read; none if all is there.
    pub fault: Option<NotRead>,
}

/// A request has no number or no PDU, in words for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRead {
    #[error("no number in {0}")]
    NoNumber(String),
    #[error("no PDU in {0}")]
    NoPdu(String),
    #[error("what is in {place} is not {coding}: {why}")]
    Coding {
        place: String,
        coding: &'static str,
        why: String,
    },
}

/// Reads a request as far as it goes. `tid` is the transaction identifier of a push that is made around a PDU.
pub fn read(form: &HookForm, request: &HookRequest<'_>, tid: u8) -> Hooked {
    let body = Body::read(request);
    let (number, no_number) = match number(&form.number, request, &body) {
        Ok(number) => (number, None),
        Err(fault) => (String::new(), Some(fault)),
    };
    let (octets, no_pdu) = match pdu(form, request, &body) {
        Ok(octets) => (octets, None),
        Err(fault) => (Bytes::new(), Some(fault)),
    };
    let fault = no_number.or(no_pdu);
    let (push, labelled) = match form.pdu.holds {
        Holds::Pdu if !octets.is_empty() => around(form, request, &octets, tid),
        Holds::Pdu | Holds::Wsp => (octets, false),
    };
    Hooked {
        number,
        push,
        labelled,
        fault,
    }
}

fn number(at: &NumberAt, request: &HookRequest<'_>, body: &Body) -> Result<String, NotRead> {
    let found = match at {
        NumberAt::Query(name) => request.parameter(name),
        NumberAt::Header(name) => request.header(name).map(|value| value.to_owned().into()),
        NumberAt::Path(pattern) => pattern.number(request.path()).map(Bytes::from),
        NumberAt::Field(name) => body.field(name),
    };
    let text = found.map(|octets| String::from_utf8_lossy(&octets).trim().to_owned());
    let number = text.map(|text| match text.split_at_checked(4) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("tel:") => rest.to_owned(),
        _ => text,
    });
    let place = || match at {
        NumberAt::Field(_) => with_names(at.to_string(), body),
        _ => at.to_string(),
    };
    number
        .filter(|number| !number.is_empty())
        .ok_or_else(|| NotRead::NoNumber(place()))
}

fn pdu(form: &HookForm, request: &HookRequest<'_>, body: &Body) -> Result<Bytes, NotRead> {
    let at = &form.pdu.place;
    let found = match at {
        PduIn::Body => Some(request.body.clone()),
        PduIn::Query(name) => request.parameter(name),
        PduIn::Header(name) => request.header(name).map(|value| value.to_owned().into()),
        PduIn::Field(name) => body.field(name),
    };
    let place = || match at {
        PduIn::Field(_) => with_names(at.to_string(), body),
        _ => at.to_string(),
    };
    let octets = found
        .filter(|octets| !octets.is_empty())
        .ok_or_else(|| NotRead::NoPdu(place()))?;
    let fault = |coding, why: String| NotRead::Coding {
        place: at.to_string(),
        coding,
        why,
    };
    match form.pdu.coding {
        Coding::Raw => Ok(octets),
        Coding::Hex => {
            let text = without_blanks(&octets);
            let octets = hex::decode(text).map_err(|why| fault("hex", why.to_string()))?;
            Ok(octets.into())
        }
        Coding::Base64 => {
            let octets = base64(&octets).map_err(|why| fault("base64", why.to_string()))?;
            Ok(octets.into())
        }
    }
}

fn with_names(place: String, body: &Body) -> String {
    if let Some(why) = body.fault() {
        return format!("{place}: {why}");
    }
    match body.names() {
        names if names.is_empty() => format!("{place}, which has none"),
        names => format!("{place}, which has {}", names.join(", ")),
    }
}

/// The PDU in a push that has the labels the request gives, else those of MMS; whether any is ours.
fn around(form: &HookForm, request: &HookRequest<'_>, pdu: &Bytes, tid: u8) -> (Bytes, bool) {
    // The type of the body is the PDU's only if the body is the PDU.
    let own_body = form.pdu.place == PduIn::Body && form.pdu.coding == Coding::Raw;
    let media = request
        .header("Content-Type")
        .filter(|_| own_body)
        .map(MediaType::parse)
        .filter(|media| !OF_ANYTHING.contains(&&*media.essence));
    let application = request.header(wsp::APPLICATION_ID);
    let labelled = media.is_none() || application.is_none();
    let media = media.unwrap_or_else(|| MediaType::new(mm1::MEDIA_TYPE));
    let headers = [(
        wsp::APPLICATION_ID.to_owned(),
        application.unwrap_or(MMS_APPLICATION).to_owned(),
    )];
    let push = wsp::encode_entity(false, tid, &media, &headers, pdu);
    (push.into(), labelled)
}

/// Media types that say nothing about what is pushed.
const OF_ANYTHING: &[&str] = &[
    "",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
];
/// ENC 1.3 table 26.
const MMS_APPLICATION: &str = "4";

fn without_blanks(text: &[u8]) -> Vec<u8> {
    text.iter()
        .copied()
        .filter(|octet| !octet.is_ascii_whitespace())
        .collect()
}

fn base64(text: &[u8]) -> Result<Vec<u8>, base64::DecodeError> {
    const ANY_PADDING: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let mut text = without_blanks(text);
    for letter in &mut text {
        match *letter {
            b'-' => *letter = b'+',
            b'_' => *letter = b'/',
            _ => {}
        }
    }
    ANY_PADDING.decode(text)
}

impl HookRequest<'_> {
    /// The value of the first field of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut named = self
            .headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.trim())
    }

    fn path(&self) -> &str {
        self.target.split(['?', '#']).next().unwrap_or_default()
    }

    fn parameter(&self, name: &str) -> Option<Bytes> {
        let (_, query) = self.target.split_once('?')?;
        let mut named = parameters(query.as_bytes())
            .into_iter()
            .filter(|(known, _)| known == name);
        named.next().map(|(_, value)| value)
    }
}
