//! XML as a tree: elements, attributes, text. Entities other than the five of XML itself stay as they are written, and a document type
//! declaration is passed over, so nothing grows.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::codec::Place;
use crate::wire::Span;
use crate::wire::finding::Findings;

const MAX_DEPTH: usize = 16;
const MAX_ELEMENTS: usize = 1024;
const CLAUSE: &str = "WAP-247 §9";

/// An element.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
    pub children: Vec<Element>,
    /// Its start tag in the document; zero for one that was built.
    pub at: Span,
}

impl Element {
    pub fn new(name: &str) -> Self {
        Element {
            name: name.to_owned(),
            ..Element::default()
        }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.attributes.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn holding(mut self, child: Element) -> Self {
        self.children.push(child);
        self
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// The first child of that name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(super) fn write(&self, depth: usize, out: &mut String) {
        let indent = "  ".repeat(depth);
        out.push_str(&format!("{indent}<{}", self.name));
        for (name, value) in &self.attributes {
            out.push_str(&format!(
                " {name}=\"{}\"",
                quick_xml::escape::escape(value.as_str())
            ));
        }
        if self.children.is_empty() && self.text.is_empty() {
            out.push_str("/>\n");
            return;
        }
        out.push('>');
        out.push_str(&quick_xml::escape::escape(self.text.as_str()));
        if !self.children.is_empty() {
            out.push('\n');
            self.children.iter().for_each(|child| child.write(depth + 1, out));
            out.push_str(&indent);
        }
        out.push_str(&format!("</{}>\n", self.name));
    }
}

/// Reads a document as far as it goes: its root, if there is one.
pub(super) fn read(text: &str, place: Place, findings: &mut Findings) -> Option<Element> {
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().trim_text(true);
    reader.config_mut().allow_unmatched_ends = true;
    reader.config_mut().check_end_names = false;
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    let mut elements = 0;
    loop {
        let start = reader.buffer_position() as usize;
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let at = place.span(start, text.len());
                findings.error(
                    "xml-not-well-formed",
                    at,
                    CLAUSE,
                    format!("not well-formed XML: {error}"),
                );
                break;
            }
        };
        let at = place.span(start, reader.buffer_position() as usize);
        match event {
            Event::Start(tag) if open.len() < MAX_DEPTH && elements < MAX_ELEMENTS => {
                elements += 1;
                open.push(element(&tag, at, findings));
            }
            Event::Empty(tag) if elements < MAX_ELEMENTS => {
                elements += 1;
                let element = element(&tag, at, findings);
                close(element, &mut open, &mut root);
            }
            Event::Start(_) | Event::Empty(_) => {
                let text = format!(
                    "more than {MAX_ELEMENTS} elements, or deeper than {MAX_DEPTH}; the rest is not read"
                );
                findings.error("xml-too-large", at, CLAUSE, text);
                break;
            }
            Event::End(_) => {
                if let Some(element) = open.pop() {
                    close(element, &mut open, &mut root);
                }
            }
            Event::Text(text) => {
                if let (Some(element), Ok(text)) = (open.last_mut(), std::str::from_utf8(&text)) {
                    element.text.push_str(text);
                }
            }
            Event::GeneralRef(name) => {
                if let (Some(element), Ok(name)) = (open.last_mut(), std::str::from_utf8(&name)) {
                    let written = format!("&{name};");
                    let read = quick_xml::escape::unescape(&written).map(|text| text.into_owned());
                    element.text.push_str(&read.unwrap_or(written));
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if !open.is_empty() {
        let at = place.span(text.len(), text.len());
        let names: Vec<&str> = open.iter().map(|element| element.name.as_str()).collect();
        findings.error(
            "xml-not-closed",
            at,
            CLAUSE,
            format!("{} is not closed", names.join(", ")),
        );
    }
    while let Some(element) = open.pop() {
        close(element, &mut open, &mut root);
    }
    root
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None => {
            root.get_or_insert(element);
        }
    }
}

fn element(tag: &BytesStart<'_>, at: Span, findings: &mut Findings) -> Element {
    let mut element = Element::new(&String::from_utf8_lossy(tag.name().as_ref()));
    element.at = at;
    for attribute in tag.attributes().take(64) {
        match attribute {
            Ok(attribute) => {
                let name = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
                let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_or_else(
                    |_| String::from_utf8_lossy(&attribute.value).into_owned(),
                    |v| v.into_owned(),
                );
                element.attributes.push((name, value));
            }
            Err(error) => {
                let text = format!("an attribute of {}: {error}", element.name);
                findings.error("xml-not-well-formed", at, CLAUSE, text);
            }
        }
    }
    element
}
