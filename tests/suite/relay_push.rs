//! The embedded relay pushes: Kannel by GET and POST, PAP, an HTTP hook, datagrams.

use std::sync::Arc;

use axum::http::Method;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use mmspec::relay::config::{self, Kannel, Push};
use mmspec::relay::{Config, Relay};
use mmspec::wire::push::{self, kannel, pap, wdp};
use mmspec::wire::{PduType, mm1};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::relay_support::*;

fn with(push: Push) -> Config {
    let mut config = config(local(), local());
    config.push = push;
    config
}

/// The channel that this YAML says.
pub fn channel(yaml: &str) -> Push {
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
        (200, Some(4001), true),
        (200, Some(5000), false),
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

#[tokio::test]
async fn a_push_whose_answer_was_lost_keeps_its_id() {
    let listener = TcpListener::bind(local()).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let relay = notifies(channel(&format!("pap: {{ url: \"{url}\" }}")), None).await;
    let mut ids = Vec::new();
    for answer in ["", &response(2007)] {
        let (mut stream, _) = timeout(SOON, listener.accept())
            .await
            .expect("a request")
            .unwrap();
        let mut seen = Vec::new();
        while !seen.ends_with(b"--\r\n") {
            assert_ne!(stream.read_buf(&mut seen).await.unwrap(), 0);
        }
        let seen = String::from_utf8_lossy(&seen);
        let id = seen.split_once("push-id=\"").unwrap().1;
        ids.push(id.split_once('"').unwrap().0.to_owned());
        if !answer.is_empty() {
            let length = answer.len();
            let head = format!("HTTP/1.1 202 Accepted\r\nContent-Length: {length}\r\n\r\n");
            stream
                .write_all(&[head.as_bytes(), answer.as_bytes()].concat())
                .await
                .unwrap();
        }
    }
    assert_eq!(ids[0], ids[1]);
    assert!(
        timeout(QUIET, listener.accept()).await.is_err(),
        "the push was taken"
    );
    relay.stop().await;
}

#[tokio::test]
async fn the_log_says_why_a_push_failed_and_keeps_the_password() {
    let closed = TcpListener::bind(local()).await.unwrap().local_addr().unwrap();
    let (sender, mut log) = mpsc::unbounded_channel();
    let push = Push::Kannel(Kannel::new(format!("http://{closed}/"), "user", "topsecret"));
    let sink = Arc::new(move |line: &str| drop(sender.send(line.to_owned())));
    let relay = Relay::start_logging(with(push), sink).await.unwrap();
    post(&relay, ALICE, &send_req("t1", BOB)).await;
    loop {
        let line = timeout(SOON, log.recv()).await.expect("a line").unwrap();
        assert!(!line.contains("topsecret"), "{line}");
        if line.contains("failed") {
            assert!(line.contains("refused"), "{line}");
            break;
        }
    }
    relay.kill().await;
}
