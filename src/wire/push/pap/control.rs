//! Reading the control document: XML without a DTD's entities, held against the table.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::address::Address;
use super::document::Element;
use super::table::{self, AttributeDef, ElementDef, Kind, PAP, Version};
use super::xml;
use crate::wire::limits::MAX_FIELDS;
use crate::wire::push::reading::Sheet;
use crate::wire::{Name, Span, date};

const CLAUSE: &str = "WAP-247 §9";
const XML: &str = "XML 1.0";
/// Elements in elements are read so far; PAP itself has four.
const MAX_DEPTH: usize = 16;

/// A control document as far as it could be read.
#[derive(Debug, Default)]
pub(super) struct Control {
    pub version: Version,
    pub product_name: Option<String>,
    pub message: Option<Element>,
}

/// Reads a document that begins at `base` of what the places are counted in; none if it stands nowhere in one piece.
pub(super) fn read(octets: &[u8], base: Option<usize>, sheet: &mut Sheet) -> Control {
    Walk {
        octets,
        base,
        sheet,
        open: Vec::new(),
        control: Control::default(),
        doctype: false,
        elements: 0,
        attributes: 0,
        skipped: 0,
    }
    .read()
}

struct Walk<'a> {
    octets: &'a [u8],
    base: Option<usize>,
    sheet: &'a mut Sheet,
    open: Vec<Frame>,
    control: Control,
    doctype: bool,
    elements: usize,
    attributes: usize,
    /// Elements within one that is passed over.
    skipped: usize,
}

struct Frame {
    element: Element,
    def: Option<&'static ElementDef>,
    at: Span,
}

impl Walk<'_> {
    fn read(mut self) -> Control {
        let octets = self.octets;
        let mut reader = Reader::from_reader(octets);
        loop {
            let before = usize::try_from(reader.buffer_position()).unwrap_or(octets.len());
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(why) => {
                    let at = usize::try_from(reader.error_position()).unwrap_or(octets.len());
                    self.broken(at, &why.to_string());
                    break;
                }
            };
            let after = usize::try_from(reader.buffer_position()).unwrap_or(octets.len());
            let at = self.span(before, after.saturating_sub(before));
            match event {
                Event::Start(tag) => self.start(&tag, at),
                Event::Empty(tag) => {
                    self.start(&tag, at);
                    self.end();
                }
                Event::End(_) => self.end(),
                Event::DocType(text) => self.doctype(&text, at),
                Event::Text(text) => self.text(!text.iter().all(u8::is_ascii_whitespace), at),
                Event::CData(_) | Event::GeneralRef(_) => self.text(true, at),
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
                Event::Eof => {
                    if !self.open.is_empty() {
                        self.broken(octets.len(), "the document ends within an element");
                    }
                    break;
                }
            }
        }
        while !self.open.is_empty() {
            self.skipped = 0;
            self.end();
        }
        self.control
    }

    fn broken(&mut self, at: usize, why: &str) {
        let at = self.span(at, 0);
        self.sheet
            .findings
            .error("pap-xml-invalid", at, XML, format!("this is not XML: {why}"));
    }

    /// A run of the document, counted from the beginning of what carries it.
    fn span(&self, offset: usize, len: usize) -> Span {
        match self.base {
            Some(base) => Span {
                offset: base + offset.min(self.octets.len()),
                len: len.min(self.octets.len().saturating_sub(offset)),
            },
            None => Span::default(),
        }
    }

    /// The place of octets that are a part of the document.
    fn place(&self, part: &[u8]) -> Span {
        let offset = (part.as_ptr() as usize).wrapping_sub(self.octets.as_ptr() as usize);
        if offset.saturating_add(part.len()) > self.octets.len() {
            return self.span(0, 0);
        }
        self.span(offset, part.len())
    }

    fn doctype(&mut self, text: &[u8], at: Span) {
        self.doctype = true;
        let text = String::from_utf8_lossy(text);
        let version = text
            .split_once("DTD PAP ")
            .and_then(|(_, rest)| Version::from_name(rest.get(..3)?));
        match version {
            Some(version) => self.control.version = version,
            None => {
                let text = "the document type is none of PAP 1.0, 2.0, 2.1; it is read as 2.0";
                self.sheet
                    .findings
                    .warning("pap-version-unknown", at, CLAUSE, text);
            }
        }
        if text.contains("<!ENTITY") {
            let text = "the document declares entities; they are not expanded";
            self.sheet.findings.error("pap-entity", at, CLAUSE, text);
        }
        self.sheet.row("version", self.control.version.name(), at);
    }

    fn text(&mut self, says: bool, at: Span) {
        if says && self.skipped == 0 {
            let text = "text in a document whose elements have none";
            self.sheet.findings.warning("pap-text", at, CLAUSE, text);
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>, at: Span) {
        let name_octets = tag.name();
        let name = String::from_utf8_lossy(name_octets.as_ref()).into_owned();
        if self.skipped > 0 {
            self.skipped += 1;
            return;
        }
        self.elements += 1;
        let root = self.open.is_empty();
        if root {
            self.root(&name, at);
        }
        if self.open.len() >= MAX_DEPTH || self.elements > MAX_FIELDS {
            let text = "elements are nested too deeply, or too many; the rest is passed over";
            self.sheet.findings.error("pap-too-much", at, XML, text);
            self.skipped = 1;
            return;
        }
        let def = if root { None } else { table::element(&name) };
        if let Some(parent) = self.open.last() {
            let expected = match (self.open.len(), parent.def) {
                (1, _) => table::MESSAGES.contains(&name.as_str()),
                (_, Some(parent)) => parent.child(&name).is_some(),
                (_, None) => true,
            };
            if def.is_none() {
                let text = format!("PAP has no element {name}");
                self.sheet
                    .findings
                    .warning("pap-element-unknown", at, CLAUSE, text);
            } else if !expected {
                let text = format!("{name} does not belong into {}", parent.element.name);
                self.sheet
                    .findings
                    .error("pap-element-misplaced", at, CLAUSE, text);
            }
        }
        let shown = def.map_or_else(|| Name::from(name.clone()), |def| Name::from(def.name));
        self.sheet.row(shown.clone(), "", at);
        let mut element = Element::new(shown);
        self.read_attributes(tag, &mut element, def, at);
        self.open.push(Frame { element, def, at });
    }

    fn root(&mut self, name: &str, at: Span) {
        if name != PAP {
            let text = format!("the document is a {name}, not a pap");
            self.sheet.findings.error("pap-root", at, CLAUSE, text);
        }
        if !self.doctype {
            let text = "there is no document type, so the version is not said; it is read as 2.0";
            self.sheet
                .findings
                .warning("pap-doctype-missing", at, CLAUSE, text);
        }
    }

    fn read_attributes(
        &mut self,
        tag: &BytesStart<'_>,
        element: &mut Element,
        def: Option<&'static ElementDef>,
        at: Span,
    ) {
        for attribute in tag.attributes().with_checks(false) {
            let attribute = match attribute {
                Ok(attribute) => attribute,
                Err(why) => {
                    let text = format!("attributes that are none: {why}");
                    self.sheet.findings.error("pap-xml-invalid", at, XML, text);
                    break;
                }
            };
            self.attributes += 1;
            if self.attributes > MAX_FIELDS {
                let text = "too many attributes; the rest is passed over";
                self.sheet.findings.error("pap-too-much", at, XML, text);
                break;
            }
            let key = attribute.key.as_ref();
            let (from, value_at) = (self.place(key), self.place(&attribute.value));
            // To the closing quote.
            let end = value_at.offset + value_at.len + usize::from(self.base.is_some());
            let at = Span {
                offset: from.offset,
                len: end.saturating_sub(from.offset),
            };
            let value = xml::unescape(&attribute.value, value_at, &mut self.sheet.findings);
            let name = String::from_utf8_lossy(key).into_owned();
            self.attribute(element, def, name, value, at);
        }
        for missing in def.into_iter().flat_map(|def| def.attributes) {
            if missing.required && element.attribute(missing.name).is_none() {
                let text = format!("{} must have {}", element.name, missing.name);
                self.sheet
                    .findings
                    .error("pap-attribute-missing", at, CLAUSE, text);
            }
        }
    }

    fn attribute(
        &mut self,
        element: &mut Element,
        def: Option<&'static ElementDef>,
        name: String,
        value: String,
        at: Span,
    ) {
        let known = def.and_then(|def| def.attribute(&name));
        let root = self.open.is_empty() && name == "product-name";
        if root {
            self.control.product_name = Some(value.clone());
        } else if let Some(known) = known {
            self.check(known, &value, at);
        } else if def.is_some() || self.open.is_empty() {
            let text = format!("{} has no attribute {name}", element.name);
            self.sheet
                .findings
                .warning("pap-attribute-unknown", at, CLAUSE, text);
        }
        if element.attribute(&name).is_some() {
            let text = format!("{name} stands twice");
            self.sheet.findings.error("pap-attribute-twice", at, XML, text);
        }
        let name = known.map_or_else(|| Name::from(name), |known| Name::from(known.name));
        self.sheet.row(name.clone(), value.clone(), at);
        element.attributes.push((name, value));
    }

    fn check(&mut self, def: &AttributeDef, value: &str, at: Span) {
        let findings = &mut self.sheet.findings;
        let wrong = match def.kind {
            Kind::Text => None,
            Kind::Words(words) => (!words.contains(&value)).then(|| format!("one of {}", words.join(", "))),
            Kind::Date => (!is_date(value)).then(|| "YYYY-MM-DDThh:mm:ssZ".to_owned()),
            Kind::Code => {
                let digits = value.len() == 4 && value.bytes().all(|b| b.is_ascii_digit());
                (!digits).then(|| "four digits".to_owned())
            }
            Kind::Address => None,
        };
        if let Some(wanted) = wrong {
            let text = format!("{} is `{value}`, and should be {wanted}", def.name);
            findings.error("pap-attribute-value", at, CLAUSE, text);
        }
        if def.kind == Kind::Address && !Address::parse(value).is_standard() {
            let text = format!("`{value}` is not of the form WAPPUSH=client/TYPE=type@gateway");
            findings.warning("pap-address-form", at, "WAP-249 §7", text);
        }
        if def.since > self.control.version {
            let text = format!("{} came with PAP {}", def.name, def.since);
            findings.note("pap-attribute-newer", at, CLAUSE, text);
        }
    }

    fn end(&mut self) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        let Some(frame) = self.open.pop() else { return };
        self.check_children(&frame);
        let depth = self.open.len();
        match (depth, self.open.last_mut()) {
            (_, Some(parent)) if depth > 1 => parent.element.children.push(frame.element),
            (1, _) if self.control.message.is_none() => self.control.message = Some(frame.element),
            (1, _) => {
                let text = "a second message in one document; it is passed over";
                self.sheet
                    .findings
                    .error("pap-element-repeated", frame.at, CLAUSE, text);
            }
            // A message without `pap` around it.
            (_, None)
                if self.control.message.is_none() && table::MESSAGES.contains(&&*frame.element.name) =>
            {
                self.control.message = Some(frame.element);
            }
            _ => {}
        }
    }

    fn check_children(&mut self, frame: &Frame) {
        let Some(def) = frame.def else { return };
        for child in def.children {
            let stands = &frame.element.children;
            let count = stands.iter().filter(|element| element.name == child.name).count();
            if count == 0 && child.required {
                let text = format!("{} must have {}", def.name, child.name);
                self.sheet
                    .findings
                    .error("pap-element-missing", frame.at, CLAUSE, text);
            }
            if count > 1 && !child.repeatable {
                let text = format!("{} may have one {}", def.name, child.name);
                self.sheet
                    .findings
                    .error("pap-element-repeated", frame.at, CLAUSE, text);
            }
        }
        let places = frame
            .element
            .children
            .iter()
            .filter_map(|element| def.children.iter().position(|child| element.name == child.name));
        if !places.is_sorted() {
            let text = format!("the elements of {} are not in their order", def.name);
            self.sheet
                .findings
                .error("pap-element-order", frame.at, CLAUSE, text);
        }
    }
}

/// `2001-02-28T12:00:00Z`, and a date that there is.
fn is_date(text: &str) -> bool {
    const FORM: &[u8] = b"0000-00-00T00:00:00Z";
    let form = text.len() == FORM.len()
        && text.bytes().zip(FORM).all(|(b, form)| match form {
            b'0' => b.is_ascii_digit(),
            mark => b == *mark,
        });
    form && date::parse(text).is_some()
}
