//! The Kannel gateway as a relay meets it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::net::SocketAddr;
use std::sync::Arc;

use mmspec::link::{Arrival, Crossing};
use mmspec::party::{Desk, HttpRule, kannel};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::party_support::{any_port, next};

const UDH: &str = "udh=%06%05%04%0B%84%23%F0";

/// A GET whose target goes out exactly so; status and body of the answer.
async fn get(addr: SocketAddr, target: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let request =
        format!("GET {target} HTTP/1.1\r\nHost: k\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

fn wsp(arrival: &Arrival) -> &[u8] {
    match &arrival.crossing {
        Crossing::Push { wsp, .. } => wsp,
        other => panic!("no push: {other:?}"),
    }
}

#[tokio::test]
async fn a_push_arrives_octet_by_octet_at_the_owner_of_its_number() {
    let desk = Desk::new();
    let (guest, mut arrivals) = desk.open(1);
    guest.claim_number("+15550100017", "bob");
    let gateway = kannel::listen(Arc::clone(&desk), "A", any_port()).await.unwrap();
    let text: String = (0..=255u8).map(|octet| format!("%{octet:02x}")).collect();

    let target = format!("/cgi-bin/sendsms?username=u&password=p&text={text}&to=%2B15550100017&{UDH}");
    assert_eq!(
        get(gateway.addr, &target).await,
        (202, "0: Accepted for delivery".to_owned())
    );

    let pairs = [
        ("username", "u"),
        ("password", "p"),
        ("to", "+15550100017"),
        ("udh", "0605040b8423f0"),
        ("http-connection", "keep-alive, close"),
    ];
    let expected = Arrival {
        place: "bob".to_owned(),
        from: Some("A".to_owned()),
        crossing: Crossing::Push {
            recipient: "+15550100017".to_owned(),
            gateway: "kannel".to_owned(),
            params: pairs
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            wsp: (0..=255).collect(),
            answered: 202,
        },
        wire: None,
    };
    let arrival = arrivals.try_recv().unwrap();
    assert_eq!(
        Arrival {
            wire: None,
            ..arrival
        },
        expected
    );
}

#[tokio::test]
async fn numbers_match_with_and_without_plus_and_blanks_are_plus_signs() {
    let desk = Desk::new();
    let (one, mut to_one) = desk.open(1);
    let (two, mut to_two) = desk.open(2);
    one.claim_number("+15550100017", "bob");
    two.claim_number("+15550100018/TYPE=PLMN", "bob");
    let gateway = kannel::listen(Arc::clone(&desk), "A", any_port()).await.unwrap();

    get(gateway.addr, &format!("/sendsms?to=15550100018&text=a+b&{UDH}")).await;
    get(
        gateway.addr,
        &format!("/x/sendsms?to=%2B15550100017&text=c%2Bd&{UDH}"),
    )
    .await;

    assert_eq!(wsp(&next(&mut to_two).await), b"a b");
    assert_eq!(wsp(&next(&mut to_one).await), b"c+d");
    assert_eq!(desk.unsolicited().count, 0);
}

#[tokio::test]
async fn a_form_says_the_same_as_a_query() {
    let desk = Desk::new();
    let (guest, mut arrivals) = desk.open(1);
    guest.claim_number("+15550100017", "bob");
    let gateway = kannel::listen(Arc::clone(&desk), "A", any_port()).await.unwrap();

    let form = format!("to=%2B15550100017&text=%00%ffa+b&{UDH}");
    let mut stream = TcpStream::connect(gateway.addr).await.unwrap();
    let request = format!(
        "POST /cgi-bin/sendsms HTTP/1.1\r\nHost: k\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();

    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    assert_eq!(wsp(&next(&mut arrivals).await), b"\0\xFFa b");
}

/// Kannel's own form of a POST.
#[tokio::test]
async fn parameters_may_be_header_fields_and_the_message_the_body() {
    let desk = Desk::new();
    let (guest, mut arrivals) = desk.open(1);
    guest.claim_number("+15550100017", "bob");
    let gateway = kannel::listen(Arc::clone(&desk), "A", any_port()).await.unwrap();
    let head = "POST /cgi-bin/sendsms HTTP/1.1\r\nHost: k\r\nConnection: close\r\n\
        Content-Type: application/octet-stream\r\nContent-Length: 4\r\n\
        X-Kannel-To: +15550100017\r\nX-Kannel-UDH: 0605040B8423F0\r\n\r\n";
    let mut stream = TcpStream::connect(gateway.addr).await.unwrap();
    let request = [head.as_bytes(), b"\x01\x06\0\xFF"].concat();
    stream.write_all(&request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();

    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    let arrival = next(&mut arrivals).await;
    assert_eq!(wsp(&arrival), b"\x01\x06\0\xFF");
    let Crossing::Push {
        params, recipient, ..
    } = arrival.crossing
    else {
        panic!("no push");
    };
    assert_eq!(recipient, "+15550100017");
    assert!(params.contains(&("udh".to_owned(), "0605040b8423f0".to_owned())));
    assert!(!params.iter().any(|(name, _)| name == "note"));
}

#[tokio::test]
async fn the_owner_scripts_the_answers() {
    let desk = Desk::new();
    let (guest, mut arrivals) = desk.open(1);
    guest.claim_number("+15550100017", "bob");
    guest.http_rules(
        "bob",
        vec![HttpRule {
            status: 503,
            times: 2,
        }],
    );
    let gateway = kannel::listen(Arc::clone(&desk), "A", any_port()).await.unwrap();

    let mut got = Vec::new();
    for _ in 0..3 {
        got.push(
            get(gateway.addr, &format!("/sendsms?to=15550100017&text=x&{UDH}"))
                .await
                .0,
        );
    }

    assert_eq!(got, [503, 503, 202]);
    let Crossing::Push { answered, .. } = next(&mut arrivals).await.crossing else {
        panic!("no push");
    };
    assert_eq!(answered, 503);
}

#[tokio::test]
async fn what_nobody_owns_is_unsolicited() {
    let desk = Desk::new();
    let (guest, _arrivals) = desk.open(1);
    guest.claim_number("+15550100017", "bob");
    let gateway = kannel::listen(Arc::clone(&desk), "A", any_port()).await.unwrap();

    let stranger = get(gateway.addr, &format!("/sendsms?to=15550100099&text=x&{UDH}")).await;
    let without_text = get(gateway.addr, "/sendsms?to=15550100017").await;
    drop(guest);
    let late = get(gateway.addr, &format!("/sendsms?to=15550100017&text=late&{UDH}")).await;
    let elsewhere = get(gateway.addr, "/status").await;

    assert_eq!(
        (stranger.0, without_text.0, late.0, elsewhere.0),
        (202, 400, 202, 404)
    );
    let unsolicited = desk.unsolicited();
    assert_eq!(unsolicited.count, 3);
    assert_eq!(wsp(&unsolicited.first[2]), b"late");
}

#[tokio::test]
async fn a_push_to_no_port_or_another_is_noted() {
    let desk = Desk::new();
    let (guest, mut arrivals) = desk.open(1);
    guest.claim_number("+15550100017", "bob");
    let gateway = kannel::listen(Arc::clone(&desk), "A", any_port()).await.unwrap();

    let udhs = [
        "",
        "&udh=%06%05%04%0B%85%23%F0",
        "&udh=%0B%00%03%01%01%01%05%04%0B%84%23%F0",
    ];
    let mut notes = Vec::new();
    for udh in udhs {
        get(gateway.addr, &format!("/sendsms?to=15550100017&text=x{udh}")).await;
        let Crossing::Push { params, .. } = next(&mut arrivals).await.crossing else {
            panic!("no push");
        };
        notes.push(
            params
                .into_iter()
                .find(|(name, _)| name == "note")
                .map(|(_, note)| note),
        );
    }

    assert_eq!(notes[0].as_deref(), Some("no udh: not addressed to port 2948"));
    assert_eq!(
        notes[1].as_deref(),
        Some("udh addresses port 2949 instead of 2948")
    );
    assert_eq!(notes[2], None);
}

#[tokio::test]
async fn a_dropped_gateway_is_gone() {
    let gateway = kannel::listen(Desk::new(), "A", any_port()).await.unwrap();
    let addr = gateway.addr;
    let mut idle = TcpStream::connect(addr).await.unwrap();
    idle.write_all(b"GET /status HTTP/1.1\r\nHost: k\r\n\r\n")
        .await
        .unwrap();
    let mut octet = [0];
    idle.read_exact(&mut octet).await.unwrap();

    drop(gateway);

    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).await.unwrap();
    assert!(TcpStream::connect(addr).await.is_err());
}
