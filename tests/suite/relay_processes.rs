//! Several relays of one MMSE as processes of their own, one of which is killed in the middle of its work.

use std::collections::HashSet;

use mmspec::relay::Config;
use mmspec::relay::config::Subscribers;
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
    peer.expect_new(PduType::Mm4ForwardRes).await;
    let retrieved = get_through(&second, BOB, &notification).await;
    assert_eq!(retrieved.text("From"), plmn(CAROL));
    // The dead one returns, and knows what happened meanwhile.
    let first = Process::start(&a, dir.path()).await;
    post(&first, BOB, &notify_resp(&notification, "Retrieved")).await;
    let report = peer.expect_new(PduType::Mm4DeliveryReportReq).await;
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
    let (edge_door, a_door) = (Door::open().await, Door::open().await);
    let mut edge = config(gateway.addr, peer.addr);
    edge.name = "F".to_owned();
    edge.host = "f.mms.home.example".to_owned();
    edge.store = Some(dir.path().join("edge"));
    let mut a = config(gateway.addr, peer.addr);
    a.routes.clear();
    a.edge = Some("F".to_owned());
    a.relays = vec![neighbour(&edge, &edge_door)];
    edge.relays = vec![neighbour(&a, &a_door)];
    let front = Process::start(&edge, dir.path()).await;
    let behind = Process::start(&a, dir.path()).await;
    a_door.leads_to(&behind);
    front.kill().await;
    edge_door.shut();
    let conf = post(&behind, ALICE, &send_req("t1", CAROL)).await;
    assert_eq!(conf.text("X-Mms-Response-Status"), "Ok");
    peer.expect_none().await;
    let front = Process::start(&edge, dir.path()).await;
    edge_door.leads_to(&front);
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
    let front = Process::start(&edge, dir.path()).await;
    edge_door.leads_to(&front);
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
    let (a_door, b_door) = (Door::open().await, Door::open().await);
    cluster(&mut a, &mut b, &a_door, &b_door);
    let first = Process::start(&a, dir.path()).await;
    let second = Process::start(&b, dir.path()).await;
    a_door.leads_to(&first);
    b_door.leads_to(&second);
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

/// One relay with a store of its own.
fn durable(gateway: &Gateway, peer: &Peer, dir: &TempDir) -> Config {
    Config {
        store: Some(dir.path().join("store")),
        ..config(gateway.addr, peer.addr)
    }
}

#[tokio::test]
async fn a_res_that_is_owed_survives_any_number_of_kills() {
    let dir = TempDir::new().unwrap();
    let mut gateway = Gateway::start().await;
    const REFUSALS: usize = 12;
    let mut peer = Peer::start(vec!["451 later"; REFUSALS]).await;
    let config = durable(&gateway, &peer, &dir);
    let mut relay = Process::start(&config, dir.path()).await;
    deliver(
        &relay,
        &carol_mailbox(),
        &[home_mailbox(BOB)],
        &forward_req("r1", BOB),
    )
    .await;
    let mut ids = HashSet::new();
    for attempt in 0..=REFUSALS {
        ids.insert(peer.expect(PduType::Mm4ForwardRes).await.text("Message-ID"));
        if attempt < 3 {
            relay.kill().await;
            relay = Process::start(&config, dir.path()).await;
        }
    }
    assert_eq!(ids.len(), 1);
    gateway.expect(PduType::NotificationInd, BOB).await;
    // What was told is forgotten: another life says nothing.
    peer.expect_none().await;
    relay.kill().await;
    let _relay = Process::start(&config, dir.path()).await;
    peer.expect_none().await;
    gateway.expect_none().await;
}

#[tokio::test]
async fn a_line_that_was_cut_off_spoils_no_other() {
    let dir = TempDir::new().unwrap();
    let mut gateway = Gateway::start().await;
    let peer = Peer::start(vec![]).await;
    let config = durable(&gateway, &peer, &dir);
    let store = config.store.clone().unwrap();
    std::fs::write(&store, br#"{"event":"submitted","record":"4b"#).unwrap();
    let relay = Process::start(&config, dir.path()).await;
    post(&relay, ALICE, &send_req("t1", BOB)).await;
    let notification = gateway.expect(PduType::NotificationInd, BOB).await;
    relay.kill().await;
    let relay = Process::start(&config, dir.path()).await;
    let retrieved = get_through(&relay, BOB, &notification).await;
    assert_eq!(retrieved.text("From"), plmn(ALICE));
}

#[tokio::test]
async fn what_cannot_be_written_down_is_not_taken() {
    let dir = TempDir::new().unwrap();
    let mut gateway = Gateway::start().await;
    let peer = Peer::start(vec![]).await;
    let mut config = durable(&gateway, &peer, &dir);
    config.store = Some(dir.path().join("nowhere/store"));
    let relay = Process::start(&config, dir.path()).await;
    let code = deliver(
        &relay,
        &carol_mailbox(),
        &[home_mailbox(BOB)],
        &forward_req("r1", BOB),
    )
    .await;
    assert_eq!(code, 451);
    let conf = post(&relay, ALICE, &send_req("t1", BOB)).await;
    assert_eq!(conf.text("X-Mms-Response-Status"), "Error-transient-failure");
    gateway.expect_none().await;
    // It takes the same request when it can.
    std::fs::create_dir(dir.path().join("nowhere")).unwrap();
    let code = deliver(
        &relay,
        &carol_mailbox(),
        &[home_mailbox(BOB)],
        &forward_req("r1", BOB),
    )
    .await;
    assert_eq!(code, 250);
    gateway.expect(PduType::NotificationInd, BOB).await;
}
