//! Writes every PDU that mmspec's parties can send, in every common shape, to a folder, with what each must be read as.
//! `ci/tshark_compare.py` has Wireshark read them: a second opinion by people who never saw this code.
//!
//! `cargo run --example emit_pdus -- DIR` writes `NNNN.bin` and `manifest.json`.

use std::error::Error;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use mmspec::wire::table::{self, FieldDef, Kind, PduDef, Presence};
use mmspec::wire::{Content, Interval, MediaType, Part, Pdu, PduType, Protocol, Value, mm1, mm4, push};
use serde_json::{Value as Json, json};

const INSTANT: i64 = 1_700_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args_os()
        .nth(1)
        .map(PathBuf::from)
        .ok_or("usage: emit_pdus DIR")?;
    std::fs::create_dir_all(&dir)?;
    let mut out = Emitted {
        dir: &dir,
        manifest: Vec::new(),
    };
    for def in table::pdus() {
        for (shape, pdu) in shapes(def) {
            out.write(&shape, def, &pdu)?;
        }
    }
    std::fs::write(
        dir.join("manifest.json"),
        serde_json::to_vec_pretty(&out.manifest)?,
    )?;
    println!("{} PDUs in {}", out.manifest.len(), dir.display());
    Ok(())
}

/// Every shape of one PDU: only what is mandatory, everything at once, each value of each field, each kind of content.
fn shapes(def: &PduDef) -> Vec<(String, Pdu)> {
    let mut shapes = vec![
        ("minimal".to_owned(), minimal(def)),
        ("everything".to_owned(), everything(def)),
    ];
    for field in fields(def) {
        let uses = samples(def, field);
        for value in &uses {
            let mut pdu = minimal(def);
            pdu.set(field.name, value.clone());
            shapes.push((format!("{}={}", field.name, value.text()), pdu));
        }
    }
    if def.has_content {
        for (name, content) in contents() {
            let mut pdu = minimal(def);
            pdu.content = Some(content);
            shapes.push((format!("content={name}"), pdu));
        }
    }
    shapes
}

fn minimal(def: &PduDef) -> Pdu {
    build(def, |name, presence| {
        presence == Presence::Mandatory || def.at_least_one.first() == Some(&name)
    })
}

fn everything(def: &PduDef) -> Pdu {
    let mut pdu = build(def, |_, _| true);
    if def.usage("To").is_some_and(|to| to.repeatable) {
        pdu.push("To", Value::Address(address(def, "+15550100099")));
    }
    pdu
}

/// A PDU with the first sample of every field that is wanted.
fn build(def: &PduDef, wanted: impl Fn(&str, Presence) -> bool) -> Pdu {
    let mut pdu = Pdu::new(def.kind);
    for field in fields(def) {
        let presence = def.usage(field.name).map_or(Presence::Optional, |u| u.presence);
        if wanted(field.name, presence)
            && let Some(value) = samples(def, field).into_iter().next()
        {
            pdu.push(field.name, value);
        }
    }
    if def.has_content {
        pdu.content = contents().into_iter().next().map(|(_, content)| content);
    }
    pdu
}

/// The fields a PDU carries as such; the message type and the content type are its kind and its content.
fn fields(def: &PduDef) -> Vec<&'static FieldDef> {
    def.fields
        .iter()
        .filter(|u| !["X-Mms-Message-Type", "Content-Type"].contains(&u.field))
        .filter_map(|u| table::field(u.field))
        .collect()
}

/// Every common value of a field; none for structured values that no party sends.
fn samples(def: &PduDef, field: &FieldDef) -> Vec<Value> {
    let mm4 = def.kind.protocol() == Protocol::Mm4;
    match field.kind {
        Kind::Text => vec![Value::text_of(match field.name {
            "X-Mms-3GPP-MMS-Version" => "6.8.0",
            "MIME-Version" => "1.0",
            _ => "some-text.example",
        })],
        Kind::Id => vec![Value::text_of("Id.1234-abc@mms.home.example")],
        Kind::Uri => vec![Value::text_of("http://mms.home.example/mm/1234?x=y")],
        Kind::Encoded => vec![
            Value::Encoded {
                charset: None,
                text: "Plain words".into(),
            },
            Value::Encoded {
                charset: Some(106),
                text: "Grüße, 世界".into(),
            },
        ],
        Kind::Address => addresses(def, field),
        Kind::From => {
            let mut values = addresses(def, field);
            if def.to_relay && !mm4 {
                values.push(Value::InsertAddress);
            }
            values
        }
        Kind::Token(_) => tokens(field.kind),
        Kind::Class(_) => {
            let mut values = tokens(field.kind);
            values.push(Value::text_of("x-own-class"));
            values
        }
        Kind::LongInteger => [1, 300, 1_000_000].map(Value::Integer).to_vec(),
        Kind::Integer => [0, 5, 200, 70_000].map(Value::Integer).to_vec(),
        Kind::Date => vec![Value::Date(INSTANT)],
        Kind::Interval => [Interval::Relative(3600), Interval::Absolute(INSTANT)]
            .map(Value::Interval)
            .to_vec(),
        Kind::Version => (0..=3).map(|minor| Value::Version { major: 1, minor }).collect(),
        Kind::PreviouslySentBy => vec![Value::PreviouslySentBy {
            count: 1,
            address: address(def, "+15550100003"),
        }],
        Kind::PreviouslySentDate => vec![Value::PreviouslySentDate {
            count: 1,
            date: INSTANT,
        }],
        Kind::MediaType | Kind::Flags | Kind::Amount | Kind::FieldName | Kind::Octets => Vec::new(),
    }
}

fn addresses(def: &PduDef, field: &FieldDef) -> Vec<Value> {
    let plain = ["Sender", "X-Mms-Originator-System"].contains(&field.name);
    let number = if plain {
        "system-user@mms.home.example".to_owned()
    } else {
        address(def, "+15550100001")
    };
    vec![
        Value::Address(number),
        Value::Address("someone@mail.example".into()),
    ]
}

fn address(def: &PduDef, number: &str) -> String {
    match def.kind.protocol() {
        Protocol::Mm1 => format!("{number}/TYPE=PLMN"),
        Protocol::Mm4 => format!("{number}/TYPE=PLMN@mms.home.example"),
    }
}

/// The word to emit for each number of a closed list.
fn tokens(kind: Kind) -> Vec<Value> {
    let mut octets: Vec<u8> = kind
        .tokens()
        .unwrap_or_default()
        .iter()
        .map(|(_, octet)| *octet)
        .collect();
    octets.dedup();
    octets
        .into_iter()
        .filter_map(|octet| kind.token_name(octet))
        .map(Value::token)
        .collect()
}

fn contents() -> Vec<(&'static str, Content)> {
    let smil = part(
        "application/smil",
        "smil",
        b"<smil><body><par><ref src=\"data.bin\"/></par></body></smil>",
    );
    let text = Part {
        media: MediaType::new("text/plain").with("charset", "utf-8"),
        ..part("text/plain", "words.txt", "Grüße\r\n.dot first\r\n".as_bytes())
    };
    let data = part("application/octet-stream", "data.bin", &every_octet());
    let related = Content {
        media: MediaType::new("multipart/related")
            .with("start", "<smil>")
            .with("type", "application/smil"),
        parts: vec![smil, text.clone(), data.clone()],
        body: Bytes::new(),
    };
    let mixed = Content {
        media: MediaType::new("multipart/mixed"),
        parts: vec![text, data],
        body: Bytes::new(),
    };
    let single = Content::single(
        MediaType::new("text/plain").with("charset", "utf-8"),
        "only words\r\n".as_bytes(),
    );
    vec![("related", related), ("mixed", mixed), ("single", single)]
}

fn part(media: &str, name: &str, data: &[u8]) -> Part {
    Part {
        media: MediaType::new(media),
        content_id: Some(name.to_owned()),
        content_location: Some(name.to_owned()),
        headers: Vec::new(),
        data: Bytes::copy_from_slice(data),
    }
}

fn every_octet() -> Vec<u8> {
    (0..=255).collect()
}

struct Emitted<'a> {
    dir: &'a Path,
    manifest: Vec<Json>,
}

impl Emitted<'_> {
    fn write(&mut self, shape: &str, def: &PduDef, pdu: &Pdu) -> Result<(), Box<dyn Error>> {
        match def.kind.protocol() {
            Protocol::Mm1 => {
                let octets = mm1::encode(pdu);
                self.file("mm1", shape, pdu, &octets)?;
                if is_pushed(def.kind) {
                    self.file("push", shape, pdu, &push::encode(1, &octets))?;
                }
            }
            Protocol::Mm4 => self.file("mm4", shape, pdu, &mm4::encode(pdu))?,
        }
        Ok(())
    }

    fn file(&mut self, carrier: &str, shape: &str, pdu: &Pdu, octets: &[u8]) -> Result<(), Box<dyn Error>> {
        let name = format!("{:04}.bin", self.manifest.len());
        std::fs::write(self.dir.join(&name), octets)?;
        self.manifest.push(json!({
            "file": name,
            "carrier": carrier,
            "pdu": pdu.kind.name(),
            "type": pdu.kind.octet(),
            "shape": shape,
            "fields": pdu.fields.iter().map(|f| field(&f.name, &f.value)).collect::<Vec<_>>(),
            "content": pdu.content.as_ref().map(content),
        }));
        Ok(())
    }
}

/// What a relay pushes (ENC 1.3 §6.2, §6.6, §6.7, §6.13).
fn is_pushed(kind: PduType) -> bool {
    matches!(
        kind,
        PduType::NotificationInd | PduType::DeliveryInd | PduType::ReadOrigInd | PduType::CancelReq
    )
}

fn field(name: &str, value: &Value) -> Json {
    let def = table::field(name);
    let mut field = json!({ "name": name, "octet": def.and_then(|d| d.octet), "text": value.text() });
    match value {
        Value::Token { name, .. } => {
            field["is"] = json!("token");
            field["token"] = json!(def.and_then(|d| d.kind.token_octet(name)));
        }
        Value::Date(at) | Value::Interval(Interval::Absolute(at)) => {
            field["is"] = json!("instant");
            field["seconds"] = json!(at);
        }
        Value::Interval(Interval::Relative(seconds)) => {
            field["is"] = json!("interval");
            field["seconds"] = json!(seconds);
        }
        Value::Integer(number) => {
            field["is"] = json!("integer");
            field["number"] = json!(number);
        }
        Value::PreviouslySentBy { count, address } => {
            field["is"] = json!("sent-by");
            field["number"] = json!(count);
            field["text"] = json!(address);
        }
        Value::PreviouslySentDate { count, date } => {
            field["is"] = json!("sent-date");
            field["number"] = json!(count);
            field["seconds"] = json!(date);
        }
        Value::InsertAddress => field["is"] = json!("insert-address"),
        Value::Address(_) => field["is"] = json!("address"),
        _ => field["is"] = json!("text"),
    }
    field
}

fn content(content: &Content) -> Json {
    let bodies = content.bodies();
    json!({
        "media": content.media.essence,
        "parts": bodies
            .iter()
            .map(|(media, data)| json!({ "media": media.essence, "octets": hex::encode(data) }))
            .collect::<Vec<_>>(),
    })
}
