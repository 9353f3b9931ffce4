//! How the peer's SMTP client speaks with servers: HELO, names, AUTH and TLS, against servers nobody here wrote where there are such.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};

use bytes::Bytes;
use mailin_embedded::{AuthMechanism, Handler, Response, Server, SslConfig, response};
use mmspec::party::peer::{Delivery, Inbound, Letter, SmtpClient};
use mmspec::party::{SmtpAct, SmtpStage, tls};
use mmspec::wire::smtp::ways::{ClientTls, Credentials, Greeting, Mechanism, Secret, SmtpWays, TlsMode};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio_rustls::TlsAcceptor;

use crate::party_peer_terms::{fixture, login, peer_tls, terms};
use crate::party_support::{CAROL, LIMIT, Peer, SYSTEM, any_port, end_of};

const MESSAGE: &[u8] = b"A: b\r\n\r\nc\r\n";

async fn send(addr: SocketAddr, ways: &SmtpWays) -> Delivery {
    let client = SmtpClient::new(addr, ways).unwrap();
    let rcpt_to = [CAROL.to_owned()];
    let data = Bytes::from_static(MESSAGE);
    let letter = Letter {
        helo: "mx.mms.p.example",
        mail_from: SYSTEM,
        rcpt_to: &rcpt_to,
        data: &data,
    };
    client.deliver(letter, LIMIT).await
}

fn credentials(mechanism: Mechanism, password: &str) -> Option<Credentials> {
    Some(Credentials {
        mechanism,
        username: "relay".to_owned(),
        password: Secret::new(password),
    })
}

fn root(mode: TlsMode, name: Option<&str>) -> Option<ClientTls> {
    Some(ClientTls {
        root: fixture("root.pem"),
        mode,
        name: name.map(str::to_owned),
    })
}

/// Takes a login and hands over messages.
#[derive(Clone)]
struct Inbox {
    mails: mpsc::Sender<Vec<u8>>,
    data: Vec<u8>,
}

impl Handler for Inbox {
    fn auth_plain(&mut self, _: &str, username: &str, password: &str) -> Response {
        self.auth_login(username, password)
    }

    fn auth_login(&mut self, username: &str, password: &str) -> Response {
        match (username, password) {
            ("relay", "correct horse") => response::AUTH_OK,
            _ => response::INVALID_CREDENTIALS,
        }
    }

    fn rcpt(&mut self, _: &str) -> Response {
        response::OK
    }

    fn data(&mut self, buf: &[u8]) -> io::Result<()> {
        self.data.extend_from_slice(buf);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        match self.mails.send(std::mem::take(&mut self.data)) {
            Ok(()) => response::OK,
            Err(_) => response::INTERNAL_ERROR,
        }
    }

    fn helo(&mut self, _: IpAddr, _: &str) -> Response {
        response::OK
    }
}

/// A server that takes mail only over TLS and with a login.
fn mailin() -> (SocketAddr, mpsc::Receiver<Vec<u8>>) {
    // It asks for the process's own; who was first does not matter.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (mails, inbox) = mpsc::channel();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    // It cannot be stopped; the thread ends with the test process.
    std::thread::spawn(move || {
        let mut server = Server::new(Inbox {
            mails,
            data: Vec::new(),
        });
        let path = |name: &str| fixture(name).to_string_lossy().into_owned();
        server
            .with_ssl(SslConfig::SelfSigned {
                cert_path: path("relay.pem"),
                key_path: path("relay.key"),
            })
            .unwrap()
            .with_auth(AuthMechanism::Plain)
            .with_auth(AuthMechanism::Login)
            .with_tcp_listener(listener)
            .with_num_threads(8);
        server.serve().unwrap();
    });
    (addr, inbox)
}

#[tokio::test]
async fn an_independent_server_is_reached_over_tls_and_with_a_login() {
    let (addr, inbox) = mailin();
    for mechanism in [Mechanism::Plain, Mechanism::Login] {
        let ways = SmtpWays {
            auth: credentials(mechanism, "correct horse"),
            tls: root(TlsMode::Starttls, None),
            ..SmtpWays::default()
        };
        let delivery = send(addr, &ways).await;
        assert_eq!(end_of(&delivery).0, 250, "{delivery:?}");
        assert_eq!(inbox.recv_timeout(LIMIT).unwrap(), MESSAGE);
        assert!(delivery.dialogue.iter().any(|l| l.starts_with("* TLSv1.")));
        let said = delivery.dialogue.join("\n");
        assert!(said.contains(&format!("C: AUTH {}", mechanism.name())), "{said}");
        assert!(
            said.contains("***") && !said.contains("correct") && !said.contains("Y29ycmVjd"),
            "{said}"
        );
    }
    let ways = SmtpWays {
        auth: credentials(Mechanism::Plain, "wrong"),
        tls: root(TlsMode::Starttls, Some("mms.home.example")),
        ..SmtpWays::default()
    };
    let delivery = send(addr, &ways).await;
    let (code, _, stage) = end_of(&delivery);
    assert_eq!((code, stage), (535, SmtpStage::Auth));
}

#[tokio::test]
async fn a_certificate_for_another_name_or_by_another_root_is_no_answer() {
    let (addr, _inbox) = mailin();
    let mut ways = SmtpWays {
        tls: root(TlsMode::Starttls, Some("another.name.invalid.net")),
        ..SmtpWays::default()
    };
    let why = send(addr, &ways).await.end.unwrap_err().0;
    assert!(
        why.starts_with("TLS failed: ") && why.contains("another.name.invalid.net"),
        "{why}"
    );

    // A certificate that signed nothing is no root.
    ways.tls = Some(ClientTls {
        root: fixture("peer.pem"),
        mode: TlsMode::Starttls,
        name: None,
    });
    let why = send(addr, &ways).await.end.unwrap_err().0;
    assert!(why.starts_with("TLS failed: "), "{why}");
}

#[tokio::test]
async fn tls_from_the_first_octet() {
    let listener = tokio::net::TcpListener::bind(any_port()).await.unwrap();
    let addr = listener.local_addr().unwrap();
    let config = tls::server(&fixture("relay.pem"), &fixture("relay.key")).unwrap();
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let stream = TlsAcceptor::from(Arc::new(config)).accept(stream).await.unwrap();
        let mut stream = BufReader::new(stream);
        let mut said = Vec::new();
        stream.write_all(b"220 x\r\n").await.unwrap();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            let answer: &[u8] = match line.trim_end() {
                "DATA" => b"354 go\r\n",
                "." => b"250 taken\r\n",
                "QUIT" => return said,
                line if line.starts_with(char::is_uppercase) && !line.starts_with("A:") => b"250 ok\r\n",
                _ => b"",
            };
            stream.write_all(answer).await.unwrap();
            stream.flush().await.unwrap();
            said.push(line.trim_end().to_owned());
        }
    });
    let ways = SmtpWays {
        helo: Greeting::Helo,
        name: Some("anything".to_owned()),
        tls: root(TlsMode::Implicit, None),
        ..SmtpWays::default()
    };
    assert_eq!(end_of(&send(addr, &ways).await).1, "taken");
    let said = server.await.unwrap();
    assert_eq!(said[0], "HELO anything");
    assert_eq!(said[said.len() - 3..], ["", "c", "."]);
}

#[tokio::test]
async fn helo_and_a_name_of_ones_own() {
    let mut peer = Peer::open().await;
    let ways = SmtpWays {
        helo: Greeting::Helo,
        name: Some("localhost".to_owned()),
        ..SmtpWays::default()
    };
    let delivery = send(peer.server.addr, &ways).await;
    assert_eq!((end_of(&delivery).0, delivery.helo.as_str()), (250, "localhost"));
    let mail = peer.arrived();
    assert_eq!(mail.helo, "localhost");
    assert_eq!(mail.dialogue[1], "C: HELO localhost");
    // What was not offered is not used.
    assert_eq!(mail.dialogue[3], format!("C: MAIL FROM:<{SYSTEM}>"));
}

#[tokio::test]
async fn peers_agree_on_tls_and_login() {
    let mut peer = Peer::open_on(terms(Some(login(true)), Some(peer_tls(true)))).await;
    let ways = SmtpWays {
        auth: credentials(Mechanism::Login, "correct horse"),
        tls: root(TlsMode::Starttls, None),
        ..SmtpWays::default()
    };
    let delivery = send(peer.server.addr, &ways).await;
    assert_eq!(end_of(&delivery).0, 250, "{delivery:?}");
    let mail = peer.arrived();
    assert_eq!(mail.data, MESSAGE);
    assert_eq!(mail.dialogue, delivery.dialogue[..mail.dialogue.len()]);
}

#[tokio::test]
async fn a_server_without_tls_gets_nothing_in_clear_text() {
    let mut peer = Peer::open().await;
    let _hold = peer.guest.exclusive("p").await;
    let ways = SmtpWays {
        auth: credentials(Mechanism::Plain, "correct horse"),
        tls: root(TlsMode::Starttls, None),
        ..SmtpWays::default()
    };
    let delivery = send(peer.server.addr, &ways).await;
    let (code, _, stage) = end_of(&delivery);
    assert_eq!((code, stage), (502, SmtpStage::StartTls));
    assert!(!delivery.dialogue.iter().any(|l| l.contains("AUTH")));

    peer.rule(SmtpStage::Ehlo, SmtpAct::Drop, 1);
    let why = send(peer.server.addr, &ways).await.end.unwrap_err().0;
    assert!(why.starts_with("the connection was"), "{why}");
    assert!(peer.arrived().reply.is_none());
}

#[test]
fn a_root_that_is_not_there_is_named() {
    let ways = SmtpWays {
        tls: Some(ClientTls {
            root: fixture("nobody.pem"),
            mode: TlsMode::Implicit,
            name: None,
        }),
        ..SmtpWays::default()
    };
    let why = Inbound::smtp(any_port(), &ways).unwrap_err().to_string();
    assert!(why.contains("nobody.pem"), "{why}");
}
