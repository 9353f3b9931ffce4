//! What a PAP message is: a control document, and what it hands over.

use super::address::Address;
use super::table::Version;
use crate::wire::push::wsp;
use crate::wire::{Name, Part, date};

/// A message between a push initiator and a push proxy gateway.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pap {
    pub version: Version,
    pub product_name: Option<String>,
    /// The child of `pap`, such as `push-message`.
    pub message: Element,
    /// What a push-message hands over; its data is the pushed PDU.
    pub content: Option<Part>,
    /// What a push initiator takes the client to be able to.
    pub capabilities: Option<Part>,
}

impl Pap {
    pub fn new(message: Element) -> Self {
        Pap {
            message,
            ..Pap::default()
        }
    }

    pub fn push_id(&self) -> Option<&str> {
        self.message.attribute("push-id")
    }

    /// The addresses of the message, those of its results included.
    pub fn addresses(&self) -> impl Iterator<Item = Address<'_>> {
        let own = self.message.children.iter();
        own.flat_map(|child| std::iter::once(child).chain(&child.children))
            .filter(|element| element.name == "address")
            .filter_map(|element| element.attribute("address-value"))
            .map(Address::parse)
    }

    /// The number of the first `response-result`, or of the message itself.
    pub fn code(&self) -> Option<u16> {
        let of = |element: &Element| {
            element
                .attribute("code")
                .and_then(|code| code.trim().parse().ok())
        };
        of(&self.message).or_else(|| self.message.children.iter().find_map(of))
    }

    /// What a push proxy makes of a push-message for the air: a WSP push with the labels of the content, confirmed if the message
    /// asks for that delivery method and no other. None of another message, or without content.
    pub fn over_the_air(&self, tid: u8) -> Option<Vec<u8>> {
        let content = self
            .content
            .as_ref()
            .filter(|_| self.message.name == "push-message")?;
        let location = content.content_location.clone();
        let location = location.map(|location| ("Content-Location".to_owned(), location));
        let headers: Vec<(String, String)> = content.headers.iter().cloned().chain(location).collect();
        let confirmed = self.delivery_method() == Some("confirmed");
        Some(wsp::encode_entity(
            confirmed,
            tid,
            &content.media,
            &headers,
            &content.data,
        ))
    }

    /// `confirmed`, `preferconfirmed`, `unconfirmed` or `notspecified`, where the message says it.
    pub fn delivery_method(&self) -> Option<&str> {
        let mut quality = self.message.children.iter();
        quality
            .find(|child| child.name == "quality-of-service")?
            .attribute("delivery-method")
    }

    /// X-Wap-Application-Id of the content.
    pub fn application_id(&self) -> Option<&str> {
        let headers = &self.content.as_ref()?.headers;
        let mut named = headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("X-Wap-Application-Id"));
        named.next().map(|(_, value)| value.trim())
    }
}

/// An element with its attributes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Element {
    pub name: Name,
    /// In document order, references resolved.
    pub attributes: Vec<(Name, String)>,
    pub children: Vec<Element>,
}

impl Element {
    pub fn new(name: impl Into<Name>) -> Self {
        Element {
            name: name.into(),
            ..Element::default()
        }
    }

    #[must_use]
    pub fn with(mut self, attribute: impl Into<Name>, value: &str) -> Self {
        self.attributes.push((attribute.into(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn child(mut self, child: Element) -> Self {
        self.children.push(child);
        self
    }

    /// The value of the first attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let mut named = self.attributes.iter().filter(|(known, _)| known == name);
        named.next().map(|(_, value)| value.as_str())
    }

    /// An attribute that is a date, in seconds since 1970.
    pub fn date(&self, name: &str) -> Option<i64> {
        self.attribute(name).and_then(date::parse)
    }
}
