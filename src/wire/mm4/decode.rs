//! Octets → PDU, leniently.

use std::collections::HashSet;

use bytes::Bytes;

use super::header::{self, Header, RawField};
use super::mime::{self, About};
use super::value;
use crate::wire::finding::Findings;
use crate::wire::limits::MAX_FIELDS;
use crate::wire::table::{self, PduDef};
use crate::wire::{Content, Decoded, Field, Name, Pdu, PduType, Protocol, Span, Undecodable};

const TYPE: &str = "X-Mms-Message-Type";

/// Fields that RFC 5322 §3.6 and RFC 2045 allow once.
const ONCE: [&str; 14] = [
    "Date",
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Bcc",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Subject",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];

/// Decodes a message (header, blank line, body) leniently: everything that can be read is read, deviations become findings.
///
/// The message is as SMTP delivered it, without dot-stuffing. Lines may also end with LF alone, as pipes have them. A value
/// that is not of its field's kind is kept as text. To, Cc, Bcc and X-Mms-Request-Recipients come as one field per address.
///
/// # Errors
/// There is no X-Mms-Message-Type, or it names no PDU of MM4.
pub fn decode(octets: &Bytes) -> Result<Decoded, Undecodable> {
    let mut findings = Findings::about_text();
    let header = header::scan(octets, 0, MAX_FIELDS, &mut findings);
    let kind = pdu_type(&header)?;
    let def = table::pdu(kind);
    let mut pdu = Pdu::new(kind);
    for raw in &header.fields {
        if pdu.fields.len() >= MAX_FIELDS {
            let text = format!("More than {MAX_FIELDS} fields and addresses; the rest is not read.");
            findings.error("too-many-fields", raw.at, def.clause, text);
            break;
        }
        if !raw.is(TYPE) && !raw.is("Content-Type") {
            pdu.fields.extend(fields(raw, def, &mut findings));
        }
    }
    pdu.content = content(&header, octets, &mut findings);
    check_presence(&pdu, &header, def, &mut findings);
    check_repetition(&header, def, &mut findings);
    Ok(Decoded {
        pdu,
        findings: findings.into_vec(),
    })
}

fn pdu_type(header: &Header) -> Result<PduType, Undecodable> {
    let Some(field) = header.first(TYPE) else {
        return Err(Undecodable {
            offset: 0,
            reason: match header.fields.len() {
                0 => "there is no header field, so this is no MM4 message".to_owned(),
                count => format!("none of the {count} header fields is {TYPE}"),
            },
        });
    };
    let name = field.text();
    PduType::from_name(&name)
        .filter(|kind| kind.protocol() == Protocol::Mm4)
        .ok_or_else(|| Undecodable {
            offset: field.at.offset,
            reason: format!("{TYPE} is {:?}, which is no PDU of MM4", value::shortened(&name)),
        })
}

fn fields(raw: &RawField, def: &PduDef, findings: &mut Findings) -> Vec<Field> {
    let known = table::field(&raw.name);
    // The PDU's own spelling first: MM1 and MM4 write some names with other capitals.
    let name = def
        .usage(&raw.name)
        .map(|usage| usage.field)
        .or(known.map(|field| field.name))
        .map_or_else(|| Name::from(raw.name.clone()), Name::from);
    value::read(raw, known.map(|field| field.kind), findings)
        .into_iter()
        .map(|value| Field {
            name: name.clone(),
            value,
            at: raw.at,
        })
        .collect()
}

fn content(header: &Header, octets: &Bytes, findings: &mut Findings) -> Option<Content> {
    let body = octets.slice(header.body..);
    if header.first("Content-Type").is_none() && body.trim_ascii().is_empty() {
        return None;
    }
    let about = About::of(header, 0);
    Some(mime::read(&about, &body, findings))
}

fn check_presence(pdu: &Pdu, header: &Header, def: &PduDef, findings: &mut Findings) {
    let end = Span {
        offset: header.body,
        len: 0,
    };
    for name in def.mandatory() {
        match header.first(name) {
            None if name == "X-Mms-Read-Status" && header.first("X-Mms-MM-Read-Status").is_some() => {
                let text = "X-Mms-MM-Read-Status stands for X-Mms-Read-Status.";
                findings.note("field-alias", end, def.clause, text);
            }
            None => {
                let text = format!("{name} is missing; {} must have it.", pdu.kind);
                findings.error("missing-mandatory", end, def.clause, text);
            }
            Some(raw) => {
                if let Some(at) = value::is_empty(raw) {
                    findings.error("empty-mandatory", at, def.clause, format!("{name} is empty."));
                }
            }
        }
    }
    let alternatives = def.at_least_one;
    if !alternatives.is_empty() && !alternatives.iter().any(|name| header.first(name).is_some()) {
        let text = format!(
            "None of {} is there; {} must have one.",
            alternatives.join(", "),
            pdu.kind
        );
        findings.error("missing-mandatory", end, def.clause, text);
    }
}

fn check_repetition(header: &Header, def: &PduDef, findings: &mut Findings) {
    let mut seen = HashSet::new();
    for raw in &header.fields {
        if seen.insert(raw.name.to_ascii_lowercase()) {
            continue;
        }
        if ONCE.iter().any(|name| raw.is(name)) {
            let text = format!("{} stands a second time.", raw.name);
            findings.error("duplicate-field", raw.at, "RFC 5322 §3.6", text);
        } else if def.usage(&raw.name).is_some_and(|usage| !usage.repeatable) {
            let text = format!("{} stands a second time; the first counts.", raw.name);
            findings.error("duplicate-field", raw.at, def.clause, text);
        }
    }
}
