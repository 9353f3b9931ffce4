//! HTML and SVG that is written by hand: where a template engine would be too slow, or has no words for it.

use std::fmt::Write as _;

use serde::Serialize;

use crate::show::visible;

/// Markup. What is not in this program's source can only come in as text, and that is escaped: relays cannot add to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(super) struct Markup(String);

impl Markup {
    /// Markup of our own.
    pub fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    pub fn number(&mut self, number: usize) -> &mut Self {
        let _ = write!(self.0, "{number}");
        self
    }

    /// Text of anybody, within an element or within a quoted attribute.
    pub fn text(&mut self, text: &str) -> &mut Self {
        for c in visible(text).chars() {
            self.char(c);
        }
        self
    }

    /// As [`Markup::text`], for a character that needs no [`visible`].
    pub fn char(&mut self, c: char) -> &mut Self {
        match c {
            '<' => self.0.push_str("&lt;"),
            '>' => self.0.push_str("&gt;"),
            '&' => self.0.push_str("&amp;"),
            '"' => self.0.push_str("&quot;"),
            '\'' => self.0.push_str("&#39;"),
            c => self.0.push(c),
        }
        self
    }

    /// JSON for a `script` element of data: nothing in it can end the element.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn data(values: &impl Serialize) -> serde_json::Result<Markup> {
        let text = serde_json::to_string(values)?;
        Ok(Markup(
            text.replace('<', "\\u003c")
                .replace('>', "\\u003e")
                .replace('&', "\\u0026"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::Markup;

    #[test]
    fn text_never_becomes_markup() {
        let mut markup = Markup::default();
        markup
            .raw("<b title=\"")
            .text("\"><script>&'\u{202e}\n")
            .raw("\">");
        assert_eq!(
            markup.0,
            "<b title=\"&quot;&gt;&lt;script&gt;&amp;&#39;\\u{202e}\\n\">"
        );
    }
}
