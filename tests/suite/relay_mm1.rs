//! MM1 of the embedded relay, and what it does between two of its own clients.

use mmspec::relay::Relay;
use mmspec::wire::{Interval, Pdu, PduType, Value, mm1};

use crate::relay_support::*;

async fn start() -> (Relay, Gateway) {
    let gateway = Gateway::start().await;
    let relay = Relay::start(config(gateway.addr, local())).await.unwrap();
    (relay, gateway)
}

#[tokio::test]
async fn an_mm_goes_to_a_client_of_the_same_relay_and_its_reports_come_back() {
    let (relay, mut gateway) = start().await;
    let req = send_req("t1", BOB).with("X-Test", Value::text_of("kept"));
    let conf = post(&relay, ALICE, &req).await;
    assert_eq!(conf.status, 200);
    assert_eq!(conf.pdu().kind, PduType::SendConf);
    assert_eq!(conf.text("X-Mms-Transaction-ID"), "t1");
    assert_eq!(conf.text("X-Mms-Response-Status"), "Ok");
    let id = conf.text("Message-ID");
    assert!(!id.is_empty());

    let notification = gateway.expect(PduType::NotificationInd, BOB).await;
    assert_eq!(notification.text("From"), plmn(ALICE));
    assert_eq!(notification.text("X-Mms-Message-Class"), "Personal");
    assert!(matches!(
        notification.pdu.value("X-Mms-Expiry"),
        Some(Value::Interval(Interval::Relative(3590..=3600)))
    ));
    assert_eq!(notification.octets[0], 0x8C);

    let retrieved = get(&relay, BOB, &notification).await;
    let mm = retrieved.pdu();
    assert_eq!(mm.kind, PduType::RetrieveConf);
    assert_eq!(mm.text("Subject").unwrap(), "Zoë");
    assert_eq!(mm.text("X-Test").unwrap(), "kept");
    assert_eq!(mm.text("Message-ID").unwrap(), id);
    assert_eq!(
        mm.text("X-Mms-Transaction-ID"),
        notification.pdu.text("X-Mms-Transaction-ID")
    );
    mmspec::wire::compare::same_content(&picture_and_text(), mm.content.as_ref().unwrap()).unwrap();

    let acked = post(&relay, BOB, &notify_resp(&notification, "Retrieved")).await;
    assert_eq!(acked.status, 204);
    let report = gateway.expect(PduType::DeliveryInd, ALICE).await;
    assert_eq!(report.text("Message-ID"), id);
    assert_eq!(report.text("To"), plmn(BOB));
    assert_eq!(report.text("X-Mms-Status"), "Retrieved");

    post(&relay, BOB, &notify_resp(&notification, "Retrieved")).await;
    post(&relay, BOB, &read_rec(&retrieved, BOB, ALICE)).await;
    let read = gateway.expect(PduType::ReadOrigInd, ALICE).await;
    assert_eq!(read.text("Message-ID"), id);
    assert_eq!(read.text("X-Mms-Read-Status"), "Deleted without being read");
    assert!(read.pdu.field("Date").is_some());
    gateway.expect_none().await;
    relay.stop().await;
}

#[tokio::test]
async fn deferred_retrieval_is_over_with_the_acknowledgement() {
    let (relay, mut gateway) = start().await;
    post(&relay, ALICE, &send_req("t1", BOB)).await;
    let notification = gateway.expect(PduType::NotificationInd, BOB).await;
    post(&relay, BOB, &notify_resp(&notification, "Deferred")).await;
    gateway.expect_none().await;
    let retrieved = get(&relay, BOB, &notification).await;
    let ack = Pdu::new(PduType::AcknowledgeInd)
        .with(
            "X-Mms-Transaction-ID",
            Value::Text(retrieved.text("X-Mms-Transaction-ID")),
        )
        .with("X-Mms-MMS-Version", Value::Version { major: 1, minor: 3 });
    post(&relay, ALICE, &ack).await;
    gateway.expect_none().await;
    post(&relay, BOB, &ack).await;
    let report = gateway.expect(PduType::DeliveryInd, ALICE).await;
    assert_eq!(report.text("X-Mms-Status"), "Retrieved");
}

#[tokio::test]
async fn retrieved_without_a_get_is_no_retrieval_and_a_foreign_get_gets_nothing() {
    let (relay, mut gateway) = start().await;
    post(&relay, ALICE, &send_req("t1", BOB)).await;
    let notification = gateway.expect(PduType::NotificationInd, BOB).await;
    post(&relay, BOB, &notify_resp(&notification, "Retrieved")).await;
    gateway.expect_none().await;
    let foreign = get(&relay, ALICE, &notification).await;
    assert_eq!(
        foreign.text("X-Mms-Retrieve-Status"),
        "Error-permanent-service-denied"
    );
    assert!(!foreign.pdu().content.unwrap().body.is_empty());
}

#[tokio::test]
async fn report_allowed_no_is_obeyed_and_rejection_is_reported() {
    let (relay, mut gateway) = start().await;
    post(&relay, ALICE, &send_req("t1", BOB)).await;
    let first = gateway.expect(PduType::NotificationInd, BOB).await;
    let silent = notify_resp(&first, "Rejected").with("X-Mms-Report-Allowed", Value::token("No"));
    post(&relay, BOB, &silent).await;
    gateway.expect_none().await;
    post(&relay, ALICE, &send_req("t2", BOB)).await;
    let second = gateway.expect(PduType::NotificationInd, BOB).await;
    post(&relay, BOB, &notify_resp(&second, "Indeterminate")).await;
    let report = gateway.expect(PduType::DeliveryInd, ALICE).await;
    assert_eq!(report.text("X-Mms-Status"), "Rejected");
}

#[tokio::test]
async fn an_mm_that_nobody_fetches_expires() {
    let (relay, mut gateway) = start().await;
    let req = send_req("t1", BOB).with("X-Mms-Expiry", Value::Interval(Interval::Relative(1)));
    post(&relay, ALICE, &req).await;
    let notification = gateway.expect(PduType::NotificationInd, BOB).await;
    let report = gateway.expect(PduType::DeliveryInd, ALICE).await;
    assert_eq!(report.text("X-Mms-Status"), "Expired");
    let late = get(&relay, BOB, &notification).await;
    assert_eq!(
        late.text("X-Mms-Retrieve-Status"),
        "Error-permanent-message-not-found"
    );
}

#[tokio::test]
async fn an_unanswered_notification_is_repeated_octet_for_octet() {
    let gateway = &mut Gateway::start().await;
    let mut config = config(gateway.addr, local());
    config.timers.notification_repeat_ms = vec![100, 100];
    let relay = Relay::start(config).await.unwrap();
    post(&relay, ALICE, &send_req("t1", BOB)).await;
    let first = gateway.expect(PduType::NotificationInd, BOB).await;
    let second = gateway.expect(PduType::NotificationInd, BOB).await;
    assert_eq!(first.octets, second.octets);
    post(&relay, BOB, &notify_resp(&first, "Deferred")).await;
    gateway.expect_none().await;
}

#[tokio::test]
async fn blind_recipients_hidden_senders_and_forged_ones() {
    let (relay, mut gateway) = start().await;
    let mut req = send_req("t1", BOB);
    req.set("From", Value::Address(plmn(BOB)));
    req.push("Bcc", Value::Address("+1-555.010.0018/TYPE=PLMN".to_owned()));
    post(&relay, ALICE, &req).await;
    let (first, second) = (gateway.next().await, gateway.next().await);
    let (bob, blind) = if first.to == BOB {
        (first, second)
    } else {
        (second, first)
    };
    assert_eq!(blind.to, "+15550100018");
    assert_eq!(bob.text("From"), plmn(ALICE));
    assert!(get(&relay, BOB, &bob).await.pdu().field("Bcc").is_none());

    let hidden = send_req("t2", BOB).with("X-Mms-Sender-Visibility", Value::token("Hide"));
    post(&relay, ALICE, &hidden).await;
    let notification = gateway.expect(PduType::NotificationInd, BOB).await;
    assert!(notification.pdu.field("From").is_none());
    let octets = get(&relay, BOB, &notification).await.body;
    assert!(!octets.windows(11).any(|w| w == &ALICE.as_bytes()[1..]));
}

#[tokio::test]
async fn what_cannot_be_served_is_refused() {
    let (relay, mut gateway) = start().await;
    let status = |answer: &Answer| answer.text("X-Mms-Response-Status");
    let refused = |pdu: Pdu| {
        let relay = &relay;
        async move { status(&post(relay, ALICE, &pdu).await) }
    };
    let mut nobody = send_req("t", BOB);
    nobody.remove("To");
    assert_eq!(refused(nobody).await, "Error-permanent-message-format-corrupt");
    let mut other = send_req("t", BOB);
    other.set("X-Mms-MMS-Version", Value::Version { major: 2, minor: 0 });
    let answer = post(&relay, ALICE, &other).await;
    assert_eq!(status(&answer), "Error-unsupported-message");
    assert_eq!(answer.text("X-Mms-MMS-Version"), "1.0");
    let charging = send_req("t", BOB).with("X-Mms-Reply-Charging", Value::token("Requested"));
    assert_eq!(
        refused(charging).await,
        "Error-permanent-reply-charging-not-supported"
    );
    let charging = send_req("t", BOB).with("X-Mms-Reply-Charging", Value::token("Accepted"));
    assert_eq!(
        refused(charging).await,
        "Error-permanent-reply-charging-request-not-accepted"
    );
    let stranger = post(&relay, "+4470000000", &send_req("t", BOB)).await;
    assert_eq!(status(&stranger), "Error-permanent-service-denied");
    let forward = Pdu::new(PduType::ForwardReq)
        .with("X-Mms-Transaction-ID", Value::text_of("f"))
        .with("X-Mms-MMS-Version", Value::Version { major: 1, minor: 3 });
    assert_eq!(refused(forward).await, "Error-unsupported-message");

    let mut unknown = mm1::encode(&send_req("t", BOB));
    unknown[1] = 0x98;
    let answer = post_octets(&relay, ALICE, &unknown).await;
    assert_eq!(
        (status(&answer), answer.text("X-Mms-Transaction-ID")),
        ("Error-unsupported-message".to_owned(), "t".to_owned())
    );
    let cut = &mm1::encode(&send_req("t", BOB))[..20];
    let answer = post_octets(&relay, ALICE, cut).await;
    assert_eq!(status(&answer), "Error-permanent-message-format-corrupt");
    assert_eq!(post_octets(&relay, ALICE, b"").await.status, 400);
    let text = http(
        relay.mm1_addr(),
        "POST /mms HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 1",
        b"x",
    )
    .await;
    assert_eq!(text.status, 415);
    let mut big = send_req("t", BOB);
    big.content = Some(mmspec::wire::Content::single(
        mmspec::wire::MediaType::new("video/mp4"),
        vec![7; 1_100_000],
    ));
    assert_eq!(refused(big).await, "Error-permanent-content-not-accepted");
    gateway.expect_none().await;
}

#[tokio::test]
async fn a_repeated_submission_is_the_same_submission() {
    let (relay, mut gateway) = start().await;
    let first = post(&relay, ALICE, &send_req("t1", BOB)).await;
    let second = post(&relay, ALICE, &send_req("t1", BOB)).await;
    assert_eq!(first.body, second.body);
    gateway.expect(PduType::NotificationInd, BOB).await;
    gateway.expect_none().await;
    let other = post(&relay, BOB, &send_req("t1", BOB)).await;
    assert_ne!(first.body, other.body);
    gateway.expect(PduType::NotificationInd, BOB).await;
}

#[tokio::test]
async fn delivery_waits_for_its_time() {
    let (relay, mut gateway) = start().await;
    let req = send_req("t1", BOB).with("X-Mms-Delivery-Time", Value::Interval(Interval::Relative(1)));
    assert_eq!(
        post(&relay, ALICE, &req).await.text("X-Mms-Response-Status"),
        "Ok"
    );
    gateway.expect_none().await;
    gateway.expect(PduType::NotificationInd, BOB).await;
}

#[tokio::test]
async fn an_unknown_defect_is_answered_with_the_nearest_name() {
    let mut config = config(local(), local());
    config.defects = vec!["mm1.send-conf.no-messageid".to_owned()];
    let error = Relay::start(config).await.unwrap_err();
    assert!(
        error.to_string().contains("mm1.send-conf.no-message-id"),
        "{error}"
    );
}

#[tokio::test]
async fn a_killed_relay_resets_its_connections_and_forgets() {
    let (relay, mut gateway) = start().await;
    post(&relay, ALICE, &send_req("t1", BOB)).await;
    gateway.expect(PduType::NotificationInd, BOB).await;
    let mut smtp = Smtp::connect(Running::mm4_addr(&relay)).await;
    let (mm1_addr, mm4_addr) = (relay.mm1_addr(), relay.mm4_addr());
    relay.kill().await;
    assert_eq!(
        smtp.read_to_end().await.unwrap_err().kind(),
        std::io::ErrorKind::ConnectionReset
    );
    let mut again = config(gateway.addr, local());
    again.mm1.listen = mm1_addr;
    again.mm4.listen = mm4_addr;
    let relay = Relay::start(again).await.unwrap();
    let conf = post(&relay, ALICE, &send_req("t1", BOB)).await;
    assert_eq!(conf.text("X-Mms-Response-Status"), "Ok");
    gateway.expect(PduType::NotificationInd, BOB).await;
    relay.stop().await;
}
