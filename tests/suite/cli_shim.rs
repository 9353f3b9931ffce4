//! `mmspec shim sendmail`, the real program, against a peer of a run.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use mmspec::party::{SmtpAct, SmtpRule, SmtpStage};

use crate::party_support::{CAROL, Mail, Peer, SYSTEM, any_port};

/// Runs the program as a relay would; a message it does not read to its end is its own affair.
async fn sendmail(to: &str, arguments: &[&str], message: &[u8]) -> (i32, String) {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("mmspec"));
    command
        .args(["shim", "sendmail", "--to", to])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let message = message.to_vec();
    let run = move || -> Output {
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let fed = std::thread::spawn(move || stdin.write_all(&message).is_ok());
        let output = child.wait_with_output().unwrap();
        fed.join().unwrap();
        output
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    assert!(output.stdout.is_empty());
    let words = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), words)
}

impl Peer {
    fn place(&self) -> String {
        self.server.addr.to_string()
    }

    fn rules(&self, rules: &[(SmtpStage, SmtpAct)]) {
        let rule = |(at, act): &(SmtpStage, SmtpAct)| SmtpRule {
            at: *at,
            act: act.clone(),
            times: 1,
        };
        self.guest.smtp_rules("p", rules.iter().map(rule).collect());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_arrives_with_its_envelope_and_says_how_it_came() {
    let mut peer = Peer::open().await;
    let message = b"From: a\nTo: b\n\nline\n.\n..\n\x00\xff\n";
    let arguments = ["-oi", "-f", SYSTEM, CAROL];
    let (code, words) = sendmail(&peer.place(), &arguments, message).await;
    assert_eq!((code, words.as_str()), (0, ""));
    let mail = peer.arrived();
    assert_eq!(
        mail.data,
        b"From: a\r\nTo: b\r\n\r\nline\r\n.\r\n..\r\n\x00\xff\r\n"
    );
    assert_eq!(
        (mail.mail_from.as_str(), mail.rcpt_to),
        (SYSTEM, vec![CAROL.to_owned()])
    );
    assert_eq!(mail.helo, "pipe.mmspec.invalid");
    let said = format!("C: XPIPE lf -oi -f {SYSTEM} {CAROL}");
    assert!(mail.dialogue.contains(&said), "{:#?}", mail.dialogue);

    // CRLF stays, and a lone LF in such a message is content.
    let message = b"To: b\r\n\r\nx\ny\r\n";
    let (code, _) = sendmail(&peer.place(), &["-t", "-f<>", "--", CAROL], message).await;
    assert_eq!(code, 0);
    let mail = peer.arrived();
    assert_eq!(
        (mail.data.as_slice(), mail.mail_from.as_str()),
        (&message[..], "")
    );
    assert_eq!(mail.rcpt_to, [CAROL, "b"]);
    assert!(mail.dialogue.iter().any(|l| l.starts_with("C: XPIPE crlf -t")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_exit_code_is_what_became_of_it() {
    let mut peer = Peer::open().await;
    let reply = |text: &str| SmtpAct::Reply(text.to_owned());
    let arguments = ["-f", SYSTEM, CAROL];
    for (at, act, code, words) in [
        (
            SmtpStage::Rcpt,
            reply("451 4.3.0 later"),
            75,
            "said 451 4.3.0 later",
        ),
        (
            SmtpStage::EndOfData,
            reply("554 5.7.1 never"),
            69,
            "said 554 5.7.1 never",
        ),
        (SmtpStage::Data, SmtpAct::Drop, 75, "the connection was"),
    ] {
        peer.rules(&[(at, act)]);
        let (got, said) = sendmail(&peer.place(), &arguments, b"A: b\n\n").await;
        assert_eq!(got, code, "{said}");
        assert!(
            said.starts_with("mmspec shim sendmail: ") && said.contains(words),
            "{said}"
        );
        let mail = peer.arrived();
        assert_eq!(mail.rcpt_to.len() + mail.refused.len(), 1);
    }

    // One of two: the other gets it, and the exit code tells of the first.
    peer.rules(&[(SmtpStage::Rcpt, reply("550 5.1.1 unknown"))]);
    let (code, said) = sendmail(&peer.place(), &["+15550200017/TYPE=PLMN", CAROL], b"A: b\n\n").await;
    assert_eq!(code, 69, "{said}");
    assert!(said.contains("<+15550200017/TYPE=PLMN>: "), "{said}");
    assert_eq!(peer.arrived().rcpt_to, [CAROL]);

    let closed = {
        let listener = tokio::net::TcpListener::bind(any_port()).await.unwrap();
        listener.local_addr().unwrap().to_string()
    };
    let (code, said) = sendmail(&closed, &arguments, b"A: b\n\n").await;
    assert_eq!(code, 75);
    assert!(said.contains("connection refused"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_holds_the_peer_alone_sees_every_attempt() {
    let mut peer = Peer::open().await;
    let _hold = peer.guest.exclusive("p").await;
    peer.rules(&[(SmtpStage::Connect, SmtpAct::Reply("421 4.3.2 closed".to_owned()))]);
    let (code, _) = sendmail(&peer.place(), &[CAROL], b"A: b\n\n").await;
    assert_eq!(code, 75);
    assert_eq!(peer.arrived().reply.unwrap().0, 421);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_use_is_told() {
    let mut peer = Peer::open().await;
    let place = peer.place();
    for (to, arguments, words) in [
        (place.as_str(), &["-f", "a@b"][..], "no recipient"),
        (&place, &["-bs"], "-bs is not supported"),
        (&place, &["a\r\nDATA"], "is no address"),
        ("nowhere", &["a@b"], "expected HOST:PORT or unix:PATH"),
    ] {
        let (code, said) = sendmail(to, arguments, b"A: b\n\n").await;
        assert_eq!(code, 64, "{said}");
        assert!(said.contains(words), "{said}");
    }
    assert!(peer.arrivals.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_without_end_is_not_read_for_ever() {
    let peer = Peer::open().await;
    let endless = vec![b'x'; 70 * 1024 * 1024];
    let (code, said) = sendmail(&peer.place(), &[CAROL], &endless).await;
    assert_eq!(code, 65, "{said}");

    // One that never ends and says nothing.
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("mmspec"))
        .args(["shim", "sendmail", "--timeout", "1", "--to", &peer.place(), CAROL])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stdin = child.stdin.take();
    let status = tokio::task::spawn_blocking(move || child.wait().unwrap())
        .await
        .unwrap();
    assert_eq!(status.code(), Some(75));
    drop(stdin);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_beyond_what_the_peer_takes_is_refused_for_good() {
    let mut peer = Peer::open().await;
    let mut large = b"A: b\n\n".to_vec();
    large.resize(51 * 1024 * 1024, b'x');
    let (code, said) = sendmail(&peer.place(), &[CAROL], &large).await;
    assert_eq!(code, 69, "{said}");
    assert!(peer.arrivals.try_recv().map(Mail::of).is_err());
}
