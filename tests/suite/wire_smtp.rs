//! SMTP framing: what a server hears must not depend on how the octets were cut on their way.

use mmspec::wire::smtp::{LINE_LIMIT, Received, Receiver, stuff};
use proptest::prelude::*;

/// Everything a server hears of `octets` that arrive in these pieces; it answers DATA with 354.
fn heard(mut receiver: Receiver, pieces: &[&[u8]]) -> Vec<Received> {
    let mut all = Vec::new();
    for piece in pieces {
        receiver.push(piece);
        while let Some(received) = receiver.next() {
            if received == command("DATA") {
                receiver.expect_message();
            }
            all.push(received);
        }
    }
    all
}

fn of(octets: &[u8]) -> Vec<Received> {
    heard(Receiver::new(), &[octets])
}

fn command(line: &str) -> Received {
    Received::Command(line.to_owned())
}

fn message(octets: &[u8]) -> Received {
    Received::Message(octets.to_vec())
}

#[test]
fn commands_end_at_crlf_or_at_a_lone_lf() {
    assert_eq!(
        of(b"EHLO a\r\nNOOP\n\r\nQUI"),
        [command("EHLO a"), command("NOOP"), command("")]
    );
    assert_eq!(of(b"\xFF\r\n"), [command("\u{FFFD}")]);
}

#[test]
fn pipelined_commands_after_the_message_are_commands() {
    assert_eq!(
        of(b"DATA\r\nSubject: a\r\n\r\nb\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n.\r\nQUIT\r\n"),
        [
            command("DATA"),
            message(b"Subject: a\r\n\r\nb\r\n"),
            command("MAIL FROM:<>"),
            command("RCPT TO:<a@b>"),
            command("DATA"),
            message(b""),
            command("QUIT"),
        ]
    );
}

#[test]
fn only_crlf_dot_crlf_ends_a_message() {
    let body = b"a\n.\nb\r\n.\nc\r.\r\nd\n.\r\n.e\r\n...\r\n";
    let mut wire = b"DATA\r\na\n.\nb\r\n..\nc\r.\r\nd\n.\r\n..e\r\n....\r\n".to_vec();
    wire.extend_from_slice(b".\r\n");
    assert_eq!(of(&wire), [command("DATA"), message(body)]);
}

#[test]
fn what_is_too_long_is_read_to_its_end_and_dropped() {
    let line = vec![b'a'; LINE_LIMIT + 1];
    let wire = [&line[..], b"\r\nNOOP\r\n"].concat();
    let pieces: Vec<&[u8]> = wire.chunks(1000).collect();
    assert_eq!(
        heard(Receiver::new(), &pieces),
        [Received::TooLong, command("NOOP")]
    );

    let wire = b"DATA\r\n0123456789\r\n.\r\nDATA\r\n0123456\r\n.\r\nQUIT\r\n";
    for size in [1, 3, wire.len()] {
        let pieces: Vec<&[u8]> = wire.chunks(size).collect();
        assert_eq!(
            heard(Receiver::with_message_limit(9), &pieces),
            [
                command("DATA"),
                Received::TooLarge,
                command("DATA"),
                message(b"0123456\r\n"),
                command("QUIT"),
            ]
        );
    }
}

/// Octets with many of those that matter to framing.
fn octets() -> impl Strategy<Value = Vec<u8>> {
    let octet = prop_oneof![
        3 => Just(b'\r'),
        3 => Just(b'\n'),
        3 => Just(b'.'),
        2 => any::<u8>(),
    ];
    proptest::collection::vec(octet, 0..200)
}

proptest! {
    #[test]
    fn a_stuffed_message_comes_back(body in octets()) {
        let wire = [&b"DATA\r\n"[..], &stuff(&body), b"QUIT\r\n"].concat();
        let mut expected = body.clone();
        if !body.is_empty() && !body.ends_with(b"\r\n") {
            expected.extend_from_slice(b"\r\n");
        }
        prop_assert_eq!(of(&wire), vec![command("DATA"), message(&expected), command("QUIT")]);
    }

    #[test]
    fn cutting_changes_nothing(
        bodies in proptest::collection::vec(octets(), 1..4),
        noise in octets(),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..40),
    ) {
        let mut wire = Vec::new();
        for body in &bodies {
            wire.extend_from_slice(b"DATA\r\n");
            wire.extend(stuff(body));
            wire.extend_from_slice(b"NOOP\r\n");
        }
        wire.extend(noise);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(wire.len())).collect();
        cuts.extend([0, wire.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &wire[pair[0]..pair[1]]).collect();
        prop_assert_eq!(heard(Receiver::new(), &pieces), of(&wire));
        let single: Vec<&[u8]> = wire.chunks(1).collect();
        prop_assert_eq!(heard(Receiver::new(), &single), of(&wire));
    }
}
