//! Several relays of one MMSE as processes of their own, one of which is killed in the middle of its work.

use mmspec::relay::Config;
use mmspec::relay::config::{Neighbour, Subscribers};
use mmspec::wire::PduType;
use tempfile::TempDir;

use crate::relay_support::*;

fn served_by(prefix: &str, home: &str) -> Subscribers {
    Subscribers {
        prefix: prefix.to_owned(),
        home: home.to_owned(),
    }
}

/// Two relays on one store.
fn on_one_store(gateway: &Gateway, peer: &Peer, dir: &TempDir) -> [Config; 2] {
    ["A", "B"].map(|name| {
        let mut config = config(gateway.addr, peer.addr);
        config.name = name.to_owned();
        config.host = format!("{}.mms.home.example", name.to_ascii_lowercase());
        config.subscribers = vec![served_by("+1555010", name)];
        config.store = Some(dir.path().join("store"));
        config.store_with = ["A", "B"]
            .iter()
            .filter(|other| **other != name)
            .map(|o| (*o).to_owned())
            .collect();
        config
    })
}

#[tokio::test]
async fn the_survivor_of_a_common_store_delivers_what_the_dead_one_took() {
    let dir = TempDir::new().unwrap();
    // A's pushes fail until it is dead.
    let mut gateway = Gateway::start_failing(2).await;
    let mut peer = Peer::start(vec![]).await;
    let [a, b] = on_one_store(&gateway, &peer, &dir);
    let first = Process::start(&a, dir.path()).await;
    let second = Process::start(&b, dir.path()).await;
    let req = forward_req("r1", BOB);
    deliver(&first, &carol_mailbox(), &[home_mailbox(BOB)], &req).await;
    peer.expect(PduType::Mm4ForwardRes).await;
    first.kill().await;
    let notification = gateway.expect(PduType::NotificationInd, BOB).await;
    // The same request at the survivor is still the same.
    deliver(&second, &carol_mailbox(), &[home_mailbox(BOB)], &req).await;
    peer.expect(PduType::Mm4ForwardRes).await;
    let retrieved = get_through(&second, BOB, &notification).await;
    assert_eq!(retrieved.text("From"), plmn(CAROL));
    // The dead one returns, and knows what happened meanwhile.
    let first = Process::start(&a, dir.path()).await;
    post(&first, BOB, &notify_resp(&notification, "Retrieved")).await;
    let report = peer.expect(PduType::Mm4DeliveryReportReq).await;
    assert_eq!(report.text("X-Mms-MM-Status-Code"), "Retrieved");
    gateway.expect_none().await;
    peer.expect_none().await;
}

#[tokio::test]
async fn a_report_at_the_survivor_reaches_the_sender_served_by_the_dead_one() {
    let dir = TempDir::new().unwrap();
    let mut gateway = Gateway::start().await;
    let mut peer = Peer::start(vec![]).await;
    let [a, b] = on_one_store(&gateway, &peer, &dir);
    let first = Process::start(&a, dir.path()).await;
    let second = Process::start(&b, dir.path()).await;
    let conf = post(&first, ALICE, &send_req("t1", CAROL)).await;
    let sent = peer.expect(PduType::Mm4ForwardReq).await;
    first.kill().await;
    let ok = answer_to(&sent, PduType::Mm4ForwardRes, "Error-service-denied");
    let system = sent.text("X-Mms-Originator-System");
    deliver(&second, "system@mms.peer.example", &[system], &ok).await;
    let report = gateway.expect(PduType::DeliveryInd, ALICE).await;
    assert_eq!(report.text("Message-ID"), conf.text("Message-ID"));
    assert_eq!(report.text("X-Mms-Status"), "Rejected");
    gateway.expect_none().await;
}

#[tokio::test]
async fn relays_behind_an_edge_that_is_killed_wait_for_it() {
    let dir = TempDir::new().unwrap();
    let mut gateway = Gateway::start().await;
    let mut peer = Peer::start(vec![]).await;
    let (edge_addr, a_addr) = (free().await, free().await);
    let mut edge = config(gateway.addr, peer.addr);
    edge.name = "F".to_owned();
    edge.host = "f.mms.home.example".to_owned();
    edge.mm4.listen = edge_addr;
    edge.store = Some(dir.path().join("edge"));
    let mut a = config(gateway.addr, peer.addr);
    a.mm4.listen = a_addr;
    a.routes.clear();
    a.edge = Some("F".to_owned());
    a.relays = vec![neighbour(&edge)];
    edge.relays = vec![neighbour(&a)];
    let front = Process::start(&edge, dir.path()).await;
    let behind = Process::start(&a, dir.path()).await;
    front.kill().await;
    let conf = post(&behind, ALICE, &send_req("t1", CAROL)).await;
    assert_eq!(conf.text("X-Mms-Response-Status"), "Ok");
    peer.expect_none().await;
    let front = Process::start(&edge, dir.path()).await;
    let sent = peer.expect(PduType::Mm4ForwardReq).await;
    assert_eq!(
        sent.text("X-Mms-Originator-System"),
        "system-user@mms.home.example"
    );
    assert_eq!(
        sent.text("X-Mms-Message-ID").trim_matches('"'),
        conf.text("Message-ID")
    );
    // What the edge took over survives its being killed too.
    deliver(
        &front,
        &carol_mailbox(),
        &[home_mailbox(BOB)],
        &forward_req("r1", BOB),
    )
    .await;
    front.kill().await;
    let _front = Process::start(&edge, dir.path()).await;
    let notification = gateway.expect(PduType::NotificationInd, BOB).await;
    let retrieved = get(&behind, BOB, &notification).await;
    assert_eq!(retrieved.text("From"), plmn(CAROL));
    gateway.expect_none().await;
}

#[tokio::test]
async fn mms_follow_a_subscriber_when_the_tables_are_read_again() {
    let dir = TempDir::new().unwrap();
    let mut gateway = Gateway::start().await;
    let peer = Peer::start(vec![]).await;
    let (mut a, mut b) = (config(gateway.addr, peer.addr), config(gateway.addr, peer.addr));
    cluster(&mut a, &mut b, free().await, free().await);
    let first = Process::start(&a, dir.path()).await;
    let second = Process::start(&b, dir.path()).await;
    let conf = post(&first, ALICE, &send_req("t1", BEA)).await;
    gateway.expect(PduType::NotificationInd, BEA).await;
    for (process, config) in [(&first, &mut a), (&second, &mut b)] {
        config.subscribers.push(served_by(BEA, "A"));
        process.reload(config).await;
    }
    let notification = gateway.expect(PduType::NotificationInd, BEA).await;
    let retrieved = get(&first, BEA, &notification).await;
    assert_eq!(retrieved.text("Message-ID"), conf.text("Message-ID"));
    post(&first, BEA, &notify_resp(&notification, "Retrieved")).await;
    let report = gateway.expect(PduType::DeliveryInd, ALICE).await;
    assert_eq!(report.text("Message-ID"), conf.text("Message-ID"));
    gateway.expect_none().await;
}

fn neighbour(config: &Config) -> Neighbour {
    Neighbour {
        name: config.name.clone(),
        host: config.host.clone(),
        mm4: config.mm4.listen,
    }
}
