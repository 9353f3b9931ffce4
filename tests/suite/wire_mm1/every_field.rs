//! Every header field of the table: text ⇄ octets, and all other octets that mean the same. The samples are
//! `fixtures/wire/fields-mm1.yaml`; a field of the table that has none there fails.

use std::fmt::Write;

use bytes::Bytes;
use mmspec::wire::damage::Damage;
use mmspec::wire::table::{self, FieldDef};
use mmspec::wire::{Finding, PduType, Protocol, Value, compare, mm1};
use serde::Deserialize;

use super::hex_text::octets;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    field: String,
    samples: Vec<Sample>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    text: String,
    /// The PDU whose form of the value this is; M-Send.req where the form is the same in all.
    pdu: Option<String>,
    octets: String,
    #[serde(default)]
    also: Vec<Form>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    octets: String,
    #[serde(default)]
    findings: Vec<String>,
}

impl Sample {
    fn kind(&self) -> PduType {
        self.pdu
            .as_deref()
            .map_or(PduType::SendReq, |name| PduType::from_name(name).unwrap())
    }
}

fn entries() -> Vec<Entry> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/wire/fields-mm1.yaml");
    serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn of_mm1() -> impl Iterator<Item = &'static FieldDef> {
    table::fields().iter().filter(|def| def.octet.is_some())
}

/// What a PDU of this one field says, and the findings about the value's own octets.
struct Read {
    text: String,
    findings: Vec<Finding>,
    again: Vec<u8>,
}

/// The octets of the field alone, in a PDU that is nothing but its type and this.
fn read(def: &FieldDef, kind: PduType, value: &[u8]) -> Read {
    let mut pdu = vec![0x8C, kind.octet().unwrap()];
    match def.name {
        "X-Mms-Message-Type" => pdu = [&[0x8C], value].concat(),
        _ => {
            pdu.push(def.octet.unwrap());
            pdu.extend_from_slice(value);
        }
    }
    if def.name == "Content-Type" {
        pdu.push(0);
    }
    let decoded = mm1::decode(&Bytes::from(pdu.clone())).unwrap();
    let text = match def.name {
        "X-Mms-Message-Type" => decoded.pdu.kind.name().to_owned(),
        "Content-Type" => decoded.pdu.content.as_ref().unwrap().media.to_string(),
        name => decoded
            .pdu
            .text(name)
            .unwrap_or_else(|| panic!("{name}: {pdu:02X?}")),
    };
    let about_value = |f: &Finding| f.offset >= 2 && f.len > 0 && !ABOUT_THE_PDU.contains(&&*f.code);
    let findings = decoded
        .findings
        .iter()
        .filter(|f| about_value(f))
        .cloned()
        .collect();
    Read {
        text,
        findings,
        again: mm1::encode(&decoded.pdu),
    }
}

/// Findings that a PDU of one field has whatever the value is.
const ABOUT_THE_PDU: &[&str] = &[
    "condition-not-met",
    "count-without-status",
    "field-not-in-pdu",
    "header-order",
    "multipart-count",
    "start-names-no-part",
    "token-not-in-pdu",
];

fn value_of(def: &FieldDef, kind: PduType, text: &str) -> Vec<u8> {
    let field = match def.name {
        "X-Mms-Message-Type" => return vec![PduType::from_name(text).unwrap().octet().unwrap()],
        name => name,
    };
    let counted = kind != PduType::SendReq;
    let (count, text) = match text.split_once(',') {
        Some((count, rest)) if counted => (count.parse().ok(), rest),
        _ => (None, text),
    };
    let mut value = compare::value_of(Protocol::Mm1, field, text).unwrap();
    if let Some(count) = count {
        value = Value::Counted {
            count,
            value: Box::new(value),
        };
    }
    let pdu = mmspec::wire::Pdu::new(kind).with(field, value);
    let segments = mm1::segments(&pdu);
    let segment = segments.iter().find(|segment| *segment.name == *field).unwrap();
    segment.octets[1..].to_vec()
}

fn hex_of(octets: &[u8]) -> String {
    octets
        .iter()
        .map(|octet| format!("{octet:02X} "))
        .collect::<String>()
        .trim_end()
        .to_owned()
}

#[test]
fn every_field_has_samples_and_every_form_of_them_is_read() {
    let entries = entries();
    let sampled: Vec<&str> = entries.iter().map(|entry| entry.field.as_str()).collect();
    let names: Vec<&str> = of_mm1().map(|def| def.name).collect();
    assert_eq!(
        sampled, names,
        "one entry for each field of the table, in its order"
    );
    let mut wrong = Vec::new();
    for (def, entry) in of_mm1().zip(&entries) {
        assert!(!entry.samples.is_empty(), "{}", def.name);
        let mut shown = format!(
            "{:02X} {}, since MMS 1.{}\n",
            def.octet.unwrap(),
            def.name,
            def.since
        );
        for sample in &entry.samples {
            let (kind, canonical) = (sample.kind(), octets(&sample.octets));
            let mut complain = |what: &str, octets: &[u8]| {
                wrong.push(format!(
                    "{} {:?}: {what} {}",
                    def.name,
                    sample.text,
                    hex_of(octets)
                ));
            };
            let is_raw = def.kind == table::Kind::Octets;
            if !is_raw || sample.text.is_empty() {
                let written = value_of(def, kind, &sample.text);
                if written != canonical {
                    complain("is written", &written);
                }
            }
            let got = read(def, kind, &canonical);
            if got.text != sample.text {
                complain(&format!("is read as {:?} from", got.text), &canonical);
            }
            if !got.again.ends_with(&canonical)
                && def.name != "Content-Type"
                && def.name != "X-Mms-Message-Type"
            {
                complain("comes back from", &got.again);
            }
            writeln!(shown, "{:?} <=> {}", sample.text, hex_of(&canonical)).unwrap();
            for finding in &got.findings {
                writeln!(shown, "    ! {}", finding.code).unwrap();
            }
            for form in &sample.also {
                let other = octets(&form.octets);
                let got = read(def, kind, &other);
                let codes: Vec<&str> = got.findings.iter().map(|f| f.code.as_ref()).collect();
                if got.text != sample.text {
                    complain(&format!("is read as {:?} from", got.text), &other);
                }
                if codes != form.findings {
                    complain(&format!("has findings {codes:?}:"), &other);
                }
                let line = format!("    <= {} {}", hex_of(&other), codes.join(" "));
                writeln!(shown, "{}", line.trim_end()).unwrap();
            }
        }
        if let Some(list) = def.kind.tokens() {
            writeln!(
                shown,
                "list {}",
                list.iter()
                    .map(|(word, octet)| format!("{octet:02X} {word}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            )
            .unwrap();
        }
        insta::assert_snapshot!(format!("field_{:02X}_{}", def.octet.unwrap(), def.name), shown);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_word_of_every_list_goes_both_ways() {
    for def in of_mm1() {
        for (word, octet) in def.kind.tokens().unwrap_or_default() {
            let name = def.kind.token_name(*octet).unwrap();
            if def.name == "X-Mms-Message-Type" {
                assert_eq!(PduType::from_octet(*octet).unwrap().name(), name);
                assert_eq!(PduType::from_name(word).unwrap().octet(), Some(*octet));
                continue;
            }
            assert_eq!(
                value_of(def, PduType::SendReq, word),
                [*octet],
                "{word} of {}",
                def.name
            );
            let got = read(def, PduType::SendReq, &[*octet]);
            assert_eq!(got.text, name, "{octet:02X} of {}", def.name);
            assert!(
                got.again.ends_with(&[def.octet.unwrap(), *octet]),
                "{word} of {}",
                def.name
            );
            assert!(compare::equal(
                def.name,
                word,
                &Value::Token {
                    name: got.text.into(),
                    octet: Some(*octet)
                }
            ));
        }
    }
}

#[test]
fn an_octet_outside_a_list_keeps_its_number() {
    for def in of_mm1().filter(|def| def.name != "X-Mms-Message-Type") {
        let Some(list) = def.kind.tokens() else { continue };
        for octet in 0x80..=0xFF {
            if list.iter().any(|(_, known)| *known == octet) {
                continue;
            }
            let got = read(def, PduType::SendReq, &[octet]);
            assert_eq!(got.text, format!("0x{octet:02X}"), "{}", def.name);
            assert_eq!(got.findings.len(), 1, "{}: {:?}", def.name, got.findings);
            assert_eq!(got.findings[0].code, "token-unknown");
            assert_eq!(value_of(def, PduType::SendReq, &got.text), [octet]);
        }
    }
}

#[test]
fn every_field_by_its_number_is_an_attribute() {
    let def = table::field("X-Mms-Attributes").unwrap();
    for named in of_mm1() {
        let octet = named.octet.unwrap();
        assert_eq!(read(def, PduType::MboxViewReq, &[octet]).text, named.name);
        assert_eq!(value_of(def, PduType::MboxViewReq, named.name), [octet]);
    }
}

/// A PDU of this type with every field that the table gives it, each with the samples of the field: one, or all of them where
/// it may stand more than once.
fn full(def: &table::PduDef, entries: &[Entry]) -> mmspec::wire::Pdu {
    let mut pdu = mmspec::wire::Pdu::new(def.kind);
    for usage in def.fields {
        if ["X-Mms-Message-Type", "Content-Type"].contains(&usage.field) {
            continue;
        }
        let entry = entries.iter().find(|entry| entry.field == usage.field).unwrap();
        let samples = entry
            .samples
            .iter()
            .filter(|sample| sample.pdu.is_none() && !sample.text.is_empty());
        let most = if usage.repeatable { usize::MAX } else { 1 };
        for sample in samples.take(most) {
            pdu.push(
                usage.field,
                compare::value_of(Protocol::Mm1, usage.field, &sample.text).unwrap(),
            );
        }
    }
    if def.has_content {
        pdu.content = Some(mmspec::wire::Content::single(
            mmspec::wire::MediaType::new("text/plain"),
            "hi",
        ));
    }
    pdu
}

/// About values and their company, not about the fields being there.
const BEYOND_PRESENCE: &[&str] = &[
    "condition-not-met",
    "encoded-word",
    "expiry-not-relative",
    "insert-address-not-allowed",
    "report-of-auto",
    "token-not-in-pdu",
    "token-unknown",
];

#[test]
fn every_pdu_carries_every_field_of_its_table() {
    let entries = entries();
    for def in table::pdus()
        .iter()
        .filter(|def| def.kind.protocol() == Protocol::Mm1)
    {
        let mut pdu = full(def, &entries);
        if let Some(version) = pdu.field("X-Mms-MMS-Version").map(|field| field.name.clone()) {
            pdu.set(&version, Value::Version { major: 1, minor: 3 });
        }
        let octets = Bytes::from(mm1::encode(&pdu));
        let decoded = mm1::decode(&octets).unwrap();
        let other = |f: &&Finding| !BEYOND_PRESENCE.contains(&&*f.code);
        let findings: Vec<_> = decoded.findings.iter().filter(other).collect();
        assert!(findings.is_empty(), "{}: {findings:?}", def.kind);
        for usage in def.fields {
            let of_the_pdu = ["X-Mms-Message-Type", "Content-Type"].contains(&usage.field);
            let there = decoded.pdu.all(usage.field).count();
            assert!(
                of_the_pdu || there == pdu.all(usage.field).count(),
                "{} in {}",
                usage.field,
                def.kind
            );
        }
        assert_eq!(mm1::encode(&decoded.pdu), octets, "{}", def.kind);
        // Without a mandatory field, and with a lone one twice, it is told.
        for usage in def.fields {
            let codes = |octets: Vec<u8>| -> Vec<String> {
                let findings = mm1::decode(&Bytes::from(octets))
                    .map(|decoded| decoded.findings)
                    .unwrap_or_default();
                findings.iter().map(|f| f.code.to_string()).collect()
            };
            let segments = mm1::segments(&pdu);
            if usage.presence == table::Presence::Mandatory && usage.field != "X-Mms-Message-Type" {
                let damage = Damage::Omit(vec![usage.field.to_owned()]);
                let codes = codes(damage.apply(segments.clone()).unwrap());
                assert!(
                    codes.iter().any(|code| code == "missing-mandatory"),
                    "{} in {}: {codes:?}",
                    usage.field,
                    def.kind
                );
            }
            if !usage.repeatable && pdu.field(usage.field).is_some() {
                let damage = Damage::Duplicate(vec![usage.field.to_owned()]);
                let codes = codes(damage.apply(segments).unwrap());
                assert!(
                    codes.iter().any(|code| code == "duplicate-field"),
                    "{} in {}: {codes:?}",
                    usage.field,
                    def.kind
                );
            }
        }
    }
}

#[test]
fn the_table_reads_like_this() {
    let mut shown = String::new();
    for def in table::pdus()
        .iter()
        .filter(|def| def.kind.protocol() == Protocol::Mm1)
    {
        writeln!(shown, "{} since MMS 1.{} ({})", def.kind, def.since, def.clause).unwrap();
        for usage in def.fields {
            let many = if usage.repeatable { ", repeatable" } else { "" };
            write!(shown, "    {} {:?}{many}", usage.field, usage.presence).unwrap();
            if let Some(condition) = usage.condition {
                write!(shown, ": {}", condition.words).unwrap();
            }
            if !usage.barred.is_empty() {
                write!(shown, ", not {}", hex_of(usage.barred)).unwrap();
            }
            shown.push('\n');
        }
        if !def.at_least_one.is_empty() {
            writeln!(shown, "    at least one of {}", def.at_least_one.join(", ")).unwrap();
        }
    }
    insta::assert_snapshot!("the_table", shown);
}
