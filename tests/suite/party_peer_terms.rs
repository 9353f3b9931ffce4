//! What a peer's SMTP server offers and demands, against a client nobody here wrote: AUTH, STARTTLS, long connections.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use mmspec::link::follow::Follower;
use mmspec::party::peer::{Dialogue, Terms};
use mmspec::party::{SmtpAct, SmtpStage};
use mmspec::wire::smtp::ways::{Login, Secret, ServerTls, SmtpTerms};

use crate::party_support::{CAROL, LIMIT, Mail, Peer, SYSTEM, next};

const USER: &str = "relay";
const PASSWORD: &str = "correct horse";
const MESSAGE: &[u8] = b"X-Mms-Message-Type: MM4_forward.REQ\r\n\r\nhello\r\n";

pub fn fixture(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/tls")).join(name)
}

pub fn login(demanded: bool) -> Login {
    Login {
        username: USER.to_owned(),
        password: Secret::new(PASSWORD),
        demanded,
    }
}

pub fn peer_tls(demanded: bool) -> ServerTls {
    ServerTls {
        certificate: fixture("peer.pem"),
        key: fixture("peer.key"),
        demanded,
    }
}

pub fn terms(auth: Option<Login>, tls: Option<ServerTls>) -> Terms {
    Terms::new(&SmtpTerms { auth, tls }).unwrap()
}

/// A client of the peer; `None`: without TLS.
struct Client {
    port: u16,
    tls: Option<&'static str>,
    login: Option<(Mechanism, &'static str)>,
}

impl Client {
    async fn send(&self) -> Result<(), String> {
        let tls = match self.tls {
            None => Tls::None,
            Some(name) => {
                let root = std::fs::read(fixture("root.pem")).unwrap();
                let parameters = TlsParameters::builder(name.to_owned())
                    .certificate_store(CertificateStore::None)
                    .add_root_certificate(Certificate::from_pem(&root).unwrap());
                Tls::Required(parameters.build_rustls().unwrap())
            }
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
            .port(self.port)
            .hello_name(ClientId::Domain("any.name.at.all".to_owned()))
            .timeout(Some(LIMIT))
            .tls(tls);
        if let Some((mechanism, password)) = self.login {
            builder = builder
                .authentication(vec![mechanism])
                .credentials(Credentials::new(USER.to_owned(), password.to_owned()));
        }
        let envelope = Envelope::new(Some(SYSTEM.parse().unwrap()), vec![CAROL.parse().unwrap()]).unwrap();
        let sent = builder
            .build::<Tokio1Executor>()
            .send_raw(&envelope, MESSAGE.strip_suffix(b"\r\n").unwrap())
            .await;
        sent.map(drop).map_err(|error| match error.status() {
            Some(code) => code.to_string(),
            None => format!("{error:?}"),
        })
    }
}

fn position(dialogue: &[String], line: &str) -> usize {
    dialogue
        .iter()
        .rposition(|l| l.starts_with(line))
        .unwrap_or_else(|| panic!("no {line:?} in {dialogue:#?}"))
}

#[tokio::test]
async fn both_mechanisms_are_understood_and_passwords_are_not_kept() {
    let mut peer = Peer::open_on(terms(Some(login(true)), None)).await;
    let port = peer.server.addr.port();
    for mechanism in [Mechanism::Plain, Mechanism::Login] {
        let client = Client {
            port,
            tls: None,
            login: Some((mechanism, PASSWORD)),
        };
        client.send().await.unwrap();
        let mail = peer.arrived();
        assert_eq!((mail.data.as_slice(), mail.reply.unwrap().0), (MESSAGE, 250));
        assert!(mail.dialogue.contains(&"S: 250 AUTH PLAIN LOGIN".to_owned()));
        let auth = position(&mail.dialogue, "C: AUTH");
        let said = match mechanism {
            Mechanism::Login => &[
                "C: AUTH LOGIN",
                "S: 334 VXNlcm5hbWU6",
                "C: ***",
                "S: 334 UGFzc3dvcmQ6",
                "C: ***",
            ][..],
            _ => &["C: AUTH PLAIN ***"],
        };
        assert_eq!(&mail.dialogue[auth..auth + said.len()], said);
        assert_eq!(mail.dialogue[auth + said.len()], "S: 235 2.7.0 Welcome");
    }
}

#[tokio::test]
async fn who_does_not_authenticate_or_is_wrong_is_refused_and_seen() {
    let mut peer = Peer::open_on(terms(Some(login(true)), None)).await;
    let _hold = peer.guest.exclusive("p").await;
    let port = peer.server.addr.port();
    let anonymous = Client {
        port,
        tls: None,
        login: None,
    };
    assert!(anonymous.send().await.unwrap_err().contains("530"));
    let mail = peer.arrived();
    assert_eq!(mail.mail_from, SYSTEM);
    assert_eq!(
        mail.reply,
        Some((530, "5.7.0 Authentication required".to_owned()))
    );

    let wrong = Client {
        login: Some((Mechanism::Plain, "a secret of another")),
        ..anonymous
    };
    assert!(wrong.send().await.unwrap_err().contains("535"));
    let mail = peer.arrived();
    assert_eq!(mail.reply.unwrap().0, 535);
    assert!(mail.dialogue.contains(&"C: AUTH PLAIN ***".to_owned()));

    let offered = Peer::open_on(terms(Some(login(false)), None)).await;
    let port = offered.server.addr.port();
    Client { port, ..anonymous }.send().await.unwrap();
}

#[tokio::test]
async fn a_dialogue_goes_on_over_tls() {
    let mut peer = Peer::open_on(terms(Some(login(true)), Some(peer_tls(true)))).await;
    let client = Client {
        port: peer.server.addr.port(),
        tls: Some("mx.mms.p.example"),
        login: Some((Mechanism::Plain, PASSWORD)),
    };
    client.send().await.unwrap();
    let mail = peer.arrived();
    assert_eq!((mail.data.as_slice(), mail.reply.unwrap().0), (MESSAGE, 250));
    let clear = mail.dialogue.iter().position(|l| l == "S: 250 STARTTLS").unwrap();
    let tls = position(&mail.dialogue, "* TLSv1.3 (");
    let auth = position(&mail.dialogue, "S: 250 AUTH PLAIN LOGIN");
    let mail_from = position(&mail.dialogue, "C: MAIL FROM");
    assert!(
        clear < tls && tls < auth && auth < mail_from,
        "{:#?}",
        mail.dialogue
    );
    // AUTH is not offered before TLS, nor TLS within it.
    assert_eq!(
        mail.dialogue
            .iter()
            .filter(|l| l.contains("AUTH PLAIN LOGIN"))
            .count(),
        1
    );
    assert_eq!(
        mail.dialogue
            .iter()
            .filter(|l| l.ends_with(" STARTTLS") && l.starts_with("S: "))
            .count(),
        1
    );
}

#[tokio::test]
async fn a_client_that_does_not_trust_the_certificate_is_seen_to_leave() {
    let mut peer = Peer::open_on(terms(None, Some(peer_tls(false)))).await;
    let _hold = peer.guest.exclusive("p").await;
    let client = Client {
        port: peer.server.addr.port(),
        tls: Some("another.name.invalid.net"),
        login: None,
    };
    client.send().await.unwrap_err();
    let mail = Mail::of(next(&mut peer.arrivals).await);
    assert_eq!(mail.reply, None);
    position(&mail.dialogue, "* TLS failed: ");
}

#[tokio::test]
async fn what_is_sent_ahead_of_the_handshake_is_forgotten() {
    let mut peer = Peer::open_on(terms(None, Some(peer_tls(true)))).await;
    let _hold = peer.guest.exclusive("p").await;
    let mut smtp = Dialogue::connect(peer.server.addr, LIMIT).await.unwrap();
    for (line, code) in [
        ("", 220),
        ("EHLO me", 250),
        ("MAIL FROM:<a@b>", 530),
        ("AUTH PLAIN AAA", 502),
    ] {
        if !line.is_empty() {
            smtp.send_line(line).await.unwrap();
        }
        assert_eq!(smtp.recv(LIMIT).await.unwrap().code, code, "{line}");
    }
    assert_eq!(peer.arrived().reply.unwrap().0, 530);
    smtp.send_raw(b"STARTTLS\r\nEHLO injected\r\nMAIL FROM:<a@b>\r\n")
        .await
        .unwrap();
    assert_eq!(smtp.recv(LIMIT).await.unwrap().code, 220);
    drop(smtp);
    let mail = Mail::of(next(&mut peer.arrivals).await);
    assert!(
        !mail.dialogue.iter().any(|l| l.contains("injected")),
        "{:#?}",
        mail.dialogue
    );
}

#[tokio::test]
async fn a_script_may_refuse_tls_and_auth() {
    let mut peer = Peer::open_on(terms(Some(login(true)), Some(peer_tls(false)))).await;
    let _hold = peer.guest.exclusive("p").await;
    let client = Client {
        port: peer.server.addr.port(),
        tls: Some("mx.mms.p.example"),
        login: Some((Mechanism::Plain, PASSWORD)),
    };
    for (at, reply) in [
        (SmtpStage::StartTls, "454 4.7.0 not now"),
        (SmtpStage::Auth, "454 4.7.0 not now"),
    ] {
        peer.rule(at, SmtpAct::Reply(reply.to_owned()), 1);
        assert!(client.send().await.unwrap_err().contains("454"));
        assert_eq!(peer.arrived().reply.unwrap().0, 454);
    }
    client.send().await.unwrap();
}

#[tokio::test]
async fn certificates_that_are_not_there_or_do_not_fit_are_named() {
    let wrong = |certificate: &str, key: &str| {
        let tls = ServerTls {
            certificate: fixture(certificate),
            key: fixture(key),
            demanded: false,
        };
        let terms = SmtpTerms {
            auth: None,
            tls: Some(tls),
        };
        Terms::new(&terms).unwrap_err().to_string()
    };
    assert!(wrong("none.pem", "peer.key").contains("none.pem"));
    assert!(wrong("peer.pem", "make.sh").contains("make.sh"));
    assert!(wrong("peer.pem", "relay.key").contains("peer.pem"));
}

#[tokio::test]
async fn a_connection_may_stay_open_with_hello_after_hello() {
    let mut peer = Peer::open().await;
    let mut smtp = Dialogue::connect(peer.server.addr, LIMIT).await.unwrap();
    assert_eq!(smtp.recv(LIMIT).await.unwrap().code, 220);
    for n in 0..3 {
        // More than an hour of one every ten seconds.
        for _ in 0..400 {
            for line in ["HELO relay", "NOOP"] {
                smtp.send_line(line).await.unwrap();
                assert_eq!(smtp.recv(LIMIT).await.unwrap().code, 250);
            }
        }
        // A transaction that HELO ends, and one that it does not.
        let begun = format!("MAIL FROM:<half@way>\r\nHELO relay{n}\r\n");
        let number = "+15550200017/TYPE=PLMN";
        let envelope = format!("MAIL FROM:<>\r\nRCPT TO:<{number}>\r\nDATA\r\n");
        smtp.send_raw(format!("{begun}{envelope}").as_bytes())
            .await
            .unwrap();
        for code in [250, 250, 250, 250, 354] {
            assert_eq!(smtp.recv(LIMIT).await.unwrap().code, code);
        }
        smtp.send_message(MESSAGE).await.unwrap();
        assert_eq!(smtp.recv(LIMIT).await.unwrap().code, 250);
        let mail = peer.arrived();
        assert_eq!((mail.mail_from.as_str(), mail.helo), ("", format!("relay{n}")));
        assert_eq!(mail.rcpt_to, [number]);
        assert!(mail.dialogue.len() <= 2048);
    }
}

#[tokio::test]
async fn a_socket_in_the_file_system_takes_mail_too() {
    let peer = Peer::open().await;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("peer.sock");
    let desk = Arc::clone(&peer.desk);
    let served = mmspec::party::peer::serve_at_path(desk, Peer::identity(), Terms::default(), "A", &path)
        .await
        .unwrap();
    let place = mmspec::party::peer::Place::Unix(served.path.clone());
    let arguments = ["-f", "a@b", "--", CAROL].map(str::to_owned);
    let exit = mmspec::party::peer::sendmail::hand_over(&place, &arguments, b"A: b\n\nc\n", LIMIT).await;
    assert_eq!(exit.code, 0, "{exit:?}");
    drop(served);
    assert!(!path.exists());
    let exit = mmspec::party::peer::sendmail::hand_over(&place, &arguments, b"A: b\n", LIMIT).await;
    assert_eq!(exit.code, 75, "{exit:?}");
    let mut peer = peer;
    let mail = peer.arrived();
    assert_eq!(mail.data, b"A: b\r\n\r\nc\r\n");
    assert_eq!(mail.helo, "pipe.mmspec.invalid");
}

#[test]
fn a_link_keeps_no_passwords_either() {
    let mut follower = Follower::new();
    let mut mails = Vec::new();
    let dialogue = [
        ("", "220 x\r\n"),
        ("EHLO a\r\n", "250-x\r\n250 AUTH LOGIN\r\n"),
        ("auth login\r\n", "334 VXNlcm5hbWU6\r\n"),
        ("cmVsYXk=\r\n", "334 UGFzc3dvcmQ6\r\n"),
        ("c2VjcmV0\r\n", "235 ok\r\n"),
        ("MAIL FROM:<a@b>\r\n", "250 ok\r\n"),
        ("RCPT TO:<c@d>\r\n", "250 ok\r\n"),
        ("DATA\r\n", "354 go\r\n"),
        ("x\r\n.\r\n", "250 ok\r\n"),
    ];
    for (client, server) in dialogue {
        follower.client_sent(client.as_bytes());
        mails.extend(follower.server_sent(server.as_bytes()));
    }
    let [mmspec::link::Crossing::Mail { dialogue, data, .. }] = mails.as_slice() else {
        panic!("{mails:?}")
    };
    assert_eq!(data.as_ref(), b"x\r\n");
    assert_eq!(dialogue[4], "C: auth login");
    assert_eq!((dialogue[6].as_str(), dialogue[8].as_str()), ("C: ***", "C: ***"));
}

#[tokio::test]
async fn a_late_reply_over_tls_is_given_up_with_the_connection() {
    let mut peer = Peer::open_on(terms(None, Some(peer_tls(false)))).await;
    peer.rule(SmtpStage::EndOfData, SmtpAct::Delay(Duration::from_millis(50)), 1);
    let client = Client {
        port: peer.server.addr.port(),
        tls: Some("mx.mms.p.example"),
        login: None,
    };
    client.send().await.unwrap();
    assert_eq!(peer.arrived().reply.unwrap().0, 250);
}
