//! Header fields: those to send, and the names of those that are demanded.

use crate::case::diagnostic::Diagnostic;
use crate::case::model::{HeaderSpec, Template};
use crate::case::scope::Want;
use crate::case::world::field_of;
use crate::case::yaml::{Data, Node, Span};
use crate::wire::table::{self, Kind};
use crate::wire::{PduType, Protocol};

use super::matchers::hex;
use super::reader::Reader;

impl Reader<'_> {
    /// `headers:` of a PDU to send.
    pub fn headers(&mut self, node: Option<&Node>, pdu: PduType) -> Vec<HeaderSpec> {
        let Some(node) = node else { return Vec::new() };
        let Some(entries) = node.map() else {
            self.not_fields(node);
            return Vec::new();
        };
        let mut headers = Vec::new();
        for (key, value) in entries {
            self.check_sent(&key.text, &key.span, pdu);
            let values = self.header_values(value);
            if pdu.protocol() == Protocol::Mm1 {
                for value in &values {
                    self.check_token(&key.text, value, &key.span);
                }
            }
            headers.push(HeaderSpec {
                name: key.text.clone(),
                source: key.span.source(),
                values,
            });
        }
        headers
    }

    /// `http:` of a request.
    pub fn http_headers(&mut self, node: Option<&Node>) -> Vec<HeaderSpec> {
        let Some(node) = node else { return Vec::new() };
        let Some(entries) = node.map() else {
            self.not_fields(node);
            return Vec::new();
        };
        entries
            .iter()
            .map(|(key, value)| HeaderSpec {
                name: key.text.clone(),
                source: key.span.source(),
                values: self.header_values(value),
            })
            .collect()
    }

    fn not_fields(&mut self, node: &Node) {
        self.error(
            Diagnostic::at(
                &node.span,
                format!("headers are a map, and this is {}", node.what()),
            )
            .help("write `headers: { To: $bob.plmn, Subject: hello }`"),
        );
    }

    fn header_values(&mut self, value: &Node) -> Vec<Template> {
        match &value.data {
            Data::Null => Vec::new(),
            Data::Text(_) => self.template(value).into_iter().collect(),
            Data::List(items) => items.iter().flat_map(|item| self.header_values(item)).collect(),
            Data::Map(_) => match value.get("octets") {
                Some(octets) => {
                    let octets = hex(self, octets).unwrap_or_default();
                    let text = format!("hex:{}", hex::encode_upper(octets));
                    vec![self.template_of(&text, &value.span, Want::Text)]
                }
                None => {
                    self.error(
                        Diagnostic::at(&value.span, "this sends a field, and a map is no value".to_owned())
                            .help("a text, a list to repeat the field, `~` to leave it out, or `{ octets: \"80 01\" }`"),
                    );
                    Vec::new()
                }
            },
        }
    }

    /// A field to send: of the protocol's tables, or an extension.
    fn check_sent(&mut self, name: &str, span: &Span, pdu: PduType) {
        match field_of(pdu.protocol(), name) {
            Ok(()) => {}
            Err(None) if table::field(name).is_none() && is_extension(name) => {
                self.sent.insert(name.to_ascii_lowercase());
            }
            Err(other) => {
                let problem = unknown_field(name, span, pdu, other);
                self.error(problem);
            }
        }
    }

    /// A field that a demand is about. Absence can be demanded of any field there is.
    pub fn check_demanded(&mut self, name: &str, span: &Span, pdus: &[PduType], absent: bool) {
        let known = |reader: &Self, pdu: PduType| {
            field_of(pdu.protocol(), name).is_ok()
                || reader.sent.contains(&name.to_ascii_lowercase())
                || (absent && (table::field(name).is_some() || is_extension(name)))
        };
        if pdus.is_empty() || pdus.iter().any(|pdu| known(self, *pdu)) {
            return;
        }
        let pdu = pdus[0];
        let other = field_of(pdu.protocol(), name).err().flatten();
        let mut problem = unknown_field(name, span, pdu, other);
        if is_extension(name) && table::field(name).is_none() {
            problem =
                problem.help("a field outside the standard can be demanded if an earlier step sends it");
        }
        self.error(problem);
    }

    /// A literal value of a closed list that the list does not have.
    pub fn check_token(&mut self, name: &str, value: &Template, span: &Span) {
        let Some(def) = table::field(name) else { return };
        let Kind::Token(list) = def.kind else { return };
        let text = value.raw.as_str();
        let numeric = text.starts_with("0x") || text.starts_with("hex:");
        if text.contains('$') || numeric || def.kind.token_octet(text).is_some() {
            return;
        }
        let mut at = Diagnostic::at(span, format!("`{text}` is no value of {}", def.name));
        // The value's own place is better than the key's, if it is in the same file.
        if span.file.name == value.source.file {
            at.source = value.source.clone();
        }
        self.error(at.suggest(text, list.iter().map(|(name, _)| *name)).help(
            "an octet outside the list is written `hex:C5` in `send`, `{ octets: \"C5\" }` in a demand",
        ));
    }
}

/// Whether a name looks like a field that nobody standardised.
fn is_extension(name: &str) -> bool {
    name.len() > 2
        && name.get(..2).is_some_and(|head| head.eq_ignore_ascii_case("x-"))
        && name.bytes().all(|b| b.is_ascii_graphic() && b != b':')
}

fn unknown_field(name: &str, span: &Span, pdu: PduType, other: Option<&str>) -> Diagnostic {
    let protocol = match pdu.protocol() {
        Protocol::Mm1 => "MM1",
        Protocol::Mm4 => "MM4",
    };
    if let Some(other) = other {
        return Diagnostic::at(span, format!("{protocol} does not call a field `{name}`"))
            .label(format!("on {protocol} it is `{other}`"));
    }
    let problem = Diagnostic::at(span, format!("{protocol} has no field `{name}`"));
    let own = table::pdu(pdu).fields.iter().map(|u| u.field);
    let all = table::fields()
        .iter()
        .map(|f| f.name)
        .filter(|f| field_of(pdu.protocol(), f).is_ok());
    match crate::case::diagnostic::nearest(name, own.chain(all)) {
        Some(near) => problem.label(format!("did you mean `{near}`?")),
        None => {
            problem.help("fields are spelled as in the standard; those of nobody's standard begin with `X-`")
        }
    }
}
