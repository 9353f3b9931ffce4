//! Captures of journals as no run of ours would write them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeMap;
use std::net::SocketAddr;

use bytes::Bytes;
use mmspec::link::{Carriage, Connection, Crossing, Leg, Transport};
use mmspec::report::pcapng::{Decided, write};
use mmspec::run::evidence::{Stored, Ways};
use mmspec::run::journal::{Event, What};

use crate::captures_support::Capture;

fn addr(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn begin() -> What {
    What::Begin {
        steps: Vec::new(),
        unix: 1_800_000_000,
        bindings: BTreeMap::new(),
        vars: BTreeMap::new(),
        unclaimed: Vec::new(),
        missing: Vec::new(),
        alive: Vec::new(),
        silent: Vec::new(),
        recorded: Vec::new(),
    }
}

fn request(body: &[u8]) -> What {
    What::Sent {
        step: None,
        capture: None,
        at: "alice".to_owned(),
        to: "A".to_owned(),
        crossing: Crossing::HttpRequest {
            method: "POST".to_owned(),
            url: "https://mms/".to_owned(),
            headers: Vec::new(),
            body: Bytes::copy_from_slice(body),
        },
        wire: None,
    }
}

fn seen(crossing: Crossing, wire: Carriage) -> What {
    What::Seen {
        place: "alice".to_owned(),
        from: Some("A".to_owned()),
        crossing,
        wire: Some(wire),
    }
}

fn answer(request: u64, body: &[u8], wire: Carriage) -> What {
    let crossing = Crossing::HttpResponse {
        status: 200,
        headers: Vec::new(),
        body: Bytes::copy_from_slice(body),
        request,
    };
    seen(crossing, wire)
}

/// The octets of the capture of this journal.
fn captured(events: Vec<What>) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let mut lines = String::new();
    for (what, seq) in events.into_iter().zip(0..) {
        let event = Event {
            script: "c".to_owned(),
            seq,
            at_us: seq * 10,
            what,
        };
        lines += &serde_json::to_string(&event).unwrap();
        lines.push('\n');
    }
    std::fs::write(dir.path().join("events.jsonl"), lines).unwrap();
    let stored = Stored::open(dir.path()).unwrap();
    let ways = Ways::of(&stored, "c").unwrap();
    let mut file = Vec::new();
    write(&mut file, &stored, "c", ways, &Decided::default()).unwrap();
    file
}

#[test]
fn long_bodies_are_cut_into_segments_and_what_was_tls_goes_to_a_plain_port() {
    let body: Vec<u8> = (0..100_000u32).map(|n| n.to_le_bytes()[0]).collect();
    let (relay, agent) = (addr("[2001:db8::1]:443"), addr("[2001:db8::2]:40000"));
    let exchange = |connection: Connection| {
        connection.over_tls().received().with_legs(vec![
            Leg {
                content: true,
                ..Leg::back(b"POST / HTTP/1.1\r\n\r\n".to_vec())
            },
            Leg {
                content: true,
                ..Leg::there(b"HTTP/1.1 200 OK\r\n\r\n".to_vec())
            },
        ])
    };
    // The same sockets twice, for two connections.
    let (first, second) = (
        Connection::between(agent, relay),
        Connection::between(agent, relay),
    );
    let file = captured(vec![
        begin(),
        request(b"first"),
        answer(1, &body, exchange(first)),
        request(&body),
        answer(3, b"second", exchange(second)),
        What::End,
    ]);
    let capture = Capture::of(&file);
    let plain = addr("[2001:db8::1]:80");
    let asked = [
        b"POST / HTTP/1.1\r\n\r\nfirst",
        &b"POST / HTTP/1.1\r\n\r\n"[..],
        &body,
    ]
    .concat();
    let answered = [
        b"HTTP/1.1 200 OK\r\n\r\n",
        &body[..],
        b"HTTP/1.1 200 OK\r\n\r\nsecond",
    ]
    .concat();
    assert_eq!(capture.missing, 0);
    assert!(capture.streams[&(agent, plain)] == asked);
    assert!(capture.streams[&(plain, agent)] == answered);
    assert_eq!(capture.comments.len(), 4);
    for ((comment, _, time), at_us) in capture.comments.iter().zip([10, 20, 30, 40]) {
        assert!(comment.ends_with("was protected by TLS: this is what was in it, and no handshake is shown"));
        assert_eq!(time / 1000, 1_800_000_000_000_000 + at_us);
    }
}

#[test]
fn what_was_not_kept_is_a_gap_and_hostile_text_is_inert() {
    let (relay, agent) = (addr("127.0.0.1:8080"), addr("127.0.0.1:40000"));
    let connection = Connection::between(agent, relay);
    let cut = Leg {
        left_out: 1000,
        ..Leg::there(b"HTTP/1.1 200 OK\r\n\r\nbegin".to_vec())
    };
    let hostile = Crossing::SmtpLine {
        code: 250,
        text: "\u{1b}[2J\u{202e}gnirts\n".repeat(10_000),
    };
    let wire = |leg: Leg| connection.received().with_legs(vec![leg]);
    let file = captured(vec![
        begin(),
        request(b""),
        answer(1, b"", wire(cut)),
        seen(hostile, wire(Leg::there(b"250 x\r\n".to_vec()))),
    ]);
    let capture = Capture::of(&file);
    assert_eq!(capture.missing, 1000);
    let comments: Vec<&str> = capture.comments.iter().map(|(text, ..)| text.as_str()).collect();
    assert!(
        comments[0].ends_with("\n1000 octets of it were not kept"),
        "{comments:?}"
    );
    assert!(comments[1].len() < 2000 && !comments[1].contains(['\u{1b}', '\u{202e}']));
    assert!(comments[1].contains("\\x1b"), "{}", comments[1]);
}

#[test]
fn datagrams_stay_datagrams_and_a_journal_cut_short_has_a_capture() {
    let (from, to) = (addr("127.0.0.1:9201"), addr("127.0.0.2:2948"));
    let push = Crossing::Push {
        recipient: "+1".to_owned(),
        gateway: "wdp".to_owned(),
        params: Vec::new(),
        wsp: Bytes::from_static(b"\x01\x06\x00"),
        answered: 200,
    };
    let wire = Carriage::datagram(from, to).with_legs(vec![Leg::CONTENT]);
    assert_eq!(wire.transport, Transport::Udp);
    let file = captured(vec![begin(), seen(push, wire)]);
    let capture = Capture::of(&file);
    assert_eq!(capture.datagrams, [((from, to), b"\x01\x06\x00".to_vec())]);
    assert!(memchr::memmem::find(&file, b"decode as: -d udp.port==2948,wsp").is_some());
}
