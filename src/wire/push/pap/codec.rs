//! Octets ⇄ messages.

use bytes::Bytes;

use super::messages::{self, Message};
use super::xml::{self, Element};
use crate::wire::finding::Findings;
use crate::wire::mm4::mime;
use crate::wire::{Content, Finding, MediaType, Part, Span, Undecodable};

const DOCTYPE: &str =
    "<!DOCTYPE pap PUBLIC \"-//WAPFORUM//DTD PAP 2.0//EN\" \"http://www.wapforum.org/DTD/pap_2.0.dtd\">";
/// Findings about lines, which HTTP does not have (RFC 9110 §8.3.3).
const OF_MAIL: [&str; 4] = ["bare-lf", "eight-bit-body", "line-too-long", "eight-bit-header"];
const XML: &str = "application/xml";

/// An entity behind the control entity: the content that is pushed, or capabilities.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entity {
    pub media: MediaType,
    /// Other headers, in order.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pap {
    /// `product-name` of the root element.
    pub product: Option<String>,
    /// The element below the root.
    pub control: Element,
    pub content: Option<Entity>,
    pub capabilities: Option<Entity>,
}

impl Pap {
    pub fn new(control: Element) -> Self {
        Pap {
            product: None,
            control,
            content: None,
            capabilities: None,
        }
    }

    /// The number or mailbox of the first address: `+15550100017` of `WAPPUSH=+15550100017/TYPE=PLMN@ppg.example`.
    pub fn recipient(&self) -> Option<String> {
        let value = self.control.child("address")?.attribute("address-value")?;
        let client = match value.split_once('=') {
            Some((kind, rest)) if kind.eq_ignore_ascii_case("WAPPUSH") => rest,
            _ => value,
        };
        let client = client.rsplit_once('@').map_or(client, |(client, _)| client);
        let number = match client.to_ascii_uppercase().find("/TYPE=") {
            Some(at) => &client[..at],
            None => client,
        };
        Some(number.to_owned())
    }
}

/// Decodes a message leniently. Without `content_type` a body that begins with `--` is taken for a multipart. Offsets of findings
/// are into the body.
///
/// # Errors
/// There is no element at all.
pub fn decode(content_type: Option<&str>, body: &Bytes) -> Result<(Pap, Vec<Finding>), Undecodable> {
    let mut findings = Findings::default();
    let guessed = content_type.map(str::to_owned).or_else(|| guess(body));
    let multipart = guessed.filter(|text| MediaType::parse(text).is_multipart());
    let (control, entities) = match multipart {
        None => (body.clone(), Vec::new()),
        Some(content_type) => {
            let (content, odd) = mime::decode(&content_type, Some("binary"), body);
            for finding in odd
                .into_iter()
                .filter(|finding| !OF_MAIL.contains(&finding.code.as_str()))
            {
                let at = Span {
                    offset: finding.offset,
                    len: finding.len,
                };
                findings.add(&finding.code, finding.severity, at, &finding.clause, finding.text);
            }
            take_apart(content, body, &mut findings)
        }
    };
    let text = String::from_utf8_lossy(&control).into_owned();
    let place = Place::of(&control, body);
    let root = xml::read(&text, place, &mut findings).ok_or_else(|| Undecodable {
        offset: 0,
        reason: "there is no control entity in XML".to_owned(),
    })?;
    let product = root.attribute("product-name").map(str::to_owned);
    let control = below(root, &mut findings);
    let mut entities = entities.into_iter();
    let pap = Pap {
        product,
        control,
        content: entities.next(),
        capabilities: entities.next(),
    };
    check(&pap, body, &mut findings);
    Ok((pap, findings.into_vec()))
}

/// Where the control entity stands in the body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    offset: usize,
    len: usize,
}

impl Place {
    fn of(control: &Bytes, body: &Bytes) -> Place {
        let offset = (control.as_ptr() as usize).checked_sub(body.as_ptr() as usize);
        Place {
            // An entity in base64 is no slice of the body.
            offset: offset
                .filter(|offset| offset + control.len() <= body.len())
                .unwrap_or_default(),
            len: control.len().min(body.len()),
        }
    }

    /// A stretch of the entity's text in octets of the body. Where the entity is not UTF-8, its text is longer than it is.
    pub(super) fn span(self, start: usize, end: usize) -> Span {
        let (start, end) = (start.min(self.len), end.min(self.len));
        Span {
            offset: self.offset + start,
            len: end.saturating_sub(start),
        }
    }
}

/// A multipart's boundary stands in its first line.
fn guess(body: &[u8]) -> Option<String> {
    let line = body.split(|octet| *octet == b'\n').next()?.trim_ascii_end();
    let boundary = std::str::from_utf8(line.strip_prefix(b"--")?).ok()?;
    (!boundary.is_empty()).then(|| format!("multipart/related; boundary=\"{boundary}\""))
}

fn take_apart(content: Content, body: &Bytes, findings: &mut Findings) -> (Bytes, Vec<Entity>) {
    let mut parts = content.parts.into_iter();
    let Some(first) = parts.next() else {
        return (body.clone(), Vec::new());
    };
    if first.media.essence != XML && first.media.essence != "text/xml" {
        let text = format!("the first entity is {}, not {XML}", first.media.essence);
        findings.error("pap-control-type", Span::default(), "WAP-247 §8.2", text);
    }
    let entity = |part: Part| Entity {
        media: part.media,
        headers: part.headers,
        body: part.data,
    };
    let entities: Vec<Entity> = parts.map(entity).collect();
    if entities.len() > 2 {
        let text = format!("{} entities, at most three are allowed", entities.len() + 1);
        findings.error("pap-too-many-entities", Span::default(), "WAP-247 §8.1", text);
    }
    (first.data, entities)
}

/// The message of a root `<pap>`; a root of another name is the message itself.
fn below(root: Element, findings: &mut Findings) -> Element {
    if root.name != "pap" {
        let text = format!("the root element is {}, not pap", root.name);
        findings.error("pap-root", root.at, "WAP-247 §9.1", text);
        return root;
    }
    if root.children.len() != 1 {
        let text = format!("pap holds {} messages, it has one", root.children.len());
        findings.error("pap-root", root.at, "WAP-247 §9.1", text);
    }
    let empty = Element {
        at: root.at,
        ..Element::default()
    };
    root.children.into_iter().next().unwrap_or(empty)
}

fn check(pap: &Pap, body: &Bytes, findings: &mut Findings) {
    let control = &pap.control;
    let Some(message) = messages::message(&control.name) else {
        let text = format!("{:?} is no message of PAP", control.name);
        return findings.error("pap-message-unknown", control.at, "WAP-247 §9", text);
    };
    attributes(message, control, findings);
    let needs_address =
        message.children.iter().any(|(name, _)| *name == "address") && !message.element.ends_with("response");
    if needs_address
        && control
            .child("address")
            .and_then(|a| a.attribute("address-value"))
            .is_none()
    {
        let text = format!("{} has no address", message.element);
        findings.error("pap-address-missing", control.at, message.clause, text);
    }
    if message.has_content != pap.content.is_some() {
        let at = Span {
            offset: body.len(),
            len: 0,
        };
        let has = if message.has_content {
            "no content entity"
        } else {
            "a content entity"
        };
        findings.error(
            "pap-content",
            at,
            message.clause,
            format!("{} has {has}", message.element),
        );
    }
}

fn attributes(message: &Message, control: &Element, findings: &mut Findings) {
    for (name, required) in message.attributes {
        if *required && control.attribute(name).is_none() {
            let text = format!("{} has no {name}", message.element);
            findings.error("pap-attribute-missing", control.at, message.clause, text);
        }
    }
    let known = |name: &str| message.attributes.iter().any(|(n, _)| *n == name);
    for (name, _) in control.attributes.iter().filter(|(name, _)| !known(name)) {
        let text = format!("{} has an attribute {name}", message.element);
        findings.warning("pap-attribute-unknown", control.at, message.clause, text);
    }
    for child in &control.children {
        let Some((_, allowed)) = message.children.iter().find(|(name, _)| *name == child.name) else {
            let text = format!("{} holds {}", message.element, child.name);
            findings.warning("pap-element-unknown", child.at, message.clause, text);
            continue;
        };
        for (name, _) in child
            .attributes
            .iter()
            .filter(|(name, _)| !allowed.contains(&name.as_str()))
        {
            let text = format!("{} has an attribute {name}", child.name);
            findings.warning("pap-attribute-unknown", child.at, message.clause, text);
        }
    }
}

/// The Content-Type for HTTP, and the body.
pub fn encode(pap: &Pap) -> (String, Vec<u8>) {
    let mut root = Element::new("pap");
    if let Some(product) = &pap.product {
        root = root.with("product-name", product);
    }
    let mut control = format!("<?xml version=\"1.0\"?>\n{DOCTYPE}\n");
    root.holding(pap.control.clone()).write(0, &mut control);
    let entities: Vec<&Entity> = pap.content.iter().chain(&pap.capabilities).collect();
    if entities.is_empty() {
        return (XML.to_owned(), control.into_bytes());
    }
    let boundary = boundary(&control, &entities);
    let mut out = format!("--{boundary}\r\nContent-Type: {XML}\r\n\r\n{control}").into_bytes();
    for entity in entities {
        out.extend_from_slice(format!("\r\n--{boundary}\r\nContent-Type: {}\r\n", entity.media).as_bytes());
        for (name, value) in &entity.headers {
            let line = |text: &str| text.replace(['\r', '\n'], " ");
            out.extend_from_slice(format!("{}: {}\r\n", line(name), line(value)).as_bytes());
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(&entity.body);
    }
    out.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (
        format!("multipart/related; boundary={boundary}; type=\"{XML}\""),
        out,
    )
}

/// A boundary that occurs in no entity.
fn boundary(control: &str, entities: &[&Entity]) -> String {
    let occurs = |boundary: &str| {
        control.contains(boundary)
            || entities.iter().any(|e| {
                e.body
                    .windows(boundary.len())
                    .any(|octets| octets == boundary.as_bytes())
            })
    };
    let mut boundary = "pap-entity".to_owned();
    let mut number = 0;
    while occurs(&boundary) {
        number += 1;
        boundary = format!("pap-entity-{number}");
    }
    boundary
}
