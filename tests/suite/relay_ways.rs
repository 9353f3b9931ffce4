//! How the embedded relay is reached, and reaches others: programs instead of SMTP, AUTH and STARTTLS, HTTPS, who a client is.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mmspec::relay::config::{
    Credentials, Headers, HttpTls, IdentityForm, Mm4, PeerTls, Route, SmtpTls, Subscribers,
};
use mmspec::relay::{Config, Relay};
use mmspec::wire::compare::same_content;
use mmspec::wire::{PduType, Value, mm1, mm4};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::process::Command;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::timeout;

use crate::relay_support::*;

/// What a relay logs, line by line.
struct Lines(UnboundedReceiver<String>);

impl Lines {
    /// The next line with these words.
    async fn with(&mut self, words: &str) -> String {
        loop {
            let line = timeout(SOON, self.0.recv()).await.expect(words).unwrap();
            if line.contains(words) {
                return line;
            }
        }
    }
}

async fn started(config: Config) -> (Relay, Lines) {
    let (sender, lines) = mpsc::unbounded_channel();
    let log = move |line: &str| drop(sender.send(line.to_owned()));
    let relay = Relay::start_logging(config, Arc::new(log)).await.unwrap();
    (relay, Lines(lines))
}

/// The relay of the peer's MMSE: carol is its subscriber, and home numbers are behind `home`.
fn peer_config(gateway: &Gateway, home: Route) -> Config {
    let mut config = config(gateway.addr, local());
    config.name = "P".to_owned();
    config.domain = "mms.peer.example".to_owned();
    config.host = "p.mms.peer.example".to_owned();
    config.system_address = "system-user@mms.peer.example".to_owned();
    config.subscribers = vec![Subscribers {
        prefix: "+155502".to_owned(),
        home: "P".to_owned(),
    }];
    config.routes = vec![home];
    config
}

fn by_command(prefix: &str, domain: &str) -> Route {
    Route {
        mm4: None,
        ..Route::to(prefix, domain, local())
    }
}

fn words(words: &[&str]) -> Option<Vec<String>> {
    Some(words.iter().map(|word| (*word).to_owned()).collect())
}

#[tokio::test]
async fn a_program_takes_what_goes_out() {
    let dir = TempDir::new().unwrap();
    let gateway = Gateway::start().await;
    let mut config = config(gateway.addr, local());
    config.routes = vec![by_command("+155502", "mms.peer.example")];
    // Carol's message is put off once.
    let script = "case $2 in *017*) mkdir $0/seen 2>/dev/null && { echo not yet >&2; exit 75; };; esac; \
                  { echo \"$1 $2\"; cat; } > $0/part.$$ && mv $0/part.$$ $0/${2%%/*}";
    let folder = dir.path().to_str().unwrap().to_owned();
    config.mm4.send_command = words(&["/bin/sh", "-c", script, &folder, "{from}", "{to}"]);
    let (relay, mut lines) = started(config).await;
    let both = send_req("t1", CAROL).with("To", Value::Address(plmn("+15550200018")));
    post(&relay, ALICE, &both).await;
    let refused = lines.with("for +15550200017/TYPE=PLMN@mms.peer.example").await;
    assert!(refused.contains("75 not yet"), "{refused}");
    lines
        .with("for +15550200018/TYPE=PLMN@mms.peer.example: taken")
        .await;
    lines
        .with("for +15550200017/TYPE=PLMN@mms.peer.example: taken")
        .await;
    for number in [CAROL, "+15550200018"] {
        let file = std::fs::read(dir.path().join(number)).unwrap();
        let end = file.iter().position(|b| *b == b'\n').unwrap();
        let paths = String::from_utf8_lossy(&file[..end]);
        assert_eq!(
            paths,
            format!("{} {}@mms.peer.example", home_mailbox(ALICE), plmn(number))
        );
        let message = &file[end + 1..];
        let text = String::from_utf8_lossy(message);
        assert!(
            text.starts_with("X-Mms-3GPP-MMS-Version: 6.10.0\nX-Mms-Message-Type: MM4_forward.REQ\n"),
            "{text}"
        );
        assert!(!message.contains(&b'\r'));
    }
}

async fn hand_in(socket: &Path, from: &str, to: &str, message: &[u8]) -> (i32, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mmspec"))
        .args(["relay", "--deliver"])
        .arg(socket)
        .args(["-f", from, "-t", to])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(message).await.unwrap();
    let output = timeout(SOON, child.wait_with_output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap(), said)
}

#[tokio::test]
async fn a_program_hands_in_what_comes() {
    let dir = TempDir::new().unwrap();
    let socket = dir.path().join("mm4");
    let mut gateway = Gateway::start().await;
    let mut peer = Peer::start(vec![]).await;
    let mut config = config(gateway.addr, peer.addr);
    config.mm4 = Mm4 {
        deliver_socket: Some(socket.clone()),
        ..Mm4::default()
    };
    let relay = Relay::start(config.clone()).await.unwrap();
    assert_eq!(Relay::mm4_addr(&relay), None);
    let mut req = forward_req("r1", BOB);
    req.push("To", Value::Address(plmn(ALICE)));
    let message = String::from_utf8(mm4::encode(&req))
        .unwrap()
        .replace("\r\n", "\n");
    // Once for each recipient, one of them without a domain.
    for to in [home_mailbox(BOB), plmn(ALICE)] {
        assert_eq!(
            hand_in(&socket, &carol_mailbox(), &to, message.as_bytes()).await,
            (0, String::new())
        );
    }
    for number in [BOB, ALICE] {
        let notification = gateway.expect(PduType::NotificationInd, number).await;
        let mm = get(&relay, number, &notification).await.pdu();
        same_content(&picture_and_text(), mm.content.as_ref().unwrap()).unwrap();
        let res = peer.expect(PduType::Mm4ForwardRes).await;
        assert_eq!(res.text("X-Mms-Transaction-ID").trim_matches('"'), "r1");
    }
    let (status, said) = hand_in(&socket, "<>", "+15559990000/TYPE=PLMN", message.as_bytes()).await;
    assert!(
        status == 255 && said.contains("550 5.1.1 no such subscriber"),
        "{said}"
    );
    relay.stop().await;
    assert!(!socket.exists());
    let (status, said) = hand_in(&socket, "", &home_mailbox(BOB), message.as_bytes()).await;
    assert!(status == 255 && said.contains(socket.to_str().unwrap()), "{said}");
    // What a killed relay leaves behind does not stand in the way of the next one; a living one does.
    std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let _relay = Relay::start(config.clone()).await.unwrap();
    let error = Relay::start(config).await.unwrap_err().to_string();
    assert!(error.contains("mm4.deliver-socket"), "{error}");
}

#[tokio::test]
async fn two_mmses_that_know_nothing_but_programs() {
    let dir = TempDir::new().unwrap();
    let (home_door, peer_door) = (dir.path().join("home"), dir.path().join("peer"));
    let program = env!("CARGO_BIN_EXE_mmspec");
    let pipes = |own: &PathBuf, other: &PathBuf| Mm4 {
        deliver_socket: Some(own.clone()),
        send_command: words(&[
            program,
            "relay",
            "--deliver",
            other.to_str().unwrap(),
            "-f",
            "{from}",
            "-t",
            "{to}",
        ]),
        ..Mm4::default()
    };
    let (mut at_home, mut at_peer) = (Gateway::start().await, Gateway::start().await);
    let mut a = config(at_home.addr, local());
    a.routes = vec![by_command("+155502", "mms.peer.example")];
    a.mm4 = pipes(&home_door, &peer_door);
    let mut p = peer_config(&at_peer, by_command("+1555010", "mms.home.example"));
    p.mm4 = pipes(&peer_door, &home_door);
    for config in [&mut a, &mut p] {
        // A process is started for each message: that takes its time.
        config.timers.mm4_response_ms = 5_000;
    }
    let (home, peer) = (Relay::start(a).await.unwrap(), Relay::start(p).await.unwrap());
    post(&home, ALICE, &send_req("t1", CAROL)).await;
    let notification = at_peer.expect(PduType::NotificationInd, CAROL).await;
    let mm = get(&peer, CAROL, &notification).await.pdu();
    same_content(&picture_and_text(), mm.content.as_ref().unwrap()).unwrap();
    post(&peer, CAROL, &notify_resp(&notification, "Retrieved")).await;
    let report = at_home.expect(PduType::DeliveryInd, ALICE).await;
    assert_eq!(
        (report.text("To"), report.text("X-Mms-Status")),
        (plmn(CAROL), "Retrieved".to_owned())
    );
}

#[tokio::test]
async fn what_cannot_work_is_said_at_the_start() {
    let file = |name: &str| PathBuf::from("fixtures/tls").join(name);
    let told = async |change: &dyn Fn(&mut Config)| {
        let mut config = config(local(), local());
        change(&mut config);
        Relay::start(config).await.unwrap_err().to_string()
    };
    let no_way = told(&|c| c.routes = vec![by_command("+155502", "mms.peer.example")]).await;
    assert!(
        no_way.contains("mms.peer.example") && no_way.contains("mm4.send-command"),
        "{no_way}"
    );
    let no_program = told(&|c| c.mm4.send_command = Some(Vec::new())).await;
    assert!(no_program.contains("no program"), "{no_program}");
    let tls = |certificate: PathBuf, key: PathBuf| {
        move |c: &mut Config| {
            c.mm4.tls = Some(SmtpTls {
                certificate: certificate.clone(),
                key: key.clone(),
                required: false,
            });
        }
    };
    let missing = told(&tls(file("nobody.pem"), file("relay.key"))).await;
    assert!(missing.contains("nobody.pem"), "{missing}");
    let no_certificate = told(&tls(file("relay.key"), file("relay.key"))).await;
    assert!(no_certificate.contains("no PEM certificate"), "{no_certificate}");
    let another_key = told(&tls(file("relay.pem"), file("peer.key"))).await;
    assert!(another_key.contains("peer.key"), "{another_key}");
}

fn user() -> Credentials {
    Credentials {
        name: "home".to_owned(),
        password: "open sesame".to_owned(),
    }
}

fn smtp_tls(required: bool) -> Option<SmtpTls> {
    Some(SmtpTls {
        certificate: "fixtures/tls/peer.pem".into(),
        key: "fixtures/tls/peer.key".into(),
        required,
    })
}

#[tokio::test]
async fn relays_that_speak_only_with_whom_they_know() {
    let peer_gateway = Gateway::start().await;
    let mut config_p = peer_config(&peer_gateway, Route::to("+1555010", "mms.home.example", local()));
    config_p.mm4.tls = smtp_tls(true);
    config_p.mm4.users = vec![user()];
    let mut at_peer = peer_gateway;
    let peer = Relay::start(config_p).await.unwrap();

    let route = |password: &str, name: Option<&str>| {
        let mut config = config(local(), local());
        config.routes = vec![Route {
            auth: Some(Credentials {
                password: password.to_owned(),
                ..user()
            }),
            tls: Some(PeerTls {
                root: "fixtures/tls/root.pem".into(),
                name: name.map(str::to_owned),
            }),
            ..Route::to("+155502", "mms.peer.example", Running::mm4_addr(&peer))
        }];
        config
    };
    let (relay, mut lines) = started(route("open sesame", Some("relay.mms.example"))).await;
    post(&relay, ALICE, &send_req("t1", CAROL)).await;
    lines.with("to mms.peer.example, attempt 1: taken").await;
    let notification = at_peer.expect(PduType::NotificationInd, CAROL).await;
    let mm = get(&peer, CAROL, &notification).await.pdu();
    same_content(&picture_and_text(), mm.content.as_ref().unwrap()).unwrap();

    let (relay, mut lines) = started(route("guess", Some("relay.mms.example"))).await;
    post(&relay, ALICE, &send_req("t1", CAROL)).await;
    lines.with("AUTH: 535").await;
    let (relay, mut lines) = started(route("open sesame", Some("relay.elsewhere.test"))).await;
    post(&relay, ALICE, &send_req("t1", CAROL)).await;
    lines.with("TLS: ").await;
    at_peer.expect_none().await;

    let mut smtp = Smtp::connect(Running::mm4_addr(&peer)).await;
    smtp.send(b"EHLO mms.home.example\r\n").await;
    let (_, offers) = smtp.reply().await;
    assert!(
        offers.contains("STARTTLS") && !offers.contains("AUTH"),
        "{offers}"
    );
    assert_eq!(smtp.command("MAIL FROM:<>").await, 530);
    assert_eq!(smtp.command("AUTH PLAIN AGE=").await, 530);
}

#[tokio::test]
async fn a_peer_without_starttls_gets_nothing() {
    let mut peer = Peer::start(vec![]).await;
    let mut config = config(local(), peer.addr);
    config.routes[0].tls = Some(PeerTls {
        root: "fixtures/tls/root.pem".into(),
        name: None,
    });
    let (relay, mut lines) = started(config).await;
    post(&relay, ALICE, &send_req("t1", CAROL)).await;
    lines.with("does not offer STARTTLS").await;
    peer.expect_none().await;
}

#[tokio::test]
async fn auth_word_by_word() {
    let mut config = config(local(), local());
    config.mm4.users = vec![user()];
    let relay = Relay::start(config).await.unwrap();
    let encoded = |text: &str| STANDARD.encode(text);
    let mut smtp = Smtp::connect(Running::mm4_addr(&relay)).await;
    assert_eq!(smtp.command("AUTH LOGIN").await, 503);
    smtp.send(b"EHLO mms.peer.example\r\n").await;
    let (_, offers) = smtp.reply().await;
    assert!(
        offers.contains("AUTH PLAIN LOGIN") && !offers.contains("STARTTLS"),
        "{offers}"
    );
    assert_eq!(smtp.command("MAIL FROM:<>").await, 530);
    assert_eq!(smtp.command("STARTTLS").await, 502);
    assert_eq!(smtp.command("AUTH CRAM-MD5").await, 504);
    assert_eq!(smtp.command("AUTH LOGIN").await, 334);
    assert_eq!(smtp.command("*").await, 501);
    assert_eq!(
        smtp.command(&format!("AUTH PLAIN {}", encoded("\0home\0wrong")))
            .await,
        535
    );
    assert_eq!(smtp.command("AUTH PLAIN ???").await, 501);
    assert_eq!(smtp.command("AUTH LOGIN").await, 334);
    assert_eq!(smtp.command(&encoded("home")).await, 334);
    assert_eq!(smtp.command(&encoded("open sesame")).await, 235);
    assert_eq!(
        smtp.command(&format!("AUTH PLAIN {}", encoded("\0home\0open sesame")))
            .await,
        503
    );
    assert_eq!(smtp.command("MAIL FROM:<>").await, 250);
}

#[tokio::test]
async fn mm1_over_https() {
    let mut gateway = Gateway::start().await;
    let mut config = config(gateway.addr, local());
    config.mm1.tls = Some(HttpTls {
        certificate: "fixtures/tls/relay.pem".into(),
        key: "fixtures/tls/relay.key".into(),
    });
    let relay = Relay::start(config).await.unwrap();
    let octets = mm1::encode(&send_req("t1", BOB));
    let head = format!(
        "POST /mms HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-WAP-Network-Client-MSISDN: {ALICE}\r\n\
         Content-Type: {}\r\nContent-Length: {}\r\n\r\n",
        mm1::MEDIA_TYPE,
        octets.len()
    );
    let answer = over_tls(&relay, &[head.as_bytes(), &octets].concat()).await;
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    let notification = gateway.expect(PduType::NotificationInd, BOB).await;
    let location = notification.text("X-Mms-Content-Location");
    let base = format!("https://{}/", relay.mm1_addr());
    assert!(location.starts_with(&base), "{location}");
    let get = format!(
        "GET /{} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-WAP-Network-Client-MSISDN: {BOB}\r\n\r\n",
        &location[base.len()..]
    );
    let answer = over_tls(&relay, get.as_bytes()).await;
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let mm = mm1::decode(&answer[end + 4..].to_vec().into()).unwrap().pdu;
    same_content(&picture_and_text(), mm.content.as_ref().unwrap()).unwrap();
}

async fn over_tls(relay: &Relay, request: &[u8]) -> Vec<u8> {
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file("fixtures/tls/root.pem").unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(relay.mm1_addr()).await.unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = connector.connect(name, stream).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    timeout(SOON, stream.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    answer
}

/// What M-Send.conf says to a client that is named by these header lines and comes from this address.
async fn status_for(relay: &Relay, lines: &str, from: [u8; 4]) -> String {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((from, 0).into()).unwrap();
    let mut stream = socket.connect(relay.mm1_addr()).await.unwrap();
    let octets = mm1::encode(&send_req("t1", BOB));
    let head = format!(
        "POST /mms HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n{lines}Content-Type: {}\r\nContent-Length: {}\r\n\r\n",
        mm1::MEDIA_TYPE,
        octets.len()
    );
    stream
        .write_all(&[head.as_bytes(), &octets].concat())
        .await
        .unwrap();
    let mut answer = Vec::new();
    timeout(SOON, stream.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let conf = mm1::decode(&answer[end + 4..].to_vec().into()).unwrap().pdu;
    conf.text("X-Mms-Response-Status").unwrap()
}

#[tokio::test]
async fn who_a_client_is() {
    const HERE: [u8; 4] = [127, 0, 0, 1];
    const UNKNOWN: &str = "Error-permanent-sending-address-unresolved";
    let gateway = Gateway::start().await;
    let mut config = config(gateway.addr, local());
    config.mm1.identity_header = Headers::Several(vec!["X-MSISDN".to_owned(), "X-Nokia-MSISDN".to_owned()]);
    config
        .mm1
        .clients
        .insert("127.0.0.2".parse().unwrap(), ALICE.to_owned());
    let relay = Relay::start(config.clone()).await.unwrap();
    for (lines, from, status) in [
        ("X-MSISDN: 15550100011\r\n", HERE, "Ok"),
        ("X-Nokia-MSISDN: +15550100011\r\n", HERE, "Ok"),
        (
            "X-MSISDN: +15550100011/TYPE=PLMN\r\nX-Nokia-MSISDN: nobody\r\n",
            HERE,
            "Ok",
        ),
        ("X-WAP-Network-Client-MSISDN: +15550100011\r\n", HERE, UNKNOWN),
        ("", [127, 0, 0, 2], "Ok"),
        ("", [127, 0, 0, 3], UNKNOWN),
    ] {
        assert_eq!(
            status_for(&relay, lines, from).await,
            status,
            "{lines:?} {from:?}"
        );
    }
    for (form, taken) in [
        (IdentityForm::Plus, "+15550100011"),
        (IdentityForm::Digits, "15550100011"),
        (IdentityForm::Plmn, "+15550100011/TYPE=PLMN"),
    ] {
        config.mm1.identity_form = form;
        let relay = Relay::start(config.clone()).await.unwrap();
        for number in ["+15550100011", "15550100011", "+15550100011/TYPE=PLMN"] {
            let expected = if number == taken { "Ok" } else { UNKNOWN };
            let lines = format!("X-MSISDN: {number}\r\n");
            assert_eq!(
                status_for(&relay, &lines, HERE).await,
                expected,
                "{form:?} {number}"
            );
        }
    }
}
