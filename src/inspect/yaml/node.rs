//! A little YAML, as text: block maps and lists, scalars quoted wherever a reader could take them for something else.

use crate::show::visible;

/// Hex digits of octets in one line.
const PAIRS_IN_LINE: usize = 4096;

/// A value of a recipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Yaml {
    Null,
    Text(String),
    List(Vec<Yaml>),
    Map(Vec<(String, Yaml)>),
}

impl Yaml {
    pub(super) fn text(text: &str) -> Self {
        Yaml::Text(text.to_owned())
    }

    pub(super) fn octets(octets: &[u8]) -> Self {
        if octets.len() > PAIRS_IN_LINE {
            return Yaml::Text(hex::encode_upper(octets));
        }
        let pairs: Vec<String> = octets.iter().map(|b| format!("{b:02X}")).collect();
        Yaml::Text(pairs.join(" "))
    }

    pub(super) fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Yaml)>) -> Self {
        Yaml::Map(
            entries
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
        )
    }

    /// A document.
    pub(super) fn render(&self) -> String {
        let mut out = String::new();
        self.block(0, &mut out);
        out
    }

    /// The value at a depth; the cursor stands at the beginning of a line, its margin written.
    fn block(&self, margin: usize, out: &mut String) {
        match self {
            Yaml::Map(entries) if !entries.is_empty() => {
                for (index, (key, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        out.push_str(&" ".repeat(margin));
                    }
                    out.push_str(&scalar(key));
                    out.push(':');
                    value.below(margin, out);
                }
            }
            Yaml::List(items) if !items.is_empty() => {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push_str(&" ".repeat(margin));
                    }
                    out.push_str("- ");
                    item.block(margin + 2, out);
                }
            }
            scalar => {
                out.push_str(&scalar.inline());
                out.push('\n');
            }
        }
    }

    /// The value after `key:`.
    fn below(&self, margin: usize, out: &mut String) {
        if self.fits_a_line() {
            out.push(' ');
            out.push_str(&self.inline());
            out.push('\n');
        } else {
            out.push('\n');
            out.push_str(&" ".repeat(margin + 2));
            self.block(margin + 2, out);
        }
    }

    /// Scalars, `{ octets: "…" }`, and lists of such.
    fn fits_a_line(&self) -> bool {
        match self {
            Yaml::Null | Yaml::Text(_) => true,
            Yaml::List(items) => items
                .iter()
                .all(|item| matches!(item, Yaml::Text(_)) || item.is_octets()),
            Yaml::Map(entries) => entries.is_empty() || self.is_octets(),
        }
    }

    fn is_octets(&self) -> bool {
        matches!(self, Yaml::Map(entries) if matches!(entries.as_slice(), [(key, Yaml::Text(_))] if key == "octets"))
    }

    fn inline(&self) -> String {
        match self {
            Yaml::Null => "~".to_owned(),
            Yaml::Text(text) => scalar(text),
            Yaml::List(items) => {
                let items: Vec<String> = items.iter().map(Yaml::inline).collect();
                format!("[{}]", items.join(", "))
            }
            Yaml::Map(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("{}: {}", scalar(key), value.inline()))
                    .collect();
                format!("{{ {} }}", entries.join(", "))
            }
        }
    }
}

fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '+' || c == '/')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_./+=@$ ;".contains(c))
        && !text.ends_with(' ');
    if plain { text.to_owned() } else { quoted(text) }
}

/// Double-quoted, with everything escaped that could steer a terminal or a YAML reader.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if visible(c.encode_utf8(&mut [0; 4])) == c.encode_utf8(&mut [0; 4]) as &str => out.push(c),
            c => out.push_str(&format!("\\U{:08X}", u32::from(c))),
        }
    }
    out.push('"');
    out
}
