//! Captures of whole runs, read back packet by packet.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;

use mmspec::link::Crossing;
use mmspec::report::pcapng::{Decided, write};
use mmspec::run::evidence::{Passage, Stored, Transport, Ways, plain_port};
use mmspec::run::outcome::CaseResult;
use mmspec::run::{Finished, Options};

use crate::captures_support::{Capture, Ends};
use crate::cli_commands::mmspec;
use crate::system_support::{block_on, execute, options, turn};

/// Runs cases, and hands each with its capture and the passages of its journal to `look`.
fn captured(relay: Option<&str>, cases: &[&str], mut look: impl FnMut(&CaseResult, &Capture, &[Passage])) {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let selection: Vec<String> = cases.iter().map(|case| (*case).to_owned()).collect();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/targets");
    let relays = relay.map(|file| ("A".to_owned(), fixtures.join(file)));
    let finished: Finished = block_on(execute(Options {
        relays: relays.into_iter().collect(),
        strict: Some(true),
        program: Some(assert_cmd::cargo::cargo_bin("mmspec")),
        ..options(dir.path(), &selection)
    }));
    let stored = Stored::open(&finished.dir).unwrap();
    let decided = Decided::of(&finished.result);
    assert!(finished.result.cases.len() >= cases.len());
    for case in &finished.result.cases {
        let ways = || Ways::of(&stored, &case.id).unwrap();
        let mut file = Vec::new();
        write(&mut file, &stored, &case.id, ways(), &decided).unwrap();
        let mut passages = Vec::new();
        ways()
            .each(&stored, &case.id, |passage| passages.push(passage))
            .unwrap();
        look(case, &Capture::of(&file), &passages);
    }
}

/// The capture has all that passed, between the sockets of the journal, and nothing else.
fn assert_faithful(case: &CaseResult, capture: &Capture, passages: &[Passage]) {
    let mut streams: BTreeMap<Ends, Vec<u8>> = BTreeMap::new();
    let mut datagrams = Vec::new();
    let mut links = BTreeSet::new();
    for passage in passages.iter().filter(|passage| !passage.octets.is_empty()) {
        links.insert(passage.message.link.clone());
        let plain = |addr: SocketAddr| SocketAddr::new(addr.ip(), plain_port(passage.transport, addr.port()));
        let ends = (plain(passage.from), plain(passage.to));
        for piece in &passage.octets {
            let ends = if piece.back { (ends.1, ends.0) } else { ends };
            if passage.transport == Transport::Udp {
                datagrams.push((ends, piece.octets.to_vec()));
            } else {
                streams.entry(ends).or_default().extend_from_slice(&piece.octets);
            }
        }
    }
    assert_eq!(capture.missing, 0, "{}", case.id);
    let spoken = capture.streams.iter().filter(|(_, octets)| !octets.is_empty());
    let spoken: BTreeMap<Ends, Vec<u8>> = spoken.map(|(ends, octets)| (*ends, octets.clone())).collect();
    assert!(spoken == streams, "{}: other octets", case.id);
    assert_eq!(capture.datagrams, datagrams, "{}", case.id);
    assert_eq!(capture.links, links, "{}", case.id);
    assert_commented(case, capture, passages);
}

/// Each message has its comment, in the packet that ends its content, with its label and what was decided on it.
fn assert_commented(case: &CaseResult, capture: &Capture, passages: &[Passage]) {
    let passed: Vec<&Passage> = passages
        .iter()
        .filter(|passage| !passage.octets.is_empty())
        .collect();
    assert_eq!(capture.comments.len(), passed.len(), "{}", case.id);
    for ((comment, ends, time), passage) in capture.comments.iter().zip(passed) {
        let message = &passage.message;
        assert!(comment.starts_with(&message.label), "{comment}");
        assert_eq!(ends.0.ip(), passage.from.ip(), "{comment}");
        assert_eq!((time / 1000) % 1_000_000, u128::from(message.at_us % 1_000_000));
        if message.is_ours && message.step.is_some() {
            assert!(comment.contains("\nstep: send "), "{comment}");
        }
        for expectation in &case.expectations {
            let said = format!("\n{}: {}", expectation.verdict.name(), expectation.id);
            if expectation.events_of.is_none() && expectation.events.contains(&message.seq) {
                assert!(comment.contains(&said), "{comment}");
                assert!(comment.contains(&expectation.source.to_string()), "{comment}");
            }
        }
    }
}

/// Every octet string of the journal that passed a socket stands in a stream.
fn assert_complete(capture: &Capture, passages: &[Passage]) {
    let has = |octets: &[u8]| {
        capture
            .streams
            .values()
            .chain(capture.datagrams.iter().map(|(_, octets)| octets))
            .any(|stream| memchr::memmem::find(stream, octets).is_some())
    };
    for passage in passages {
        match passage.message.crossing.as_ref().unwrap() {
            Crossing::HttpRequest { body, .. } | Crossing::HttpResponse { body, .. } => assert!(has(body)),
            Crossing::Mail { data, mail_from, .. } => {
                assert!(has(&mmspec::wire::smtp::stuff(data)));
                assert!(has(format!("MAIL FROM:<{mail_from}>").as_bytes()));
            }
            Crossing::SmtpReply { code, .. } => assert!(has(format!("{code} ").as_bytes())),
            Crossing::DnsQuery { query, .. } => assert!(has(query)),
            _ => {}
        }
    }
}

#[test]
fn all_that_passed_is_in_the_capture_and_nothing_else() {
    let cases = [
        "mm1-content-is-delivered-unchanged",
        "mm4-content-reaches-the-peer-unchanged",
        "mm4-permanent-refusal-is-final",
        "e2e-both-ways-at-once",
        "routing-enum-asks-for-the-reversed-digits*",
        "mm1-killed-after-acceptance",
    ];
    let mut seen = BTreeSet::new();
    captured(None, &cases, |case, capture, passages| {
        assert_faithful(case, capture, passages);
        assert_complete(capture, passages);
        seen.extend(capture.links.iter().cloned());
    });
    for link in ["A-alice", "A-bob", "A-p", "A-B", "A-dns"] {
        assert!(seen.contains(link), "{link} is not among {seen:?}");
    }
}

#[test]
fn gateways_and_tls_are_captured_as_what_they_carried() {
    let case = "mm4-forward-is-accepted-and-notified";
    for (file, carried) in [
        ("over-smpp.yaml", &b"\x00\x00\x00\x04\x00\x00\x00\x00"[..]),
        ("over-pap.yaml", b"<push-message"),
        ("over-hook.yaml", b"POST /"),
        ("over-tls.yaml", b"MAIL FROM:"),
    ] {
        captured(Some(file), &[case], |case, capture, passages| {
            assert_faithful(case, capture, passages);
            let streams = || capture.streams.values();
            let has = |octets| streams().any(|stream| memchr::memmem::find(stream, octets).is_some());
            assert!(has(carried), "{file}");
            assert!(!has(b"\r\nSTARTTLS\r\n"), "{file}: what follows it is no TLS");
            let told = capture.comments.iter().any(|(text, ..)| text.contains("TLS"));
            assert_eq!(told, file == "over-tls.yaml", "{file}");
        });
    }
}

#[test]
fn every_case_of_a_run_gets_its_file() {
    let (dir, mut command) = mmspec();
    command
        .args(["run", "mm4-forward-is-accepted-and-notified", "--report-dir", "r"])
        .assert()
        .success();
    let runs: Vec<_> = std::fs::read_dir(dir.path().join("r/embedded"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("results.json").is_file())
        .collect();
    let file = runs[0].join("cases/mm4-forward-is-accepted-and-notified.pcapng");
    let capture = Capture::of(&std::fs::read(file).unwrap());
    assert!(capture.links.contains("A-p"));
    assert!(
        capture
            .comments
            .iter()
            .any(|(text, ..)| text.starts_with("MM4_forward.REQ from p to A"))
    );
}
