//! What a relay's configuration may say about its channel for pushes, and what is said about one that cannot be.

use mmspec::relay::config::Push;
use predicates::prelude::*;

use crate::relay_push::channel;

#[test]
fn the_page_about_the_relay_shows_configurations_that_are_right() {
    let page = include_str!("../../docs/relay.md");
    let mut channels = Vec::new();
    for block in page.split("```yaml\n").skip(1) {
        let block = block.split("```").next().unwrap();
        let keys = block.strip_prefix("push:").unwrap();
        channels.push(match channel(keys) {
            Push::Kannel(_) => "kannel",
            Push::Smpp(_) => "smpp",
            Push::Pap(_) => "pap",
            Push::Hook(_) => "hook",
            Push::Wsp(_) => "wsp",
        });
    }
    channels.dedup();
    assert_eq!(channels, ["kannel", "smpp", "pap", "hook", "wsp"]);
}

/// What `mmspec relay` says about a configuration with this line for its channel.
fn refused(push: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let small = include_str!("../../src/cli/commands/relay.yaml");
    let lines = small.lines().map(|line| match line.starts_with("push:") {
        true => push,
        false => line,
    });
    std::fs::write(
        dir.path().join("relay.yaml"),
        lines.collect::<Vec<_>>().join("\n"),
    )
    .unwrap();
    let run = assert_cmd::Command::new(env!("CARGO_BIN_EXE_mmspec"))
        .current_dir(dir.path())
        .args(["relay", "--print-config", "--config", "relay.yaml"])
        .assert()
        .code(2)
        .stdout(predicate::str::is_empty());
    let said = String::from_utf8(run.get_output().stderr.clone()).unwrap();
    said.lines().next().unwrap().to_owned()
}

#[test]
fn a_configuration_error_has_its_place_and_what_is_expected() {
    let smpp = "address: \"127.0.0.1:2775\", system-id: a, password: b";
    for (push, place, found, expected) in [
        (
            "push: {}".to_owned(),
            "8:1",
            "no channel",
            "exactly one of `kannel`",
        ),
        (
            format!("push: {{ wsp: {{ network: 127.16.0.0/12 }}, smpp: {{ {smpp} }} }}"),
            "8:1",
            "`smpp` and `wsp`",
            "exactly one of",
        ),
        (
            "push: { kannel: \"http://k/\", username: a }".to_owned(),
            "8:1",
            "`kannel` without `password`",
            "`username` and `password`",
        ),
        (
            format!("push: {{ smpp: {{ {smpp} }}, username: a }}"),
            "8:1",
            "`username` beside `smpp`",
            "exactly one of",
        ),
        (
            "push: { kanel: \"http://k/\" }".to_owned(),
            "8:9",
            "unknown field `kanel`",
            "kannel",
        ),
        (
            "push: { smpp: { address: \"127.0.0.1:2775\", system-id: a } }".to_owned(),
            "8:",
            "missing field",
            "password",
        ),
        (
            format!("push: {{ smpp: {{ {smpp}, form: uhd }} }}"),
            "8:",
            "`uhd`",
            "udh-always",
        ),
        (
            format!("push: {{ smpp: {{ {smpp}, reference: 12 }} }}"),
            "8:1",
            "push.smpp.reference 12",
            "8 or 16",
        ),
        (
            "push: { smpp: { address: \"127.0.0.1:2775\", system-id: a, password: \"123456789\" } }"
                .to_owned(),
            "8:1",
            "push.smpp.password of 9 characters",
            "at most 8",
        ),
        (
            "push: { pap: { url: \"http://p/\", address-form: WAPPUSH } }".to_owned(),
            "8:1",
            "address-form",
            "{number}",
        ),
        (
            "push: { hook: { url: \"http://h/{numer}\", body: pdu } }".to_owned(),
            "8:1",
            "{numer}",
            "{number}",
        ),
        (
            "push: { hook: { url: \"http://h/\", body: pdu } }".to_owned(),
            "8:1",
            "without a number",
            "{digits}",
        ),
        (
            "push: { hook: { url: \"http://h/{number}\" } }".to_owned(),
            "8:1",
            "without a PDU",
            "`body: pdu`",
        ),
        (
            "push: { wsp: { network: here } }".to_owned(),
            "8:",
            "\"here\"",
            "127.16.0.0/12",
        ),
        (
            "push: { pap: { url: \"ppg.example\" } }".to_owned(),
            "8:1",
            "`ppg.example`",
            "http://",
        ),
    ] {
        let said = refused(&push);
        let start = format!("mmspec: relay.yaml:{place}");
        let whole = said.starts_with(&start) && said.contains(found) && said.contains(expected);
        assert!(whole, "{push}\n{said}");
    }
}

#[test]
fn every_channel_is_written_as_it_is_read() {
    for yaml in [
        "kannel: \"http://k/\"\nusername: a\npassword: b\nmethod: post\nfrom: \"12\"",
        "smpp: { address: \"127.0.0.1:2775\", system-id: a, password: b, bind: receiver+transmitter, form: sar, \
         reference: 16, part: 100, plus: false, service-type: \"\", data-coding: 0xF5, source: { address: x, ton: 5 }, \
         registered-delivery: 1, enquire-link-ms: 5, window: 3 }",
        "pap: { url: \"http://p/\", delivery-method: confirmed, notify-requested-to: \"http://a/\" }",
        "hook: { url: \"http://h/{number}\", method: get, header: { X-A: \"{digits}\" }, body: { json: [ \"{pdu-hex}\" ] } }",
        "wsp: { network: 127.16.0.0/12, port: 12948 }",
    ] {
        let push = channel(yaml);
        let written = serde_saphyr::to_string(&push).unwrap();
        assert_eq!(
            format!("{:?}", channel(&written)),
            format!("{push:?}"),
            "{written}"
        );
    }
}
