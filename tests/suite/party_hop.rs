//! A hop passes octets unchanged and records the mails among them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::net::SocketAddr;
use std::sync::Arc;

use mmspec::link::{Arrival, Hop};
use mmspec::party::peer::Dialogue;
use mmspec::party::{SmtpAct, SmtpStage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::party_support::{CAROL, LIMIT, Mail, Peer, SYSTEM, any_port, end_of, hard_message, next, send};

async fn hop(target: Option<SocketAddr>) -> (Hop, mpsc::UnboundedReceiver<Arrival>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let sink = move |arrival| drop(sender.send(arrival));
    let hop = Hop::open("A-B", "A", any_port(), Arc::new(sink)).await.unwrap();
    hop.set_target(target);
    (hop, receiver)
}

#[tokio::test]
async fn a_mail_is_recorded_before_its_reply_passes() {
    let mut peer = Peer::open().await;
    let (hop, mut passed) = hop(Some(peer.server.addr)).await;
    let delivery = send(hop.addr, &[CAROL], hard_message()).await;

    assert_eq!(end_of(&delivery).0, 250);
    let seen = Mail::of(passed.try_recv().unwrap());
    let arrived = peer.arrived();
    assert_eq!((seen.place.as_str(), seen.from.as_deref()), ("A-B", Some("A")));
    assert_eq!(
        (seen.mail_from.as_str(), &seen.rcpt_to[..]),
        (SYSTEM, &[CAROL.to_owned()][..])
    );
    assert!(seen.data == hard_message() && arrived.data == hard_message());
    assert_eq!(seen.reply, arrived.reply);
    assert_eq!(seen.dialogue, arrived.dialogue);
    assert_eq!(seen.helo, arrived.helo);
}

#[tokio::test]
async fn pipelined_commands_and_several_mails_are_followed() {
    let peer = Peer::open().await;
    let (hop, mut passed) = hop(Some(peer.server.addr)).await;
    let mut smtp = Dialogue::connect(hop.addr, LIMIT).await.unwrap();
    let group = format!(
        "EHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<>\r\nRCPT TO:<{CAROL}>\r\nDATA\r\nSubject: 1\r\n\r\n..\r\n.\r\n\
         MAIL FROM:<a@b>\r\nRCPT TO:<{CAROL}>\r\nRSET\r\nMAIL FROM:<c@d>\r\nRCPT TO:<{CAROL}>\r\nDATA\r\n"
    );
    smtp.send_raw(group.as_bytes()).await.unwrap();
    for code in [220, 250, 250, 501, 250, 354, 250, 250, 250, 250, 250, 250, 354] {
        assert_eq!(smtp.recv(LIMIT).await.unwrap().code, code);
    }
    smtp.send_message(b"Subject: 2\r\n").await.unwrap();
    smtp.recv(LIMIT).await.unwrap();

    let first = Mail::of(passed.try_recv().unwrap());
    assert_eq!(
        (first.data.as_slice(), first.helo.as_str()),
        (&b"Subject: 1\r\n\r\n.\r\n"[..], "me")
    );
    assert_eq!((first.rcpt_to.len(), first.refused.len()), (1, 1));
    let second = Mail::of(passed.try_recv().unwrap());
    assert_eq!(
        (second.mail_from.as_str(), second.data.as_slice()),
        ("c@d", &b"Subject: 2\r\n"[..])
    );
    assert!(passed.try_recv().is_err());
}

#[tokio::test]
async fn refused_and_unanswered_mails_are_recorded_too() {
    let peer = Peer::open().await;
    let (hop, mut passed) = hop(Some(peer.server.addr)).await;
    peer.rule(SmtpStage::Rcpt, SmtpAct::Reply("550 no".to_owned()), 1);
    send(hop.addr, &[CAROL], hard_message()).await;
    let refused = Mail::of(next(&mut passed).await);
    assert_eq!(
        (refused.reply, refused.refused.len()),
        (Some((550, "no".to_owned())), 1)
    );

    peer.rule(SmtpStage::EndOfData, SmtpAct::Drop, 1);
    let delivery = send(hop.addr, &[CAROL], hard_message()).await;
    assert!(delivery.end.unwrap_err().0.contains("reset"));
    let dropped = Mail::of(next(&mut passed).await);
    assert_eq!(dropped.reply, None);
    assert!(dropped.data == hard_message());
}

#[tokio::test]
async fn a_node_that_is_down_resets_and_may_come_back_elsewhere() {
    let (hop, mut passed) = hop(None).await;
    let delivery = send(hop.addr, &[CAROL], hard_message()).await;
    assert!(delivery.end.is_err());

    let peer = Peer::open().await;
    hop.set_target(Some(peer.server.addr));
    assert_eq!(end_of(&send(hop.addr, &[CAROL], hard_message()).await).0, 250);
    assert_eq!(Mail::of(passed.try_recv().unwrap()).reply.unwrap().0, 250);

    drop(peer);
    assert!(send(hop.addr, &[CAROL], hard_message()).await.end.is_err());
}

#[tokio::test]
async fn what_is_not_smtp_passes_unrecorded() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (hop, mut passed) = hop(Some(listener.local_addr().unwrap())).await;
    let octets: Vec<u8> = (0..1_000_000u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let echo = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (mut input, mut output) = stream.into_split();
        tokio::io::copy(&mut input, &mut output).await.unwrap();
    });

    let (mut input, mut output) = TcpStream::connect(hop.addr).await.unwrap().into_split();
    let sent = octets.clone();
    let sending = tokio::spawn(async move {
        output.write_all(&sent).await.unwrap();
        output.shutdown().await.unwrap();
    });
    let mut got = Vec::new();
    input.read_to_end(&mut got).await.unwrap();

    sending.await.unwrap();
    echo.await.unwrap();
    assert!(got == octets);
    assert!(passed.try_recv().is_err());
}

#[tokio::test]
async fn a_dropped_hop_cuts_its_connections() {
    let peer = Peer::open().await;
    let (hop, _passed) = hop(Some(peer.server.addr)).await;
    let mut smtp = Dialogue::connect(hop.addr, LIMIT).await.unwrap();
    smtp.recv(LIMIT).await.unwrap();
    let addr = hop.addr;
    drop(hop);
    assert!(smtp.recv(LIMIT).await.unwrap_err().contains("closed"));
    assert!(Dialogue::connect(addr, LIMIT).await.is_err());
}
