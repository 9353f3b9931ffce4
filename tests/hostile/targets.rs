//! What must hold for every input, however hostile: the bodies of the fuzz targets. cargo-fuzz, the example `mutate` and the
//! tests run these same functions.

use std::sync::OnceLock;

use bytes::Bytes;
use mmspec::case::{Library, load};
use mmspec::wire::push::kannel::{self, Escapes};
use mmspec::wire::push::smpp::{self, Frame};
use mmspec::wire::push::{Reading, Udh, pap, sms};
use mmspec::wire::{Content, Decoded, Finding, Pdu, Span, Undecodable, Value, mm1, mm4, push};

/// Findings a PDU may have: 200 and one that says how many were left out.
const MOST_FINDINGS: usize = 201;

/// What became of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Decoded without a finding, and what was encoded again decodes to the same.
    Clean,
    /// Decoded, with findings.
    Odd,
    /// Not taken as what it claims to be.
    Refused,
}

/// A kind of input and what must hold for it.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name of the fuzz target.
    pub name: &'static str,
    /// Feeds one input. The error is the sentence that does not hold.
    pub check: fn(&[u8]) -> Result<Outcome, String>,
}

pub const TARGETS: &[Target] = &[
    Target {
        name: "mm1",
        check: mm1_pdu,
    },
    Target {
        name: "mm4",
        check: mm4_message,
    },
    Target {
        name: "wsp_push",
        check: wsp_push,
    },
    Target {
        name: "smpp",
        check: smpp_stream,
    },
    Target {
        name: "sms",
        check: short_message,
    },
    Target {
        name: "pap",
        check: pap_message,
    },
    Target {
        name: "kannel",
        check: sendsms,
    },
    Target {
        name: "yaml_case",
        check: yaml_case,
    },
];

fn mm1_pdu(input: &[u8]) -> Result<Outcome, String> {
    let input = Bytes::copy_from_slice(input);
    pdu(&input, mm1::decode, mm1::encode, without_counts)
}

fn mm4_message(input: &[u8]) -> Result<Outcome, String> {
    let input = Bytes::copy_from_slice(input);
    pdu(&input, mm4::decode, mm4::encode, without_mime)
}

type Decode = fn(&Bytes) -> Result<Decoded, Undecodable>;
type Encode = fn(&Pdu) -> Vec<u8>;

fn pdu(input: &Bytes, decode: Decode, encode: Encode, essence: fn(Pdu) -> Pdu) -> Result<Outcome, String> {
    let decoded = match decode(input) {
        Ok(decoded) => decoded,
        Err(refusal) => return refused(&refusal, input.len()),
    };
    findings_are_within(&decoded.findings, input.len())?;
    for field in &decoded.pdu.fields {
        span_is_within(field.at, input.len(), &field.name)?;
    }
    if let Some(content) = &decoded.pdu.content {
        content_is_of_the_input(content, input.len())?;
    }
    if !decoded.findings.is_empty() {
        // What is odd may be written otherwise than it came, but it must be possible to write it.
        let _ = decode(&encode(&decoded.pdu).into());
        return Ok(Outcome::Odd);
    }
    let first = essence(without_spans(decoded.pdu));
    let octets = Bytes::from(encode(&first));
    let again = decode(&octets).map_err(|refusal| format!("what was written is refused {refusal}"))?;
    // A nested multipart that cannot be read, or whose octets no line can hold, is written in base64 for want of its parts.
    let excused = ["multipart-encoded", "wap-multipart-in-mm4"];
    let counts = |finding: &&Finding| !excused.contains(&finding.code.as_str());
    if let Some(finding) = again.findings.iter().find(counts) {
        return Err(format!(
            "what was written has a finding: {finding:?}\nwritten: {}",
            octets.escape_ascii()
        ));
    }
    let again = essence(without_spans(again.pdu));
    if first == again {
        return Ok(Outcome::Clean);
    }
    Err(format!(
        "read back otherwise: {}\nwritten: {}",
        difference(&first, &again),
        octets.escape_ascii()
    ))
}

/// The first thing in which two PDUs differ.
fn difference(first: &Pdu, again: &Pdu) -> String {
    for (was, is) in first.fields.iter().zip(&again.fields) {
        if was != is {
            return format!("{was:?} is now {is:?}");
        }
    }
    if first.fields.len() != again.fields.len() {
        return format!("{:?} are now {:?}", first.fields, again.fields);
    }
    format!("{:?} is now {:?}", first.content, again.content)
}

fn wsp_push(input: &[u8]) -> Result<Outcome, String> {
    let input = Bytes::copy_from_slice(input);
    let pushed = match push::decode(&input) {
        Ok(pushed) => pushed,
        Err(refusal) => return refused(&refusal, input.len()),
    };
    findings_are_within(&pushed.findings, input.len())?;
    if !input.ends_with(&pushed.body) {
        return Err("the body is not the end of the push".to_owned());
    }
    if !pushed.findings.is_empty() {
        return Ok(Outcome::Odd);
    }
    let octets = Bytes::from(push::encode(pushed.tid, &pushed.body));
    let again = push::decode(&octets).map_err(|refusal| format!("what was written is refused {refusal}"))?;
    if (again.tid, &again.body, &again.findings) != (pushed.tid, &pushed.body, &pushed.findings) {
        return Err(format!("read back otherwise: {pushed:?} is now {again:?}"));
    }
    Ok(Outcome::Clean)
}

fn smpp_stream(input: &[u8]) -> Result<Outcome, String> {
    let input = Bytes::copy_from_slice(input);
    let mut clean = true;
    for frame in smpp::frames(&input) {
        let octets = match frame {
            Frame::Pdu(_, octets) | Frame::Rest(_, octets) => octets,
        };
        let (pdu, findings) = match smpp::decode(&octets) {
            Ok(decoded) => decoded,
            Err(refusal) => return refused(&refusal, octets.len()),
        };
        findings_are_within(&findings, octets.len())?;
        for (name, _, at) in &pdu.params {
            span_is_within(*at, octets.len(), name)?;
        }
        for tlv in &pdu.tlvs {
            span_is_within(tlv.at, octets.len(), &tlv.name())?;
        }
        if let Some(carried) = smpp::carried(&pdu) {
            findings_are_within(&carried.findings, octets.len())?;
        }
        clean &= findings.is_empty();
        let written = smpp::encode(&pdu);
        if findings.is_empty() && written != octets {
            return Err(format!("written otherwise: {}", hex::encode(written)));
        }
    }
    Ok(if clean { Outcome::Clean } else { Outcome::Odd })
}

fn short_message(input: &[u8]) -> Result<Outcome, String> {
    let input = Bytes::copy_from_slice(input);
    findings_are_within(&Udh::decode(&input).2, input.len())?;
    let kind = match input.first() {
        Some(first) if first & 0x03 == 1 => sms::Kind::Submit,
        _ => sms::Kind::Deliver,
    };
    let (tpdu, findings) = match sms::decode(kind, &input) {
        Ok(decoded) => decoded,
        Err(refusal) => return refused(&refusal, input.len()),
    };
    findings_are_within(&findings, input.len())?;
    for (name, _, at) in &tpdu.fields {
        span_is_within(*at, input.len(), name)?;
    }
    findings_are_within(&tpdu.parts().2, tpdu.user_data.len())?;
    let written = Bytes::from(sms::encode(&tpdu));
    let (again, _) =
        sms::decode(kind, &written).map_err(|refusal| format!("what was written is refused {refusal}"))?;
    if findings.is_empty() && again.user_data != tpdu.user_data {
        return Err(format!("written otherwise: {}", hex::encode(written)));
    }
    Ok(if findings.is_empty() {
        Outcome::Clean
    } else {
        Outcome::Odd
    })
}

fn pap_message(input: &[u8]) -> Result<Outcome, String> {
    let reading = match pap::decode_capture(&Bytes::copy_from_slice(input)) {
        Ok(reading) => reading,
        Err(refusal) => return refused(&refusal, input.len()),
    };
    reading_is_within(&reading, input.len())?;
    let written = pap::encode(&reading.value);
    let again = pap::decode(Some(&written.content_type), &Bytes::from(written.body));
    if !reading.findings.is_empty() {
        // A name that is none is written as it came, but it must be possible to write it.
        return Ok(Outcome::Odd);
    }
    let again = again.map_err(|refusal| format!("what was written is refused {refusal}"))?;
    if let Some(finding) = again.findings.first() {
        return Err(format!("what was written has a finding: {finding:?}"));
    }
    let data = |pap: pap::Pap| pap.content.map(|content| content.data);
    if again.value.message != reading.value.message || data(again.value) != data(reading.value) {
        return Err("the message was read back otherwise".to_owned());
    }
    Ok(Outcome::Clean)
}

fn sendsms(input: &[u8]) -> Result<Outcome, String> {
    let reading = match kannel::decode_capture(&Bytes::copy_from_slice(input)) {
        Ok(reading) => reading,
        Err(refusal) => return refused(&refusal, input.len()),
    };
    reading_is_within(&reading, input.len())?;
    for escapes in Escapes::ALL {
        let again = kannel::decode(&kannel::encode(&reading.value, escapes).into());
        if again.value != reading.value {
            return Err(format!("read back otherwise: {again:?}"));
        }
    }
    Ok(match reading.findings.is_empty() {
        true => Outcome::Clean,
        false => Outcome::Odd,
    })
}

fn reading_is_within<T>(reading: &Reading<T>, len: usize) -> Result<(), String> {
    findings_are_within(&reading.findings, len)?;
    for field in &reading.fields {
        span_is_within(field.at, len, &field.name)?;
    }
    Ok(())
}

fn yaml_case(input: &[u8]) -> Result<Outcome, String> {
    let text = String::from_utf8_lossy(input);
    match load("case.yaml", &text, library()) {
        Ok(_) => Ok(Outcome::Clean),
        Err(problems) if problems.is_empty() => Err("refused without a reason".to_owned()),
        Err(problems) => {
            // A lone CR ends a line of YAML, too.
            let lines = text.matches(['\n', '\r']).count() + 1;
            for problem in &problems {
                let own = problem.source.file == "case.yaml";
                if own && (problem.source.line == 0 || problem.source.line as usize > lines) {
                    return Err(format!("a problem at line {} of {lines}", problem.source.line));
                }
            }
            // Each is shown with the line it is about.
            if problems
                .iter()
                .take(20)
                .any(|problem| problem.render(false).is_empty())
            {
                return Err("a problem that shows as nothing".to_owned());
            }
            Ok(Outcome::Refused)
        }
    }
}

/// The project's own names, without which most of a case is unknown words.
fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let purposes = include_str!("../../cases/purposes.yaml");
        let groups = include_str!("../../cases/groups.yaml");
        let contents = include_str!("../../fixtures/contents.yaml");
        match Library::parse(("purposes", purposes), ("groups", groups), ("contents", contents)) {
            Ok(library) => library,
            Err(problems) => panic!("{}", problems[0].render(false)),
        }
    })
}

fn refused(refusal: &Undecodable, len: usize) -> Result<Outcome, String> {
    if refusal.offset > len {
        return Err(format!("refused at octet {} of {len}", refusal.offset));
    }
    Ok(Outcome::Refused)
}

fn findings_are_within(findings: &[Finding], len: usize) -> Result<(), String> {
    if findings.len() > MOST_FINDINGS {
        return Err(format!("{} findings", findings.len()));
    }
    for finding in findings {
        let at = Span {
            offset: finding.offset,
            len: finding.len,
        };
        span_is_within(at, len, &finding.code)?;
    }
    Ok(())
}

fn span_is_within(at: Span, len: usize, what: &str) -> Result<(), String> {
    match at.offset.checked_add(at.len) {
        Some(end) if end <= len => Ok(()),
        _ => Err(format!(
            "{what} at octet {}, {} octets long, is not within {len} octets",
            at.offset, at.len
        )),
    }
}

/// All bodies together are no longer than what they came in.
fn content_is_of_the_input(content: &Content, len: usize) -> Result<(), String> {
    let bodies: usize = content.parts.iter().map(|part| part.data.len()).sum();
    if bodies + content.body.len() > len {
        return Err(format!(
            "{} octets of content in {len}",
            bodies + content.body.len()
        ));
    }
    Ok(())
}

fn without_spans(mut pdu: Pdu) -> Pdu {
    for field in &mut pdu.fields {
        field.at = Span::default();
    }
    pdu
}

/// Answers to deletions that carry no count get count 1 when they are written, and ASCII that begins with a control its charset.
fn without_counts(mut pdu: Pdu) -> Pdu {
    for field in &mut pdu.fields {
        if let Value::Encoded { charset, text } = &mut field.value
            && text.is_ascii()
        {
            *charset = None;
        }
        if let Value::Counted { count: 1, value } = &field.value {
            field.value = (**value).clone();
        }
    }
    pdu
}

/// Without what the encoder of MM4 adds or decides itself.
fn without_mime(mut pdu: Pdu) -> Pdu {
    for name in ["MIME-Version", "Content-Transfer-Encoding"] {
        pdu.remove(name);
    }
    for field in &mut pdu.fields {
        match &mut field.value {
            // The charset of words is the encoder's choice, too.
            Value::Encoded { charset, .. } => *charset = None,
            // White space in structured fields is a space.
            Value::Address(text) | Value::Text(text) => *text = text.replace('\t', " "),
            _ => {}
        }
    }
    pdu
}
