//! What a target file says and no report may.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Put in the place of a secret.
const HIDDEN: &str = "[secret]";

/// Characters of a piece of base64 that are not there by chance.
const BASE64_LEAST: usize = 8;

/// Texts that are never shown, and the forms in which protocols carry them.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    texts: Vec<String>,
    /// The texts, in base64 and as parts of URLs; longest first.
    forms: Vec<String>,
}

impl Secrets {
    /// Adds one. Empty texts hide nothing.
    pub fn add(&mut self, secret: impl Into<String>) {
        let secret = secret.into();
        if secret.is_empty() || self.texts.contains(&secret) {
            return;
        }
        self.forms.push(percent(&secret));
        self.forms
            .extend((0..3).filter_map(|before| base64(&secret, before)));
        self.forms.push(secret.clone());
        self.texts.push(secret);
        // A longer one may hold a shorter one.
        for texts in [&mut self.texts, &mut self.forms] {
            texts.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
            texts.dedup();
        }
    }

    pub fn extend(&mut self, others: &Secrets) {
        for secret in &others.texts {
            self.add(secret.clone());
        }
    }

    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The texts themselves, longest first.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// The text without its secrets.
    pub fn hide<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut shown = Cow::Borrowed(text);
        for secret in &self.forms {
            if shown.contains(secret.as_str()) {
                shown = Cow::Owned(shown.replace(secret.as_str(), HIDDEN));
            }
        }
        shown
    }

    /// Octets without the secrets that stand in them as text; `None` if there are none.
    pub fn hide_octets(&self, octets: &[u8]) -> Option<Vec<u8>> {
        let mut shown: Option<Vec<u8>> = None;
        for secret in &self.forms {
            let now = shown.as_deref().unwrap_or(octets);
            let found: Vec<usize> = memchr::memmem::find_iter(now, secret.as_bytes()).collect();
            if found.is_empty() {
                continue;
            }
            let mut without = Vec::with_capacity(now.len());
            let mut from = 0;
            for at in found {
                without.extend_from_slice(&now[from..at]);
                without.extend_from_slice(HIDDEN.as_bytes());
                from = at + secret.len();
            }
            without.extend_from_slice(&now[from..]);
            shown = Some(without);
        }
        shown
    }
}

/// As it stands in a URL.
fn percent(text: &str) -> String {
    let octet = |octet: u8| match octet {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(octet).to_string(),
        octet => format!("%{octet:02X}"),
    };
    text.bytes().map(octet).collect()
}

/// What base64 makes of a text with this many octets (modulo 3) before it, whatever they are and whatever follows.
fn base64(text: &str, before: usize) -> Option<String> {
    let mut octets = vec![0; before];
    octets.extend_from_slice(text.as_bytes());
    let encoded = STANDARD_NO_PAD.encode(&octets);
    let (first, last) = ((before * 8).div_ceil(6), octets.len() * 8 / 6);
    let piece = encoded.get(first..last)?;
    (piece.len() >= BASE64_LEAST).then(|| piece.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_secret_goes_first() {
        let mut secrets = Secrets::default();
        secrets.add("abc");
        secrets.add("abcdef");
        secrets.add("");
        assert_eq!(secrets.hide("x abcdef abc y"), "x [secret] [secret] y");
        assert_eq!(secrets.hide("nothing"), "nothing");
    }

    #[test]
    fn other_forms_of_a_secret_are_hidden_too() {
        let mut secrets = Secrets::default();
        secrets.add("open sesame!");
        assert_eq!(secrets.hide("?p=open%20sesame%21&x"), "?p=[secret]&x");
        for login in ["", "u", "ab", "\0user\0"] {
            let encoded = STANDARD_NO_PAD.encode(format!("{login}open sesame!\0"));
            assert!(secrets.hide(&encoded).contains("[secret]"), "{encoded}");
        }
        assert_eq!(
            secrets.hide_octets(b"\xFFopen sesame!\xFFopen sesame!").unwrap(),
            b"\xFF[secret]\xFF[secret]"
        );
        assert_eq!(secrets.hide_octets(b"open"), None);
    }
}
