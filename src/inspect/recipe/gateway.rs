//! What a relay hands to a gateway: PAP and Kannel's sendsms.

use super::bearer::{OCTETS, PDU, PUSH, SEND};
use super::content::{pairs, part};
use super::{FORMS, Pantry, payload};
use bytes::Bytes;

use crate::case::{Args, Diagnostic, KeyDef, Node, Reader, Shape, may, need, read_hex};
use crate::wire::push::kannel::{self, Escapes, SendSms};
use crate::wire::push::pap::table::{self, ElementDef};
use crate::wire::push::pap::{self, Element, Pap, Version};
use crate::wire::{MediaType, Part, mm1};

const METHODS: &[&str] = &["GET", "POST"];
const ESCAPES: &[&str] = &["lower", "plus", "all"];

const KANNEL: &[KeyDef] = &[
    may(
        "method",
        Shape::Word(METHODS),
        "of a whole request; without it, there are only path and parameters",
    ),
    may("path", Shape::Text, "what stands before the parameters"),
    may("headers", Shape::With, "header fields of the request, in order"),
    may(
        "params",
        Shape::With,
        "a list of `{ name: value }` in their order; a value may be `{ octets: … }`; where `text: ~` stands, stands what is carried",
    ),
    may(
        "escapes",
        Shape::With,
        "a list of: `lower` hex digits, `plus` for a blank, `all` characters",
    ),
    PUSH,
    PDU,
    SEND,
    OCTETS,
];

/// `kannel:`
pub(super) fn kannel(reader: &mut Reader<'_>, object: &Node, pantry: &Pantry<'_>) -> Option<Vec<u8>> {
    let args = reader.args(object, "`kannel`", KANNEL)?;
    let carries = args.iter().any(|(key, _)| FORMS.contains(&key.text.as_str()));
    let mut carried = match carries {
        true => Some(payload(reader, &args, pantry)?),
        false => None,
    };
    let mut sms = SendSms::default();
    if let Some(list) = args.get("params") {
        for item in reader.list(list, "`params`") {
            for (key, value) in reader.entries(item, "a parameter", "write `- to: +15550100017`")? {
                let octets = match (value.is_null(), key.text.as_str()) {
                    (true, "text") => carried.take().unwrap_or_default().into(),
                    _ => text_or_octets(reader, value, &key.text)?,
                };
                sms = sms.with(&key.text, octets);
            }
        }
    }
    if let Some(octets) = carried {
        sms = sms.with("text", octets);
    }
    let query = kannel::encode(&sms, escapes(reader, &args)?);
    request(reader, &args, query)
}

fn escapes(reader: &mut Reader<'_>, args: &Args<'_>) -> Option<Escapes> {
    let mut escapes = Escapes::default();
    let Some(node) = args.get("escapes") else {
        return Some(escapes);
    };
    for (text, span) in reader.texts(node, "`escapes`") {
        match text {
            "lower" => escapes.lower = true,
            "plus" => escapes.plus = true,
            "all" => escapes.all = true,
            _ => {
                let problem = format!("`{text}` is no way to escape");
                reader.error(Diagnostic::at(&span, problem).suggest(text, ESCAPES.iter().copied()));
                return None;
            }
        }
    }
    Some(escapes)
}

/// The parameters where they belong: behind the path, or in the body.
fn request(reader: &mut Reader<'_>, args: &Args<'_>, query: Vec<u8>) -> Option<Vec<u8>> {
    let path = match args.get("path") {
        Some(node) => Some(reader.text(node, "`path`")?),
        None => None,
    };
    let method = match args.get("method") {
        Some(node) => reader.word(node, "method of sendsms", METHODS)?,
        None => {
            let before = path.map_or_else(String::new, |path| format!("{path}?"));
            return Some([before.as_bytes(), &query].concat());
        }
    };
    let path = path.unwrap_or("/cgi-bin/sendsms");
    let headers = match args.get("headers") {
        Some(node) => pairs(reader, node, "`headers`"),
        None => Vec::new(),
    };
    let mut out = format!("{method} {path}").into_bytes();
    if method == "GET" {
        out.push(b'?');
        out.extend_from_slice(&query);
    }
    out.extend_from_slice(b" HTTP/1.1\r\n");
    for (name, value) in headers {
        out.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    out.extend_from_slice(b"\r\n");
    if method == "POST" {
        out.extend_from_slice(&query);
    }
    Some(out)
}

const PAP: &[KeyDef] = &[
    may("version", Shape::Text, "of the DTD: 1.0, 2.0 (by default) or 2.1"),
    may("product-name", Shape::Text, "of the pap element"),
    need("message", Shape::Text, "the element below <pap>"),
    may("attributes", Shape::With, "of the message, in order"),
    may(
        "elements",
        Shape::With,
        "a list of `{ address: { address-value: … } }`; `elements:` may stand in them, too",
    ),
    may(
        "content-type",
        Shape::Text,
        "of the content; application/vnd.wap.mms-message by default",
    ),
    may(
        "headers",
        Shape::With,
        "other fields of the content; X-Wap-Application-Id by default",
    ),
    may(
        "capabilities",
        Shape::With,
        "a third entity: `{ media: application/rdf+xml, text: … }`",
    ),
    PDU,
    SEND,
    OCTETS,
];

/// `pap:`
pub(super) fn pap(reader: &mut Reader<'_>, object: &Node, pantry: &Pantry<'_>) -> Option<Vec<u8>> {
    let args = reader.args(object, "`pap`", PAP)?;
    let versions: Vec<&str> = Version::ALL.iter().map(|version| version.name()).collect();
    let version = match args.get("version") {
        Some(node) => Version::from_name(reader.word(node, "version of PAP", &versions)?)?,
        None => Version::default(),
    };
    let product_name = match args.get("product-name") {
        Some(node) => Some(reader.text(node, "`product-name`")?.to_owned()),
        None => None,
    };
    let carries = args.iter().any(|(key, _)| FORMS.contains(&key.text.as_str()));
    let message = Pap {
        version,
        product_name,
        message: message(reader, &args)?,
        content: match carries {
            true => Some(content(reader, &args, pantry)?),
            false => None,
        },
        capabilities: match args.get("capabilities") {
            Some(node) => Some(part(reader, node, pantry)?),
            None => None,
        },
    };
    let written = pap::encode(&message);
    Some(written.body)
}

fn content(reader: &mut Reader<'_>, args: &Args<'_>, pantry: &Pantry<'_>) -> Option<Part> {
    let media = match args.get("content-type") {
        Some(node) => MediaType::parse(reader.text(node, "`content-type`")?),
        None => MediaType::new(mm1::MEDIA_TYPE),
    };
    let headers = match args.get("headers") {
        Some(node) => pairs(reader, node, "`headers`"),
        None => vec![(
            "X-Wap-Application-Id".to_owned(),
            "x-wap-application:mms.ua".to_owned(),
        )],
    };
    Some(Part {
        media,
        headers,
        data: payload(reader, args, pantry)?.into(),
        ..Part::default()
    })
}

fn message(reader: &mut Reader<'_>, args: &Args<'_>) -> Option<Element> {
    let name = reader.word(args.get("message")?, "message of PAP", table::MESSAGES)?;
    let def = table::element(name)?;
    let mut element = Element::new(def.name);
    if let Some(node) = args.get("attributes") {
        for (key, value) in reader.entries(node, "`attributes`", "write `{ push-id: … }`")? {
            element = attribute(reader, def, element, &key.text, value)?;
        }
    }
    match args.get("elements") {
        Some(node) => children(reader, def, element, node),
        None => Some(element),
    }
}

fn children(reader: &mut Reader<'_>, def: &ElementDef, mut element: Element, node: &Node) -> Option<Element> {
    let names: Vec<&str> = def.children.iter().map(|child| child.name).collect();
    for item in reader.list(node, "`elements`") {
        element.children.push(one(reader, item, &names)?);
    }
    Some(element)
}

/// The one element in a map.
fn one(reader: &mut Reader<'_>, node: &Node, known: &[&str]) -> Option<Element> {
    let help = "write the element's name and its attributes: `{ address: { address-value: … } }`";
    let [(key, value)] = reader.entries(node, "an element", help)? else {
        reader.error(Diagnostic::at(&node.span, "this is one element".to_owned()).help(help));
        return None;
    };
    let Some(def) = table::element(&key.text).filter(|def| known.contains(&def.name)) else {
        let problem = format!("`{}` does not stand here", key.text);
        reader.error(Diagnostic::at(&key.span, problem).suggest(&key.text, known.iter().copied()));
        return None;
    };
    let mut element = Element::new(def.name);
    for (key, value) in reader.entries(value, def.name, "write its attributes as a map")? {
        element = match key.text.as_str() {
            "elements" => children(reader, def, element, value)?,
            _ => attribute(reader, def, element, &key.text, value)?,
        };
    }
    Some(element)
}

fn attribute(
    reader: &mut Reader<'_>,
    def: &ElementDef,
    element: Element,
    name: &str,
    value: &Node,
) -> Option<Element> {
    let Some(attribute) = def.attribute(name) else {
        let names = def.attributes.iter().map(|attribute| attribute.name);
        let problem = format!("{} has no attribute `{name}`", def.name);
        reader.error(Diagnostic::at(&value.span, problem).suggest(name, names));
        return None;
    };
    Some(element.with(attribute.name, reader.text(value, attribute.name)?))
}

/// A text, or `{ octets: … }`.
fn text_or_octets(reader: &mut Reader<'_>, node: &Node, what: &str) -> Option<Bytes> {
    if let Some(text) = node.text() {
        return Some(Bytes::copy_from_slice(text.as_bytes()));
    }
    let args = reader.args(node, what, &[need("octets", Shape::Hex, "exactly these octets")])?;
    read_hex(reader, args.get("octets")?).map(Bytes::from)
}
