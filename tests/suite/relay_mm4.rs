//! MM4 of the embedded relay, both ways.

use std::sync::{Arc, Mutex};

use mailin_embedded::{Handler, Server, SslConfig};
use mmspec::relay::Relay;
use mmspec::wire::{Interval, Pdu, PduType, Value, mm4};

use crate::relay_support::*;

async fn start(refusals: Vec<&'static str>) -> (Relay, Gateway, Peer) {
    start_with(refusals, &[]).await
}

async fn start_with(refusals: Vec<&'static str>, defects: &[&str]) -> (Relay, Gateway, Peer) {
    let gateway = Gateway::start().await;
    let peer = Peer::start(refusals).await;
    let mut config = config(gateway.addr, peer.addr);
    config.defects = defects.iter().map(|d| (*d).to_owned()).collect();
    (Relay::start(config).await.unwrap(), gateway, peer)
}

async fn carol_sends(relay: &Relay, pdu: &Pdu) -> u16 {
    deliver(relay, &carol_mailbox(), &[home_mailbox(BOB)], pdu).await
}

#[tokio::test]
async fn an_mm_from_a_peer_is_answered_delivered_and_reported() {
    let (relay, mut gateway, mut peer) = start(vec![]).await;
    let mut req = forward_req("r1", BOB).with("X-Foo", Value::text_of("bar"));
    req.push("X-Mms-Expiry", Value::Interval(Interval::Relative(600)));
    assert_eq!(carol_sends(&relay, &req).await, 250);
    let res = peer.expect(PduType::Mm4ForwardRes).await;
    assert_eq!(res.to, ["system@mms.peer.example"]);
    assert_eq!(res.from, "system-user@mms.home.example");
    assert_eq!(res.text("X-Mms-Transaction-ID").trim_matches('"'), "r1");
    assert_eq!(
        res.text("X-Mms-Message-ID").trim_matches('"'),
        "r1@mms.peer.example"
    );
    assert_eq!(res.text("X-Mms-Request-Status-Code"), "Ok");
    for name in [
        "X-Mms-3GPP-MMS-Version",
        "Date",
        "From",
        "Sender",
        "To",
        "Message-ID",
    ] {
        assert!(res.pdu.field(name).is_some(), "{name}");
    }

    let notification = gateway.expect(PduType::NotificationInd, BOB).await;
    assert_eq!(notification.text("From"), plmn(CAROL));
    assert!(matches!(
        notification.pdu.value("X-Mms-Expiry"),
        Some(Value::Interval(Interval::Relative(590..=600)))
    ));
    let retrieved = get(&relay, BOB, &notification).await;
    let mm = retrieved.pdu();
    assert_eq!(mm.text("Subject").unwrap(), "Hello");
    assert_eq!(mm.text("X-Foo").unwrap(), "bar");
    assert_eq!(mm.text("X-Mms-Read-Report").unwrap(), "Yes");
    assert_eq!(mm.text("To").unwrap(), plmn(BOB));
    for name in [
        "Sender",
        "X-Mms-Ack-Request",
        "X-Mms-Originator-System",
        "Received",
    ] {
        assert!(mm.field(name).is_none(), "{name}");
    }
    mmspec::wire::compare::same_content(&picture_and_text(), mm.content.as_ref().unwrap()).unwrap();

    post(&relay, BOB, &notify_resp(&notification, "Retrieved")).await;
    let report = peer.expect(PduType::Mm4DeliveryReportReq).await;
    assert_eq!(report.to, [carol_mailbox()]);
    assert_eq!(report.text("From"), home_mailbox(BOB));
    assert_eq!(
        report.text("X-Mms-Message-ID").trim_matches('"'),
        "r1@mms.peer.example"
    );
    assert_eq!(report.text("X-Mms-MM-Status-Code"), "Retrieved");
    post(&relay, BOB, &read_rec(&retrieved, BOB, CAROL)).await;
    let read = peer.expect(PduType::Mm4ReadReplyReportReq).await;
    assert_eq!(read.text("From"), home_mailbox(BOB));
    assert_eq!(read.text("X-Mms-Read-Status"), "Deleted without being read");
    peer.expect_none().await;
}

#[tokio::test]
async fn a_repeated_request_is_answered_again_and_delivered_once() {
    let (relay, mut gateway, mut peer) = start(vec![]).await;
    for _ in 0..2 {
        assert_eq!(carol_sends(&relay, &forward_req("r1", BOB)).await, 250);
        let res = peer.expect(PduType::Mm4ForwardRes).await;
        assert_eq!(res.text("X-Mms-Request-Status-Code"), "Ok");
    }
    gateway.expect(PduType::NotificationInd, BOB).await;
    gateway.expect_none().await;
}

#[tokio::test]
async fn requests_that_cannot_be_taken_are_refused_in_a_res_or_by_smtp() {
    let (relay, mut gateway, mut peer) = start(vec![]).await;
    let mut incomplete = forward_req("r1", BOB);
    incomplete.remove("X-Mms-Message-ID");
    assert_eq!(carol_sends(&relay, &incomplete).await, 250);
    let res = peer.expect(PduType::Mm4ForwardRes).await;
    assert_eq!(
        res.text("X-Mms-Request-Status-Code"),
        "Error-message-format-corrupt"
    );
    let mut nameless = forward_req("r2", BOB);
    nameless.remove("X-Mms-Transaction-ID");
    assert_eq!(carol_sends(&relay, &nameless).await, 554);
    let mut newer = forward_req("r3", BOB);
    newer.set("X-Mms-3GPP-MMS-Version", Value::text_of("7.0.0"));
    assert_eq!(carol_sends(&relay, &newer).await, 250);
    let res = peer.expect(PduType::Mm4ForwardRes).await;
    assert_eq!(res.text("X-Mms-Request-Status-Code"), "Error-unsupported-message");
    let mut reflected = forward_req("r4", BOB);
    reflected.set("X-Mms-Originator-System", Value::text_of("x@victim.example"));
    assert_eq!(carol_sends(&relay, &reflected).await, 250);
    let mut spoofed = forward_req("r5", BOB);
    spoofed.set("From", Value::Address(plmn(ALICE)));
    assert_eq!(carol_sends(&relay, &spoofed).await, 250);
    let res = peer.expect(PduType::Mm4ForwardRes).await;
    assert_eq!(res.text("X-Mms-Request-Status-Code"), "Error-service-denied");
    gateway.expect(PduType::NotificationInd, BOB).await;
    gateway.expect_none().await;
    peer.expect_none().await;
}

#[tokio::test]
async fn smtp_word_by_word() {
    let (relay, _gateway, _peer) = start(vec![]).await;
    let mut smtp = Smtp::connect(Running::mm4_addr(&relay)).await;
    assert_eq!(smtp.command("MAIL FROM:<a@b>").await, 503);
    smtp.send(b"EHLO x\r\n").await;
    let (code, lines) = smtp.reply().await;
    assert!(code == 250 && lines.contains("SIZE 1000000") && lines.contains("8BITMIME"));
    let bob = format!("RCPT TO:<{}>", home_mailbox(BOB));
    let script = [
        (bob.as_str(), 503),
        ("DATA", 503),
        ("MAIL FROM:<> SIZE=2000000", 552),
        ("MAIL FROM:<> SIZE=2000", 250),
        ("MAIL FROM:<>", 503),
        ("DATA", 503),
        ("RCPT TO:<+15559999999/TYPE=PLMN@mms.home.example>", 550),
        ("RCPT TO:<x@elsewhere.example>", 550),
        ("RCPT TO:<+15550100017/type=plmn@MMS.Home.example>", 250),
        ("RCPT TO:<system-user@mms.home.example>", 250),
        ("RSET", 250),
        (bob.as_str(), 503),
        ("VRFY bob", 252),
        ("EXPN all", 502),
        ("NOOP", 250),
        ("XYZZY", 500),
        ("HELO x", 250),
    ];
    for (line, code) in script {
        assert_eq!(smtp.command(line).await, code, "{line}");
    }
    // Grouped commands of a pipelining client are answered one by one.
    smtp.send(format!("MAIL FROM:<>\r\nRCPT TO:<x@y.example>\r\n{bob}\r\nQUIT\r\n").as_bytes())
        .await;
    for code in [250, 550, 250, 221] {
        assert_eq!(smtp.reply().await.0, code);
    }
    assert_eq!(smtp.read_to_end().await.unwrap(), 0);
}

#[tokio::test]
async fn an_mm_to_a_peer_is_sent_until_it_is_answered_and_reports_are_shown() {
    let (relay, mut gateway, mut peer) = start(vec!["451 later", "250 ok"]).await;
    let mut req = send_req("t1", CAROL).with("X-Test", Value::text_of("kept"));
    req.push("Bcc", Value::Address(plmn("+15550200099")));
    let conf = post(&relay, ALICE, &req).await;
    let id = conf.text("Message-ID");
    let refused = peer.expect(PduType::Mm4ForwardReq).await;
    let unanswered = peer.expect(PduType::Mm4ForwardReq).await;
    let sent = peer.expect(PduType::Mm4ForwardReq).await;
    for name in ["X-Mms-Transaction-ID", "X-Mms-Message-ID"] {
        assert_eq!(refused.text(name), unanswered.text(name));
        assert_eq!(refused.text(name), sent.text(name));
    }
    assert_eq!(sent.from, home_mailbox(ALICE));
    assert_eq!(
        sent.to,
        [
            carol_mailbox(),
            "+15550200099/TYPE=PLMN@mms.peer.example".to_owned()
        ]
    );
    assert_eq!(sent.text("From"), home_mailbox(ALICE));
    assert_eq!(sent.text("To"), carol_mailbox());
    assert_eq!(sent.text("X-Mms-Message-ID"), format!("\"{id}\""));
    assert_eq!(sent.text("Subject"), "Zoë");
    assert_eq!(sent.text("X-Mms-Read-Reply"), "Yes");
    assert_eq!(
        sent.text("X-Mms-Originator-System"),
        "system-user@mms.home.example"
    );
    assert_eq!(sent.text("X-Test"), "kept");
    assert!(!mm4::encode(&sent.pdu).windows(12).any(|w| w == b"+15550200099"));
    mmspec::wire::compare::same_content(&picture_and_text(), sent.pdu.content.as_ref().unwrap()).unwrap();

    let system = vec![sent.text("X-Mms-Originator-System")];
    let ok = answer_to(&sent, PduType::Mm4ForwardRes, "Ok");
    assert_eq!(
        deliver(&relay, "system@mms.other.example", &system, &ok).await,
        250
    );
    peer.expect(PduType::Mm4ForwardReq).await;
    assert_eq!(
        deliver(&relay, "system@mms.peer.example", &system, &ok).await,
        250
    );
    peer.expect_none().await;

    let report = answer_to(&sent, PduType::Mm4DeliveryReportReq, "Ok");
    let mut report = report
        .with("From", Value::Address(plmn(CAROL)))
        .with("Date", Value::Date(1_795_000_000))
        .with("X-Mms-Ack-Request", Value::token("Yes"))
        .with("X-Mms-MM-Status-Code", Value::token("Retrieved"));
    report.remove("X-Mms-Request-Status-Code");
    assert_eq!(
        deliver(
            &relay,
            "system@mms.other.example",
            &[home_mailbox(ALICE)],
            &report
        )
        .await,
        250
    );
    for _ in 0..2 {
        deliver(&relay, "system@mms.peer.example", &[home_mailbox(ALICE)], &report).await;
        let res = peer.expect(PduType::Mm4DeliveryReportRes).await;
        assert_eq!(res.text("X-Mms-Request-Status-Code"), "Ok");
    }
    let shown = gateway.expect(PduType::DeliveryInd, ALICE).await;
    assert_eq!(shown.text("Message-ID"), id);
    assert_eq!(shown.text("To"), plmn(CAROL));
    gateway.expect_none().await;
    let mut stray = report.clone();
    stray.set("X-Mms-Message-ID", Value::text_of("unknown"));
    deliver(&relay, "system@mms.peer.example", &[home_mailbox(ALICE)], &stray).await;
    let res = peer.expect(PduType::Mm4DeliveryReportRes).await;
    assert_eq!(res.text("X-Mms-Request-Status-Code"), "Error-message-not-found");
}

#[tokio::test]
async fn what_fails_for_good_is_reported_once() {
    let (relay, mut gateway, mut peer) = start(vec!["554 no"]).await;
    post(&relay, ALICE, &send_req("t1", CAROL)).await;
    peer.expect(PduType::Mm4ForwardReq).await;
    let report = gateway.expect(PduType::DeliveryInd, ALICE).await;
    assert_eq!(report.text("X-Mms-Status"), "Rejected");
    peer.expect_none().await;
    // No RES ever: four attempts, then nobody knows.
    post(&relay, ALICE, &send_req("t2", CAROL)).await;
    for _ in 0..4 {
        peer.expect(PduType::Mm4ForwardReq).await;
    }
    let report = gateway.expect(PduType::DeliveryInd, ALICE).await;
    assert_eq!(report.text("X-Mms-Status"), "Indeterminate");
    peer.expect_none().await;
    // A number nobody serves.
    post(&relay, ALICE, &send_req("t3", "+4470000000")).await;
    let report = gateway.expect(PduType::DeliveryInd, ALICE).await;
    assert_eq!(report.text("X-Mms-Status"), "Unreachable");
    gateway.expect_none().await;
}

#[tokio::test]
async fn each_recipient_has_an_outcome_of_its_own() {
    let mut gateway = Gateway::start().await;
    let mut peer = Peer::scripted(Script {
        at_rcpt: Some(("+15550200098", "550 nobody")),
        size: 2_000_000,
        ..Script::default()
    })
    .await;
    let relay = Relay::start(config(gateway.addr, peer.addr)).await.unwrap();
    let mut req = send_req("t1", CAROL);
    req.push("To", Value::Address(plmn("+15550200098")));
    req.push("To", Value::Address(plmn("+15550200099")));
    post(&relay, ALICE, &req).await;
    let report = gateway.expect(PduType::DeliveryInd, ALICE).await;
    assert_eq!(report.text("To"), plmn("+15550200098"));
    assert_eq!(report.text("X-Mms-Status"), "Unreachable");
    let sent = peer.expect(PduType::Mm4ForwardReq).await;
    assert_eq!(sent.to.len(), 2);
    let system = [sent.text("X-Mms-Originator-System")];
    let denied = answer_to(&sent, PduType::Mm4ForwardRes, "Error-service-denied")
        .with("X-Mms-Request-Recipients", Value::Address(plmn("+15550200099")));
    deliver(&relay, "system@mms.peer.example", &system, &denied).await;
    let report = gateway.expect(PduType::DeliveryInd, ALICE).await;
    assert_eq!(report.text("To"), plmn("+15550200099"));
    assert_eq!(report.text("X-Mms-Status"), "Rejected");
    // Carol's own outcome is still open: the request is repeated for her alone, under the same ids.
    let again = peer.expect(PduType::Mm4ForwardReq).await;
    assert_eq!(again.to, [carol_mailbox()]);
    assert_eq!(
        again.text("X-Mms-Transaction-ID"),
        sent.text("X-Mms-Transaction-ID")
    );
    let ok = answer_to(&sent, PduType::Mm4ForwardRes, "Ok");
    deliver(&relay, "", &system, &ok).await;
    peer.expect_none().await;
    gateway.expect_none().await;
}

#[tokio::test]
async fn a_message_bigger_than_the_peer_takes_is_not_sent() {
    let mut gateway = Gateway::start().await;
    let mut peer = Peer::scripted(Script {
        size: 100,
        ..Script::default()
    })
    .await;
    let relay = Relay::start(config(gateway.addr, peer.addr)).await.unwrap();
    post(&relay, ALICE, &send_req("t1", CAROL)).await;
    let report = gateway.expect(PduType::DeliveryInd, ALICE).await;
    assert_eq!(report.text("X-Mms-Status"), "Rejected");
    peer.expect_none().await;
}

#[tokio::test]
async fn a_hidden_sender_stays_hidden_though_the_gateway_stumbles() {
    let mut gateway = Gateway::start_failing(2).await;
    let mut peer = Peer::start(vec![]).await;
    let relay = Relay::start(config(gateway.addr, peer.addr)).await.unwrap();
    let mut req = forward_req("r1", BOB).with("X-Mms-Sender-Visibility", Value::token("Hide"));
    req.set(
        "X-Mms-Message-ID",
        Value::Text(format!("{CAROL}-1@mms.peer.example")),
    );
    assert_eq!(carol_sends(&relay, &req).await, 250);
    peer.expect(PduType::Mm4ForwardRes).await;
    let notification = gateway.expect(PduType::NotificationInd, BOB).await;
    let retrieved = get(&relay, BOB, &notification).await;
    for octets in [&notification.octets, &retrieved.body] {
        assert!(!octets.windows(11).any(|w| w == &CAROL.as_bytes()[1..]));
    }
    // The reader's report goes back under the originator's id.
    post(&relay, BOB, &read_rec(&retrieved, BOB, CAROL)).await;
    let read = peer.expect(PduType::Mm4ReadReplyReportReq).await;
    assert_eq!(
        read.text("X-Mms-Message-ID").trim_matches('"'),
        format!("{CAROL}-1@mms.peer.example")
    );
}

#[tokio::test]
async fn what_the_relay_took_over_survives_its_death() {
    let folder = tempfile::tempdir().unwrap();
    let mut gateway = Gateway::start().await;
    let mut peer = Peer::start(vec!["451 later"]).await;
    let mut config = config(gateway.addr, peer.addr);
    config.store = Some(folder.path().join("relay.store"));
    config.timers.mm4_retry_ms = vec![60_000];
    let relay = Relay::start(config.clone()).await.unwrap();
    config.mm1.listen = relay.mm1_addr();
    config.mm4.listen = relay.mm4_addr();
    // One MM waits for its peer, one for its recipient.
    let conf = post(&relay, ALICE, &send_req("t1", CAROL)).await;
    let refused = peer.expect(PduType::Mm4ForwardReq).await;
    assert_eq!(carol_sends(&relay, &forward_req("r1", BOB)).await, 250);
    peer.expect(PduType::Mm4ForwardRes).await;
    let notification = gateway.expect(PduType::NotificationInd, BOB).await;
    relay.kill().await;
    let relay = Relay::start(config.clone()).await.unwrap();
    let sent = peer.expect_new(PduType::Mm4ForwardReq).await;
    for name in ["X-Mms-Transaction-ID", "X-Mms-Message-ID"] {
        assert_eq!(sent.text(name), refused.text(name));
    }
    let system = [sent.text("X-Mms-Originator-System")];
    let ok = answer_to(&sent, PduType::Mm4ForwardRes, "Ok");
    assert_eq!(
        deliver(&relay, "system@mms.peer.example", &system, &ok).await,
        250
    );
    // Duplicates are still known.
    assert_eq!(post(&relay, ALICE, &send_req("t1", CAROL)).await.body, conf.body);
    assert_eq!(carol_sends(&relay, &forward_req("r1", BOB)).await, 250);
    peer.expect_new(PduType::Mm4ForwardRes).await;
    // Bob was notified and is not notified again; his MM is there.
    gateway.expect_none().await;
    let retrieved = get(&relay, BOB, &notification).await;
    mmspec::wire::compare::same_content(&picture_and_text(), retrieved.pdu().content.as_ref().unwrap())
        .unwrap();
    relay.stop().await;
    let relay = Relay::start(config).await.unwrap();
    post(&relay, BOB, &notify_resp(&notification, "Retrieved")).await;
    let report = peer.expect_new(PduType::Mm4DeliveryReportReq).await;
    assert_eq!(report.text("X-Mms-MM-Status-Code"), "Retrieved");
    let mut report = answer_to(&sent, PduType::Mm4DeliveryReportReq, "Ok")
        .with("From", Value::Address(plmn(CAROL)))
        .with("Date", Value::Date(1_795_000_000))
        .with("X-Mms-MM-Status-Code", Value::token("Retrieved"));
    report.remove("X-Mms-Request-Status-Code");
    deliver(&relay, "system@mms.peer.example", &[home_mailbox(ALICE)], &report).await;
    let shown = gateway.expect(PduType::DeliveryInd, ALICE).await;
    assert_eq!(shown.text("Message-ID"), conf.text("Message-ID"));
    peer.expect_none().await;
}

#[tokio::test]
async fn a_defect_changes_one_thing() {
    let (relay, _gateway, mut peer) = start_with(vec![], &["mm4.res.wrong-transaction-id"]).await;
    assert_eq!(carol_sends(&relay, &forward_req("r1", BOB)).await, 250);
    let res = peer.expect(PduType::Mm4ForwardRes).await;
    assert_ne!(res.text("X-Mms-Transaction-ID").trim_matches('"'), "r1");
    assert_eq!(
        res.text("X-Mms-Message-ID").trim_matches('"'),
        "r1@mms.peer.example"
    );
}

/// What mailin, an SMTP server that is not ours, was given.
#[derive(Clone)]
struct Taken(Arc<Mutex<Vec<u8>>>, std::sync::mpsc::Sender<Vec<u8>>);

impl Handler for Taken {
    fn data(&mut self, octets: &[u8]) -> std::io::Result<()> {
        self.0.lock().unwrap().extend_from_slice(octets);
        Ok(())
    }

    fn data_end(&mut self) -> mailin_embedded::Response {
        let message = std::mem::take(&mut *self.0.lock().unwrap());
        self.1.send(message).unwrap();
        mailin_embedded::response::OK
    }
}

#[tokio::test]
async fn an_independent_smtp_server_gets_every_octet() {
    let listener = std::net::TcpListener::bind(local()).unwrap();
    let addr = listener.local_addr().unwrap();
    let (sender, messages) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut server = Server::new(Taken(Arc::default(), sender));
        server
            .with_name("mms.peer.example")
            .with_ssl(SslConfig::None)
            .unwrap()
            .with_num_threads(64)
            .with_tcp_listener(listener);
        server.serve().unwrap();
    });
    let gateway = Gateway::start().await;
    let mut config = config(gateway.addr, addr);
    config.timers.mm4_attempts = 1;
    let relay = Relay::start(config).await.unwrap();
    post(&relay, ALICE, &send_req("t1", CAROL)).await;
    let message = tokio::task::spawn_blocking(move || messages.recv_timeout(SOON).unwrap())
        .await
        .unwrap();
    assert!(message.iter().all(u8::is_ascii));
    let pdu = mm4::decode(&message.into()).unwrap().pdu;
    mmspec::wire::compare::same_content(&picture_and_text(), pdu.content.as_ref().unwrap()).unwrap();
}
