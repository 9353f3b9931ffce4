//! A plain HTTP hook: a request by template.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use super::gateway::{Message, Refusal};
use super::http;
use crate::relay::config::{self, HookBody, Method};
use crate::wire::mm1;
use crate::wire::push::kannel::Escapes;

#[derive(Debug)]
pub(super) struct Hook {
    http: reqwest::Client,
    config: config::Hook,
}

/// One request, the same at each attempt.
pub(super) struct Outgoing<'a> {
    hook: &'a Hook,
    url: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Hook {
    pub fn new(config: config::Hook) -> Result<Hook, String> {
        let names = config.header.keys();
        for name in names {
            name.parse::<HeaderName>()
                .map_err(|_| format!("push.hook.header: `{name}` is no name of a header field"))?;
        }
        Ok(Hook {
            http: http::client()?,
            config,
        })
    }

    /// # Errors
    /// The template makes a header field that cannot be.
    pub fn outgoing(&self, message: &Message<'_>) -> Result<Outgoing<'_>, String> {
        let values = Values::of(message);
        let mut headers = HeaderMap::new();
        let (own_type, body) = match &self.config.body {
            None => (None, Bytes::new()),
            Some(HookBody::Pdu) => (Some(mm1::MEDIA_TYPE), Bytes::copy_from_slice(message.pdu)),
            Some(HookBody::Wsp) => (
                Some("application/octet-stream"),
                Bytes::copy_from_slice(&message.wsp),
            ),
            Some(HookBody::Json(value)) => (
                Some("application/json"),
                Bytes::from(values.in_json(value).to_string()),
            ),
            Some(HookBody::Form(fields)) => {
                let pair = |(name, value): (&String, &String)| {
                    format!(
                        "{}={}",
                        escaped(name),
                        escaped(&values.fill(value, str::to_owned))
                    )
                };
                let pairs: Vec<String> = fields.iter().map(pair).collect();
                (
                    Some("application/x-www-form-urlencoded"),
                    Bytes::from(pairs.join("&")),
                )
            }
            Some(HookBody::Text(text)) => (
                Some("text/plain; charset=utf-8"),
                Bytes::from(values.fill(text, str::to_owned)),
            ),
        };
        if let Some(own_type) = own_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(own_type));
        }
        for (name, value) in &self.config.header {
            let cannot_be = |e: &dyn std::fmt::Display| format!("push.hook.header {name}: {e}");
            let field: HeaderName = name.parse().map_err(|e| cannot_be(&e))?;
            let value = values.fill(value, str::to_owned);
            headers.insert(field, value.parse().map_err(|e| cannot_be(&e))?);
        }
        Ok(Outgoing {
            hook: self,
            url: values.fill(&self.config.url, escaped),
            headers,
            body,
        })
    }
}

impl Outgoing<'_> {
    pub async fn attempt(&mut self) -> Result<(), Refusal> {
        let Hook { http, config } = self.hook;
        let method = match config.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
        };
        let mut request = http.request(method, &self.url).headers(self.headers.clone());
        if config.body.is_some() {
            request = request.body(self.body.clone());
        }
        let answer = request.send().await.map_err(http::unanswered)?;
        http::taken(answer.status())
    }
}

/// What templates may name.
struct Values([(&'static str, String); 6]);

impl Values {
    fn of(message: &Message<'_>) -> Values {
        let digits = message.number.trim_start_matches('+').to_owned();
        Values([
            ("{number}", message.number.to_owned()),
            ("{digits}", digits),
            ("{pdu-hex}", hex::encode(message.pdu)),
            ("{pdu-base64}", BASE64_STANDARD.encode(message.pdu)),
            ("{wsp-hex}", hex::encode(&message.wsp)),
            ("{wsp-base64}", BASE64_STANDARD.encode(&message.wsp)),
        ])
    }

    /// A template with all values in their places, each written as the place wants it. No value holds braces, so that none is
    /// taken for a name.
    fn fill(&self, template: &str, written: impl Fn(&str) -> String) -> String {
        let Values(values) = self;
        values.iter().fold(template.to_owned(), |text, (name, value)| {
            if text.contains(name) {
                text.replace(name, &written(value))
            } else {
                text
            }
        })
    }

    fn in_json(&self, value: &serde_json::Value) -> serde_json::Value {
        use serde_json::Value;
        match value {
            Value::String(text) => Value::String(self.fill(text, str::to_owned)),
            Value::Array(items) => items.iter().map(|item| self.in_json(item)).collect(),
            Value::Object(fields) => {
                let filled = fields
                    .iter()
                    .map(|(name, value)| (name.clone(), self.in_json(value)));
                Value::Object(filled.collect())
            }
            other => other.clone(),
        }
    }
}

fn escaped(text: &str) -> String {
    let mut out = Vec::new();
    Escapes::default().encode(text.as_bytes(), &mut out);
    // Escaped, it is ASCII.
    String::from_utf8_lossy(&out).into_owned()
}
