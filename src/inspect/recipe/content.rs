//! `content:` — by name, or as a map.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::Pantry;
use crate::case::{Args, Diagnostic, KeyDef, Node, Reader, Shape, may, need, read_hex};
use crate::wire::{Content, MediaType, Part};

const NONE: &str = "none";

const MEDIA: KeyDef = need("media", Shape::Text, "the media type, parameters may follow it");
const PARAMS: KeyDef = may("params", Shape::With, "its parameters");
const TEXT: KeyDef = may("text", Shape::Text, "the octets, as UTF-8 text");
const HEX: KeyDef = may("hex", Shape::Hex, "the octets, in hex");
const BASE64: KeyDef = may("base64", Shape::Text, "the octets, in base64");
const FILE: KeyDef = may("file", Shape::Text, "a file with the octets");

/// The keys that say octets: exactly one of them.
const BODIES: &[&str] = &["text", "hex", "base64", "file"];

const CONTENT: &[KeyDef] = &[
    MEDIA,
    PARAMS,
    TEXT,
    HEX,
    BASE64,
    FILE,
    may("parts", Shape::With, "the parts of a multipart"),
];

const PART: &[KeyDef] = &[
    MEDIA,
    PARAMS,
    may("content-id", Shape::Text, "without angle brackets"),
    may("content-location", Shape::Text, "a name"),
    may("headers", Shape::With, "other headers of the part"),
    TEXT,
    HEX,
    BASE64,
    FILE,
];

/// The content; `Some(None)` for `none`. What is wrong has been told when there is no answer.
pub(super) fn content(reader: &mut Reader<'_>, node: &Node, pantry: &Pantry<'_>) -> Option<Option<Content>> {
    if let Some(name) = node.text() {
        if name == NONE {
            return Some(None);
        }
        if let Some(known) = pantry.contents.get(name) {
            return Some(Some(known.clone()));
        }
        reader.error(
            Diagnostic::at(&node.span, format!("no fixture is called `{name}`"))
                .suggest(name, pantry.contents.keys().map(String::as_str).chain([NONE]))
                .help("or write the content out: `{ media: text/plain, text: hello }`"),
        );
        return None;
    }
    let args = reader.args(node, "`content`", CONTENT)?;
    let media = media(reader, &args)?;
    if let Some(list) = args.get("parts") {
        if !media.is_multipart() {
            let problem = format!("{} has no parts", media.essence);
            reader
                .error(Diagnostic::at(&list.span, problem).help("a multipart has: `media: multipart/mixed`"));
            return None;
        }
        let items = reader.list(list, "`parts`");
        let parts: Vec<Option<Part>> = items.iter().map(|item| part(reader, item, pantry)).collect();
        return Some(Some(Content {
            media,
            parts: parts.into_iter().collect::<Option<_>>()?,
            body: Bytes::new(),
        }));
    }
    let body = body(reader, &args, pantry)?;
    Some(Some(Content::single(media, body)))
}

pub(super) fn part(reader: &mut Reader<'_>, node: &Node, pantry: &Pantry<'_>) -> Option<Part> {
    let args = reader.args(node, "a part", PART)?;
    let text = |reader: &mut Reader<'_>, key: &str| {
        args.get(key)
            .and_then(|node| reader.text(node, key))
            .map(str::to_owned)
    };
    Some(Part {
        media: media(reader, &args)?,
        content_id: text(reader, "content-id"),
        content_location: text(reader, "content-location"),
        headers: match args.get("headers") {
            Some(node) => pairs(reader, node, "`headers`"),
            None => Vec::new(),
        },
        data: body(reader, &args, pantry)?.into(),
    })
}

fn media(reader: &mut Reader<'_>, args: &Args<'_>) -> Option<MediaType> {
    let text = reader.text(args.get("media")?, "`media`")?;
    let mut media = MediaType::parse(text);
    if let Some(node) = args.get("params") {
        for (name, value) in pairs(reader, node, "`params`") {
            media = media.with(&name, &value);
        }
    }
    Some(media)
}

/// A map of texts; a name whose value is a list stands once for each.
pub(super) fn pairs(reader: &mut Reader<'_>, node: &Node, what: &str) -> Vec<(String, String)> {
    let Some(entries) = reader.entries(node, what, "write `{ name: value }`") else {
        return Vec::new();
    };
    let mut pairs = Vec::new();
    for (key, value) in entries {
        for (text, _) in reader.texts(value, what) {
            pairs.push((key.text.clone(), text.to_owned()));
        }
    }
    pairs
}

fn body(reader: &mut Reader<'_>, args: &Args<'_>, pantry: &Pantry<'_>) -> Option<Vec<u8>> {
    let mut given = args.iter().filter(|(key, _)| BODIES.contains(&key.text.as_str()));
    let (Some((key, node)), None) = (given.next(), given.next()) else {
        let problem = Diagnostic::at(&args.at, "the octets are said exactly once".to_owned())
            .help("as `text:`, `hex:`, `base64:` or `file:`; a multipart has `parts:`");
        reader.error(problem);
        return None;
    };
    let why = match key.text.as_str() {
        "hex" => return read_hex(reader, node),
        "text" => return reader.text(node, "`text`").map(|text| text.as_bytes().to_vec()),
        "base64" => {
            let text: String = reader.text(node, "`base64`")?.split_whitespace().collect();
            match STANDARD.decode(text) {
                Ok(octets) => return Some(octets),
                Err(why) => format!("this is not base64: {why}"),
            }
        }
        _ => {
            let path = reader.text(node, "`file`")?;
            match (pantry.file)(path) {
                Ok(octets) => return Some(octets),
                Err(why) => format!("{path}: {why}"),
            }
        }
    };
    reader.error(Diagnostic::at(&node.span, why));
    None
}
