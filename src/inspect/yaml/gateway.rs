//! PAP and Kannel's sendsms in words.

use super::super::Layer;
use super::bearer::carried;
use super::node::Yaml;
use crate::wire::push::kannel::{self, Escapes, SendSms};
use crate::wire::push::pap::{self, Element};
use crate::wire::push::request::Request;

pub(super) fn kannel(layer: &Layer) -> Vec<Yaml> {
    let Ok(reading) = kannel::decode_capture(&layer.octets) else {
        return Vec::new();
    };
    let sms = reading.value;
    let mut around = Vec::new();
    let request = Request::read(&layer.octets).filter(|request| request.method.is_some());
    if let Some(request) = &request {
        around.push((
            "method",
            Yaml::text(request.method.as_deref().unwrap_or_default()),
        ));
    }
    let path = layer.rows.iter().find(|row| row.name == "(path)");
    around.extend(path.map(|row| ("path", Yaml::text(&row.text))));
    if let Some(request) = request.filter(|request| !request.headers.is_empty()) {
        let headers = request
            .headers
            .into_iter()
            .map(|(name, value, _)| (name, Yaml::Text(value)));
        around.push(("headers", Yaml::Map(headers.collect())));
    }
    // All ways to escape are tried, the most usual first.
    Escapes::ALL
        .iter()
        .map(|escapes| {
            let mut entries = around.clone();
            let names = [
                ("lower", escapes.lower),
                ("plus", escapes.plus),
                ("all", escapes.all),
            ];
            let names: Vec<Yaml> = names
                .iter()
                .filter(|(_, is)| *is)
                .map(|(name, _)| Yaml::text(name))
                .collect();
            if !names.is_empty() {
                entries.push(("escapes", Yaml::List(names)));
            }
            parameters(layer, &sms, &mut entries);
            Yaml::map([("kannel", Yaml::map(entries))])
        })
        .collect()
}

fn parameters(layer: &Layer, sms: &SendSms, entries: &mut Vec<(&'static str, Yaml)>) {
    let mut said = false;
    let mut parameters = Vec::new();
    for parameter in &sms.parameters {
        let value = if parameter.name == "text" && !said {
            said = true;
            Yaml::Null
        } else {
            text_or_octets(&parameter.value)
        };
        parameters.push(Yaml::map([(parameter.name.as_str(), value)]));
    }
    entries.push(("params", Yaml::List(parameters)));
    if let Some(text) = sms.data() {
        entries.push(carried(layer, text));
    }
}

pub(super) fn pap(layer: &Layer) -> Vec<Yaml> {
    let Ok(reading) = pap::decode_capture(&layer.octets) else {
        return Vec::new();
    };
    let message = reading.value;
    let mut entries = vec![("version", Yaml::text(message.version.name()))];
    if let Some(name) = &message.product_name {
        entries.push(("product-name", Yaml::text(name)));
    }
    let this = &message.message;
    entries.push(("message", Yaml::text(&this.name)));
    entries.push(("attributes", Yaml::Map(attributes(this))));
    if !this.children.is_empty() {
        entries.push((
            "elements",
            Yaml::List(this.children.iter().map(element).collect()),
        ));
    }
    if let Some(content) = &message.content {
        entries.push(("content-type", Yaml::Text(content.media.to_string())));
        let headers = content
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), Yaml::text(value)));
        entries.push(("headers", Yaml::Map(headers.collect())));
        entries.push(carried(layer, &content.data));
    }
    if let Some(part) = &message.capabilities {
        entries.push(("capabilities", super::pdu::part(part)));
    }
    vec![Yaml::map([("pap", Yaml::map(entries))])]
}

fn attributes(this: &Element) -> Vec<(String, Yaml)> {
    let attributes = this.attributes.iter();
    attributes
        .map(|(name, value)| (name.to_string(), Yaml::text(value)))
        .collect()
}

fn element(this: &Element) -> Yaml {
    let mut entries = attributes(this);
    if !this.children.is_empty() {
        let children = this.children.iter().map(element).collect();
        entries.push(("elements".to_owned(), Yaml::List(children)));
    }
    Yaml::map([(this.name.as_str(), Yaml::Map(entries))])
}

/// Text if it is plain, else octets.
fn text_or_octets(octets: &[u8]) -> Yaml {
    match std::str::from_utf8(octets) {
        Ok(text) if !text.chars().any(char::is_control) => Yaml::text(text),
        _ => Yaml::map([("octets", Yaml::octets(octets))]),
    }
}
