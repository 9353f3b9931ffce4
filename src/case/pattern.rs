//! Regular expressions of cases. Rows and rounds repeat a case, rules judge every event: each expression is compiled once.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use regex::Regex;

/// Everything compiled so far. Cases are few, and so are their expressions.
static COMPILED: LazyLock<Mutex<HashMap<String, Pattern>>> = LazyLock::new(Mutex::default);

/// A regular expression over a value's text, unanchored.
#[derive(Clone)]
pub struct Pattern(Arc<Regex>);

impl Pattern {
    /// # Errors
    /// The text is no regular expression.
    pub fn new(text: &str) -> Result<Pattern, regex::Error> {
        let known = || COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pattern) = known().get(text) {
            return Ok(pattern.clone());
        }
        let pattern = Pattern(Arc::new(Regex::new(text)?));
        known().insert(text.to_owned(), pattern.clone());
        Ok(pattern)
    }

    pub fn is_found_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.0.as_str())
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}
