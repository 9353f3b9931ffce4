//! PAP → octets.

use sha2::{Digest, Sha256};

use super::document::{Element, Pap};
use super::table::{PAP, Version};
use super::xml;
use crate::wire::{MediaType, Part};

/// The body of an HTTP message and its Content-Type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub content_type: String,
    pub body: Vec<u8>,
}

/// The message as a push initiator or gateway sends it: a lone control document, or multipart/related with binary entities.
/// Names of elements and attributes are written as they are.
pub fn encode(pap: &Pap) -> Written {
    let control = encode_control(pap);
    let entities: Vec<&Part> = [&pap.content, &pap.capabilities].into_iter().flatten().collect();
    if entities.is_empty() {
        return Written {
            content_type: "application/xml".to_owned(),
            body: control,
        };
    }
    let boundary = boundary(&control, &entities);
    let mut body = Vec::new();
    let delimiter = format!("--{boundary}\r\n");
    body.extend_from_slice(delimiter.as_bytes());
    body.extend_from_slice(b"Content-Type: application/xml\r\n\r\n");
    body.extend_from_slice(&control);
    for part in entities {
        body.extend_from_slice(b"\r\n");
        body.extend_from_slice(delimiter.as_bytes());
        header(part, &mut body);
        body.extend_from_slice(b"\r\n");
        body.extend_from_slice(&part.data);
    }
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    let media = MediaType::new("multipart/related")
        .with("boundary", &boundary)
        .with("type", "application/xml");
    Written {
        content_type: media.to_string(),
        body,
    }
}

/// The control document alone.
pub fn encode_control(pap: &Pap) -> Vec<u8> {
    let version = pap.version;
    let mut out = String::from("<?xml version=\"1.0\"?>\n");
    out.push_str(&format!(
        "<!DOCTYPE pap PUBLIC \"-//WAPFORUM//DTD PAP {version}//EN\" \"{}\">\n<{PAP}",
        system_id(version)
    ));
    if let Some(name) = &pap.product_name {
        attribute("product-name", name, &mut out);
    }
    out.push_str(">\n");
    element(&pap.message, 1, &mut out);
    out.push_str(&format!("</{PAP}>\n"));
    out.into_bytes()
}

/// Where the DTD of a version is.
fn system_id(version: Version) -> String {
    format!("http://www.wapforum.org/DTD/pap_{version}.dtd")
}

/// Elements beyond are left out: PAP has four levels.
const MAX_DEPTH: usize = 15;

fn element(this: &Element, depth: usize, out: &mut String) {
    let margin = "  ".repeat(depth);
    out.push_str(&margin);
    out.push('<');
    out.push_str(&this.name);
    for (name, value) in &this.attributes {
        attribute(name, value, out);
    }
    if this.children.is_empty() || depth >= MAX_DEPTH {
        out.push_str("/>\n");
        return;
    }
    out.push_str(">\n");
    for child in &this.children {
        element(child, depth + 1, out);
    }
    out.push_str(&margin);
    out.push_str(&format!("</{}>\n", this.name));
}

fn attribute(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    xml::escape(value, out);
    out.push('"');
}

fn header(part: &Part, out: &mut Vec<u8>) {
    let mut field = |name: &str, value: &str| {
        let value: String = value
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        out.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    };
    field("Content-Type", &part.media.to_string());
    if let Some(id) = &part.content_id {
        field("Content-ID", &format!("<{id}>"));
    }
    if let Some(location) = &part.content_location {
        field("Content-Location", location);
    }
    for (name, value) in &part.headers {
        if !name.eq_ignore_ascii_case("Content-Transfer-Encoding") {
            field(name, value);
        }
    }
}

/// A boundary that stands in none of the entities: a digest of them.
fn boundary(control: &[u8], parts: &[&Part]) -> String {
    let mut digest = Sha256::new();
    digest.update(control);
    for part in parts {
        digest.update(&part.data);
    }
    format!("pap-{}", hex::encode(&digest.finalize()[..12]))
}
