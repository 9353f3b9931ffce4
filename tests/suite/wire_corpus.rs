//! The corpus under fixtures/wire: every input is read as the file beside it says.
//!
//! `MMSPEC_ACCEPT=1 cargo test wire_corpus` writes what is read now into the `.expected` files, for review.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use bytes::Bytes;
use mmspec::inspect::{self, Input, Kind, TextOptions};
use mmspec::show::Paint;
use mmspec::wire::{Content, Decoded, Finding, Part, Undecodable, Value, mm1, mm4, push};

use crate::hostile::{seeds, targets};

/// Octets of a body that are shown.
const SHOWN: usize = 24;

#[test]
fn every_input_is_read_as_expected() {
    let accept = std::env::var_os("MMSPEC_ACCEPT").is_some();
    let mut wrong = Vec::new();
    for target in corpora() {
        for (path, octets) in seeds::of(target).unwrap() {
            let beside = path.with_extension("expected");
            let expected = fs::read_to_string(&beside).unwrap_or_default();
            let remarks: String = expected
                .lines()
                .take_while(|line| line.starts_with('#'))
                .flat_map(|line| [line, "\n"])
                .collect();
            let got = remarks + &read(target, &Bytes::from(octets));
            if accept {
                fs::write(&beside, got).unwrap();
            } else if got != expected {
                wrong.push(format!(
                    "{}\n  expected:\n{expected}\n  got:\n{got}",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_expectation_has_its_input() {
    for target in corpora() {
        let stems = |wanted: fn(&str) -> bool| -> BTreeSet<String> {
            fs::read_dir(Path::new("fixtures/wire").join(target))
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| wanted(&path.extension().unwrap_or_default().to_string_lossy()))
                .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
                .collect()
        };
        let inputs = stems(|extension| extension != "expected");
        let expectations = stems(|extension| extension == "expected");
        assert_eq!(inputs, expectations, "{target}");
    }
}

#[test]
fn what_must_hold_for_every_input_holds_for_the_corpus() {
    for target in targets::TARGETS {
        let seeds = seeds::of(target.name).unwrap();
        assert!(!seeds.is_empty(), "{} has no seed", target.name);
        for (path, octets) in seeds {
            if let Err(broken) = (target.check)(&octets) {
                panic!("{}: {broken}", path.display());
            }
        }
    }
}

/// The targets whose seeds have expectations.
fn corpora() -> impl Iterator<Item = &'static str> {
    targets::TARGETS
        .iter()
        .map(|target| target.name)
        .filter(|name| *name != "yaml_case")
}

fn read(target: &str, octets: &Bytes) -> String {
    match target {
        "mm1" => pdu(mm1::decode(octets)),
        "mm4" => pdu(mm4::decode(octets)),
        "wsp_push" => pushed(octets),
        "smpp" => opened(octets, Kind::Smpp),
        "sms" if octets.first().is_some_and(|first| first & 0x03 == 1) => opened(octets, Kind::SmsSubmit),
        "sms" => opened(octets, Kind::SmsDeliver),
        "pap" => opened(octets, Kind::Pap),
        "kannel" => opened(octets, Kind::Kannel),
        other => panic!("no reader for {other}"),
    }
}

fn pdu(decoded: Result<Decoded, Undecodable>) -> String {
    let Decoded { pdu, findings } = match decoded {
        Ok(decoded) => decoded,
        Err(refusal) => return format!("refused {refusal}\n"),
    };
    let mut out = format!("{}\n", pdu.kind);
    for field in &pdu.fields {
        let kind = kind_of(&field.value);
        let text = shown(&field.value.text());
        writeln!(
            out,
            "{:>5}+{:<4} {}: {text}{kind}",
            field.at.offset, field.at.len, field.name
        )
        .unwrap();
    }
    if let Some(content) = &pdu.content {
        write_content(&mut out, content);
    }
    write_findings(&mut out, &findings);
    out
}

/// What the text alone does not tell.
fn kind_of(value: &Value) -> String {
    match value {
        Value::Octets(_) => "  (octets)".to_owned(),
        Value::Encoded {
            charset: Some(charset),
            ..
        } => format!("  (charset {charset})"),
        _ => String::new(),
    }
}

fn write_content(out: &mut String, content: &Content) {
    writeln!(out, "content {}", content.media).unwrap();
    for part in &content.parts {
        write_part(out, part);
    }
    if !content.body.is_empty() {
        writeln!(out, "  body {}", octets(&content.body)).unwrap();
    }
}

fn write_part(out: &mut String, part: &Part) {
    writeln!(out, "  part {}", part.media).unwrap();
    for (name, value) in [
        ("Content-ID", &part.content_id),
        ("Content-Location", &part.content_location),
    ] {
        if let Some(value) = value {
            writeln!(out, "    {name}: {value}").unwrap();
        }
    }
    for (name, value) in &part.headers {
        writeln!(out, "    {name}: {}", shown(value)).unwrap();
    }
    writeln!(out, "    {}", octets(&part.data)).unwrap();
}

/// As `mmspec decode` shows it.
fn opened(octets: &Bytes, kind: Kind) -> String {
    let input = Input::raw("input", octets.to_vec());
    let options = TextOptions {
        full: true,
        paint: Paint::new(false),
    };
    match inspect::decode(&input, Some(kind)) {
        Ok(decoded) => inspect::to_text(&input, &decoded, options),
        Err(refusal) => format!("refused {refusal}\n"),
    }
}

fn pushed(input: &Bytes) -> String {
    let pushed = match push::decode(input) {
        Ok(pushed) => pushed,
        Err(refusal) => return format!("refused {refusal}\n"),
    };
    let mut out = format!(
        "push tid {} type 0x{:02X}\ncontent type {}\napplication {}\n",
        pushed.tid,
        pushed.pdu_type,
        pushed.content_type,
        pushed.application_id.as_deref().unwrap_or("none")
    );
    for (name, value) in &pushed.headers {
        writeln!(out, "  {name}: {value}").unwrap();
    }
    writeln!(out, "body {}", octets(&pushed.body)).unwrap();
    write_findings(&mut out, &pushed.findings);
    out
}

fn write_findings(out: &mut String, findings: &[Finding]) {
    for finding in findings {
        writeln!(
            out,
            "! {}+{} {:?} {}: {} ({})",
            finding.offset, finding.len, finding.severity, finding.code, finding.text, finding.clause
        )
        .unwrap();
    }
}

fn octets(octets: &[u8]) -> String {
    let head = &octets[..octets.len().min(SHOWN)];
    let more = if head.len() < octets.len() { "…" } else { "" };
    format!("{} octets: {}{more}", octets.len(), head.escape_ascii())
}

fn shown(text: &str) -> String {
    let head: String = text.chars().take(100).collect();
    let more = if head.len() < text.len() { "…" } else { "" };
    format!("{}{more}", head.escape_debug())
}
