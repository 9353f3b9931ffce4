//! The peer MMSE's SMTP client and server against each other, and word by word.

use std::time::Duration;

use mmspec::party::peer::{Dialogue, deliver};
use mmspec::party::{SmtpAct, SmtpRule, SmtpStage};

use crate::party_support::{CAROL, LIMIT, Mail, Peer, SYSTEM, end_of, hard_message, next, send};

#[tokio::test]
async fn every_octet_crosses_unchanged() {
    let mut peer = Peer::open().await;
    let messages = [
        hard_message(),
        b"\r\n".to_vec(),
        b".\r\n".to_vec(),
        b"A: b\r\n\r\n\r\n\r\n".to_vec(),
        [hard_message(), vec![b'.'; 3_000_000], b"\r\n".to_vec()].concat(),
    ];
    for message in messages {
        let delivery = peer.send(message.clone()).await;
        assert_eq!(end_of(&delivery), (250, "2.0.0 Taken", SmtpStage::EndOfData));
        assert!(peer.arrived().data == message, "{} octets", message.len());
    }
    peer.send(&b"no line end"[..]).await;
    assert_eq!(peer.arrived().data, b"no line end\r\n");
}

#[tokio::test]
async fn a_mail_arrives_with_envelope_reply_and_dialogue_before_the_reply_is_sent() {
    let mut peer = Peer::open().await;
    let delivery = peer.send(&b"Subject: \xE9\r\n\r\n"[..]).await;

    let mail = peer.arrived();
    assert_eq!((mail.place.as_str(), mail.from.as_deref()), ("p", Some("A")));
    assert_eq!(
        (mail.helo.as_str(), mail.mail_from.as_str()),
        ("a.mms.home.example", SYSTEM)
    );
    assert_eq!((mail.rcpt_to, mail.refused), (vec![CAROL.to_owned()], vec![]));
    assert_eq!(mail.reply, Some((250, "2.0.0 Taken".to_owned())));
    let dialogue = [
        "S: 220 mx.mms.peer.example ESMTP",
        "C: EHLO a.mms.home.example",
        "S: 250-mx.mms.peer.example",
        "S: 250-8BITMIME",
        "S: 250-SIZE 52428800",
        "S: 250-PIPELINING",
        "S: 250 ENHANCEDSTATUSCODES",
        "C: MAIL FROM:<system-user@mms.home.example> SIZE=14 BODY=8BITMIME",
        "S: 250 2.1.0 Ok",
        "C: RCPT TO:<+15550200017/TYPE=PLMN@mms.peer.example>",
        "S: 250 2.1.5 Ok",
        "C: DATA",
        "S: 354 Go ahead",
        "S: 250 2.0.0 Taken",
    ];
    assert_eq!(mail.dialogue, dialogue);
    assert_eq!(delivery.dialogue[..14], dialogue);
}

#[tokio::test]
async fn paths_go_out_as_they_are() {
    let mut peer = Peer::open().await;
    let paths = [
        "",
        "+15550100017/TYPE=PLMN",
        "a..b@x",
        "\"a > b\"@x",
        "MM4-System@Home.Example",
    ];
    for path in paths {
        let rcpt_to = [CAROL.to_owned(), "+15550200017".to_owned(), "no one@".to_owned()];
        let message = (&b"A: b\r\n\r\n"[..]).into();
        let delivery = deliver(peer.server.addr, "a", path, &rcpt_to, message, LIMIT).await;
        assert_eq!(end_of(&delivery).0, 250, "{path}");
        let mail = peer.arrived();
        assert_eq!((mail.mail_from.as_str(), &mail.rcpt_to[..]), (path, &rcpt_to[..]));
    }
}

#[tokio::test]
async fn a_scripted_refusal_comes_as_often_as_wanted() {
    let mut peer = Peer::open().await;
    let later = SmtpAct::Reply("451-4.3.0 later\n451 4.3.0 really".to_owned());
    peer.rule(SmtpStage::EndOfData, later, 2);

    for _ in 0..2 {
        let delivery = peer.send(hard_message()).await;
        assert_eq!(
            end_of(&delivery),
            (451, "4.3.0 later\n4.3.0 really", SmtpStage::EndOfData)
        );
        let mail = peer.arrived();
        assert_eq!(mail.reply, Some((451, "4.3.0 later\n4.3.0 really".to_owned())));
        assert!(mail.data == hard_message());
    }
    let delivery = peer.send(hard_message()).await;
    assert_eq!(end_of(&delivery).0, 250);
    assert_eq!(peer.arrived().reply.unwrap().0, 250);
}

#[tokio::test]
async fn the_client_goes_on_with_the_recipients_that_are_taken() {
    let mut peer = Peer::open().await;
    peer.rule(SmtpStage::Rcpt, SmtpAct::Reply("550 5.1.1 unknown".to_owned()), 1);
    let other = "+15550200017@mms.peer.example";
    let delivery = send(peer.server.addr, &[CAROL, other], &b"A: b\r\n\r\n"[..]).await;

    assert_eq!(end_of(&delivery).0, 250);
    assert_eq!(delivery.accepted(), [other]);
    assert_eq!(
        delivery.refused(),
        [(CAROL.to_owned(), "550 5.1.1 unknown".to_owned())]
    );
    let mail = peer.arrived();
    assert_eq!(mail.rcpt_to, [other]);
    assert_eq!(mail.refused, [(CAROL.to_owned(), "550 5.1.1 unknown".to_owned())]);
}

#[tokio::test]
async fn a_mail_refused_before_its_data_arrives_without_any() {
    let mut peer = Peer::open().await;
    for (stage, reply) in [
        (SmtpStage::Rcpt, "550 5.1.1 unknown"),
        (SmtpStage::Data, "452 4.3.1 full"),
    ] {
        peer.rule(stage, SmtpAct::Reply(reply.to_owned()), 1);
        let delivery = peer.send(hard_message()).await;
        assert_eq!(end_of(&delivery).2, stage);
        let mail = Mail::of(next(&mut peer.arrivals).await);
        assert_eq!((mail.data.len(), mail.mail_from.as_str()), (0, SYSTEM));
        assert_eq!(
            mail.reply.map(|(code, text)| format!("{code} {text}")).unwrap(),
            reply
        );
        assert_eq!(mail.refused.len(), usize::from(stage == SmtpStage::Rcpt));
    }
}

#[tokio::test]
async fn a_dropped_connection_leaves_both_sides_without_a_reply() {
    let mut peer = Peer::open().await;
    for stage in [SmtpStage::Rcpt, SmtpStage::Data, SmtpStage::EndOfData] {
        peer.rule(stage, SmtpAct::Drop, 1);
        let delivery = peer.send(hard_message()).await;
        let words = delivery.end.unwrap_err().0;
        assert!(words.starts_with("the connection was"), "{words}");
        let mail = peer.arrived();
        assert_eq!(mail.reply, None);
        assert_eq!(mail.data.is_empty(), stage != SmtpStage::EndOfData);
    }
    let delivery = peer.send(hard_message()).await;
    assert_eq!(end_of(&delivery).0, 250);
}

#[tokio::test]
async fn who_holds_the_peer_alone_scripts_its_connections() {
    let mut peer = Peer::open().await;
    let hold = peer.guest.exclusive("p").await;
    let rules = [
        (SmtpStage::Connect, SmtpAct::Reply("421 4.3.2 closed".to_owned())),
        (SmtpStage::Ehlo, SmtpAct::Reply("554 5.7.1 not you".to_owned())),
        (
            SmtpStage::Mail,
            SmtpAct::Reply("553 5.1.8 not from there".to_owned()),
        ),
        (SmtpStage::Connect, SmtpAct::Drop),
    ];
    for (at, act) in rules {
        peer.rule(at, act.clone(), 1);
        let delivery = peer.send(hard_message()).await;
        let mail = peer.arrived();
        match act {
            SmtpAct::Reply(reply) => {
                let (code, text, stage) = end_of(&delivery);
                assert_eq!((format!("{code} {text}"), stage), (reply, at));
                assert_eq!(mail.reply, Some((code, text.to_owned())));
            }
            SmtpAct::Drop | SmtpAct::Delay(_) => {
                assert!(delivery.end.is_err());
                assert_eq!(mail.reply, None);
            }
        }
    }
    peer.rule(SmtpStage::Connect, SmtpAct::Drop, 0);
    drop(hold);
    assert_eq!(end_of(&peer.send(hard_message()).await).0, 250);
}

#[tokio::test]
async fn a_server_without_ehlo_is_greeted_with_helo() {
    let mut peer = Peer::open().await;
    let _hold = peer.guest.exclusive("p").await;
    peer.rule(SmtpStage::Ehlo, SmtpAct::Reply("502 5.5.1 what?".to_owned()), 1);
    let delivery = peer.send(hard_message()).await;
    assert_eq!(end_of(&delivery).0, 250);
    assert_eq!(peer.arrived().reply, Some((502, "5.5.1 what?".to_owned())));
    let mail = peer.arrived();
    assert!(mail.dialogue.contains(&"C: HELO a.mms.home.example".to_owned()));
    assert!(mail.data == hard_message());
}

#[tokio::test]
async fn a_late_reply_comes_late_and_a_client_that_leaves_gets_none() {
    let mut peer = Peer::open().await;
    let delay = Duration::from_millis(120);
    peer.rule(SmtpStage::EndOfData, SmtpAct::Delay(delay), 1);
    let begun = std::time::Instant::now();
    assert_eq!(end_of(&peer.send(hard_message()).await).0, 250);
    assert!(begun.elapsed() >= delay);
    assert_eq!(peer.arrived().reply.unwrap().0, 250);

    peer.rule(SmtpStage::EndOfData, SmtpAct::Delay(Duration::from_secs(3600)), 1);
    let rcpt_to = [CAROL.to_owned()];
    let patience = Duration::from_millis(200);
    let delivery = deliver(
        peer.server.addr,
        "a",
        SYSTEM,
        &rcpt_to,
        hard_message().into(),
        patience,
    )
    .await;
    assert_eq!(
        delivery.end.unwrap_err().0,
        "nothing answered the end of data within 200 ms"
    );
    let mail = Mail::of(next(&mut peer.arrivals).await);
    assert_eq!(mail.reply, None);
    assert!(mail.data == hard_message());
}

#[tokio::test]
async fn several_mails_pass_over_one_connection_and_disorder_is_refused() {
    let mut peer = Peer::open().await;
    let mut smtp = Dialogue::connect(peer.server.addr, LIMIT).await.unwrap();
    assert_eq!(smtp.recv(LIMIT).await.unwrap().code, 220);
    let exchanges = [
        ("MAIL FROM:<>", 503),
        ("HELO me", 250),
        ("DATA", 503),
        ("RCPT TO:<a@b>", 503),
        ("MAIL FROM:<x@y> SIZE=12 BODY=8BITMIME", 250),
        ("MAIL FROM:<x@y>", 503),
        ("DATA", 503),
        ("RSET", 250),
        ("NOOP", 250),
        ("MAIL FROM:<x@y> FOO=bar", 555),
        ("MAIL FROM:<x@y> SIZE=99999999999", 552),
        ("FOO", 500),
        ("STARTTLS", 502),
    ];
    for (line, code) in exchanges {
        smtp.send_line(line).await.unwrap();
        assert_eq!(smtp.recv(LIMIT).await.unwrap().code, code, "{line}");
    }
    for n in 0..3 {
        let envelope = format!("MAIL FROM:<>\r\nRCPT TO:<{CAROL}>\r\nDATA\r\n");
        smtp.send_raw(envelope.as_bytes()).await.unwrap();
        for code in [250, 250, 354] {
            assert_eq!(smtp.recv(LIMIT).await.unwrap().code, code);
        }
        let message = format!("Subject: {n}\r\n\r\n.\r\n");
        smtp.send_message(message.as_bytes()).await.unwrap();
        assert_eq!(smtp.recv(LIMIT).await.unwrap().line(), "250 2.0.0 Taken");
        let mail = peer.arrived();
        assert_eq!((mail.helo.as_str(), mail.mail_from.as_str()), ("me", ""));
        assert_eq!(mail.data, message.as_bytes());
    }
    smtp.send_line("QUIT").await.unwrap();
    assert_eq!(smtp.recv(LIMIT).await.unwrap().code, 221);
    assert_eq!(
        smtp.recv(LIMIT).await.unwrap_err(),
        "the connection was closed before a reply"
    );
}

#[tokio::test]
async fn a_client_that_leaves_within_its_message_is_seen() {
    let mut peer = Peer::open().await;
    let mut smtp = Dialogue::connect(peer.server.addr, LIMIT).await.unwrap();
    let all = format!("HELO me\r\nMAIL FROM:<>\r\nRCPT TO:<{CAROL}>\r\nDATA\r\n");
    smtp.send_raw(all.as_bytes()).await.unwrap();
    for code in [220, 250, 250, 250, 354] {
        assert_eq!(smtp.recv(LIMIT).await.unwrap().code, code);
    }
    smtp.send_raw(b"Subject: half\r\n").await.unwrap();
    drop(smtp);
    let mail = Mail::of(next(&mut peer.arrivals).await);
    assert_eq!((mail.reply, mail.data.len(), mail.rcpt_to.len()), (None, 0, 1));
}

#[tokio::test]
async fn failures_are_told_in_words() {
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let delivery = send(closed, &[CAROL], &b"x"[..]).await;
    assert_eq!(delivery.end.unwrap_err().0, "connection refused");
    assert_eq!(
        Dialogue::connect(closed, LIMIT).await.unwrap_err(),
        "connection refused"
    );

    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = silent.local_addr().unwrap();
    let patience = Duration::from_millis(50);
    let delivery = deliver(addr, "a", "", &[], "x".into(), patience).await;
    let words = delivery.end.unwrap_err().0;
    assert_eq!(words, "nothing answered the connection attempt within 50 ms");
    let mut smtp = Dialogue::connect(addr, LIMIT).await.unwrap();
    assert_eq!(
        smtp.recv(patience).await.unwrap_err(),
        "nothing came within 50 ms"
    );
}

#[tokio::test]
async fn servers_that_speak_nonsense_are_survived() {
    for said in [
        "HTTP/1.1 400 Bad Request\r\n",
        "220 hi\r\n250-me\r\n250-  \r\n250 X\r\n",
        "220-a\r\n221 b\r\n",
    ] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::io::AsyncWriteExt::write_all(&mut stream, said.as_bytes())
                .await
                .unwrap();
            let mut sink = Vec::new();
            tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut sink)
                .await
                .ok();
        });
        let delivery = send(addr, &[CAROL], &b"x"[..]).await;
        assert!(delivery.end.unwrap_err().0.contains("was answered with"));
        server.await.unwrap();
    }
}

#[tokio::test]
async fn rules_of_another_stage_or_peer_do_not_apply() {
    let peer = Peer::open().await;
    let rule = |at| SmtpRule {
        at,
        act: SmtpAct::Drop,
        times: 0,
    };
    peer.guest.smtp_rules("q", vec![rule(SmtpStage::EndOfData)]);
    peer.guest.smtp_rules("p", vec![rule(SmtpStage::Connect)]);
    assert_eq!(end_of(&peer.send(hard_message()).await).0, 250);
}
