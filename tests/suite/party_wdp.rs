//! Pushes as datagrams to the addresses of user agents.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::net::SocketAddr;
use std::sync::Arc;

use ipnet::Ipv4Net;
use mmspec::link::{Arrival, Crossing, LossKind};
use mmspec::party::wdp::Datagrams;
use mmspec::party::{Desk, HttpRule, Pushes};
use mmspec::wire::push::wdp::address_of;
use mmspec::wire::push::{Shape, encode, encode_as};
use tokio::net::UdpSocket;

use crate::party_support::{LIMIT, next};

const PDU: &[u8] = b"\x8C\x82\x98t-1\0\x8D\x93";
const BOB: &str = "+15550100017";
const ANN: &str = "+15550100018";

fn network(text: &str) -> Ipv4Net {
    text.parse().unwrap()
}

fn usual() -> Ipv4Net {
    network("127.16.0.0/12")
}

async fn open(desk: &Arc<Desk>) -> Datagrams {
    Datagrams::open(Arc::clone(desk), "A", usual(), 0).await.unwrap()
}

/// Sends as a relay does, which knows the number, the network and the port; from where it did.
async fn send(datagrams: &Datagrams, number: &str, octets: &[u8]) -> SocketAddr {
    let relay = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = address_of(usual(), number).unwrap();
    relay.send_to(octets, (address, datagrams.port())).await.unwrap();
    relay.local_addr().unwrap()
}

fn push(arrival: &Arrival) -> (&str, u16, &[(String, String)], &[u8]) {
    match &arrival.crossing {
        Crossing::Push {
            recipient,
            gateway,
            params,
            wsp,
            answered,
        } => {
            assert_eq!(gateway, "wdp");
            (recipient, *answered, params, wsp)
        }
        other => panic!("no push: {other:?}"),
    }
}

fn notes(arrival: &Arrival) -> Vec<&str> {
    let (.., params, _) = push(arrival);
    let notes = params.iter().filter(|(name, _)| name == "note");
    notes.map(|(_, text)| text.as_str()).collect()
}

#[tokio::test]
async fn a_datagram_arrives_at_the_user_agent_whose_address_it_has() {
    let desk = Desk::new();
    let (guest, mut arrivals) = desk.open(1);
    guest.claim_number(BOB, "bob");
    guest.claim_number(ANN, "ann");
    let datagrams = open(&desk).await;
    let bob = datagrams.attach(BOB).await.unwrap();
    let _ann = datagrams.attach(ANN).await.unwrap();
    assert_eq!(
        bob.addr.to_string(),
        format!("127.17.134.177:{}", datagrams.port())
    );

    let wsp = encode(1, PDU);
    let from = send(&datagrams, BOB, &wsp).await;
    let arrival = next(&mut arrivals).await;
    assert_eq!(
        (arrival.place.as_str(), arrival.from.as_deref()),
        ("bob", Some("A"))
    );
    let (recipient, answered, params, octets) = push(&arrival);
    assert_eq!((recipient, answered, octets), (BOB, 200, &wsp[..]));
    assert_eq!(
        params,
        [
            ("from".to_owned(), from.to_string()),
            ("to".to_owned(), bob.addr.to_string())
        ]
    );

    // The longest there is, and what is no push at all: nothing is cut off.
    let longest = vec![0xFF; 65_507];
    for octets in [&longest[..], b"x", b""] {
        send(&datagrams, ANN, octets).await;
        let arrival = next(&mut arrivals).await;
        assert_eq!(arrival.place, "ann");
        assert_eq!(push(&arrival).3, octets);
    }
}

#[tokio::test]
async fn a_confirmed_push_has_no_session_here() {
    let desk = Desk::new();
    let (guest, mut arrivals) = desk.open(1);
    guest.claim_number(BOB, "bob");
    let datagrams = open(&desk).await;
    let _bob = datagrams.attach(BOB).await.unwrap();
    let shape = Shape {
        confirmed: true,
        ..Shape::default()
    };
    send(&datagrams, BOB, &encode_as(&shape, 1, PDU)).await;
    let arrival = next(&mut arrivals).await;
    assert_eq!(
        notes(&arrival),
        ["a ConfirmedPush belongs to a session, and there is none on this port (WAP-230 §8.2.4)"]
    );
    assert_eq!(push(&arrival).1, 200);
}

#[tokio::test]
async fn what_is_refused_or_lost_is_not_answered() {
    let desk = Desk::new();
    let (guest, mut arrivals) = desk.open(1);
    guest.claim_number(BOB, "bob");
    guest.http_rules(
        "bob",
        vec![HttpRule {
            status: 503,
            times: 1,
        }],
    );
    guest.pushes("bob", Pushes::Lost { times: 1 });
    let datagrams = open(&desk).await;
    let _bob = datagrams.attach(BOB).await.unwrap();
    let wsp = encode(1, PDU);

    send(&datagrams, BOB, &wsp).await;
    let refused = next(&mut arrivals).await;
    assert_eq!((push(&refused).1, notes(&refused).len()), (503, 1));
    send(&datagrams, BOB, &wsp).await;
    let lost = next(&mut arrivals).await.crossing;
    assert!(matches!(
        lost,
        Crossing::Loss {
            how: LossKind::Lost,
            ..
        }
    ));
    send(&datagrams, BOB, &wsp).await;
    assert_eq!(push(&next(&mut arrivals).await).1, 200);
}

#[tokio::test]
async fn what_comes_for_a_number_that_is_nobodys_is_unsolicited() {
    let desk = Desk::new();
    let (guest, arrivals) = desk.open(1);
    guest.claim_number(BOB, "bob");
    let datagrams = open(&desk).await;
    let _bob = datagrams.attach(BOB).await.unwrap();
    drop((guest, arrivals));
    send(&datagrams, BOB, b"late").await;
    let waited = tokio::time::timeout(LIMIT, async {
        while desk.unsolicited().count == 0 {
            tokio::task::yield_now().await;
        }
    });
    waited.await.unwrap();
    assert_eq!(desk.unsolicited().first[0].place, "wdp");
}

#[tokio::test]
async fn an_address_is_free_again_when_its_user_agent_is_gone() {
    let desk = Desk::new();
    let datagrams = open(&desk).await;
    let bob = datagrams.attach(BOB).await.unwrap();
    let taken = datagrams.attach("+4917000100017").await.unwrap_err().to_string();
    assert!(taken.contains(&bob.addr.to_string()), "{taken}");
    assert!(
        taken.ends_with("numbers with the same last six digits share an address"),
        "{taken}"
    );
    drop(bob);
    let again = tokio::time::timeout(LIMIT, async {
        loop {
            match datagrams.attach(BOB).await {
                Ok(bob) => return bob,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    });
    again.await.unwrap();
}

#[tokio::test]
async fn networks_have_ports_of_their_own_and_stay_on_loopback() {
    let desk = Desk::new();
    let (one, two) = (open(&desk).await, open(&desk).await);
    assert_ne!(one.port(), two.port());
    assert!(one.port() >= 2948 && two.port() >= 2948);
    let taken = Datagrams::open(Arc::clone(&desk), "B", usual(), one.port()).await;
    assert_eq!(taken.unwrap_err().kind(), std::io::ErrorKind::AddrInUse);
    let own = network("127.9.8.0/24");
    let small = Datagrams::open(Arc::clone(&desk), "B", own, one.port())
        .await
        .unwrap();
    assert_eq!(
        small.attach("+15550000017").await.unwrap().addr.ip().to_string(),
        "127.9.8.17"
    );
    for number in [BOB, "bob"] {
        let refused = small.attach(number).await.unwrap_err().to_string();
        assert!(
            refused.starts_with(&format!("{number} has no address in 127.9.8.0/24")),
            "{refused}"
        );
    }

    let elsewhere = network("10.0.0.0/8");
    let refused = Datagrams::open(desk, "B", elsewhere, 0)
        .await
        .unwrap_err()
        .to_string();
    assert_eq!(
        refused,
        "10.0.0.0/8 is not on loopback: take a network in 127.0.0.0/8, such as 127.16.0.0/12"
    );
}
