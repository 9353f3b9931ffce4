//! `mmspec encode` from outside.

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;

use crate::cli_commands::mmspec;

fn encode(yaml: &str) -> Command {
    let (_dir, mut command) = mmspec();
    command
        .current_dir(std::env::temp_dir())
        .args(["encode", "--hex"])
        .write_stdin(yaml);
    command
}

fn made(yaml: &str) -> String {
    let output = encode(yaml).assert().code(0).get_output().stdout.clone();
    String::from_utf8(output).unwrap().trim_end().to_owned()
}

#[test]
fn mandatory_fields_with_one_sensible_value_are_filled_in() {
    let yaml = "pdu: M-NotifyResp.ind\nheaders: { X-Mms-Status: Retrieved }\n";
    assert_eq!(made(yaml), "8c8398742d31008d939581");
    assert_eq!(made(&yaml.replace("pdu:", "send:")), made(yaml));
    let none = "pdu: M-NotifyResp.ind\nheaders: { X-Mms-Transaction-ID: ~, X-Mms-Status: { octets: C5 } }\n";
    assert_eq!(made(none), "8c838d9395c5");
}

#[test]
fn a_content_comes_in_many_ways() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("hi"), "hi").unwrap();
    let of = |body: &str| {
        let yaml = format!("pdu: M-Send.req\ncontent: {{ media: text/plain, {body} }}\n");
        std::fs::write(dir.path().join("x.yaml"), yaml).unwrap();
        let (_dir, mut command) = mmspec();
        // A file that a recipe names stands beside it.
        let output = command
            .args(["encode", "--hex"])
            .arg(dir.path().join("x.yaml"))
            .assert()
            .code(0);
        String::from_utf8(output.get_output().stdout.clone()).unwrap()
    };
    let text = of("text: hi");
    assert!(text.ends_with("84836869\n"), "{text}");
    for same in ["hex: 68 69", "base64: aGk=", "file: hi"] {
        assert_eq!(of(same), text);
    }
    let fixture = made("pdu: M-Send.req\ncontent: hello\n");
    assert!(fixture.len() > text.len());
    let mixed = made(
        "pdu: M-Send.req\ncontent: { media: multipart/mixed, parts: [{ media: text/plain, content-location: a, text: hi }] }\n",
    );
    assert!(mixed.ends_with("84a3010402838e61006869"), "{mixed}");
}

#[test]
fn damage_is_done_as_in_a_case() {
    let yaml = "pdu: M-NotifyResp.ind\nheaders: { X-Mms-Status: Retrieved }\ndamage: ";
    assert_eq!(made(&format!("{yaml}{{ cut-at: 3 }}")), "8c8398");
    assert_eq!(made(&format!("{yaml}{{ raw: 01 02 }}")), "0102");
    let often = made(&format!(
        "{yaml}{{ octets: {{ field: X-Mms-Status, are: 95 81, times: 3 }} }}"
    ));
    assert!(often.contains("958195819581"), "{often}");
    encode(&format!(
        "{yaml}{{ octets: {{ field: X-Mms-Status, are: 95 81, times: 9000000 }} }}"
    ))
    .assert()
    .code(2)
    .stderr(contains("10000000 octets"));
    encode(&format!("{yaml}{{ cut-in: From }}"))
        .assert()
        .code(2)
        .stderr(contains("3:9").and(contains("From")));
}

#[test]
fn a_push_carries_what_it_is_told_to() {
    assert_eq!(made("push: { octets: 01 02 }"), "010603beaf840102");
    let named =
        "push: { tid: 5, type: ConfirmedPush, content-type: text/plain, application-id: none, octets: 01 }";
    assert_eq!(made(named), "0507018301");
    assert_eq!(made("octets: 01 ff"), "01ff");
}

#[test]
fn what_is_wrong_has_its_place_and_its_mending() {
    for (yaml, place, mending) in [
        ("pdu: M-Send.rek", "1:6", "M-Send.req"),
        ("pdo: M-Send.req", "1:1", "`pdu`"),
        (
            "pdu: M-Send.req\nheader: { To: x }\ncontent: hello",
            "2:1",
            "`headers`",
        ),
        (
            "pdu: M-Send.req\nheaders: { Tu: x }\ncontent: hello",
            "2:12",
            "`To`",
        ),
        (
            "pdu: M-Send.req\nheaders: { X-Mms-Priority: Hihg }\ncontent: hello",
            "2:28",
            "`High`",
        ),
        (
            "pdu: M-Send.req\nheaders: { X-Mms-Expiry: soon }\ncontent: hello",
            "2:26",
            "seconds",
        ),
        (
            "pdu: M-Send.req\nheaders: { To: $bob.plmn }\ncontent: hello",
            "2:16",
            "bob",
        ),
        (
            "pdu: M-Send.req\nheaders: { Date: '${now}' }\ncontent: hello",
            "2:18",
            "outside of a case",
        ),
        ("pdu: M-Send.req", "1:6", "`none`"),
        (
            "pdu: M-Send.req\nheaders: { q\u{fffd}: x }\ncontent: hello",
            "2:12",
            "X-",
        ),
        ("pdu: M-Send.req\ncontent: helo", "2:10", "`hello`"),
        (
            "pdu: M-Send.req\ncontent: { media: text/plain }",
            "2:10",
            "`text:`",
        ),
        (
            "pdu: M-Send.req\ncontent: { media: text/plain, file: gone }",
            "2:37",
            "gone",
        ),
        (
            "pdu: M-Send.req\ncontent: { media: text/plain, base64: '!' }",
            "2:39",
            "base64",
        ),
        (
            "pdu: M-Send.req\ncontent: { media: text/plain, parts: [] }",
            "2:38",
            "multipart/mixed",
        ),
        ("pdu: M-Notification.ind", "1:6", "X-Mms-Content-Location: ~"),
        ("push: { tid: 300, octets: 01 }", "1:14", "0 to 255"),
        ("push: { application-id: 200, octets: 01 }", "1:25", "below 128"),
        ("push: { tid: 1 }", "1:7", "octets:"),
        ("push: { pdu: M-Send.req }", "1:14", "{ pdu:"),
        ("pdu: M-Send.req\npush: {}", "2:1", "one message"),
        ("octets: 0", "1:9", "two hex digits"),
        ("a: [", "1:", "not YAML"),
        ("", "1:1", "empty"),
    ] {
        encode(yaml)
            .assert()
            .code(2)
            .stdout("")
            .stderr(contains(format!("standard input:{place}")).and(contains(mending)));
    }
}

#[test]
fn files_are_read_and_written() {
    let (dir, mut command) = mmspec();
    std::fs::write(dir.path().join("x.yaml"), "octets: 01 ff").unwrap();
    command
        .args(["encode", "x.yaml", "--out", "x.bin"])
        .assert()
        .code(0)
        .stdout("");
    assert_eq!(std::fs::read(dir.path().join("x.bin")).unwrap(), [1, 0xFF]);
    mmspec()
        .1
        .args(["encode", "gone.yaml"])
        .assert()
        .code(2)
        .stderr(contains("gone.yaml"));
    mmspec()
        .1
        .arg("encode")
        .write_stdin(vec![b'a', 0xFF])
        .assert()
        .code(2)
        .stderr(contains("octet 1"));
}
