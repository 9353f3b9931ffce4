//! Dialects of the embedded relay: each is heard on the wire, and understood by what listens as tolerantly as the standards ask.

use std::time::Duration;

use mmspec::relay::{DIALECTS, Relay};
use mmspec::wire::compare::same_content;
use mmspec::wire::{Pdu, PduType, Value, mm1};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::relay_support::*;

const DAVE: &str = "+15550200018";

async fn start(dialects: &[&str]) -> (Relay, Gateway, Peer) {
    start_beside(dialects, Gateway::start().await, Script::default()).await
}

async fn start_beside(dialects: &[&str], gateway: Gateway, script: Script) -> (Relay, Gateway, Peer) {
    let peer = Peer::scripted(script).await;
    let mut config = config(gateway.addr, peer.addr);
    config.dialects = dialects.iter().map(|d| (*d).to_owned()).collect();
    (Relay::start(config).await.unwrap(), gateway, peer)
}

/// Alice sends to carol of the peer, and carol's MMSE answers.
async fn alice_sends(relay: &Relay, peer: &mut Peer) -> Mail {
    post(relay, ALICE, &send_req("t1", CAROL)).await;
    let req = peer.expect(PduType::Mm4ForwardReq).await;
    answer(relay, &req).await;
    req
}

async fn answer(relay: &Relay, req: &Mail) {
    let res = answer_to(req, PduType::Mm4ForwardRes, "Ok").with(
        "X-Mms-Originator-System",
        Value::Address("system@mms.peer.example".to_owned()),
    );
    let to = ["system-user@mms.home.example".to_owned()];
    assert_eq!(deliver(relay, "system@mms.peer.example", &to, &res).await, 250);
}

async fn carol_sends(relay: &Relay, to: &[&str]) -> u16 {
    let mut req = forward_req("r1", to[0]);
    for other in &to[1..] {
        req.push("To", Value::Address(plmn(other)));
    }
    let to: Vec<String> = to.iter().map(|number| home_mailbox(number)).collect();
    deliver(relay, &carol_mailbox(), &to, &req).await
}

/// The value of a header line as it stands in the message.
fn line(mail: &Mail, name: &str) -> String {
    let text = String::from_utf8_lossy(&mail.octets).replace("\r\n ", " ");
    let start = format!("{name}: ");
    let found = text.lines().find_map(|line| line.strip_prefix(&start));
    found.unwrap_or_else(|| panic!("no {name} in {text}")).to_owned()
}

#[tokio::test]
async fn a_name_that_is_none_is_answered_with_all_that_are() {
    let mut config = config(local(), local());
    config.dialects = vec!["bare".to_owned()];
    let error = Relay::start(config).await.unwrap_err().to_string();
    for dialect in DIALECTS {
        assert!(error.contains(dialect.name), "{error}");
    }
}

#[tokio::test]
async fn paths_and_addresses_without_domains() {
    let (relay, mut gateway, mut peer) = start(&["unqualified-paths", "no-domain"]).await;
    let req = alice_sends(&relay, &mut peer).await;
    assert_eq!(
        (req.from.as_str(), &req.to[..]),
        (plmn(ALICE).as_str(), &[plmn(CAROL)][..])
    );
    for (name, number) in [("From", ALICE), ("Sender", ALICE), ("To", CAROL)] {
        assert_eq!(line(&req, name), plmn(number), "{name}");
    }
    assert_eq!(
        line(&req, "X-Mms-Originator-System"),
        "system-user@mms.home.example"
    );
    assert_eq!(carol_sends(&relay, &[BOB]).await, 250);
    let res = peer.expect(PduType::Mm4ForwardRes).await;
    assert_eq!(res.to, ["system@mms.peer.example"]);
    gateway.expect(PduType::NotificationInd, BOB).await;
}

#[tokio::test]
async fn ids_with_quotes_without_and_one_way_each() {
    for (dialect, in_req, in_res) in [
        ("quoted-ids", true, true),
        ("bare-ids", false, false),
        ("mixed-ids", true, false),
    ] {
        let (relay, _gateway, mut peer) = start(&[dialect]).await;
        let req = alice_sends(&relay, &mut peer).await;
        assert_eq!(carol_sends(&relay, &[BOB]).await, 250);
        let res = peer.expect(PduType::Mm4ForwardRes).await;
        for name in ["X-Mms-Transaction-ID", "X-Mms-Message-ID"] {
            assert_eq!(line(&req, name).starts_with('"'), in_req, "{dialect} {name}");
            assert_eq!(line(&res, name).starts_with('"'), in_res, "{dialect} {name}");
        }
        assert_eq!(line(&res, "X-Mms-Transaction-ID").trim_matches('"'), "r1");
    }
}

#[tokio::test]
async fn a_transaction_for_each_recipient_and_an_answer_for_each() {
    let (relay, mut gateway, mut peer) = start(&["transaction-per-recipient", "res-per-recipient"]).await;
    let both = send_req("t1", CAROL).with("To", Value::Address(plmn(DAVE)));
    post(&relay, ALICE, &both).await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let req = peer.expect(PduType::Mm4ForwardReq).await;
        let tid = req.text("X-Mms-Transaction-ID");
        let [to] = &req.to[..] else { panic!("{:?}", req.to) };
        let number = to.split('/').next().unwrap().trim_start_matches('+').to_owned();
        assert!(tid.contains(&number), "{tid} {to}");
        assert_eq!(req.pdu.all("To").count(), 2);
        answer(&relay, &req).await;
        seen.push(number);
    }
    seen.sort();
    assert_eq!(seen, [CAROL, DAVE].map(|number| number.trim_start_matches('+')));
    // Both were answered: neither comes again.
    peer.expect_none().await;

    assert_eq!(carol_sends(&relay, &[BOB, ALICE]).await, 250);
    let mut named = Vec::new();
    for _ in 0..2 {
        let res = peer.expect(PduType::Mm4ForwardRes).await;
        assert_eq!(res.text("X-Mms-Transaction-ID").trim_matches('"'), "r1");
        named.extend(res.pdu.all("X-Mms-Request-Recipients").map(|f| f.value.text()));
        gateway.next().await;
    }
    named.sort();
    assert_eq!(named, [plmn(ALICE), plmn(BOB)]);
    peer.expect_none().await;
}

#[tokio::test]
async fn originator_systems_in_other_forms() {
    for (dialect, form) in [
        ("originator-host", "mms.home.example"),
        ("originator-private", "system=mms.home.example;party=+15550100011"),
    ] {
        let (relay, _gateway, mut peer) = start(&[dialect]).await;
        let req = alice_sends(&relay, &mut peer).await;
        assert_eq!(line(&req, "X-Mms-Originator-System"), form);
        let mut smtp = Smtp::connect(Running::mm4_addr(&relay)).await;
        assert_eq!(smtp.command("EHLO mms.peer.example").await, 250);
        assert_eq!(smtp.command("MAIL FROM:<>").await, 250);
        assert_eq!(smtp.command("RCPT TO:<mms.home.example>").await, 250);
    }
}

#[tokio::test]
async fn answers_and_reports_with_a_content_type() {
    let (relay, mut gateway, mut peer) = start(&["content-type-on-reports"]).await;
    assert_eq!(carol_sends(&relay, &[BOB]).await, 250);
    let res = peer.expect(PduType::Mm4ForwardRes).await;
    let notification = gateway.expect(PduType::NotificationInd, BOB).await;
    get(&relay, BOB, &notification).await;
    post(&relay, BOB, &notify_resp(&notification, "Retrieved")).await;
    let report = peer.expect(PduType::Mm4DeliveryReportReq).await;
    for mail in [res, report] {
        assert_eq!(line(&mail, "Content-Type"), "text/plain");
        assert_eq!(line(&mail, "MIME-Version"), "1.0");
        assert!(mail.octets.ends_with(b"\r\n\r\n"));
    }
}

#[tokio::test]
async fn parts_in_other_encodings_are_the_same_parts() {
    let offers = Script {
        offers: vec!["8BITMIME"],
        ..Script::default()
    };
    for (dialect, encoding, declared) in [
        ("8bit-parts", "8bit", true),
        ("quoted-printable", "quoted-printable", false),
    ] {
        let gateway = Gateway::start().await;
        let (relay, _gateway, mut peer) = start_beside(&[dialect], gateway, offers.clone()).await;
        let req = alice_sends(&relay, &mut peer).await;
        let text = String::from_utf8_lossy(&req.octets);
        let encoded = text
            .matches(&format!("Content-Transfer-Encoding: {encoding}\r\n"))
            .count();
        assert!(encoded >= 2 && !text.contains("base64"), "{text}");
        same_content(&picture_and_text(), req.pdu.content.as_ref().unwrap()).unwrap();
        let mail = req.commands.iter().find(|line| line.starts_with("MAIL")).unwrap();
        assert_eq!(mail.ends_with(" BODY=8BITMIME"), declared, "{mail}");
    }
}

#[tokio::test]
async fn helo_and_nothing_else() {
    let (relay, _gateway, mut peer) = start(&["helo-only"]).await;
    post(&relay, ALICE, &send_req("t1", CAROL)).await;
    let req = peer.expect(PduType::Mm4ForwardReq).await;
    assert_eq!(req.commands[0], "HELO mms.home.example");
    assert!(!req.commands[1].contains("SIZE"), "{:?}", req.commands);
    let mut smtp = Smtp::connect(Running::mm4_addr(&relay)).await;
    assert_eq!(smtp.command("EHLO mms.peer.example").await, 502);
    assert_eq!(smtp.command("HELO mms.peer.example").await, 250);
    assert_eq!(
        smtp.command(&format!("MAIL FROM:<{}>", carol_mailbox())).await,
        250
    );
    assert_eq!(
        smtp.command(&format!("RCPT TO:<{}>", home_mailbox(BOB))).await,
        250
    );
}

#[tokio::test]
async fn one_connection_for_everything() {
    let (relay, mut gateway, mut peer) = start(&["long-connection=40"]).await;
    assert_eq!(alice_sends(&relay, &mut peer).await.connection, 0);
    assert_eq!(carol_sends(&relay, &[BOB]).await, 250);
    assert_eq!(peer.expect(PduType::Mm4ForwardRes).await.connection, 0);
    let notification = gateway.expect(PduType::NotificationInd, BOB).await;
    // The connection is greeted in until there is something to say again.
    timeout(QUIET, std::future::pending::<()>()).await.unwrap_err();
    get(&relay, BOB, &notification).await;
    post(&relay, BOB, &notify_resp(&notification, "Retrieved")).await;
    let report = peer.expect(PduType::Mm4DeliveryReportReq).await;
    assert_eq!(report.connection, 0);
    assert!(
        report.commands.iter().any(|line| line == "HELO mms.home.example"),
        "{:?}",
        report.commands
    );
    assert!(
        !report.commands.iter().any(|line| line == "QUIT"),
        "{:?}",
        report.commands
    );
}

#[tokio::test]
async fn a_late_reply_waits_for_the_push_gateway() {
    let (gateway, gate) = Gateway::start_shut().await;
    let (relay, mut gateway, _peer) = start_beside(&["slow-250"], gateway, Script::default()).await;
    let mut reply = std::pin::pin!(carol_sends(&relay, &[BOB]));
    timeout(QUIET, &mut reply).await.unwrap_err();
    gate.notify_one();
    assert_eq!(reply.await, 250);
    gateway.expect(PduType::NotificationInd, BOB).await;
}

#[tokio::test]
async fn only_hosts_that_are_known_by_name() {
    let gateway = Gateway::start().await;
    let mut config = config(gateway.addr, local());
    config.dialects = vec!["trusted-hosts".to_owned()];
    config.mm4.trusted_hosts = vec!["relay.hub.example".to_owned()];
    let relay = Relay::start(config).await.unwrap();
    for (name, code) in [
        ("mx.mms.peer.example", 250),
        ("RELAY.hub.example", 250),
        ("mx.other.example", 550),
    ] {
        let mut smtp = Smtp::connect(Running::mm4_addr(&relay)).await;
        assert_eq!(smtp.command(&format!("EHLO {name}")).await, 250);
        assert_eq!(smtp.command("MAIL FROM:<>").await, code, "{name}");
    }
}

#[tokio::test]
async fn errors_of_http_in_the_place_of_pdus() {
    let (relay, _gateway, _peer) = start(&["http-errors"]).await;
    let stranger = post(&relay, "+15559990000", &send_req("t1", BOB)).await;
    assert_eq!(
        (stranger.status, &stranger.body[..]),
        (403, &b"Error-permanent-service-denied"[..])
    );
    let mut other = send_req("t2", BOB);
    other.set("X-Mms-MMS-Version", Value::Version { major: 3, minor: 0 });
    assert_eq!(post(&relay, ALICE, &other).await.status, 501);
    let head = format!("GET /mms/nothing HTTP/1.1\r\nX-WAP-Network-Client-MSISDN: {ALICE}");
    let missing = http(relay.mm1_addr(), &head, b"").await;
    assert_eq!(
        (missing.status, &missing.body[..]),
        (404, &b"Error-permanent-message-not-found"[..])
    );
    let taken = post(&relay, ALICE, &send_req("t3", BOB)).await;
    assert_eq!(
        (taken.status, taken.text("X-Mms-Response-Status").as_str()),
        (200, "Ok")
    );
}

#[tokio::test]
async fn indications_are_answered_with_nothing_in_two_ways() {
    for (dialect, status) in [("empty-204", 204), ("empty-200", 200)] {
        let (relay, mut gateway, _peer) = start(&[dialect]).await;
        post(&relay, ALICE, &send_req("t1", BOB)).await;
        let notification = gateway.expect(PduType::NotificationInd, BOB).await;
        let answer = post(&relay, BOB, &notify_resp(&notification, "Deferred")).await;
        assert_eq!((answer.status, answer.body.len()), (status, 0), "{dialect}");
    }
}

/// Everything that comes back in a connection that this client does not close.
async fn raw(relay: &Relay, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(relay.mm1_addr()).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    timeout(SOON, stream.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    answer
}

fn posted(media: &str, more: &str, pdu: &Pdu) -> Vec<u8> {
    let octets = mm1::encode(pdu);
    let head = format!(
        "POST /mms HTTP/1.1\r\nHost: relay\r\nX-WAP-Network-Client-MSISDN: {ALICE}\r\nContent-Type: {media}\r\n\
         {more}Content-Length: {}\r\n\r\n",
        octets.len()
    );
    [head.as_bytes(), &octets].concat()
}

#[tokio::test]
async fn the_end_of_the_connection_ends_the_answer() {
    let (relay, _gateway, _peer) = start(&["close-without-length"]).await;
    let answer = raw(&relay, &posted(mm1::MEDIA_TYPE, "", &send_req("t1", BOB))).await;
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap().to_lowercase();
    assert!(
        head.starts_with("http/1.0 200") && head.contains("connection: close"),
        "{head}"
    );
    assert!(!head.contains("length") && !head.contains("chunked"), "{head}");
    let conf = mm1::decode(&answer[end + 4..].to_vec().into()).unwrap().pdu;
    assert_eq!(conf.text("X-Mms-Response-Status").unwrap(), "Ok");
}

#[tokio::test]
async fn a_content_type_letter_for_letter() {
    let (relay, _gateway, _peer) = start(&["strict-content-type"]).await;
    let upper = mm1::MEDIA_TYPE.to_uppercase();
    for (media, status) in [
        (mm1::MEDIA_TYPE, "200"),
        (upper.as_str(), "415"),
        ("application/vnd.wap.mms-message; charset=utf-8", "415"),
    ] {
        let request = posted(media, "Connection: close\r\n", &send_req("t1", BOB));
        let answer = raw(&relay, &request).await;
        assert!(
            answer.starts_with(format!("HTTP/1.1 {status}").as_bytes()),
            "{media}"
        );
    }
}

#[tokio::test]
async fn locations_that_need_care() {
    for (dialect, written) in [
        ("location-unresolvable", "http://mmsc/mms@1/"),
        ("location-quotes", "/mms?id=\""),
    ] {
        let (relay, mut gateway, _peer) = start(&[dialect]).await;
        post(&relay, ALICE, &send_req("t1", BOB)).await;
        let notification = gateway.expect(PduType::NotificationInd, BOB).await;
        let location = notification.text("X-Mms-Content-Location");
        assert!(location.contains(written), "{location}");
        let path = &location[location.find("/mms").unwrap()..];
        let path = &path[path.rfind("/mms").unwrap_or(0)..];
        for path in [path.to_owned(), path.replace('"', "%22")] {
            let head = format!("GET {path} HTTP/1.1\r\nX-WAP-Network-Client-MSISDN: {BOB}");
            let mm = http(relay.mm1_addr(), &head, b"").await;
            assert_eq!(mm.status, 200, "{path}");
            same_content(&picture_and_text(), mm.pdu().content.as_ref().unwrap()).unwrap();
        }
    }
}

#[tokio::test]
async fn a_notification_before_the_mm_is_ready() {
    let (gateway, gate) = Gateway::start_shut().await;
    let (relay, mut gateway, _peer) =
        start_beside(&["push-before-ready=1"], gateway, Script::default()).await;
    post(&relay, ALICE, &send_req("t1", BOB)).await;
    let notification = gateway.expect(PduType::NotificationInd, BOB).await;
    let early = get(&relay, BOB, &notification).await;
    assert_eq!(
        early.text("X-Mms-Retrieve-Status"),
        "Error-permanent-message-not-found"
    );
    gate.notify_one();
    timeout(SOON, async {
        while get(&relay, BOB, &notification)
            .await
            .pdu()
            .field("X-Mms-Retrieve-Status")
            .is_some()
        {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("it is ready in the end");
}

#[tokio::test]
async fn notifications_that_do_not_stop() {
    let (relay, mut gateway, _peer) = start(&["repeated-notifications=20"]).await;
    post(&relay, ALICE, &send_req("t1", BOB)).await;
    let first = gateway.expect(PduType::NotificationInd, BOB).await;
    for _ in 0..5 {
        assert_eq!(
            gateway
                .expect(PduType::NotificationInd, BOB)
                .await
                .text("X-Mms-Transaction-ID"),
            first.text("X-Mms-Transaction-ID")
        );
    }
    post(&relay, BOB, &notify_resp(&first, "Deferred")).await;
    // One may have been under way.
    let _ = timeout(Duration::from_millis(50), gateway.next()).await;
    gateway.expect_none().await;
}

#[tokio::test]
async fn a_queue_that_ticks() {
    // A day between ticks: midnight is the only moment at which this could fail.
    for (dialect, leaves) in [("slow-queue=86400000", false), ("slow-queue=100", true)] {
        let (relay, mut gateway, mut peer) = start(&[dialect]).await;
        post(&relay, ALICE, &send_req("t1", BOB)).await;
        post(&relay, ALICE, &send_req("t2", CAROL)).await;
        if leaves {
            gateway.expect(PduType::NotificationInd, BOB).await;
            peer.expect(PduType::Mm4ForwardReq).await;
        } else {
            gateway.expect_none().await;
            peer.expect_none().await;
        }
    }
}

#[test]
fn the_list_and_the_page_have_every_dialect() {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_mmspec"))
        .args(["relay", "--list-dialects"])
        .output()
        .unwrap();
    assert!(output.status.success());
    let list = String::from_utf8(output.stdout).unwrap();
    let page = include_str!("../../docs/dialects.md").replace('`', "");
    for dialect in DIALECTS {
        assert!(
            list.contains(dialect.does) && list.contains(dialect.source),
            "{list}"
        );
        let name = match dialect.millis {
            Some(millis) => format!("{}={millis}", dialect.name),
            None => dialect.name.to_owned(),
        };
        let row = format!(
            "| {name} | {} | {} | {} |",
            dialect.about, dialect.does, dialect.source
        );
        assert!(page.contains(&row), "{row}");
    }
}

#[test]
fn a_dialect_on_the_command_line_joins_those_of_the_configuration() {
    let relay = |dialects: &[&str]| {
        let words = dialects.iter().flat_map(|dialect| ["--dialect", *dialect]);
        assert_cmd::Command::new(env!("CARGO_BIN_EXE_mmspec"))
            .args(["relay", "--print-config"])
            .args(words)
            .output()
            .unwrap()
    };
    let output = relay(&["bare-ids", "slow-queue=70"]);
    let config = String::from_utf8(output.stdout).unwrap();
    assert!(
        config.contains("bare-ids") && config.contains("slow-queue=70"),
        "{config}"
    );
}
