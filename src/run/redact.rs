//! Keeps secrets out of what is written down.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::target::Secrets;

/// An event or a result without the secrets, wherever they stand in it: in texts, and as plain octets in bodies. Verdicts are found before,
/// on what was there.
pub fn redact<T: Serialize + DeserializeOwned>(what: T, secrets: &Secrets) -> T {
    if secrets.is_empty() {
        return what;
    }
    // Both are written down so and read again, whatever is in them.
    // A text that looks like octets in hex is one or the other: what it becomes must be readable again.
    for as_text in [true, false] {
        let Ok(mut value) = serde_json::to_value(&what) else {
            break;
        };
        if !hide(&mut value, secrets, as_text) {
            return what;
        }
        if let Ok(hidden) = serde_json::from_value(value) {
            return hidden;
        }
    }
    what
}

/// Whether anything was hidden. `as_text`: a text that is hex may be a text.
fn hide(value: &mut Value, secrets: &Secrets, as_text: bool) -> bool {
    match value {
        Value::String(text) => {
            let octets = hex::decode(text.as_str())
                .ok()
                .filter(|octets| !octets.is_empty());
            let is_octets = octets.is_some();
            let hidden = octets
                .and_then(|octets| secrets.hide_octets(&octets))
                .map(hex::encode)
                .or_else(|| match secrets.hide(text) {
                    Cow::Owned(hidden) if as_text || !is_octets => Some(hidden),
                    _ => None,
                });
            let found = hidden.is_some();
            if let Some(hidden) = hidden {
                *text = hidden;
            }
            found
        }
        // All of them, not only the first.
        Value::Array(items) => {
            let found = items.iter_mut().map(|item| hide(item, secrets, as_text));
            found.filter(|found| *found).count() > 0
        }
        Value::Object(fields) => {
            let found = fields.values_mut().map(|field| hide(field, secrets, as_text));
            found.filter(|found| *found).count() > 0
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::Crossing;
    use crate::run::journal::What;

    fn hidden(secret: &str, header: &str, body: &[u8]) -> (String, Vec<u8>) {
        let mut secrets = Secrets::default();
        secrets.add(secret);
        let what = What::Seen {
            place: "alice".to_owned(),
            from: None,
            crossing: Crossing::HttpRequest {
                method: "POST".to_owned(),
                url: String::new(),
                headers: vec![("Authorization".to_owned(), header.to_owned())],
                body: body.to_vec().into(),
            },
            wire: None,
        };
        match redact(what, &secrets) {
            What::Seen {
                crossing: Crossing::HttpRequest { headers, body, .. },
                ..
            } => (headers[0].1.clone(), body.to_vec()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn texts_and_octets_lose_their_secrets() {
        let (header, body) = hidden("hush-hush", "Bearer hush-hush", b"\x00hush-hush\x01");
        assert_eq!(header, "Bearer [secret]");
        assert_eq!(body, b"\x00[secret]\x01");
    }

    #[test]
    fn a_secret_of_hex_digits_is_hidden_and_breaks_no_octets() {
        assert_eq!(hidden("c0ffee", "c0ffee", b"x").0, "[secret]");
        // By chance these octets look like the secret when they are written down.
        assert_eq!(hidden("c0ffee", "other", b"\xC0\xFF\xEE").1, b"\xC0\xFF\xEE");
    }
}
