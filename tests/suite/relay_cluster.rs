//! Two relays in one MMSE.

use mmspec::relay::{Config, Relay};
use mmspec::wire::{Interval, PduType, Value};

use crate::relay_support::*;

struct Cluster {
    a: Relay,
    b: Config,
    _a_door: Door,
    b_door: Door,
    gateway: Gateway,
    peer: Peer,
}

async fn start(change: impl FnOnce(&mut Config, &mut Config)) -> Cluster {
    let gateway = Gateway::start().await;
    let peer = Peer::start(vec![]).await;
    let (mut a, mut b) = (config(gateway.addr, peer.addr), config(gateway.addr, peer.addr));
    let (a_door, b_door) = (Door::open().await, Door::open().await);
    cluster(&mut a, &mut b, &a_door, &b_door);
    change(&mut a, &mut b);
    let a = Relay::start(a).await.unwrap();
    a_door.leads_to(&a);
    Cluster {
        a,
        b,
        _a_door: a_door,
        b_door,
        gateway,
        peer,
    }
}

impl Cluster {
    async fn start_b(&self) -> Relay {
        let b = Relay::start(self.b.clone()).await.unwrap();
        self.b_door.leads_to(&b);
        b
    }
}

#[tokio::test]
async fn an_mm_between_two_nodes_stays_inside_and_is_reported_once() {
    let mut cluster = start(|_, _| {}).await;
    let b = cluster.start_b().await;
    let req = send_req("t1", BEA).with("X-Mms-Expiry", Value::Interval(Interval::Relative(100)));
    let conf = post(&cluster.a, ALICE, &req).await;
    let notification = cluster.gateway.expect(PduType::NotificationInd, BEA).await;
    assert_eq!(notification.text("From"), plmn(ALICE));
    assert!(matches!(
        notification.pdu.value("X-Mms-Expiry"),
        Some(Value::Interval(Interval::Relative(90..=100)))
    ));
    let retrieved = get(&b, BEA, &notification).await;
    assert_eq!(retrieved.text("Message-ID"), conf.text("Message-ID"));
    post(&b, BEA, &notify_resp(&notification, "Retrieved")).await;
    let report = cluster.gateway.expect(PduType::DeliveryInd, ALICE).await;
    assert_eq!(report.text("Message-ID"), conf.text("Message-ID"));
    assert_eq!(report.text("To"), plmn(BEA));
    post(&b, BEA, &read_rec(&retrieved, BEA, ALICE)).await;
    cluster.gateway.expect(PduType::ReadOrigInd, ALICE).await;
    cluster.gateway.expect_none().await;
    cluster.peer.expect_none().await;
}

#[tokio::test]
async fn an_mm_from_outside_waits_for_its_node_and_comes_once() {
    let mut cluster = start(|_, _| {}).await;
    let req = forward_req("r1", BEA);
    for _ in 0..2 {
        deliver(&cluster.a, &carol_mailbox(), &[home_mailbox(BEA)], &req).await;
        let res = cluster.peer.expect(PduType::Mm4ForwardRes).await;
        assert_eq!(res.text("X-Mms-Request-Status-Code"), "Ok");
        assert_eq!(res.text("Sender"), "system-user@mms.home.example");
    }
    cluster.gateway.expect_none().await;
    let b = cluster.start_b().await;
    let notification = cluster.gateway.expect(PduType::NotificationInd, BEA).await;
    // The same request at the other node of the MMSE is still the same.
    deliver(&b, &carol_mailbox(), &[home_mailbox(BEA)], &req).await;
    cluster.peer.expect(PduType::Mm4ForwardRes).await;
    let retrieved = get(&b, BEA, &notification).await;
    assert_eq!(retrieved.text("From"), plmn(CAROL));
    assert!(retrieved.pdu().field("X-Mms-Forward-Counter").is_none());
    post(&b, BEA, &notify_resp(&notification, "Retrieved")).await;
    let report = cluster.peer.expect(PduType::Mm4DeliveryReportReq).await;
    assert_eq!(report.text("Sender"), "system-user@mms.home.example");
    assert_eq!(
        report.text("X-Mms-Message-ID").trim_matches('"'),
        "r1@mms.peer.example"
    );
    cluster.peer.expect_none().await;
    cluster.gateway.expect_none().await;
}

#[tokio::test]
async fn res_and_report_find_the_node_that_sent() {
    let mut cluster = start(|_, _| {}).await;
    let b = cluster.start_b().await;
    let conf = post(&b, BEA, &send_req("t1", CAROL)).await;
    let sent = cluster.peer.expect(PduType::Mm4ForwardReq).await;
    assert_eq!(
        sent.text("X-Mms-Originator-System"),
        "system-user@mms.home.example"
    );
    let ok = answer_to(&sent, PduType::Mm4ForwardRes, "Ok");
    deliver(
        &cluster.a,
        "system@mms.peer.example",
        &[sent.text("X-Mms-Originator-System")],
        &ok,
    )
    .await;
    cluster.peer.expect_none().await;
    cluster.peer.expect_none().await;
    let mut report = answer_to(&sent, PduType::Mm4DeliveryReportReq, "Ok")
        .with("From", Value::Address(plmn(CAROL)))
        .with("Date", Value::Date(1_795_000_000))
        .with("X-Mms-Ack-Request", Value::token("Yes"))
        .with("X-Mms-MM-Status-Code", Value::token("Retrieved"));
    report.remove("X-Mms-Request-Status-Code");
    deliver(
        &cluster.a,
        "system@mms.peer.example",
        &[home_mailbox(BEA)],
        &report,
    )
    .await;
    let res = cluster.peer.expect(PduType::Mm4DeliveryReportRes).await;
    assert_eq!(res.text("X-Mms-Request-Status-Code"), "Ok");
    let shown = cluster.gateway.expect(PduType::DeliveryInd, BEA).await;
    assert_eq!(shown.text("Message-ID"), conf.text("Message-ID"));
    cluster.gateway.expect_none().await;
}

#[tokio::test]
async fn nodes_that_disagree_do_not_play_ball() {
    // A believes that Bea is homed on B, B that she is homed on A.
    let mut cluster = start(|_, b| {
        for entry in &mut b.subscribers {
            entry.home = "A".to_owned();
        }
    })
    .await;
    let _b = cluster.start_b().await;
    post(&cluster.a, ALICE, &send_req("t1", BEA)).await;
    let report = cluster.gateway.expect(PduType::DeliveryInd, ALICE).await;
    assert_eq!(report.text("To"), plmn(BEA));
    assert_eq!(report.text("X-Mms-Status"), "Unreachable");
    cluster.gateway.expect_none().await;
    cluster.peer.expect_none().await;
}
