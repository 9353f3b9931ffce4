//! Layers for programs: `mmspec-decoded/1`.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Decoded, Input, Layer, PartNode, Place, parts};
use crate::wire::{Finding, Severity};

/// The name of the format and its version.
pub const SCHEMA: &str = "mmspec-decoded/1";

/// Its JSON Schema (draft 2020-12).
pub const JSON_SCHEMA: &str = include_str!("decoded.schema.json");

/// Pretty JSON of everything; with `data`, the octets of parts too, as base64.
///
/// # Errors
/// Those of the serializer.
pub fn to_json(input: &Input, decoded: &Decoded, data: bool) -> serde_json::Result<String> {
    let count = |severity| decoded.layers.iter().map(|l| l.count(severity)).sum();
    let file = File {
        schema: SCHEMA,
        input: InputJson {
            name: &input.name,
            form: input.form.name(),
            len: input.octets.len(),
            sha256: hex::encode(Sha256::digest(&input.octets)),
        },
        kind: decoded.kind.name(),
        detected: decoded.detected,
        findings: Counts {
            error: count(Severity::Error),
            warning: count(Severity::Warning),
            note: count(Severity::Note),
        },
        layers: decoded
            .layers
            .iter()
            .map(|layer| LayerJson::of(layer, Some(0), data))
            .collect(),
    };
    serde_json::to_string_pretty(&file)
}

#[derive(Serialize)]
struct File<'a> {
    schema: &'static str,
    input: InputJson<'a>,
    kind: &'static str,
    detected: bool,
    findings: Counts,
    layers: Vec<LayerJson<'a>>,
}

#[derive(Serialize)]
struct InputJson<'a> {
    name: &'a str,
    form: &'static str,
    len: usize,
    sha256: String,
}

#[derive(Serialize)]
struct Counts {
    error: usize,
    warning: usize,
    note: usize,
}

#[derive(Serialize)]
struct LayerJson<'a> {
    kind: &'static str,
    title: &'a str,
    offset: Option<usize>,
    absolute: Option<usize>,
    made: Option<&'a str>,
    len: usize,
    fields: Vec<FieldJson<'a>>,
    content: Option<PartJson>,
    findings: &'a [Finding],
    layers: Vec<LayerJson<'a>>,
}

#[derive(Serialize)]
struct FieldJson<'a> {
    name: &'a str,
    text: &'a str,
    offset: usize,
    len: usize,
    hex: String,
}

#[derive(Serialize)]
struct PartJson {
    path: String,
    media: String,
    params: BTreeMap<String, String>,
    content_id: Option<String>,
    content_location: Option<String>,
    headers: Vec<HeaderJson>,
    offset: Option<usize>,
    len: usize,
    sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    parts: Vec<PartJson>,
}

#[derive(Serialize)]
struct HeaderJson {
    name: String,
    text: String,
}

impl<'a> LayerJson<'a> {
    /// `carrier` is where the carrying layer begins in the file, if it stands there in one piece.
    fn of(layer: &'a Layer, carrier: Option<usize>, data: bool) -> Self {
        let (offset, made) = match &layer.place {
            Place::At(offset) => (Some(*offset), None),
            Place::Made(how) => (None, Some(how.as_str())),
        };
        let absolute = offset.zip(carrier).map(|(offset, carrier)| offset + carrier);
        LayerJson {
            kind: layer.kind.name(),
            title: &layer.title,
            offset,
            absolute,
            made,
            len: layer.octets.len(),
            fields: layer
                .rows
                .iter()
                .map(|row| FieldJson {
                    name: &row.name,
                    text: &row.text,
                    offset: row.at.offset,
                    len: row.at.len,
                    hex: hex::encode(layer.octets_of(row.at)),
                })
                .collect(),
            content: parts(layer).map(|part| PartJson::of(part, data)),
            findings: &layer.findings,
            layers: layer
                .inner
                .iter()
                .map(|inner| LayerJson::of(inner, absolute, data))
                .collect(),
        }
    }
}

impl PartJson {
    fn of(part: PartNode, data: bool) -> Self {
        PartJson {
            media: part.media.essence.to_string(),
            params: part.media.params.iter().cloned().collect(),
            offset: part.offset,
            len: part.data.len(),
            sha256: part.sha256(),
            data: data.then(|| STANDARD.encode(&part.data)),
            path: part.path,
            content_id: part.content_id,
            content_location: part.content_location,
            headers: part
                .headers
                .into_iter()
                .map(|(name, text)| HeaderJson { name, text })
                .collect(),
            parts: part
                .parts
                .into_iter()
                .map(|inner| PartJson::of(inner, data))
                .collect(),
        }
    }
}
