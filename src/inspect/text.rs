//! Layers for people: octets on the left, what they mean on the right.

use std::fmt::Write as _;

use super::{Decoded, Input, Layer, PartNode, Place, Row, parts};
use crate::show::{Paint, visible, visible_up_to};
use crate::wire::{Finding, Severity};

/// Octets in a line of hex.
const IN_LINE: usize = 8;
/// Octets of a field that are shown unless everything is wanted.
const SHOWN: usize = 3 * IN_LINE;
/// Characters of a value that are shown unless everything is wanted.
const VALUE_LIMIT: usize = 240;
/// Digits of a hash that people compare.
const SHORT_HASH: usize = 16;

/// How much is shown and how.
#[derive(Debug, Clone, Copy)]
pub struct TextOptions {
    /// Every octet of every field and of the content.
    pub full: bool,
    pub paint: Paint,
}

/// The whole file.
pub fn to_text(input: &Input, decoded: &Decoded, options: TextOptions) -> String {
    let mut out = format!(
        "{}: {}{}, {}{}\n",
        visible(&input.name),
        octets(input.octets.len()),
        if input.form == super::Form::Hex {
            " from hex"
        } else {
            ""
        },
        decoded.kind.about(),
        if decoded.detected { " (detected)" } else { "" },
    );
    let renderer = Renderer { options };
    for layer in &decoded.layers {
        let absolute = match layer.place {
            Place::At(offset) => Some(offset),
            Place::Made(_) => None,
        };
        renderer.layer(layer, absolute, 0, &mut out);
    }
    let count = |severity| decoded.layers.iter().map(|l| l.count(severity)).sum::<usize>();
    let _ = writeln!(
        out,
        "\nfindings: {} error, {} warning, {} note",
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Note)
    );
    out
}

struct Renderer {
    options: TextOptions,
}

impl Renderer {
    fn layer(&self, layer: &Layer, absolute: Option<usize>, depth: usize, out: &mut String) {
        let margin = "  ".repeat(depth);
        let place = match (&layer.place, absolute) {
            (Place::Made(how), _) => format!(", {}", visible(how)),
            (Place::At(0), Some(0)) => String::new(),
            (Place::At(offset), Some(absolute)) if *offset == absolute => format!(" at {offset}"),
            (Place::At(offset), Some(absolute)) => format!(" at {offset}, {absolute} in the file"),
            (Place::At(offset), None) => format!(" at {offset}"),
        };
        let _ = writeln!(
            out,
            "\n{margin}{}  {}{place}",
            self.options.paint.bold(&visible(&layer.title)),
            octets(layer.octets.len()),
        );
        for row in &layer.rows {
            self.row(layer, row, &margin, out);
        }
        if let Some(content) = parts(layer) {
            let _ = writeln!(out, "{margin}  content");
            self.part(&content, &format!("{margin}    "), out);
        }
        for finding in &layer.findings {
            self.finding(finding, &margin, out);
        }
        for inner in &layer.inner {
            let below = match (&inner.place, absolute) {
                (Place::At(offset), Some(absolute)) => Some(absolute + offset),
                _ => None,
            };
            self.layer(inner, below, depth + 1, out);
        }
    }

    /// `offset len  hex  |text|  name: value`, and more lines of octets below.
    fn row(&self, layer: &Layer, row: &Row, margin: &str, out: &mut String) {
        let all = layer.octets_of(row.at);
        let limit = match (self.options.full, row.name.starts_with('(')) {
            (true, _) => all.len(),
            // Content is shown as a tree.
            (false, true) => IN_LINE,
            (false, false) => SHOWN,
        };
        let value = if self.options.full {
            visible(&row.text)
        } else {
            visible_up_to(&row.text, VALUE_LIMIT)
        };
        let shown = &all[..limit.min(all.len())];
        let mut lines = shown.chunks(IN_LINE);
        let first = lines.next().unwrap_or_default();
        let colon = if row.name.starts_with('(') { "" } else { ":" };
        let line = format!(
            "{margin}{:>6} {:>6}  {}  {}{colon} {value}",
            row.at.offset,
            row.at.len,
            columns(first),
            visible(&row.name),
        );
        let _ = writeln!(out, "{}", line.trim_end());
        for line in lines {
            let line = format!("{margin}{:13}  {}", "", columns(line));
            let _ = writeln!(out, "{}", line.trim_end());
        }
        if shown.len() < all.len() {
            let _ = writeln!(
                out,
                "{margin}{:13}  … {} more octets",
                "",
                all.len() - shown.len()
            );
        }
    }

    fn part(&self, part: &PartNode, margin: &str, out: &mut String) {
        let mut line = format!("{margin}{}", part.path);
        if !part.path.is_empty() {
            line.push_str("  ");
        }
        line.push_str(&visible_up_to(&part.media.to_string(), VALUE_LIMIT));
        for (what, value) in [("id", &part.content_id), ("location", &part.content_location)] {
            if let Some(value) = value {
                let _ = write!(line, "  {what} {}", visible_up_to(value, VALUE_LIMIT));
            }
        }
        if part.parts.is_empty() {
            let _ = write!(line, "  {}", octets(part.data.len()));
            if let Some(offset) = part.offset {
                let _ = write!(line, " at {offset}");
            }
            let _ = write!(line, "  sha256 {}", &part.sha256()[..SHORT_HASH]);
        } else {
            let _ = write!(line, "  {} part{}", part.parts.len(), plural(part.parts.len()));
        }
        let _ = writeln!(out, "{line}");
        for (name, value) in &part.headers {
            let value = visible_up_to(value, VALUE_LIMIT);
            let _ = writeln!(out, "{margin}     {}: {value}", visible(name));
        }
        for inner in &part.parts {
            self.part(inner, &format!("{margin}  "), out);
        }
    }

    fn finding(&self, finding: &Finding, margin: &str, out: &mut String) {
        let severity = severity_name(finding.severity);
        let place = match finding.len {
            0 => format!("at {}", finding.offset),
            len => format!("at {}+{len}", finding.offset),
        };
        let clause = match finding.clause.as_str() {
            "" => String::new(),
            clause => format!("  {}", visible(clause)),
        };
        let _ = writeln!(
            out,
            "{margin}  {}  {}  {place}{clause}: {}",
            self.options.paint.bold(severity),
            visible(&finding.code),
            visible_up_to(&finding.text, VALUE_LIMIT)
        );
    }
}

pub(super) fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// `8c 82 98 74 2d 31 00 8d |...t-1..|`, padded.
fn columns(octets: &[u8]) -> String {
    let hex: Vec<String> = octets.iter().map(|b| format!("{b:02x}")).collect();
    let text: String = octets
        .iter()
        .map(|b| match b {
            b' '..=b'~' => char::from(*b),
            _ => '.',
        })
        .collect();
    let text = format!("|{text}|");
    format!("{:<width$} {text:<10}", hex.join(" "), width = 3 * IN_LINE)
}

fn octets(count: usize) -> String {
    format!("{count} octet{}", plural(count))
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
