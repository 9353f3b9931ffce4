//! A decoded layer: fields beside octets, the content as a tree, what is odd where.

use serde::Serialize;

use super::markup::Markup;
use super::message::span;
use super::octets::dump;
use super::text::{counted, shown};
use crate::inspect::{Layer, PartNode, Place, Row, parts};
use crate::run::outcome::Severity;

/// Fields, parts and findings of a layer that are shown.
const MOST_ROWS: usize = 300;
const MOST_PARTS: usize = 60;
const MOST_FINDINGS: usize = 60;
/// Characters of a text part.
const PREVIEW: usize = 160;
/// Digits of a hash that people compare.
const SHORT_HASH: usize = 16;

/// A field that a violated demand is about.
pub(super) struct Wanted {
    pub name: String,
    pub expected: String,
    pub is_absent: bool,
}

#[derive(Serialize)]
pub(super) struct LayerBlock {
    title: String,
    about: &'static str,
    len: String,
    /// How it stands in the layer around it, where that is not in one piece.
    made: Option<String>,
    id: String,
    fields: Vec<Field>,
    fields_left_out: usize,
    /// Fields that were demanded and are not there.
    missing: Vec<String>,
    hex: Markup,
    octets_left_out: usize,
    /// What the octets after those shown are, if they are shown as a layer of their own.
    goes_on: Option<String>,
    parts: Vec<PartLine>,
    findings: Vec<FindingLine>,
}

#[derive(Serialize)]
struct Field {
    number: usize,
    name: String,
    text: String,
    offset: usize,
    len: usize,
    is_hit: bool,
    /// Whether its first octet is among those shown.
    has_octets: bool,
}

#[derive(Serialize)]
struct PartLine {
    depth: usize,
    path: String,
    media: String,
    names: String,
    size: String,
    hash: String,
    preview: String,
}

#[derive(Serialize)]
struct FindingLine {
    severity: &'static str,
    code: String,
    place: String,
    clause: String,
    text: String,
}

impl LayerBlock {
    /// Octets that are no layer.
    pub fn raw(octets: &[u8], id: &str, most: usize) -> LayerBlock {
        let end = octets.len().min(most);
        LayerBlock {
            title: "octets".to_owned(),
            about: "",
            len: counted(octets.len(), "octet"),
            made: None,
            id: id.to_owned(),
            fields: Vec::new(),
            fields_left_out: 0,
            missing: Vec::new(),
            hex: dump(&octets[..end], &[], id, &[]),
            octets_left_out: octets.len() - end,
            goes_on: None,
            parts: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// The layer and those within, outermost first.
    pub fn of(layer: &Layer, id: &str, wanted: &[Wanted], most: usize, into: &mut Vec<LayerBlock>) {
        let id = format!("{id}-{}", into.len());
        let rows = &layer.rows[..layer.rows.len().min(MOST_ROWS)];
        let marked: Vec<usize> = (0..rows.len()).filter(|i| is_wanted(&rows[*i], wanted)).collect();
        let inner = layer.inner.iter().find_map(|inner| match inner.place {
            Place::At(offset) => Some((offset, inner)),
            Place::Made(_) => None,
        });
        let all = layer.octets.len();
        let end = all.min(most).min(inner.map_or(all, |(offset, _)| offset));
        into.push(LayerBlock {
            title: shown(&layer.title),
            about: layer.kind.about(),
            len: counted(all, "octet"),
            made: match &layer.place {
                Place::At(_) => None,
                Place::Made(how) => Some(shown(how)),
            },
            fields: rows
                .iter()
                .enumerate()
                .map(|(number, row)| Field {
                    number,
                    name: shown(&row.name),
                    text: shown(&row.text),
                    offset: row.at.offset,
                    len: row.at.len,
                    is_hit: marked.contains(&number),
                    has_octets: row.at.len > 0 && row.at.offset < end,
                })
                .collect(),
            fields_left_out: layer.rows.len() - rows.len(),
            missing: Vec::new(),
            hex: dump(&layer.octets[..end], rows, &id, &marked),
            octets_left_out: all - end,
            goes_on: inner
                .filter(|(offset, _)| *offset == end)
                .map(|(_, inner)| shown(&inner.title)),
            parts: tree(layer),
            findings: layer
                .findings
                .iter()
                .take(MOST_FINDINGS)
                .map(|f| FindingLine {
                    severity: match f.severity {
                        Severity::Note => "note",
                        Severity::Warning => "warning",
                        Severity::Error => "error",
                    },
                    code: shown(&f.code),
                    place: span(f.offset, f.len),
                    clause: shown(&f.clause),
                    text: shown(&f.text),
                })
                .collect(),
            id,
        });
        for inner in &layer.inner {
            let id = into.last().map_or_else(String::new, |last| last.id.clone());
            Self::of(inner, &id, wanted, most, into);
        }
    }

    /// Notes which demanded fields are not here.
    pub fn miss(&mut self, wanted: &[Wanted]) {
        for wanted in wanted.iter().filter(|w| w.is_absent) {
            let is_here = |field: &Field| field.name.eq_ignore_ascii_case(&wanted.name);
            if !self.fields.iter().any(is_here) {
                self.missing
                    .push(format!("{} (wanted {})", shown(&wanted.name), wanted.expected));
            }
        }
    }

    /// Whether a finding of that code is shown here.
    pub fn tells(&self, code: &str) -> bool {
        self.findings.iter().any(|finding| finding.code == code)
    }
}

fn is_wanted(row: &Row, wanted: &[Wanted]) -> bool {
    wanted.iter().any(|wanted| {
        row.name.eq_ignore_ascii_case(&wanted.name)
            || (wanted.name == "content" && row.name == "(content)")
            || (wanted.name == "content" && row.name.eq_ignore_ascii_case("Content-Type"))
    })
}

fn tree(layer: &Layer) -> Vec<PartLine> {
    let mut lines = Vec::new();
    if let Some(content) = parts(layer) {
        flatten(&content, 0, &mut lines);
    }
    lines
}

fn flatten(part: &PartNode, depth: usize, lines: &mut Vec<PartLine>) {
    if lines.len() >= MOST_PARTS {
        return;
    }
    let is_leaf = part.parts.is_empty();
    let mut names = Vec::new();
    for (what, value) in [("id", &part.content_id), ("location", &part.content_location)] {
        names.extend(value.as_ref().map(|value| format!("{what} {value}")));
    }
    let place = part
        .offset
        .map_or_else(String::new, |offset| format!(" at {offset}"));
    let media = part.media.essence.to_string();
    let is_text = media.starts_with("text/") || media.ends_with("smil") || media.ends_with("xml");
    lines.push(PartLine {
        depth: depth.min(8),
        path: part.path.clone(),
        media: shown(&part.media.to_string()),
        names: shown(&names.join(", ")),
        size: match is_leaf {
            true => format!("{}{place}", counted(part.data.len(), "octet")),
            false => counted(part.parts.len(), "part"),
        },
        hash: match is_leaf {
            true => part.sha256().chars().take(SHORT_HASH).collect(),
            false => String::new(),
        },
        preview: match is_leaf && is_text {
            true => preview(&part.data),
            false => String::new(),
        },
    });
    for inner in &part.parts {
        flatten(inner, depth + 1, lines);
    }
}

/// The beginning of a text, read as UTF-8.
fn preview(data: &[u8]) -> String {
    let start = &data[..data.len().min(4 * PREVIEW)];
    let text: String = String::from_utf8_lossy(start).chars().take(PREVIEW).collect();
    shown(&text)
}
