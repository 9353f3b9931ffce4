//! A PDU in the words of `send:`.

use super::{Pantry, content};
use crate::case::{Data, Diagnostic, HeaderSpec, KeyDef, Node, Reader, Shape, may};
use crate::wire::table;
use crate::wire::{Pdu, PduType, Protocol, Value, compare, mm1, mm4};

const KEYS: &[KeyDef] = &[
    may("pdu", Shape::Pdu, "the PDU, as the standard calls it"),
    may("send", Shape::Pdu, "the same, as in a case"),
    may(
        "headers",
        Shape::Headers,
        "its fields in wire order; `~` leaves a mandatory one out",
    ),
    may("content", Shape::Content, "a fixture's name, `none`, or a map"),
    may("damage", Shape::Damage, "a deliberate fault"),
];

/// Fields that are not among the headers: `pdu:` and `content:` say them.
const SAID_ELSEWHERE: &[&str] = &["X-Mms-Message-Type", "Content-Type"];

pub(super) fn pdu(
    reader: &mut Reader<'_>,
    whole: &Node,
    key: &str,
    object: &Node,
    pantry: &Pantry<'_>,
) -> Option<Vec<u8>> {
    let args = reader.args(whole, &format!("`{key}`"), KEYS)?;
    let kind = reader.pdu(object)?;
    let fields = args.get("headers").map(in_order);
    let headers = reader.headers(fields.as_ref(), kind);
    let mut pdu = Pdu::new(kind);
    for header in &headers {
        add(reader, &mut pdu, header, fields.as_ref());
    }
    let mut bare = false;
    if let Some(node) = args.get("content") {
        pdu.content = content::content(reader, node, pantry)?;
        bare = pdu.content.is_none();
    }
    complete(reader, &mut pdu, &headers, bare, object);
    let damage = reader.damage(args.get("damage"), kind);
    let segments = match kind.protocol() {
        Protocol::Mm1 => mm1::segments(&pdu),
        Protocol::Mm4 => mm4::segments(&pdu),
    };
    match damage {
        None => Some(segments.into_iter().flat_map(|segment| segment.octets).collect()),
        Some(damage) => match damage.apply(segments) {
            Ok(octets) => Some(octets),
            Err(why) => {
                let span = args.get("damage").map_or(&whole.span, |node| &node.span);
                reader.error(Diagnostic::at(span, why));
                None
            }
        },
    }
}

/// `headers:` as a map; a list of maps, for fields that stand apart from their repetition, becomes one.
fn in_order(node: &Node) -> Node {
    let Some(items) = node.list() else {
        return node.clone();
    };
    let mut entries = Vec::new();
    for item in items {
        match item.map() {
            Some(map) => entries.extend_from_slice(map),
            None => return node.clone(),
        }
    }
    Node {
        span: node.span.clone(),
        data: Data::Map(entries),
    }
}

fn add(reader: &mut Reader<'_>, pdu: &mut Pdu, header: &HeaderSpec, fields: Option<&Node>) {
    for template in &header.values {
        let why = match template.resolve(&|_| None) {
            Ok(text) => match compare::value_of(pdu.kind.protocol(), &header.name, &text) {
                Ok(value) => {
                    pdu.push(&header.name, value);
                    continue;
                }
                Err(why) => why,
            },
            Err(reference) => format!("`${reference}` has no value outside of a case"),
        };
        // A problem that the reader told at this place already is not told twice.
        let place = &template.source;
        if reader.problems.iter().any(|p| p.source.line == place.line) {
            continue;
        }
        if let Some(node) = fields {
            let mut problem = Diagnostic::at(&node.span, why);
            problem.source = place.clone();
            reader.error(problem);
        }
    }
}

/// Mandatory fields that nothing is said of: versions and ids are filled in, others must be said.
fn complete(reader: &mut Reader<'_>, pdu: &mut Pdu, headers: &[HeaderSpec], bare: bool, object: &Node) {
    let kind = pdu.kind;
    let def = table::pdu(kind);
    for name in def.mandatory() {
        if headers
            .iter()
            .any(|header| header.name.eq_ignore_ascii_case(name))
        {
            continue;
        }
        if SAID_ELSEWHERE.contains(&name) {
            if name == "Content-Type" && pdu.content.is_none() && !bare {
                let problem = Diagnostic::at(&object.span, format!("{kind} needs a `content:`"))
                    .help("a fixture's name such as `hello`, a map such as `{ media: text/plain, text: hi }`, or `none`");
                reader.error(problem);
            }
            continue;
        }
        match default(name, kind) {
            Some(value) => pdu.push(name, value),
            None => {
                let problem = Diagnostic::at(&object.span, format!("{kind} must have {name}"))
                    .help(format!("say it under `headers:`, or `{name}: ~` to leave it out"));
                reader.error(problem);
            }
        }
    }
}

fn default(name: &str, kind: PduType) -> Option<Value> {
    Some(match name {
        "X-Mms-Transaction-ID" => Value::text_of("t-1"),
        "X-Mms-MMS-Version" => Value::Version { major: 1, minor: 3 },
        "X-Mms-3GPP-MMS-Version" => Value::text_of("6.8.0"),
        "From" if kind.protocol() == Protocol::Mm1 && table::pdu(kind).to_relay => Value::InsertAddress,
        _ => return None,
    })
}
