//! A PDU in the words of `send:`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::{Kind, Layer, Row};
use super::node::Yaml;
use crate::show::visible_lines;
use crate::wire::{Content, MediaType, Part, Pdu, Protocol, Value, compare, mm1, mm4, table};

/// Text of a part that is written as text.
const TEXT_LIMIT: usize = 8192;

/// What the encoder writes of itself.
const OWN: &[&str] = &["X-Mms-Message-Type", "Content-Type"];

/// How far a recipe leaves the readable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// Fields whose octets come back are text; the encoder writes type and content type.
    Plain,
    /// The same, the boundary of the multipart said.
    Boundary,
    /// Every field by its octets.
    FieldOctets,
    /// The body by its octets too.
    BodyOctets,
}

/// Recipes, the most readable first. The last one is surely exact.
pub(super) fn candidates(layer: &Layer) -> Vec<Yaml> {
    let Some(pdu) = &layer.pdu else {
        return Vec::new();
    };
    let mut ways = vec![Way::Plain, Way::Boundary, Way::FieldOctets, Way::BodyOctets];
    if layer.kind == Kind::Mm1 {
        ways.retain(|way| *way != Way::Boundary);
    }
    let mut out: Vec<Yaml> = ways.into_iter().map(|way| recipe(layer, pdu, way)).collect();
    let raw = Yaml::map([("raw", Yaml::octets(&layer.octets))]);
    let mut whole = named(pdu);
    let mandatory = table::pdu(pdu.kind).mandatory();
    let nothing = mandatory
        .filter(|name| !OWN.contains(name))
        .map(|name| (name.to_owned(), Yaml::Null));
    whole.push(("headers", Yaml::Map(nothing.collect())));
    whole.push(("content", Yaml::text("none")));
    whole.push(("damage", raw));
    out.push(Yaml::map(whole));
    out
}

fn named(pdu: &Pdu) -> Vec<(&'static str, Yaml)> {
    vec![("pdu", Yaml::text(pdu.kind.name()))]
}

fn recipe(layer: &Layer, pdu: &Pdu, way: Way) -> Yaml {
    let mut entries = named(pdu);
    let headers = headers(layer, pdu, way);
    if !matches!(&headers, Yaml::Map(map) if map.is_empty()) {
        entries.push(("headers", headers));
    }
    let body = layer.rows.iter().find(|row| row.name == "(content)");
    let body = body.map(|row| layer.octets_of(row.at)).unwrap_or_default();
    match (&pdu.content, way) {
        (None, _) => entries.push(("content", Yaml::text("none"))),
        (Some(_), Way::BodyOctets) if layer.kind == Kind::Mm4 => {
            entries.push((
                "content",
                Yaml::map([("media", Yaml::text("text/plain")), ("text", Yaml::text(""))]),
            ));
            let octets = Yaml::map([("field", Yaml::text("content")), ("are", Yaml::octets(body))]);
            entries.push(("damage", Yaml::map([("octets", octets)])));
        }
        (Some(_), Way::BodyOctets) => {
            let media = MediaType::new("application/octet-stream");
            entries.push(("content", Yaml::map(single(&media, body))));
        }
        (Some(content), _) => {
            let boundary = layer
                .rows
                .iter()
                .find(|row| row.name.eq_ignore_ascii_case("Content-Type"));
            let boundary = boundary
                .filter(|_| way > Way::Plain && layer.kind == Kind::Mm4)
                .and_then(|row| MediaType::parse(&row.text).param("boundary").map(str::to_owned));
            entries.push(("content", content_yaml(content, boundary.as_deref())));
        }
    }
    Yaml::map(entries)
}

/// The fields in wire order, and those mandatory ones that are not there as `~`.
fn headers(layer: &Layer, pdu: &Pdu, way: Way) -> Yaml {
    let mut fields: Vec<(String, Vec<Yaml>)> = Vec::new();
    for row in layer.rows.iter().filter(|row| !row.name.starts_with('(')) {
        let own = OWN.iter().any(|name| row.name.eq_ignore_ascii_case(name));
        if own && (way < Way::FieldOctets || row.name == OWN[0] && layer.kind == Kind::Mm1) {
            continue;
        }
        let Some((name, value)) = split(layer, row) else {
            continue;
        };
        let values = match readable(layer, pdu, row, &name) {
            Some(values) if way < Way::FieldOctets => values,
            _ => vec![Yaml::map([("octets", Yaml::octets(value))])],
        };
        match fields.last_mut() {
            Some((last, list)) if *last == name => list.extend(values),
            _ => fields.push((name, values)),
        }
    }
    for name in table::pdu(pdu.kind)
        .mandatory()
        .filter(|name| !OWN.contains(name))
    {
        if !fields.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            fields.push((name.to_owned(), Vec::new()));
        }
    }
    let apart = fields
        .iter()
        .enumerate()
        .any(|(at, (name, _))| fields[at + 1..].iter().any(|(other, _)| other == name));
    let entries = fields.into_iter().map(|(name, mut values)| {
        let value = match values.len() {
            0 => Yaml::Null,
            1 => values.remove(0),
            _ => Yaml::List(values),
        };
        (name, value)
    });
    if apart {
        Yaml::List(entries.map(|entry| Yaml::Map(vec![entry])).collect())
    } else {
        Yaml::Map(entries.collect())
    }
}

/// The name of a field as it is to be written, and the octets of its value.
fn split<'a>(layer: &'a Layer, row: &Row) -> Option<(String, &'a [u8])> {
    let octets = layer.octets_of(row.at);
    match (layer.kind, octets.split_first()?) {
        (Kind::Mm1, (0x80.., value)) => Some((row.name.clone(), value)),
        (Kind::Mm1, _) => {
            let end = octets.iter().position(|b| *b == 0)?;
            Some((row.name.clone(), &octets[end + 1..]))
        }
        _ => {
            let colon = octets.iter().position(|b| *b == b':')?;
            let name = String::from_utf8_lossy(&octets[..colon]).into_owned();
            let value = &octets[colon + 1..];
            Some((name, value.strip_prefix(b" ").unwrap_or(value)))
        }
    }
}

/// The values of a row as texts, if they give the same octets again.
fn readable(layer: &Layer, pdu: &Pdu, row: &Row, name: &str) -> Option<Vec<Yaml>> {
    // Fields stand in wire order.
    let first = pdu
        .fields
        .partition_point(|field| field.at.offset < row.at.offset);
    let fields = pdu.fields[first..].iter().take_while(|field| field.at == row.at);
    let protocol = pdu.kind.protocol();
    let mut alone = Pdu::new(pdu.kind);
    let mut texts = Vec::new();
    for field in fields {
        // The encoder counts 1 of itself.
        let text = match &field.value {
            Value::Counted { count: 1, value } => value.text(),
            other => other.text(),
        };
        if text.starts_with("hex:") {
            return None;
        }
        alone.push(name, compare::value_of(protocol, name, &text).ok()?);
        texts.push(Yaml::Text(text.replace('$', "$$")));
    }
    let segments = match protocol {
        Protocol::Mm1 => mm1::segments(&alone),
        Protocol::Mm4 => mm4::segments(&alone),
    };
    let octets = layer.octets_of(row.at);
    let same = segments.iter().any(|segment| {
        segment.name.eq_ignore_ascii_case(name)
            && segment.octets.strip_suffix(b"\r\n").unwrap_or(&segment.octets) == octets
    });
    (same && !texts.is_empty()).then_some(texts)
}

fn content_yaml(content: &Content, boundary: Option<&str>) -> Yaml {
    let mut media = content.media.clone();
    if let Some(boundary) = boundary {
        media = media.with("boundary", boundary);
    }
    if !media.is_multipart() {
        return Yaml::map(single(&media, &content.body));
    }
    let parts = content.parts.iter().map(part).collect();
    Yaml::map([
        ("media", Yaml::Text(media.to_string())),
        ("parts", Yaml::List(parts)),
    ])
}

pub(super) fn part(part: &Part) -> Yaml {
    let mut entries = single(&part.media, &part.data);
    let body = entries.pop();
    if let Some(id) = &part.content_id {
        entries.push(("content-id", Yaml::text(id)));
    }
    if let Some(location) = &part.content_location {
        entries.push(("content-location", Yaml::text(location)));
    }
    if !part.headers.is_empty() {
        let headers = part
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), Yaml::text(value)));
        entries.push(("headers", Yaml::Map(headers.collect())));
    }
    entries.extend(body);
    Yaml::map(entries)
}

fn single(media: &MediaType, octets: &[u8]) -> Vec<(&'static str, Yaml)> {
    let readable = std::str::from_utf8(octets).ok().filter(|text| {
        text.len() <= TEXT_LIMIT
            && visible_lines(&text.replace(['\r', '\t'], "")) == text.replace(['\r', '\t'], "")
    });
    let body = match readable {
        Some(text) => ("text", Yaml::text(text)),
        None => ("base64", Yaml::Text(STANDARD.encode(octets))),
    };
    vec![("media", Yaml::Text(media.to_string())), body]
}
