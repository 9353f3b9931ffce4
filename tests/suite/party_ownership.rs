//! Mails of concurrent scripts reach the script that owns them.

use std::net::SocketAddr;
use std::sync::Arc;

use mmspec::link::{Arrival, Crossing};
use mmspec::party::peer::{PeerIdentity, serve};
use mmspec::party::user_agent::{AgentWays, UserAgent};
use mmspec::party::{Desk, HttpRule, Past, SmtpAct, SmtpRule, SmtpStage, kannel};
use mmspec::wire::{Pdu, mm1, push as wsp};

use crate::judge_support::pdu;
use crate::party_support::{CAROL, LIMIT, Mail, Peer, any_port, end_of, send};

const DAVE: &str = "+15550200018/TYPE=PLMN@mms.peer.example";
const SYSTEM_OF_P: &str = "system-user@mms.peer.example";

fn peer_p() -> PeerIdentity {
    PeerIdentity {
        name: "p".to_owned(),
        host: "mx.mms.peer.example".to_owned(),
        domain: "mms.peer.example".to_owned(),
    }
}

#[tokio::test]
async fn concurrent_scripts_get_their_own_mails_under_their_own_rules() {
    let mut peer = Peer::open().await;
    let (other, mut to_other) = peer.desk.open(2);
    other.claim_number("15550200018", "p");
    let refuse = SmtpRule {
        at: SmtpStage::EndOfData,
        act: SmtpAct::Reply("451 not yet".to_owned()),
        times: 0,
    };
    other.smtp_rules("p", vec![refuse]);
    let addr = peer.server.addr;

    let both = (0..20).map(|n| async move {
        let rcpt = if n % 2 == 0 { CAROL } else { DAVE };
        let delivery = send(addr, &[rcpt], format!("Subject: {n}\r\n\r\n")).await;
        (n, end_of(&delivery).0)
    });
    for (n, code) in futures_util::future::join_all(both).await {
        assert_eq!(code, if n % 2 == 0 { 250 } else { 451 });
    }

    for _ in 0..10 {
        assert_eq!(peer.arrived().rcpt_to, [CAROL]);
        let mail = Mail::of(to_other.try_recv().unwrap());
        assert_eq!(
            (mail.place.as_str(), &mail.rcpt_to[..]),
            ("p", &[DAVE.to_owned()][..])
        );
    }
    assert_eq!(peer.desk.unsolicited().count, 0);
}

#[tokio::test]
async fn ids_and_numbers_in_the_message_decide_where_a_mailbox_is_shared() {
    let mut peer = Peer::open().await;
    let (other, mut to_other) = peer.desk.open(2);
    for guest in [&peer.guest, &other] {
        guest.claim_mailbox("System-User@mms.peer.example", "p");
    }
    peer.guest.claim_id("tid-1", "p");
    other.claim_id("\"tid-2\"", "p");
    other.claim_id("mid-2", "p");
    other.claim_number("+15550200018", "p");
    let messages = [
        ("X-Mms-Transaction-ID: \"tid-1\"\r\n", false),
        (
            "X-Mms-Transaction-Id: tid-2\r\nFrom: +15550200017/TYPE=PLMN\r\n",
            true,
        ),
        ("x-mms-message-id:\r\n  \"mid-2\"\r\n", true),
        (
            "From: <+15550100001/TYPE=PLMN>\r\nTo: a@b, +1-555-020-0018\r\n",
            true,
        ),
        ("Subject: tid-1\r\n\r\nX-Mms-Transaction-ID: tid-1\r\n", true),
    ];
    for (header, others) in messages {
        send(peer.server.addr, &[SYSTEM_OF_P], format!("{header}\r\n")).await;
        let got = (peer.arrivals.try_recv().is_ok(), to_other.try_recv().is_ok());
        assert_eq!(got, (!others, others), "{header}");
    }
}

#[tokio::test]
async fn a_mail_of_nobody_or_of_a_script_that_ended_is_unsolicited() {
    let mut peer = Peer::open().await;
    send(peer.server.addr, &["x@mms.peer.example"], &b"A: b\r\n\r\n"[..]).await;
    assert!(peer.arrivals.try_recv().is_err());
    drop(peer.guest);
    send(peer.server.addr, &[CAROL], &b"A: b\r\n\r\n"[..]).await;

    let unsolicited = peer.desk.unsolicited();
    assert_eq!(unsolicited.count, 2);
    assert_eq!(Mail::of(unsolicited.first[1].clone()).rcpt_to, [CAROL]);
}

#[tokio::test]
async fn a_number_that_has_another_owner_by_now_does_not_make_earlier_mails_his() {
    let desk = Desk::new();
    let (earlier, _arrivals) = desk.open_for(1, "earlier");
    earlier.claim_number("+15550100001", "bob");
    earlier.claim_mailbox("mmse-1@mms.peer.example", "p");
    earlier.claim_id("tid-1", "p");
    drop(earlier);
    let (next, mut arrivals) = desk.open_for(2, "next");
    next.claim_number("+15550100001", "bob");
    next.claim_mailbox("system-user@mms.peer.example", "p");
    let server = serve(Arc::clone(&desk), peer_p(), "A", any_port()).await.unwrap();

    let from = "From: +15550100001/TYPE=PLMN@mms.home.example\r\n";
    let answer = format!("X-Mms-Transaction-ID: \"tid-1\"\r\n{from}\r\n");
    send(server.addr, &["mmse-1@mms.peer.example"], format!("{from}\r\n")).await;
    send(server.addr, &[SYSTEM_OF_P], answer).await;
    assert!(arrivals.try_recv().is_err());
    send(server.addr, &[SYSTEM_OF_P], format!("{from}\r\n")).await;
    assert!(arrivals.try_recv().is_ok());

    let past: Vec<Past> = desk.unsolicited().past.into_iter().flatten().collect();
    assert_eq!(past.len(), 2);
    for (past, key) in past.iter().zip(["mailbox mmse-1@mms.peer.example", "id tid-1"]) {
        assert_eq!(past.case, "earlier");
        assert!(past.why.contains(key), "{past:?}");
    }
}

/// A push of this PDU to bob's number, as a relay hands it to its Kannel.
async fn push(kannel: SocketAddr, pdu: &Pdu) {
    let wsp = wsp::encode(1, &mm1::encode(pdu));
    let text: String = wsp.iter().map(|octet| format!("%{octet:02X}")).collect();
    let url =
        format!("http://{kannel}/cgi-bin/sendsms?to=%2B15550100001&udh=%06%05%04%0B%84%23%F0&text={text}");
    let agent = UserAgent::new(&AgentWays::default()).unwrap();
    assert_eq!(agent.get(&url, &[], LIMIT).await.unwrap().status, 202);
}

fn notification(tid: &str, location: &str, expiry: &str, size: &str) -> Pdu {
    let fields = [
        ("X-Mms-Transaction-Id", tid),
        ("X-Mms-MMS-Version", "1.3"),
        ("X-Mms-Message-Class", "Personal"),
        ("X-Mms-Message-Size", size),
        ("X-Mms-Expiry", expiry),
        ("X-Mms-Content-Location", location),
    ];
    pdu("M-Notification.ind", &fields)
}

fn delivery(id: &str) -> Pdu {
    let fields = [
        ("X-Mms-MMS-Version", "1.3"),
        ("Message-ID", id),
        ("To", "+15550100002/TYPE=PLMN"),
        ("X-Mms-Status", "Retrieved"),
    ];
    pdu("M-Delivery.ind", &fields)
}

#[tokio::test]
async fn what_was_pushed_to_an_earlier_owner_of_a_number_is_not_the_next_ones() {
    let desk = Desk::new();
    let gateway = kannel::listen(Arc::clone(&desk), "A", any_port()).await.unwrap();
    let (earlier, mut to_earlier) = desk.open_for(1, "earlier");
    earlier.claim_number("+15550100001", "bob");
    earlier.remember_message("+15550100001", "mid-1");
    push(gateway.addr, &notification("t1", "http://m/1", "100", "7")).await;
    assert!(to_earlier.try_recv().is_ok());
    push(gateway.addr, &notification("t1", "http://m/1", "90", "7")).await;
    assert!(to_earlier.try_recv().is_ok(), "who is still there gets repeats");
    drop(earlier);

    let (next, mut to_next) = desk.open_for(2, "next");
    next.claim_number("15550100001", "alice");
    next.http_rules(
        "alice",
        vec![HttpRule {
            status: 503,
            times: 1,
        }],
    );
    let late = [
        notification("t1", "http://m/1", "80", "7"),
        notification("t1", "http://m/again", "70", "7"),
        notification("t9", "http://m/1", "70", "9"),
        delivery("mid-1"),
    ];
    for pdu in &late {
        // Nor is it answered as the next one wants its own answered.
        push(gateway.addr, pdu).await;
        assert!(to_next.try_recv().is_err(), "{pdu:?}");
    }
    next.http_rules("alice", Vec::new());
    // The same transaction id alone is no repeat: a relay may have no other.
    for pdu in [notification("t1", "http://m/2", "70", "8"), delivery("mid-2")] {
        push(gateway.addr, &pdu).await;
        assert_eq!(to_next.try_recv().unwrap().place, "alice");
    }
    let unsolicited = desk.unsolicited();
    assert_eq!(unsolicited.count, 4);
    assert!(
        unsolicited
            .past
            .iter()
            .all(|past| past.as_ref().is_some_and(|p| p.case == "earlier")),
        "{:?}",
        unsolicited.past
    );
}

#[tokio::test]
async fn a_peer_is_held_by_one_alone_or_by_many() {
    let peer = Peer::open().await;
    let (other, _arrivals) = peer.desk.open(2);
    let other = Arc::new(other);
    let (first, second) = (peer.guest.alongside("p").await, other.alongside("p").await);
    let waiting = tokio::spawn({
        let other = Arc::clone(&other);
        async move { other.exclusive("p").await }
    });
    drop(first);
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    drop(second);
    let alone = tokio::time::timeout(LIMIT, waiting).await.unwrap().unwrap();
    drop(alone);
    tokio::time::timeout(LIMIT, peer.guest.exclusive("p"))
        .await
        .unwrap();
}

#[tokio::test]
async fn mails_between_relays_go_to_the_script_they_are_for_and_answers_follow() {
    let desk = mmspec::party::Desk::new();
    let (one, mut to_one) = desk.open(1);
    let (two, mut to_two) = desk.open(2);
    one.claim_number("+15551010001", "bob");
    two.claim_number("+15551010002", "bob");
    let (there, back) = (desk.between("A", "B"), desk.between("B", "A"));
    let arrival = |from: &str, to: &str, header: &str| Arrival {
        place: "A-B".to_owned(),
        from: Some(from.to_owned()),
        crossing: Crossing::Mail {
            helo: String::new(),
            mail_from: String::new(),
            rcpt_to: vec![to.to_owned()],
            refused: Vec::new(),
            data: format!("{header}\r\n").into(),
            reply: Some((250, String::new())),
            dialogue: Vec::new(),
        },
        wire: None,
    };
    let ids = |tid: &str, mid: &str| format!("X-Mms-Transaction-ID: {tid}\r\nX-Mms-Message-ID: {mid}\r\n");
    let forward = |tid, mid| format!("X-Mms-Message-Type: MM4_forward.REQ\r\n{}", ids(tid, mid));
    let response = |tid, mid| format!("X-Mms-Message-Type: MM4_forward.RES\r\n{}", ids(tid, mid));
    let report = |tid, mid| format!("X-Mms-Message-Type: MM4_delivery_report.REQ\r\n{}", ids(tid, mid));
    // Both relays count from 1.
    there(arrival("A", "+15551010001/TYPE=PLMN@b", &forward("1", "\"m1\"")));
    there(arrival("A", "+15551010002/TYPE=PLMN@b", &forward("2", "m2")));
    back(arrival("B", "system@a", &response("2", "m2")));
    back(arrival("B", "system@a", &report("1", "m2")));
    there(arrival("A", "system@b", &response("1", "m2")));
    // A report once more, and the response to the first mail.
    back(arrival("B", "system@a", &report("1", "m2")));
    back(arrival("B", "system@a", &response("\"1\"", "m1")));
    back(arrival("B", "system@a", &response("3", "m3")));
    assert_eq!(arrived(&mut to_one), ["forward.REQ 1", "forward.RES \"1\""]);
    assert_eq!(
        arrived(&mut to_two),
        [
            "forward.REQ 2",
            "forward.RES 2",
            "delivery_report.REQ 1",
            "forward.RES 1",
            "delivery_report.REQ 1"
        ]
    );
    assert_eq!(desk.unsolicited().count, 1);
    drop(one);
    there(arrival("A", "+15551010001/TYPE=PLMN@b", &forward("1", "m1")));
    assert_eq!(desk.unsolicited().count, 2);
}

/// Type and transaction of what arrived.
fn arrived(arrivals: &mut tokio::sync::mpsc::UnboundedReceiver<Arrival>) -> Vec<String> {
    let mut all = Vec::new();
    while let Ok(arrival) = arrivals.try_recv() {
        let data = String::from_utf8(Mail::of(arrival).data).unwrap();
        let value = |name: &str| {
            let line = data.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim_start_matches(": ")
                .trim_start_matches("MM4_")
                .to_owned()
        };
        all.push(format!(
            "{} {}",
            value("X-Mms-Message-Type"),
            value("X-Mms-Transaction-ID")
        ));
    }
    all
}
