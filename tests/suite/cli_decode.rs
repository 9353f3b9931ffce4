//! `mmspec decode` from outside.

use assert_cmd::Command;
use mmspec::wire::{Content, MediaType, Part, Pdu, PduType, Value, mm1, mm4, push};
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value as Json;

use crate::cli_commands::mmspec;

fn notification() -> Vec<u8> {
    let pdu = Pdu::new(PduType::NotificationInd)
        .with("X-Mms-Transaction-ID", Value::text_of("t-1"))
        .with("X-Mms-MMS-Version", Value::Version { major: 1, minor: 3 })
        .with("Subject", Value::text_of("\x1b[31mred\u{202e}"))
        .with("X-Mms-Message-Class", Value::token("Personal"))
        .with("X-Mms-Message-Size", Value::Integer(3000))
        .with(
            "X-Mms-Expiry",
            Value::Interval(mmspec::wire::Interval::Relative(3600)),
        )
        .with(
            "X-Mms-Content-Location",
            Value::text_of(format!("http://mms.example/{}", "x".repeat(40))),
        );
    mm1::encode(&pdu)
}

fn content() -> Content {
    let part = |media: MediaType, id: &str, data: &[u8]| Part {
        media,
        content_id: Some(id.to_owned()),
        content_location: Some(format!("../{id}")),
        headers: Vec::new(),
        data: data.to_vec().into(),
    };
    Content {
        media: MediaType::new("multipart/related")
            .with("start", "<smil>")
            .with("type", "application/smil"),
        parts: vec![
            part(MediaType::new("application/smil"), "smil", b"<smil/>"),
            part(MediaType::new("image/jpeg"), "p.jpg", &[0xFF, 0xD8, 0]),
        ],
        body: bytes::Bytes::new(),
    }
}

fn submission() -> Vec<u8> {
    let mut pdu = Pdu::new(PduType::SendReq)
        .with("X-Mms-Transaction-ID", Value::text_of("t-2"))
        .with("X-Mms-MMS-Version", Value::Version { major: 1, minor: 2 })
        .with("From", Value::InsertAddress)
        .with("To", Value::Address("+15550100017/TYPE=PLMN".into()));
    pdu.content = Some(content());
    mm1::encode(&pdu)
}

fn forward() -> Vec<u8> {
    let mut pdu = Pdu::new(PduType::Mm4ForwardReq)
        .with("X-Mms-3GPP-MMS-Version", Value::text_of("6.8.0"))
        .with("X-Mms-Transaction-ID", Value::text_of("\"t-3\""))
        .with("X-Mms-Message-ID", Value::text_of("\"m-3@p.example\""))
        .with("To", Value::Address("+15550100017/TYPE=PLMN@home.example".into()))
        .with("To", Value::Address("a@b.example".into()))
        .with("From", Value::Address("+15550100003/TYPE=PLMN".into()))
        .with("Date", Value::Date(1_700_000_000));
    pdu.content = Some(content());
    mm4::encode(&pdu)
}

/// What a run prints on standard output, which must end in this code.
fn stdout(command: &mut Command, code: i32) -> String {
    let output = command.assert().code(code).get_output().stdout.clone();
    String::from_utf8(output).unwrap()
}

fn decode(octets: &[u8], options: &[&str]) -> Command {
    let (dir, mut command) = mmspec();
    // The folder is not looked at, so it may go before the program runs.
    command.current_dir(std::env::temp_dir());
    drop(dir);
    command
        .args(["decode", "-"])
        .args(options)
        .write_stdin(octets.to_vec());
    command
}

#[test]
fn a_push_reads_like_this() {
    let octets = push::encode(7, &notification());
    insta::assert_snapshot!(stdout(&mut decode(&octets, &[]), 0));
}

#[test]
fn a_submission_reads_like_this() {
    insta::assert_snapshot!(stdout(&mut decode(&submission(), &[]), 0));
}

#[test]
fn a_forward_reads_like_this() {
    insta::assert_snapshot!(stdout(&mut decode(&forward(), &[]), 0));
}

#[test]
fn nothing_steers_the_terminal() {
    for option in [&[][..], &["--full"], &["--yaml"]] {
        let text = stdout(&mut decode(&notification(), option), 0);
        assert!(!text.contains(['\x1b', '\u{202e}']), "{text:?}");
    }
}

#[test]
fn programs_get_this() {
    let octets = push::encode(7, &submission());
    insta::assert_snapshot!(stdout(&mut decode(&octets, &["--json"]), 0));
}

/// Every member of the output is in the schema, and none that must be there is missing.
#[test]
fn the_schema_describes_the_output() {
    let schema: Json = serde_json::from_str(&stdout(mmspec().1.args(["schema", "decoded"]), 0)).unwrap();
    for octets in [push::encode(7, &submission()), forward(), vec![0x8C, 0x80, 0x99]] {
        let text = stdout(&mut decode(&octets, &["--json", "--data"]), 0);
        check(&schema, &schema, &serde_json::from_str(&text).unwrap(), "$");
    }
}

fn check(root: &Json, schema: &Json, value: &Json, at: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        return check(
            root,
            &root["$defs"][name.trim_start_matches("#/$defs/")],
            value,
            at,
        );
    }
    if let Some(either) = schema["anyOf"].as_array() {
        return match value {
            Json::Null => assert!(either.iter().any(|s| s["type"] == "null"), "{at}"),
            _ => check(root, &either[1], value, at),
        };
    }
    match value {
        Json::Object(map) => {
            let properties = schema["properties"].as_object();
            for name in schema["required"].as_array().into_iter().flatten() {
                assert!(map.contains_key(name.as_str().unwrap()), "{at} has no {name}");
            }
            for (name, inner) in map {
                let found = properties
                    .and_then(|p| p.get(name))
                    .unwrap_or(&schema["additionalProperties"]);
                assert!(found.is_object(), "{at}.{name} is not in the schema");
                check(root, found, inner, &format!("{at}.{name}"));
            }
        }
        Json::Array(items) => items
            .iter()
            .for_each(|item| check(root, &schema["items"], item, at)),
        scalar => {
            let is = match scalar {
                Json::String(_) => "string",
                Json::Number(_) => "integer",
                Json::Bool(_) => "boolean",
                _ => "null",
            };
            let types = &schema["type"];
            let fits = types == is || types.as_array().is_some_and(|t| t.iter().any(|t| t == is));
            let listed = schema["enum"].as_array().is_some_and(|e| e.contains(scalar));
            assert!(fits || listed || schema["const"] == *scalar, "{at} is {scalar}");
        }
    }
}

#[test]
fn each_kind_is_found_out_raw_and_as_hex() {
    let pushed = push::encode(7, &notification());
    for (octets, kind) in [(notification(), "mm1"), (pushed, "wsp"), (forward(), "mm4")] {
        let as_hex = hex::encode(&octets).into_bytes();
        for form in [octets.clone(), as_hex] {
            let json: Json = serde_json::from_str(&stdout(&mut decode(&form, &["--json"]), 0)).unwrap();
            assert_eq!((&json["kind"], &json["detected"]), (&kind.into(), &true.into()));
        }
        let json: Json =
            serde_json::from_str(&stdout(&mut decode(&octets, &["--json", "--as", kind]), 0)).unwrap();
        assert_eq!(json["detected"], false);
    }
}

#[test]
fn offsets_are_of_the_layer_and_of_the_file() {
    let octets = push::encode(7, &submission());
    let json: Json = serde_json::from_str(&stdout(&mut decode(&octets, &["--json"]), 0)).unwrap();
    let inner = &json["layers"][0]["layers"][0];
    assert_eq!((&inner["offset"], &inner["absolute"]), (&6.into(), &6.into()));
    let at = |layer: &Json| layer["absolute"].as_u64().unwrap() as usize;
    let mut covered = 0;
    for field in inner["fields"].as_array().unwrap() {
        let begin = at(inner) + field["offset"].as_u64().unwrap() as usize;
        let len = field["len"].as_u64().unwrap() as usize;
        assert_eq!(field["hex"], hex::encode(&octets[begin..begin + len]));
        covered += len;
    }
    assert_eq!(covered, octets.len() - 6, "every octet has its row");
    let part = &inner["content"]["parts"][1];
    let begin = at(inner) + part["offset"].as_u64().unwrap() as usize;
    assert_eq!(octets[begin..begin + 3], [0xFF, 0xD8, 0]);
}

#[test]
fn strict_fails_on_errors_alone() {
    decode(&notification(), &["--strict"]).assert().code(0);
    let broken = [0x8C, 0x82, 0x8D, 0x93];
    decode(&broken, &[])
        .assert()
        .code(0)
        .stdout(contains("missing-mandatory"));
    decode(&broken, &["--strict"])
        .assert()
        .code(1)
        .stdout(contains("missing-mandatory"));
}

#[test]
fn what_cannot_be_decoded_says_why() {
    decode(b"\0\0\0", &[]).assert().code(2).stdout("").stderr(
        contains("mm1")
            .and(contains("wsp"))
            .and(contains("mm4"))
            .and(contains("octet 1")),
    );
    decode(&forward(), &["--as", "wsp"])
        .assert()
        .code(2)
        .stderr(contains("no WSP push").and(contains("octet 1")));
    decode(b"", &[]).assert().code(2);
    decode(b"8C 8", &["--hex"])
        .assert()
        .code(2)
        .stderr(contains("odd number"));
    decode(b"8C zz", &["--hex"])
        .assert()
        .code(2)
        .stderr(contains("octet 3"));
    decode(b"", &["--as", "telex"])
        .assert()
        .code(2)
        .stderr(contains("mm1, "));
    mmspec()
        .1
        .args(["decode", "gone.bin"])
        .assert()
        .code(2)
        .stderr(contains("gone.bin"));
}

#[test]
fn an_undecodable_payload_is_a_finding_of_its_carrier() {
    let octets = push::encode(7, &[1, 2, 3]);
    decode(&octets, &["--strict"])
        .assert()
        .code(1)
        .stdout(contains("payload-undecodable"));
}

#[test]
fn bodies_become_files_under_names_of_ours() {
    let (dir, mut command) = mmspec();
    command
        .args(["decode", "-", "--bodies", "out"])
        .write_stdin(submission())
        .assert()
        .code(0);
    let mut names: Vec<_> = dir
        .path()
        .join("out")
        .read_dir()
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["1.smil", "2.jpeg"]);
    assert_eq!(
        std::fs::read(dir.path().join("out/2.jpeg")).unwrap(),
        [0xFF, 0xD8, 0]
    );
}

#[test]
fn decode_and_encode_are_inverse() {
    for octets in [
        notification(),
        submission(),
        forward(),
        push::encode(9, &submission()),
    ] {
        let yaml = stdout(&mut decode(&octets, &["--yaml"]), 0);
        let made = mmspec()
            .1
            .arg("encode")
            .write_stdin(yaml)
            .assert()
            .code(0)
            .get_output()
            .stdout
            .clone();
        assert_eq!(made, octets);
    }
}

#[test]
fn full_shows_every_octet() {
    let text = stdout(&mut decode(&notification(), &["--full"]), 0);
    assert!(!text.contains("more octets"), "{text}");
    let short = stdout(&mut decode(&notification(), &[]), 0);
    assert!(short.contains("more octets"), "{short}");
}
