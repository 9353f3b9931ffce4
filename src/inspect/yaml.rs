//! Layers as the YAML that [`encode`](super::encode()) reads: readable where that gives the same octets, octets where not.

mod bearer;
mod gateway;
mod node;
mod pdu;

use std::ops::Range;

use node::Yaml;

use super::{Contents, Decoded, Kind, Layer, Place, encode};

/// The text of a file for `mmspec encode`. Encoding it gives the octets that were decoded.
///
/// # Errors
/// The file holds more than such a text can.
pub fn to_yaml(decoded: &Decoded) -> Result<String, String> {
    let octets = &decoded.octets;
    let mut messages: Vec<Yaml> = Vec::new();
    let mut said = 0;
    for layer in &decoded.layers {
        let begin = match layer.place {
            Place::At(offset) => offset,
            Place::Made(_) => said,
        };
        gap(octets, said..begin, &mut messages);
        messages.push(message(layer));
        said = begin + layer.octets.len();
    }
    gap(octets, said..octets.len(), &mut messages);
    let recipe = match messages.len() {
        1 => messages.remove(0),
        _ => Yaml::map([("stream", Yaml::List(messages))]),
    };
    let text = recipe.render();
    if makes(&text, octets) {
        Ok(text)
    } else {
        Err("the file is too large for a text that makes the same octets".to_owned())
    }
}

/// Octets between the layers of a stream.
fn gap(octets: &[u8], at: Range<usize>, messages: &mut Vec<Yaml>) {
    if let Some(octets) = octets.get(at).filter(|octets| !octets.is_empty()) {
        messages.push(Yaml::map([("octets", Yaml::octets(octets))]));
    }
}

/// The layer as readably as it can be.
fn message(layer: &Layer) -> Yaml {
    let candidates = match layer.kind {
        Kind::Mm1 | Kind::Mm4 => pdu::candidates(layer),
        Kind::Wsp => push(layer).into_iter().collect(),
        Kind::Pap => gateway::pap(layer),
        Kind::Kannel => gateway::kannel(layer),
        _ => bearer::candidates(layer),
    };
    candidates
        .into_iter()
        .find(|candidate| makes(&candidate.render(), &layer.octets))
        .unwrap_or_else(|| Yaml::map([("octets", Yaml::octets(&layer.octets))]))
}

fn makes(text: &str, octets: &[u8]) -> bool {
    let no_file = |_: &str| Err(String::new());
    encode("", text, &Contents::new(), &no_file).is_ok_and(|made| made == octets)
}

fn push(layer: &Layer) -> Option<Yaml> {
    let row = |name: &str| layer.rows.iter().find(|row| row.name == name);
    let mut entries = vec![
        ("tid", Yaml::text(&row("TID")?.text)),
        ("type", Yaml::text(&row("Type")?.text)),
        ("content-type", Yaml::text(&row("Content-Type")?.text)),
    ];
    entries.push((
        "application-id",
        Yaml::text(row("X-Wap-Application-Id").map_or("none", |row| &row.text)),
    ));
    entries.push(match layer.inner.first() {
        Some(inner) => match message(inner) {
            Yaml::Map(map) if map.iter().any(|(key, _)| key == "octets") => {
                ("octets", Yaml::octets(&inner.octets))
            }
            other => ("pdu", other),
        },
        None => ("octets", Yaml::octets(layer.octets_of(row("(data)")?.at))),
    });
    Some(Yaml::map([("push", Yaml::map(entries))]))
}
