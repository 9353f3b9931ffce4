//! `mmspec decode` and `mmspec encode` of what carries a PDU, from outside.

use std::fs;

use crate::cli_commands::mmspec;

const NOTIFICATION: &str = "{ pdu: M-Notification.ind, headers: { X-Mms-Message-Class: Personal, X-Mms-Message-Size: 300, X-Mms-Expiry: 3600, X-Mms-Content-Location: http://mms.example/1 } }";

/// The octets that a recipe makes.
fn encoded(recipe: &str) -> Vec<u8> {
    let (_dir, mut command) = mmspec();
    let output = command
        .args(["encode", "-"])
        .write_stdin(recipe.to_owned())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{recipe}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

fn decoded(octets: &[u8], options: &[&str]) -> String {
    let (dir, mut command) = mmspec();
    fs::write(dir.path().join("file"), octets).unwrap();
    let output = command.args(["decode", "file"]).args(options).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn recipes() -> Vec<(&'static str, String)> {
    let push = format!("push: {{ tid: 7, pdu: {NOTIFICATION} }}");
    let user_data = format!("user-data: {{ ports: {{ to: 2948 }}, {push} }}");
    vec![
        ("user-data", format!("{user_data}\n")),
        (
            "sms-deliver",
            format!("sms-deliver: {{ from: +15550200000, time: 62 11 42 31 50 90 40, {user_data} }}\n"),
        ),
        (
            "sms-submit",
            format!("sms-submit: {{ to: +15550100017, reference: 9, validity: 167, {user_data} }}\n"),
        ),
        (
            "smpp",
            format!(
                "smpp: {{ command: submit_sm, sequence: 5, params: {{ destination_addr: +15550100017, esm_class: 64, data_coding: 4 }}, {user_data} }}\n"
            ),
        ),
        (
            "smpp-tlvs",
            format!(
                "smpp: {{ command: submit_sm, params: {{ destination_addr: +15550100017, data_coding: 4 }}, tlvs: [destination_port: 2948, source_port: 9200], in: message_payload, {push} }}\n"
            ),
        ),
        (
            "kannel",
            format!(
                "kannel: {{ params: [{{ to: +15550100017 }}, {{ udh: {{ octets: 06 05 04 0B 84 23 F0 }} }}], {push} }}\n"
            ),
        ),
        (
            "pap",
            format!(
                "pap: {{ message: push-message, attributes: {{ push-id: p-1@relay.example }}, elements: [{{ address: {{ address-value: WAPPUSH=+15550100017/TYPE=PLMN@ppg.example }} }}], headers: {{ X-Wap-Application-Id: x-wap-application:mms.ua }}, pdu: {NOTIFICATION} }}\n"
            ),
        ),
    ]
}

#[test]
fn every_carrier_is_unwrapped_down_to_the_pdu() {
    for (name, recipe) in recipes() {
        let octets = encoded(&recipe);
        let text = decoded(&octets, &[]);
        assert!(
            text.contains("M-Notification.ind") && text.contains("http://mms.example/1"),
            "{name}\n{text}"
        );
        insta::assert_snapshot!(format!("carrier_{name}"), text);
        // It is found out what it is; said, it is the same.
        let kind = name.split("-tlvs").next().unwrap();
        assert_eq!(
            decoded(&octets, &["--as", kind]).lines().nth(2),
            text.lines().nth(2),
            "{name}"
        );
    }
}

#[test]
fn every_carrier_comes_back_from_its_recipe() {
    for (name, recipe) in recipes() {
        let octets = encoded(&recipe);
        let text = decoded(&octets, &["--yaml"]);
        assert!(
            !text.starts_with("octets:"),
            "{name} has no readable recipe:\n{text}"
        );
        assert_eq!(encoded(&text), octets, "{name}\n{text}");
        let json: serde_json::Value = serde_json::from_str(&decoded(&octets, &["--json"])).unwrap();
        assert_eq!(json["schema"], "mmspec-decoded/1");
    }
}

#[test]
fn a_stream_of_smpp_shows_every_pdu_and_joins_segments() {
    let wsp = encoded(&format!("push: {{ tid: 7, pdu: {NOTIFICATION} }}\n"));
    let (first, second) = wsp.split_at(wsp.len() / 2);
    let segment = |number: u8, data: &[u8]| {
        encoded(&format!(
            "smpp: {{ command: submit_sm, sequence: {number}, params: {{ source_addr: '1', destination_addr: '2', esm_class: 64, data_coding: 245 }}, user-data: {{ ports: {{ to: 2948 }}, segment: {{ number: {number}, of: 2, reference: 9 }}, octets: {} }} }}\n",
            hex::encode(data)
        ))
    };
    let bind =
        encoded("smpp: { command: bind_transceiver, params: { system_id: relay, interface_version: 52 } }\n");
    // Out of order, one of them twice.
    let stream = [
        &bind[..],
        &segment(2, second),
        &segment(2, second),
        &segment(1, first),
    ]
    .concat();
    let text = decoded(&stream, &[]);
    insta::assert_snapshot!(text);
    assert!(text.contains("put together from 2 segments") && text.contains("M-Notification.ind"));
}

/// A relay may use one reference for what it sends to two receivers at once.
#[test]
fn segments_to_two_receivers_are_kept_apart() {
    let wsp = encoded(&format!("push: {{ tid: 7, pdu: {NOTIFICATION} }}\n"));
    let (first, second) = wsp.split_at(wsp.len() / 2);
    let segment = |to: u8, number: u8, data: &[u8]| {
        encoded(&format!(
            "smpp: {{ command: submit_sm, params: {{ source_addr: '1', destination_addr: '{to}', esm_class: 64, data_coding: 245 }}, user-data: {{ ports: {{ to: 2948 }}, segment: {{ number: {number}, of: 2, reference: 9 }}, octets: {} }} }}\n",
            hex::encode(data)
        ))
    };
    let stream = [
        segment(2, 1, first),
        segment(3, 1, first),
        segment(2, 2, second),
        segment(3, 2, second),
    ]
    .concat();
    let text = decoded(&stream, &[]);
    assert_eq!(text.matches("put together from 2 segments").count(), 2, "{text}");
}

#[test]
fn what_is_wrong_in_a_recipe_has_its_place() {
    for (recipe, place, problem) in [
        ("smpp: { command: submit }\n", "1:18", "submit_sm"),
        (
            "smpp: { command: submit_sm, params: { dest: x } }\n",
            "1:39",
            "no parameter `dest`",
        ),
        (
            "smpp: { command: submit_sm, tlvs: [port: 1] }\n",
            "1:42",
            "no optional parameter `port`",
        ),
        ("sms-deliver: { octets: '01' }\n", "1:14", "needs `from:`"),
        (
            "sms-deliver: { from: '1', time: '01', octets: '01' }\n",
            "1:33",
            "seven octets",
        ),
        (
            "user-data: { ports: { to: 70000 }, octets: '01' }\n",
            "1:27",
            "65535",
        ),
        ("pap: { message: push }\n", "1:17", "push-message"),
        ("kannel: { }\npush: { }\n", "2:1", "one file is one message"),
    ] {
        let (_dir, mut command) = mmspec();
        let output = command
            .args(["encode", "-"])
            .write_stdin(recipe)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{recipe}{said}");
        assert!(said.contains(place) && said.contains(problem), "{recipe}{said}");
    }
}
