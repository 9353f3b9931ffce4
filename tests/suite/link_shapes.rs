//! Wires in bad shape, over real sockets: what passes, what does not, and in which order.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use mmspec::link::shape::{Cut, Direction, Pace, Shape, State};
use mmspec::link::{Arrival, Crossing, Hop, Line, LossKind, Mails, Tunnel};
use mmspec::party::peer::Dialogue;
use mmspec::party::user_agent::{AgentWays, UserAgent};
use mmspec::party::{Desk, Pushes, kannel};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::party_support::{CAROL, LIMIT, Mail, Peer, any_port, end_of, hard_message, next, send};

/// A server that answers each connection's first octets with `answer`, ends it, and says how much it got.
async fn server(answer: &'static [u8]) -> (SocketAddr, mpsc::UnboundedReceiver<usize>) {
    let listener = TcpListener::bind(any_port()).await.unwrap();
    let addr = listener.local_addr().unwrap();
    let (got, count) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let got = got.clone();
            tokio::spawn(async move {
                let mut octets = vec![0; 100_000];
                let first = stream.read(&mut octets).await.unwrap_or(0);
                let _ = stream.write_all(answer).await;
                let _ = stream.shutdown().await;
                let mut rest = Vec::new();
                let _ = stream.read_to_end(&mut rest).await;
                let _ = got.send(first + rest.len());
            });
        }
    });
    (addr, count)
}

/// What comes back for `request` before the connection ends or breaks.
async fn ask(addr: SocketAddr, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

fn cut(direction: Direction, octets: u64) -> Shape {
    Shape {
        cut: Some(Cut::After { direction, octets }),
        times: 1,
        ..Shape::default()
    }
}

async fn tunnel(line: &Line, to: SocketAddr) -> Tunnel {
    Tunnel::open(line, &to.to_string()).await.unwrap()
}

/// A hop on a wire, in front of a peer.
async fn hop(line: &Line, peer: &Peer, mails: Mails) -> (Hop, mpsc::UnboundedReceiver<Arrival>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let sink = Arc::new(move |arrival| drop(sender.send(arrival)));
    let hop = Hop::open_on(line, "A", any_port(), mails, sink).await.unwrap();
    hop.set_target(Some(peer.server.addr));
    (hop, receiver)
}

fn how(arrival: &Arrival) -> Option<LossKind> {
    match &arrival.crossing {
        Crossing::Loss { how, .. } => Some(*how),
        _ => None,
    }
}

#[tokio::test]
async fn an_answer_is_cut_to_the_octet_and_once() {
    let (addr, _) = server(b"0123456789").await;
    let line = Line::new("bob");
    line.set(cut(Direction::Down, 4));

    let broken = tunnel(&line, addr).await;
    assert_eq!(ask(broken.addr, b"?").await, b"0123");
    let lost = broken.lost().unwrap();
    assert_eq!((lost.how, lost.up, lost.down), (LossKind::Cut, 1, 4));
    let whole = tunnel(&line, addr).await;
    assert_eq!(ask(whole.addr, b"?").await, b"0123456789");
    assert_eq!(whole.lost(), None);
}

#[tokio::test]
async fn a_request_is_cut_to_the_octet() {
    let (addr, mut got) = server(b"").await;
    let line = Line::new("alice");
    line.set(cut(Direction::Up, 1000));
    let broken = tunnel(&line, addr).await;
    ask(broken.addr, &[7; 5000]).await;
    assert_eq!(got.recv().await, Some(1000));
    assert_eq!(broken.lost().map(|lost| lost.up), Some(1000));
}

#[tokio::test]
async fn what_is_exactly_as_long_is_not_cut() {
    let (addr, _) = server(b"0123").await;
    let line = Line::new("bob");
    line.set(cut(Direction::Down, 4));
    let tunnel = tunnel(&line, addr).await;
    assert_eq!(ask(tunnel.addr, b"?").await, b"0123");
    assert_eq!(tunnel.lost(), None);
}

#[tokio::test]
async fn a_wire_that_stands_still_lets_everything_pass_later() {
    let (addr, _) = server(b"answer").await;
    let line = Line::new("bob");
    line.set(Shape {
        state: State::Stalled,
        ..Shape::default()
    });
    let tunnel = tunnel(&line, addr).await;
    let mut asked = tokio::spawn(ask(tunnel.addr, b"?"));
    let still = tokio::time::timeout(Duration::from_millis(50), &mut asked).await;
    assert!(still.is_err());
    line.set(Shape::default());
    assert_eq!(asked.await.unwrap(), b"answer");
    assert_eq!(tunnel.lost(), None);
}

#[tokio::test]
async fn a_wire_that_goes_down_breaks_what_stands_and_refuses_what_comes() {
    let peer = Peer::open().await;
    let line = Line::new("A-p");
    let (hop, mut seen) = hop(&line, &peer, Mails::Unrecorded).await;
    let mut smtp = Dialogue::connect(hop.addr, LIMIT).await.unwrap();
    smtp.recv(LIMIT).await.unwrap();

    line.set(Shape {
        state: State::Down,
        ..Shape::default()
    });
    assert_eq!(how(&next(&mut seen).await), Some(LossKind::Down));
    assert!(smtp.recv(LIMIT).await.is_err());
    assert!(send(hop.addr, &[CAROL], hard_message()).await.end.is_err());
    assert_eq!(how(&next(&mut seen).await), Some(LossKind::Down));

    line.set(Shape::default());
    assert_eq!(end_of(&send(hop.addr, &[CAROL], hard_message()).await).0, 250);
}

#[tokio::test]
async fn slow_and_lossy_wires_carry_every_octet() {
    let peer = Peer::open().await;
    let line = Line::new("A-p");
    let (hop, mut seen) = hop(&line, &peer, Mails::Recorded).await;
    let pace = Pace {
        rate: Some(1_000_000),
        delay: Duration::from_millis(1),
        loss: 5,
    };
    line.set(Shape {
        up: pace,
        down: pace,
        ..Shape::default()
    });
    assert_eq!(end_of(&send(hop.addr, &[CAROL], hard_message()).await).0, 250);
    assert!(Mail::of(next(&mut seen).await).data == hard_message());
}

#[tokio::test]
async fn the_reply_to_a_message_is_lost_and_the_message_is_not() {
    let mut peer = Peer::open().await;
    let line = Line::new("A-p");
    let (hop, mut seen) = hop(&line, &peer, Mails::Recorded).await;
    line.set(Shape {
        cut: Some(Cut::EndOfData),
        times: 1,
        ..Shape::default()
    });
    assert!(send(hop.addr, &[CAROL], hard_message()).await.end.is_err());
    let taken = peer.arrived();
    assert!(taken.data == hard_message());
    assert_eq!(taken.reply.map(|(code, _)| code), Some(250));
    // The loss, and the mail as the wire saw it: without a reply.
    assert_eq!(how(&next(&mut seen).await), Some(LossKind::Cut));
    assert_eq!(Mail::of(next(&mut seen).await).reply, None);
    assert_eq!(end_of(&send(hop.addr, &[CAROL], hard_message()).await).0, 250);
}

#[tokio::test]
async fn connections_that_stand_are_not_cut_by_a_later_word() {
    let peer = Peer::open().await;
    let line = Line::new("A-p");
    let (hop, _seen) = hop(&line, &peer, Mails::Unrecorded).await;
    let mut smtp = Dialogue::connect(hop.addr, LIMIT).await.unwrap();
    smtp.recv(LIMIT).await.unwrap();
    line.set(cut(Direction::Up, 0));
    smtp.send_line("NOOP").await.unwrap();
    assert_eq!(smtp.recv(LIMIT).await.unwrap().code, 250);
    assert!(send(hop.addr, &[CAROL], hard_message()).await.end.is_err());
}

#[tokio::test]
async fn a_user_agent_knows_what_arrived_before_the_wire_broke() {
    let answer = b"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 20\r\n\r\n01234567890123456789";
    let (addr, _) = server(answer).await;
    let line = Line::new("bob");
    line.set(cut(Direction::Down, u64::try_from(answer.len() - 5).unwrap()));
    let tunnel = tunnel(&line, addr).await;
    let agent = UserAgent::new(&AgentWays::default())
        .unwrap()
        .through(tunnel.addr);
    let none = agent
        .get(&format!("http://{addr}/x"), &[], LIMIT)
        .await
        .unwrap_err();
    let arrived = none.arrived.unwrap();
    assert_eq!(
        (arrived.status, arrived.body),
        (200, Bytes::from_static(b"012345678901234"))
    );
}

#[tokio::test]
async fn the_relay_is_named_as_the_url_names_it() {
    let listener = TcpListener::bind(any_port()).await.unwrap();
    let addr = listener.local_addr().unwrap();
    let request = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut octets = vec![0; 4096];
        let read = stream.read(&mut octets).await.unwrap();
        String::from_utf8_lossy(&octets[..read]).to_ascii_lowercase()
    });
    let tunnel = tunnel(&Line::new("bob"), addr).await;
    let agent = UserAgent::new(&AgentWays::default())
        .unwrap()
        .through(tunnel.addr);
    let _ = agent.get(&format!("http://{addr}/a?b"), &[], LIMIT).await;
    let request = request.await.unwrap();
    assert!(request.starts_with("get /a?b http/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("\r\nhost: {addr}\r\n")), "{request}");
}

/// Pushes `text` to bob; the gateway's answer.
async fn push(gateway: SocketAddr, text: &str) -> String {
    let target = format!("/cgi-bin/sendsms?to=15550100017&udh=%06%05%04%0B%84%23%F0&text={text}");
    let request = format!("GET {target} HTTP/1.1\r\nHost: k\r\nConnection: close\r\n\r\n");
    let answer = ask(gateway, request.as_bytes()).await;
    String::from_utf8_lossy(&answer[9..12]).into_owned()
}

fn pushed(arrival: &Arrival) -> String {
    match &arrival.crossing {
        Crossing::Push { wsp, .. } => String::from_utf8_lossy(wsp).into_owned(),
        Crossing::Loss {
            how, of: Some(of), ..
        } => match &**of {
            Crossing::Push { wsp, .. } => format!("{} {}", how.name(), String::from_utf8_lossy(wsp)),
            other => panic!("no push: {other:?}"),
        },
        other => panic!("no push: {other:?}"),
    }
}

#[tokio::test]
async fn pushes_are_lost_or_wait_though_the_gateway_takes_them() {
    let desk = Desk::new();
    let (guest, mut arrivals) = desk.open(1);
    guest.claim_number("+15550100017", "bob");
    let gateway = kannel::listen(Arc::clone(&desk), "A", any_port()).await.unwrap();
    let mut seen = Vec::new();

    guest.pushes("bob", Pushes::Lost { times: 1 });
    for text in ["one", "two"] {
        assert_eq!(push(gateway.addr, text).await, "202");
    }
    guest.pushes("bob", Pushes::Kept);
    for text in ["three", "four"] {
        assert_eq!(push(gateway.addr, text).await, "202");
    }
    guest.pushes("bob", Pushes::Arrive);
    while let Ok(arrival) = arrivals.try_recv() {
        seen.push(pushed(&arrival));
    }
    assert_eq!(
        seen,
        ["lost one", "two", "kept three", "kept four", "three", "four"]
    );
}
