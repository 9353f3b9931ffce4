//! The embedded relay pushes: Kannel by GET and POST, PAP, an HTTP hook, datagrams, and what its configuration may say.

use axum::http::Method;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use mmspec::relay::config::{self, Kannel, Push};
use mmspec::relay::{Config, Relay};
use mmspec::wire::push::{self, kannel, pap, wdp};
use mmspec::wire::{PduType, mm1};
use predicates::prelude::*;
use tokio::net::UdpSocket;
use tokio::time::timeout;

use crate::relay_support::*;

fn with(push: Push) -> Config {
    let mut config = config(local(), local());
    config.push = push;
    config
}

/// The channel that this YAML says.
fn channel(yaml: &str) -> Push {
    serde_saphyr::from_str(yaml).unwrap_or_else(|e| panic!("{yaml}: {e}"))
}

/// A relay with this channel and this defect, and an MM that it has to notify Bob of.
async fn notifies(push: Push, defect: Option<&str>) -> Relay {
    let mut config = with(push);
    config.defects.extend(defect.map(str::to_owned));
    let relay = Relay::start(config).await.unwrap();
    post(&relay, ALICE, &send_req("t1", BOB)).await;
    relay
}

#[track_caller]
fn is_notification(pdu: &[u8]) {
    let pdu = mm1::decode(&Bytes::copy_from_slice(pdu)).unwrap().pdu;
    assert_eq!(pdu.kind, PduType::NotificationInd);
}

#[track_caller]
fn carries_notification(wsp: &[u8]) {
    let push = push::decode(&Bytes::copy_from_slice(wsp)).unwrap();
    assert!(push.findings.is_empty(), "{:?}", push.findings);
    is_notification(&push.body);
}

#[tokio::test]
async fn kannel_takes_the_same_by_get_and_by_post() {
    let mut server = HttpServer::start().await;
    for method in [config::Method::Get, config::Method::Post] {
        let url = format!("http://{}/cgi-bin/sendsms", server.addr);
        let push = Push::Kannel(Kannel {
            method,
            from: Some("+1 555".to_owned()),
            ..Kannel::new(url, "a&b", "c d")
        });
        let relay = notifies(push, None).await;
        let request = server.next().await;
        let parameters = match method {
            config::Method::Get => {
                assert_eq!(request.method, Method::GET);
                request.target.split_once('?').unwrap().1.as_bytes().to_vec()
            }
            config::Method::Post => {
                assert_eq!(
                    (request.method.as_str(), request.target.as_str()),
                    ("POST", "/cgi-bin/sendsms")
                );
                assert_eq!(
                    request.headers["content-type"],
                    "application/x-www-form-urlencoded"
                );
                request.body.to_vec()
            }
        };
        let sms = kannel::decode(&Bytes::from(parameters)).value;
        let text = |name: &str| sms.get(name).unwrap().text();
        assert_eq!((text("username"), text("password")), ("a&b".into(), "c d".into()));
        assert_eq!((text("from"), text("to")), ("+1 555".into(), BOB.into()));
        assert_eq!(sms.udh().unwrap()[..], push::PORTS_UDH);
        carries_notification(sms.data().unwrap());
        relay.stop().await;
    }
}

fn pap_at(server: &HttpServer, more: &str) -> Push {
    channel(&format!("pap: {{ url: \"http://{}/ppg\"{more} }}", server.addr))
}

/// A push-response with this code, to no push in particular.
fn response(code: u16) -> String {
    let result = pap::Element::new("response-result").with("code", &code.to_string());
    let message = pap::Element::new("push-response")
        .with("push-id", "x")
        .child(result);
    String::from_utf8(pap::encode(&pap::Pap::new(message)).body).unwrap()
}

fn pap_of(request: &Request) -> pap::Pap {
    let reading = pap::decode(Some(request.header("content-type")), &request.body).unwrap();
    assert!(reading.findings.is_empty(), "{:?}", reading.findings);
    reading.value
}

#[tokio::test]
async fn a_push_proxy_gateway_is_told_whom_and_how() {
    let mut server = HttpServer::start().await;
    server.answer(202, "application/xml", &response(1001));
    let more = ", address-form: \"WAPPUSH={digits}/TYPE=PLMN@ppg.home.example\", delivery-method: preferconfirmed, \
                notify-requested-to: \"http://a.example/results\"";
    let relay = notifies(pap_at(&server, more), None).await;
    let request = server.next().await;
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("POST", "/ppg")
    );
    let said = pap_of(&request);
    let address = said.addresses().next().unwrap();
    assert_eq!(address.number(), Some(&BOB[1..]));
    assert_eq!(address.gateway, Some("ppg.home.example"));
    let notify = said.message.attribute("ppg-notify-requested-to");
    assert_eq!(notify, Some("http://a.example/results"));
    let quality = said
        .message
        .children
        .iter()
        .find(|c| c.name == "quality-of-service");
    assert_eq!(
        quality.unwrap().attribute("delivery-method"),
        Some("preferconfirmed")
    );
    assert!(said.push_id().unwrap().ends_with("@a.mms.home.example"));
    assert_eq!(said.application_id(), Some("x-wap-application:mms.ua"));
    let content = said.content.unwrap();
    assert_eq!(content.media.essence, mm1::MEDIA_TYPE);
    is_notification(&content.data);
    server.nothing().await;
    relay.stop().await;
}

#[tokio::test]
async fn the_result_code_says_whether_a_push_is_tried_again() {
    for (status, code, again) in [
        (202, Some(1000), false),
        (200, Some(3000), true),
        (200, Some(2002), false),
        (200, Some(4000), false),
        (400, None, false),
        (503, None, true),
        (202, None, false),
    ] {
        let mut server = HttpServer::start().await;
        server.answer(status, "application/xml", &code.map(response).unwrap_or_default());
        let relay = notifies(pap_at(&server, ""), None).await;
        let first = pap_of(&server.next().await);
        let address = first.message.children[0].attribute("address-value");
        assert_eq!(
            address,
            Some(pap::plmn_address(BOB, "ppg.example").as_str()),
            "{first:?}"
        );
        if again {
            let second = pap_of(&server.next().await);
            assert_ne!(first.push_id(), second.push_id(), "{status} {code:?}");
        }
        server.nothing().await;
        relay.stop().await;
    }
}

#[tokio::test]
async fn defects_of_pushes_are_those_of_pap_too() {
    for (defect, media, application) in [
        (
            "mm1.push.for-the-browser",
            mm1::MEDIA_TYPE,
            "x-wap-application:wml.ua",
        ),
        ("mm1.push.media-type", "text/plain", "x-wap-application:mms.ua"),
    ] {
        let mut server = HttpServer::start().await;
        let relay = notifies(pap_at(&server, ""), Some(defect)).await;
        let request = server.next().await;
        let said = pap::decode(Some(request.header("content-type")), &request.body).unwrap();
        assert!(!said.findings.is_empty());
        assert_eq!(said.value.application_id(), Some(application));
        assert_eq!(said.value.content.unwrap().media.essence, media);
        relay.stop().await;
    }
    let mut server = HttpServer::start().await;
    server.answer(503, "text/plain", "");
    let relay = notifies(pap_at(&server, ""), Some("mm1.notification.lost-push-final")).await;
    server.next().await;
    server.nothing().await;
    relay.stop().await;
}

#[tokio::test]
async fn a_hook_gets_the_push_as_its_template_says() {
    let hex = |text: &str| hex::decode(text).unwrap();
    let base64 = |text: &str| BASE64_STANDARD.decode(text).unwrap();
    type Check<'a> = &'a dyn Fn(&Request);
    let forms: [(&str, &str, Check<'_>); 6] = [
        ("push?to={number}", "body: pdu", &|request| {
            assert_eq!(request.method, Method::POST);
            assert_eq!(request.target, "/push?to=%2B15550100017");
            assert_eq!(request.header("content-type"), mm1::MEDIA_TYPE);
            is_notification(&request.body);
        }),
        (
            "push/{digits}",
            "body: wsp, header: { Content-Type: text/x-push, X-To: \"<{number}>\" }",
            &|request| {
                assert_eq!(request.target, "/push/15550100017");
                assert_eq!(request.header("content-type"), "text/x-push");
                assert_eq!(request.header("x-to"), "<+15550100017>");
                carries_notification(&request.body);
            },
        ),
        (
            "",
            "body: { json: { message: [ { to: \"{number}\", data: \"{wsp-base64}\", port: 2948 } ] } }",
            &|request| {
                assert_eq!(request.header("content-type"), "application/json");
                let said: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
                let message = &said["message"][0];
                assert_eq!(
                    (message["to"].as_str(), message["port"].as_u64()),
                    (Some(BOB), Some(2948))
                );
                carries_notification(&base64(message["data"].as_str().unwrap()));
            },
        ),
        (
            "",
            "body: { form: { to: \"{number}\", data: \"{pdu-base64}\" } }",
            &|request| {
                let sms = kannel::decode(&request.body).value;
                assert_eq!(sms.to().as_deref(), Some(BOB));
                is_notification(&base64(&sms.get("data").unwrap().text()));
            },
        ),
        ("", "body: { text: \"{number} {pdu-hex}\" }", &|request| {
            let text = std::str::from_utf8(&request.body).unwrap();
            let (number, pdu) = text.split_once(' ').unwrap();
            assert_eq!(number, BOB);
            is_notification(&hex(pdu));
        }),
        ("push?to={number}&data={wsp-hex}", "method: get", &|request| {
            assert_eq!((&request.method, request.body.len()), (&Method::GET, 0));
            let query = Bytes::from(request.target.split_once('?').unwrap().1.to_owned());
            let sms = kannel::decode(&query).value;
            carries_notification(&hex(&sms.get("data").unwrap().text()));
        }),
    ];
    let mut server = HttpServer::start().await;
    for (path, rest, check) in forms {
        let push = format!("hook: {{ url: \"http://{}/{path}\", {rest} }}", server.addr);
        let relay = notifies(channel(&push), None).await;
        check(&server.next().await);
        relay.stop().await;
    }
}

#[tokio::test]
async fn a_hook_is_asked_again_unless_the_request_is_at_fault() {
    for (status, again) in [(404, false), (429, true), (500, true), (302, true)] {
        let mut server = HttpServer::start().await;
        server.answer(status, "text/plain", "");
        let url = format!("http://{}/{{number}}", server.addr);
        let relay = notifies(channel(&format!("hook: {{ url: \"{url}\", body: pdu }}")), None).await;
        let first = server.next().await;
        if again {
            assert_eq!(first.body, server.next().await.body);
        }
        server.nothing().await;
        relay.stop().await;
    }
}

#[tokio::test]
async fn a_datagram_goes_to_the_subscribers_own_address() {
    let network = "127.16.0.0/12".parse().unwrap();
    let address = wdp::address_of(network, BOB).unwrap();
    let phone = UdpSocket::bind((address, 0)).await.unwrap();
    let port = phone.local_addr().unwrap().port();
    let push = || channel(&format!("wsp: {{ network: 127.16.0.0/12, port: {port} }}"));
    let relay = notifies(push(), None).await;
    let mut octets = [0; 2048];
    let receive = async |phone: &UdpSocket, octets: &mut [u8]| {
        timeout(SOON, phone.recv(octets))
            .await
            .expect("a datagram")
            .unwrap()
    };
    let length = receive(&phone, &mut octets).await;
    carries_notification(&octets[..length]);
    relay.stop().await;

    // A phone that is switched on again hears of it.
    drop(phone);
    let relay = notifies(push(), Some("mm1.push.media-type")).await;
    let phone = UdpSocket::bind((address, port)).await.unwrap();
    let length = receive(&phone, &mut octets).await;
    let push = push::decode(&Bytes::copy_from_slice(&octets[..length])).unwrap();
    assert_eq!(push.content_type, "text/plain");
    relay.stop().await;
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
