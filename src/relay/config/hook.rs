//! A plain HTTP hook: one request for each push, its form a template.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::push::{Method, Unfit, http_url};

/// What the request looks like. In `url`, the values of `header` and the texts of `body` these are replaced:
///
/// | | |
/// |---|---|
/// | `{number}` | the subscriber's number, `+15550100017` |
/// | `{digits}` | the same without `+` |
/// | `{pdu-hex}`, `{pdu-base64}` | the MM1 PDU |
/// | `{wsp-hex}`, `{wsp-base64}` | the WSP push that carries it |
///
/// In `url` and in a form they are escaped as URLs want it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Hook {
    /// `http://127.0.0.1:8080/push?to={number}`
    pub url: String,
    /// `post` unless said otherwise.
    #[serde(default = "post")]
    pub method: Method,
    /// Header fields; `Content-Type` takes the place of the body's own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub header: BTreeMap<String, String>,
    /// None: the request has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<HookBody>,
}

fn post() -> Method {
    Method::Post
}

/// What the request carries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HookBody {
    /// The MM1 PDU as it is.
    Pdu,
    /// The WSP push as it is.
    Wsp,
    /// A JSON document; texts anywhere in it are templates.
    Json(serde_json::Value),
    /// The fields of a form.
    Form(BTreeMap<String, String>),
    /// Any text.
    Text(String),
}

const NUMBER: [&str; 2] = ["number", "digits"];
const CONTENT: [&str; 4] = ["pdu-hex", "pdu-base64", "wsp-hex", "wsp-base64"];

impl Hook {
    /// # Errors
    /// An unknown word in braces, or a request without number or PDU.
    pub(super) fn check(&self) -> Result<(), Unfit> {
        http_url("push.hook.url", &self.url)?;
        let mut texts: Vec<&str> = vec![&self.url];
        texts.extend(self.header.values().map(String::as_str));
        match &self.body {
            Some(HookBody::Json(value)) => strings(value, &mut texts),
            Some(HookBody::Form(fields)) => texts.extend(fields.values().map(String::as_str)),
            Some(HookBody::Text(text)) => texts.push(text),
            Some(HookBody::Pdu | HookBody::Wsp) | None => {}
        }
        let names: Vec<&str> = texts.iter().flat_map(|text| placeholders(text)).collect();
        let known = |name: &&str| NUMBER.contains(name) || CONTENT.contains(name);
        if let Some(unknown) = names.iter().find(|name| !known(name)) {
            let all: Vec<String> = NUMBER
                .iter()
                .chain(&CONTENT)
                .map(|name| format!("{{{name}}}"))
                .collect();
            return Err(Unfit::new(
                format!("push.hook with {{{unknown}}}"),
                all.join(", "),
            ));
        }
        if !names.iter().any(|name| NUMBER.contains(name)) {
            return Err(Unfit::new(
                "push.hook without a number",
                "{number} or {digits} in url, header or body",
            ));
        }
        let raw = matches!(self.body, Some(HookBody::Pdu | HookBody::Wsp));
        if !raw && !names.iter().any(|name| CONTENT.contains(name)) {
            return Err(Unfit::new(
                "push.hook without a PDU",
                "`body: pdu`, `body: wsp`, or {pdu-hex}, {pdu-base64}, {wsp-hex} or {wsp-base64} in url, header or body",
            ));
        }
        Ok(())
    }
}

fn strings<'a>(value: &'a serde_json::Value, out: &mut Vec<&'a str>) {
    match value {
        serde_json::Value::String(text) => out.push(text),
        serde_json::Value::Array(items) => items.iter().for_each(|item| strings(item, out)),
        serde_json::Value::Object(fields) => fields.values().for_each(|value| strings(value, out)),
        _ => {}
    }
}

/// The names between braces that could be meant: small letters, digits and hyphens.
fn placeholders(text: &str) -> Vec<&str> {
    let after = text.split('{').skip(1);
    let inside = after.filter_map(|rest| rest.split_once('}').map(|(name, _)| name));
    let could = |name: &&str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    inside.filter(could).collect()
}
