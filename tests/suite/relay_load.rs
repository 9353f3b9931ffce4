//! Many MMs at once, and every defect once.

use std::collections::HashSet;
use std::sync::Arc;

use mmspec::relay::{DEFECTS, Relay};
use mmspec::wire::PduType;

use crate::relay_support::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_mms_between_two_nodes_arrive_once_each() {
    const MMS: usize = 100;
    let mut gateway = Gateway::start().await;
    let mut a = config(gateway.addr, local());
    let mut b = config(gateway.addr, local());
    let (a_door, b_door) = (Door::open().await, Door::open().await);
    cluster(&mut a, &mut b, &a_door, &b_door);
    for config in [&mut a, &mut b] {
        config.timers.mm4_response_ms = 20_000;
    }
    let a = Arc::new(Relay::start(a).await.unwrap());
    let b = Relay::start(b).await.unwrap();
    a_door.leads_to(&a);
    b_door.leads_to(&b);
    let mut posts = tokio::task::JoinSet::new();
    for n in 0..MMS {
        let a = a.clone();
        posts.spawn(async move {
            let conf = post(&a, ALICE, &send_req(&format!("t{n}"), BEA)).await;
            conf.text("Message-ID")
        });
    }
    let ids: HashSet<String> = posts.join_all().await.into_iter().collect();
    assert_eq!(ids.len(), MMS);
    let mut locations = HashSet::new();
    for _ in 0..MMS {
        let notification = gateway.expect(PduType::NotificationInd, BEA).await;
        locations.insert(notification.text("X-Mms-Content-Location"));
    }
    assert_eq!(locations.len(), MMS);
    gateway.expect_none().await;
}

#[tokio::test]
async fn a_relay_with_any_defect_still_serves() {
    for defect in DEFECTS.iter() {
        let mut config = config(local(), local());
        config.defects = vec![defect.name.to_owned()];
        let relay = Relay::start(config).await.unwrap();
        let conf = post(&relay, ALICE, &send_req("t", BOB)).await;
        assert_eq!(conf.pdu().kind, PduType::SendConf, "{}", defect.name);
        assert_eq!(
            Smtp::connect(Running::mm4_addr(&relay))
                .await
                .command("NOOP")
                .await,
            250
        );
        relay.kill().await;
    }
}
