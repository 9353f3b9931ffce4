//! The JSON Schema of a case, for editors: written from the same tables that the parser reads. It knows shapes and words;
//! what a name refers to, lint says.

use serde_json::{Map, Value, json};

use crate::wire::push::smpp::STATUSES;
use crate::wire::table::{self, Kind};
use crate::wire::{PduType, Protocol};

use super::model::Topology;
use super::vocabulary::{self as words, Key, Shape};

/// The schema (draft 2020-12).
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mmspec case",
        "description": "A test case for MMS Relay/Servers. See docs/cases.md.",
        "type": "object",
        "if": { "required": ["kind"] },
        "then": object(words::ALWAYS, None),
        "else": object(words::CASE, None),
        "$defs": definitions(),
    })
}

fn definitions() -> Value {
    let mut lines = Vec::new();
    for keys in words::LINES {
        lines.push(object(keys, None));
    }
    let steps: Vec<Value> = words::VERBS
        .iter()
        .map(|verb| {
            let itself = Key {
                name: verb.name,
                shape: verb.object,
                required: true,
                about: verb.about,
            };
            object(verb.keys, Some(itself))
        })
        .collect();
    let expect = Key {
        name: "expect",
        shape: Shape::PduOrReply,
        required: true,
        about: "what may come",
    };
    json!({
        "reference": { "type": "string", "pattern": "\\$" },
        "text": { "type": ["string", "number", "boolean"] },
        "duration": { "anyOf": [
            { "type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$" },
            { "$ref": "#/$defs/reference" },
        ] },
        "name": { "type": ["string", "number"], "pattern": "^[A-Za-z][A-Za-z0-9_-]*$" },
        "yes": { "anyOf": [{ "type": "boolean" }, { "enum": ["true", "false", "yes", "no", "Yes", "No"] }, { "$ref": "#/$defs/reference" }] },
        "count": { "anyOf": [{ "type": "integer", "minimum": 0 }, { "$ref": "#/$defs/reference" }] },
        "pdu": { "anyOf": [{ "enum": pdus() }, { "$ref": "#/$defs/reference" }] },
        "fields": { "anyOf": [
            { "$ref": "#/$defs/text" },
            { "type": "array", "items": { "$ref": "#/$defs/text" } },
        ] },
        "tests": { "anyOf": [
            { "type": "string", "pattern": "^TP-[A-Z0-9]+-[0-9][0-9]$|\\$" },
            { "type": "array", "items": { "type": "string", "pattern": "^TP-[A-Z0-9]+-[0-9][0-9]$|\\$" } },
        ] },
        "octets": { "type": "object", "properties": { "octets": { "type": ["string", "number"] } }, "required": ["octets"], "additionalProperties": false },
        "headers": headers(&value_to_send()),
        "demands": headers(&json!({ "$ref": "#/$defs/matcher" })),
        "matcher": { "anyOf": [
            { "type": ["string", "number", "boolean", "null"] },
            { "type": "array", "items": { "$ref": "#/$defs/text" } },
            object(words::MATCHERS, None),
        ] },
        "contentDemand": { "anyOf": [{ "$ref": "#/$defs/text" }, object(words::CONTENT_DEMANDS, None)] },
        "damage": { "anyOf": [{ "$ref": "#/$defs/reference" }, single(words::DAMAGES)] },
        "findings": object(words::FINDINGS_KEYS, None),
        "should": object(words::SHOULD, None),
        "alternative": object(words::EXPECT, Some(expect)),
        "line": { "anyOf": lines },
        "lane": { "anyOf": [
            { "$ref": "#/$defs/step" },
            { "$ref": "#/$defs/steps" },
            { "type": "object", "properties": { "steps": { "$ref": "#/$defs/steps" } }, "required": ["steps"], "additionalProperties": false },
        ] },
        "smtpRule": object(words::SMTP_RULE, None),
        "httpRule": object(words::HTTP_RULE, None),
        "smppRule": object(words::SMPP_RULE, None),
        "naptrRecord": object(words::NAPTR, None),
        "mxRecord": object(words::MX, None),
        "shape": { "anyOf": [{ "enum": [words::USUAL] }, object(words::SHAPE, None)] },
        "node": { "anyOf": [{ "type": "null" }, object(words::NODE, None)] },
        "rule": object(words::RULE, None),
        "step": { "type": "object", "anyOf": steps },
        "steps": { "type": "array", "items": { "$ref": "#/$defs/step" } },
    })
}

fn pdus() -> Vec<&'static str> {
    PduType::ALL.iter().map(|p| p.name()).collect()
}

/// A map with these keys and no others; what is optional may be `~`.
fn object(keys: &[Key], first: Option<Key>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for key in first.iter().chain(keys) {
        let mut schema = of(key.shape);
        if !key.required {
            schema = json!({ "anyOf": [schema, { "type": "null" }] });
        } else {
            required.push(key.name);
        }
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".to_owned(), Value::from(key.about));
        }
        properties.insert(key.name.to_owned(), schema);
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// A map with exactly one of these keys.
fn single(keys: &[Key]) -> Value {
    let mut schema = object(keys, None);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("minProperties".to_owned(), Value::from(1));
        schema.insert("maxProperties".to_owned(), Value::from(1));
    }
    schema
}

/// A map from field names. The names of the standards are offered, others are allowed.
fn headers(value: &Value) -> Value {
    let mut properties = Map::new();
    for field in table::fields() {
        let mut schema = value.clone();
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".to_owned(), Value::from(about(field)));
        }
        properties.insert(field.name.to_owned(), schema);
    }
    json!({ "anyOf": [
        { "type": "object", "properties": properties, "additionalProperties": value },
        { "$ref": "#/$defs/reference" },
    ] })
}

fn about(field: &table::FieldDef) -> String {
    let protocols: Vec<&str> = [(Protocol::Mm1, "MM1"), (Protocol::Mm4, "MM4")]
        .into_iter()
        .filter(|(protocol, _)| {
            table::pdus()
                .iter()
                .any(|p| p.kind.protocol() == *protocol && p.usage(field.name).is_some())
        })
        .map(|(_, name)| name)
        .collect();
    let values = match field.kind {
        Kind::Token(list) | Kind::Class(list) => {
            list.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
        }
        Kind::Address | Kind::From => "an address, `$bob.plmn`".to_owned(),
        Kind::Date => "RFC 3339, `${now-10m}`".to_owned(),
        Kind::Interval => "seconds, or an instant".to_owned(),
        Kind::Integer | Kind::LongInteger => "a number".to_owned(),
        Kind::Version => "`1.3`".to_owned(),
        _ => "text".to_owned(),
    };
    format!("{}: {values}", protocols.join(", "))
}

fn value_to_send() -> Value {
    json!({ "anyOf": [
        { "type": ["string", "number", "boolean", "null"] },
        { "type": "array", "items": { "anyOf": [{ "$ref": "#/$defs/text" }, { "$ref": "#/$defs/octets" }] } },
        { "$ref": "#/$defs/octets" },
    ] })
}

/// What may stand after a key. A column of a row (`$column`) may stand for anything.
fn of(shape: Shape) -> Value {
    let definition = |name: &str| json!({ "$ref": format!("#/$defs/{name}") });
    let list = |name: &str| {
        json!({ "anyOf": [
            { "type": "array", "items": { "anyOf": [
                { "$ref": format!("#/$defs/{name}") },
                { "$ref": "#/$defs/reference" },
            ] } },
            { "$ref": "#/$defs/reference" },
        ] })
    };
    let or_reference = |schema: Value| json!({ "anyOf": [schema, { "$ref": "#/$defs/reference" }] });
    match shape {
        Shape::Id => definition("name"),
        Shape::Text | Shape::Template | Shape::Content | Shape::Field | Shape::Hex | Shape::Regex => {
            definition("text")
        }
        Shape::Range => json!({ "type": ["string", "number"] }),
        Shape::Templates | Shape::Fields | Shape::Captures | Shape::Ics => definition("fields"),
        Shape::Word(list) => or_reference(json!({ "enum": list })),
        Shape::Yes => definition("yes"),
        Shape::Count | Shape::Number => definition("count"),
        Shape::Duration => definition("duration"),
        Shape::Topology => {
            let one = json!({ "enum": Topology::ALL.iter().map(|(n, _)| *n).collect::<Vec<_>>() });
            or_reference(json!({ "anyOf": [one, { "type": "array", "minItems": 1, "items": one }] }))
        }
        Shape::Nodes => json!({ "type": "object", "additionalProperties": { "$ref": "#/$defs/node" } }),
        Shape::Examples => json!({
            "type": "array",
            "minItems": 1,
            "items": { "type": "object", "required": ["name"] },
        }),
        Shape::Steps => definition("steps"),
        Shape::Rules => json!({ "type": "array", "items": { "$ref": "#/$defs/rule" } }),
        Shape::Pdu => definition("pdu"),
        Shape::Pdus => {
            json!({ "anyOf": [{ "$ref": "#/$defs/pdu" }, { "type": "array", "items": { "$ref": "#/$defs/pdu" } }] })
        }
        Shape::PduOrReply => {
            json!({ "anyOf": [{ "$ref": "#/$defs/pdu" }, { "enum": ["reply", "dns-query", "loss"] }] })
        }
        Shape::Party | Shape::Relay | Shape::Link | Shape::Group | Shape::Acknowledge => definition("text"),
        Shape::Wire => or_reference(definition("shape")),
        Shape::Rate => or_reference(json!({ "type": "string", "pattern": "^[0-9]+ *(bps|kbps|Mbps)$" })),
        Shape::Percent => or_reference(json!({ "type": "string", "pattern": "^[0-9]{1,2} *%$" })),
        Shape::CutAfter => {
            json!({ "anyOf": [{ "$ref": "#/$defs/count" }, { "enum": [words::END_OF_DATA] }] })
        }
        Shape::Home => json!({ "anyOf": [
            { "$ref": "#/$defs/text" },
            { "type": "object", "additionalProperties": { "$ref": "#/$defs/text" } },
        ] }),
        Shape::Headers => definition("headers"),
        Shape::FieldDemands | Shape::HttpDemands => definition("demands"),
        Shape::SmtpDemands => or_reference(aspects(words::SMTP_ASPECTS)),
        Shape::PushDemands => or_reference(aspects(words::PUSH_ASPECTS)),
        Shape::DnsDemands => or_reference(aspects(words::DNS_ASPECTS)),
        Shape::NaptrRecords => list("naptrRecord"),
        Shape::MxRecords => list("mxRecord"),
        Shape::Findings => or_reference(definition("findings")),
        Shape::ContentDemand => definition("contentDemand"),
        Shape::Damage => definition("damage"),
        Shape::Should => or_reference(definition("should")),
        Shape::FieldOctets => object(words::FIELD_OCTETS, None),
        Shape::Tests => definition("tests"),
        Shape::Alternatives => list("alternative"),
        Shape::SmtpRules => list("smtpRule"),
        Shape::HttpRules => list("httpRule"),
        Shape::SmppRules => list("smppRule"),
        Shape::CommandStatus => or_reference(json!({ "anyOf": [
            { "enum": STATUSES.iter().map(|(_, name)| *name).collect::<Vec<_>>() },
            { "type": "integer", "minimum": 0 },
            { "type": "string", "pattern": "^(0x[0-9A-Fa-f]+|[0-9]+)$" },
        ] })),
        Shape::Lines => list("line"),
        Shape::With => json!({ "type": "object" }),
        Shape::Lanes => list("lane"),
        Shape::Repeat => object(words::REPEAT, None),
        Shape::Matcher => definition("matcher"),
        Shape::Matchers => list("matcher"),
        Shape::Instant => json!({ "anyOf": [{ "$ref": "#/$defs/text" }, object(words::INSTANT, None)] }),
    }
}

fn aspects(names: &[&str]) -> Value {
    let properties: Map<String, Value> = names
        .iter()
        .map(|name| ((*name).to_owned(), json!({ "$ref": "#/$defs/matcher" })))
        .collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}
