//! What a target file says and no report may.

use std::borrow::Cow;

/// Put in the place of a secret.
const HIDDEN: &str = "[secret]";

/// Texts that are never shown.
#[derive(Debug, Clone, Default)]
pub struct Secrets(Vec<String>);

impl Secrets {
    /// Adds one. Empty texts hide nothing.
    pub fn add(&mut self, secret: impl Into<String>) {
        let secret = secret.into();
        if !secret.is_empty() && !self.0.contains(&secret) {
            self.0.push(secret);
            // A longer one may hold a shorter one.
            self.0.sort_by_key(|s| std::cmp::Reverse(s.len()));
        }
    }

    pub fn extend(&mut self, others: &Secrets) {
        for secret in &others.0 {
            self.add(secret.clone());
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The texts themselves, longest first.
    pub fn texts(&self) -> &[String] {
        &self.0
    }

    /// The text without its secrets.
    pub fn hide<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut shown = Cow::Borrowed(text);
        for secret in &self.0 {
            if shown.contains(secret.as_str()) {
                shown = Cow::Owned(shown.replace(secret.as_str(), HIDDEN));
            }
        }
        shown
    }
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
}
