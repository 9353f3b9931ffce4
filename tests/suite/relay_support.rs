//! What the relay's tests play around it: a push gateway, clients, peer MMSEs, all on raw sockets.

use std::net::SocketAddr;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use bytes::Bytes;
use mmspec::relay::config::{Limits, Mm1, Mm4, Neighbour, Push, Route, Subscribers, Timers};
use mmspec::relay::{Config, Relay};
use mmspec::wire::smtp::{Received, Receiver};
use mmspec::wire::{Content, MediaType, Part, Pdu, PduType, Value, mm1, mm4, push};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::timeout;

pub const ALICE: &str = "+15550100011";
pub const BOB: &str = "+15550100017";
/// Homed on relay B where there is one.
pub const BEA: &str = "+15550102017";
pub const CAROL: &str = "+15550200017";
/// Long enough for anything that comes, short enough to wait for what must not come.
pub const SOON: Duration = Duration::from_secs(5);
pub const QUIET: Duration = Duration::from_millis(300);

pub fn plmn(number: &str) -> String {
    format!("{number}/TYPE=PLMN")
}

pub fn local() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

/// An address that is free now; the relays must know each other's before they start.
pub async fn free() -> std::net::SocketAddr {
    let listener = TcpListener::bind(local()).await.unwrap();
    listener.local_addr().unwrap()
}

/// A relay's configuration: node A of the MMSE, one peer.
pub fn config(gateway: SocketAddr, peer: SocketAddr) -> Config {
    Config {
        name: "A".to_owned(),
        domain: "mms.home.example".to_owned(),
        host: "a.mms.home.example".to_owned(),
        system_address: "system-user@mms.home.example".to_owned(),
        mm1: Mm1 {
            listen: local(),
            path: "/mms".to_owned(),
            identity_header: "X-WAP-Network-Client-MSISDN".to_owned(),
        },
        mm4: Mm4 { listen: local() },
        push: Push {
            kannel: format!("http://{gateway}/cgi-bin/sendsms"),
            username: "mms".to_owned(),
            password: "se cret".to_owned(),
        },
        subscribers: vec![Subscribers {
            prefix: "+1555010".to_owned(),
            home: "A".to_owned(),
        }],
        relays: Vec::new(),
        routes: vec![Route {
            prefix: "+155502".to_owned(),
            domain: "mms.peer.example".to_owned(),
            mm4: peer,
        }],
        timers: Timers {
            mm4_response_ms: 300,
            mm4_retry_ms: vec![50, 100],
            mm4_attempts: 4,
            default_expiry_s: 3600,
            notification_repeat_ms: Vec::new(),
        },
        limits: Limits::default(),
        store: None,
        defects: Vec::new(),
    }
}

/// Makes A and B of two configurations.
pub fn cluster(a: &mut Config, b: &mut Config, a_mm4: SocketAddr, b_mm4: SocketAddr) {
    b.name = "B".to_owned();
    b.host = "b.mms.home.example".to_owned();
    a.mm4.listen = a_mm4;
    b.mm4.listen = b_mm4;
    let neighbour = |config: &Config| Neighbour {
        name: config.name.clone(),
        host: config.host.clone(),
        mm4: config.mm4.listen,
    };
    a.relays = vec![neighbour(b)];
    b.relays = vec![neighbour(a)];
    for config in [a, b] {
        config.subscribers.push(Subscribers {
            prefix: "+15550102".to_owned(),
            home: "B".to_owned(),
        });
    }
}

/// Something was pushed to this number.
#[derive(Debug, Clone)]
pub struct Pushed {
    pub to: String,
    pub octets: Bytes,
    pub pdu: Pdu,
}

impl Pushed {
    pub fn text(&self, name: &str) -> String {
        self.pdu.text(name).unwrap_or_default()
    }
}

/// A Kannel sendsms service.
pub struct Gateway {
    pub addr: SocketAddr,
    pushes: UnboundedReceiver<Pushed>,
}

impl Gateway {
    pub async fn start() -> Gateway {
        Self::start_failing(0).await
    }

    /// One that answers the first requests with 503.
    pub async fn start_failing(failures: usize) -> Gateway {
        let left = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(failures));
        let listener = TcpListener::bind(local()).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (sender, pushes) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (sender, left) = (sender.clone(), left.clone());
                tokio::spawn(async move {
                    let mut seen = Vec::new();
                    let mut buffer = [0; 4096];
                    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
                        seen.extend_from_slice(&buffer[..count]);
                        while let Some(end) = seen.windows(4).position(|w| w == b"\r\n\r\n") {
                            let head = String::from_utf8(seen.drain(..end + 4).collect()).unwrap();
                            let fails = left.try_update(SeqCst, SeqCst, |n| n.checked_sub(1)).is_ok();
                            if !fails {
                                let _ = sender.send(pushed(&head));
                            }
                            let status = if fails { "503 Later" } else { "202 Accepted" };
                            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
                            stream.write_all(answer.as_bytes()).await.unwrap();
                        }
                    }
                });
            }
        });
        Gateway { addr, pushes }
    }

    pub async fn next(&mut self) -> Pushed {
        timeout(SOON, self.pushes.recv()).await.expect("a push").unwrap()
    }

    /// The next push, of this type and to this number.
    pub async fn expect(&mut self, kind: PduType, to: &str) -> Pushed {
        let push = self.next().await;
        assert_eq!((push.pdu.kind, push.to.as_str()), (kind, to), "{:?}", push.pdu);
        push
    }

    pub async fn expect_none(&mut self) {
        if let Ok(push) = timeout(QUIET, self.pushes.recv()).await {
            panic!("unexpected push {push:?}");
        }
    }
}

fn pushed(head: &str) -> Pushed {
    let query = head.split_whitespace().nth(1).unwrap().split_once('?').unwrap().1;
    let value = |name: &str| {
        let pair = query.split('&').find_map(|p| p.strip_prefix(&format!("{name}=")));
        percent_decode(pair.unwrap())
    };
    assert_eq!(value("udh"), push::PORTS_UDH);
    assert_eq!(value("password"), b"se cret");
    let wsp = push::decode(&value("text").into()).unwrap();
    assert_eq!(wsp.content_type, mm1::MEDIA_TYPE);
    Pushed {
        to: String::from_utf8(value("to")).unwrap(),
        pdu: mm1::decode(&wsp.body).unwrap().pdu,
        octets: wsp.body,
    }
}

fn percent_decode(text: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            octets.extend(hex::decode(&tail[..2]).unwrap());
            rest = &tail[2..];
        } else {
            octets.push(if *first == b'+' { b' ' } else { *first });
            rest = tail;
        }
    }
    octets
}

/// An HTTP answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Bytes,
}

impl Answer {
    pub fn pdu(&self) -> Pdu {
        mm1::decode(&self.body).unwrap().pdu
    }

    pub fn text(&self, name: &str) -> String {
        self.pdu().text(name).unwrap_or_default()
    }
}

pub async fn http(addr: SocketAddr, head: &str, body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let head = format!("{head}\r\nHost: relay\r\nConnection: close\r\n\r\n");
    stream.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
    let mut answer = Vec::new();
    timeout(SOON, stream.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    let end = answer
        .windows(4)
        .position(|w| w == b"\r\n\r\n")
        .expect("an HTTP head");
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    Answer {
        status: head.split_whitespace().nth(1).unwrap().parse().unwrap(),
        body: Bytes::from(answer).slice(end + 4..),
    }
}

pub async fn post_octets(relay: &Relay, client: &str, octets: &[u8]) -> Answer {
    let head = format!(
        "POST /mms HTTP/1.1\r\nContent-Type: {}\r\nX-WAP-Network-Client-MSISDN: {client}\r\nContent-Length: {}",
        mm1::MEDIA_TYPE,
        octets.len()
    );
    http(relay.mm1_addr(), &head, octets).await
}

pub async fn post(relay: &Relay, client: &str, pdu: &Pdu) -> Answer {
    post_octets(relay, client, &mm1::encode(pdu)).await
}

/// GET of the Content-Location of a notification.
pub async fn get(relay: &Relay, client: &str, notification: &Pushed) -> Answer {
    let location = notification.text("X-Mms-Content-Location");
    let base = format!("http://{}", relay.mm1_addr());
    let path = location
        .strip_prefix(&base)
        .expect("an absolute URI on this relay");
    let head = format!("GET {path} HTTP/1.1\r\nX-WAP-Network-Client-MSISDN: {client}");
    http(relay.mm1_addr(), &head, b"").await
}

/// A multipart with a text and a JPEG of all octet values.
pub fn picture_and_text() -> Content {
    let every: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
    let part = |media: MediaType, id: &str, data: Vec<u8>| Part {
        media,
        content_id: Some(id.to_owned()),
        content_location: Some(format!("{id}.bin")),
        headers: Vec::new(),
        data: data.into(),
    };
    Content {
        media: MediaType::new("multipart/mixed"),
        parts: vec![
            part(
                MediaType::new("text/plain").with("charset", "utf-8"),
                "text",
                "Grüße\r\n.\r\n..dots".as_bytes().to_vec(),
            ),
            part(MediaType::new("image/jpeg"), "picture", every),
        ],
        body: Bytes::new(),
    }
}

pub fn send_req(tid: &str, to: &str) -> Pdu {
    let mut pdu = Pdu::new(PduType::SendReq)
        .with("X-Mms-Transaction-ID", Value::text_of(tid))
        .with("X-Mms-MMS-Version", Value::Version { major: 1, minor: 3 })
        .with("From", Value::InsertAddress)
        .with("To", Value::Address(plmn(to)))
        .with(
            "Subject",
            Value::Encoded {
                charset: Some(106),
                text: "Zoë".to_owned(),
            },
        )
        .with("X-Mms-Delivery-Report", Value::token("Yes"))
        .with("X-Mms-Read-Report", Value::token("Yes"));
    pdu.content = Some(picture_and_text());
    pdu
}

pub fn notify_resp(notification: &Pushed, status: &str) -> Pdu {
    Pdu::new(PduType::NotifyRespInd)
        .with(
            "X-Mms-Transaction-ID",
            Value::Text(notification.text("X-Mms-Transaction-ID")),
        )
        .with("X-Mms-MMS-Version", Value::Version { major: 1, minor: 3 })
        .with("X-Mms-Status", Value::token(status))
}

pub fn read_rec(retrieved: &Answer, reader: &str, originator: &str) -> Pdu {
    Pdu::new(PduType::ReadRecInd)
        .with("X-Mms-MMS-Version", Value::Version { major: 1, minor: 3 })
        .with("Message-ID", Value::Text(retrieved.text("Message-ID")))
        .with("To", Value::Address(plmn(originator)))
        .with("From", Value::Address(plmn(reader)))
        .with("X-Mms-Read-Status", Value::token("Deleted without being read"))
}

/// A message that a peer took.
#[derive(Debug, Clone)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    pub pdu: Pdu,
}

impl Mail {
    pub fn text(&self, name: &str) -> String {
        self.pdu.text(name).unwrap_or_default()
    }
}

/// How a peer's SMTP server behaves.
#[derive(Default, Clone)]
pub struct Script {
    /// Replies to the first ends of data; then it takes everything.
    pub at_end: Vec<&'static str>,
    /// A number and the reply to its RCPT.
    pub at_rcpt: Option<(&'static str, &'static str)>,
    /// SIZE it offers.
    pub size: usize,
}

/// A peer's SMTP server.
pub struct Peer {
    pub addr: SocketAddr,
    mails: UnboundedReceiver<Mail>,
}

impl Peer {
    /// One that takes everything, after giving these replies to the first ends of data.
    pub async fn start(at_end: Vec<&'static str>) -> Peer {
        Self::scripted(Script {
            at_end,
            size: 2_000_000,
            at_rcpt: None,
        })
        .await
    }

    pub async fn scripted(script: Script) -> Peer {
        let listener = TcpListener::bind(local()).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (sender, mails) = mpsc::unbounded_channel();
        let refusals = std::sync::Arc::new(std::sync::Mutex::new(script.at_end.into_iter()));
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (sender, refusals) = (sender.clone(), refusals.clone());
                tokio::spawn(async move {
                    let mut receiver = Receiver::new();
                    let (mut from, mut to) = (String::new(), Vec::new());
                    let mut buffer = [0; 4096];
                    stream.write_all(b"220 peer\r\n").await.unwrap();
                    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
                        receiver.push(&buffer[..count]);
                        while let Some(item) = receiver.next() {
                            let reply = match item {
                                Received::Command(line) if line.starts_with("EHLO") => {
                                    format!("250-peer\r\n250 SIZE {}", script.size)
                                }
                                Received::Command(line) if line.starts_with("DATA") => {
                                    receiver.expect_message();
                                    "354 go".to_owned()
                                }
                                Received::Command(line) => {
                                    let path = |prefix: &str| {
                                        let rest = line.strip_prefix(prefix)?;
                                        rest.split('>').next().map(str::to_owned)
                                    };
                                    let refused = script.at_rcpt.filter(|(number, _)| line.contains(number));
                                    match (path("MAIL FROM:<"), path("RCPT TO:<"), refused) {
                                        (Some(path), ..) => from = path,
                                        (_, Some(path), None) => to.push(path),
                                        _ => {}
                                    }
                                    refused.map_or("250 ok", |(_, reply)| reply).to_owned()
                                }
                                Received::Message(octets) => {
                                    let refusal = refusals.lock().unwrap().next();
                                    let mail = Mail {
                                        from: from.clone(),
                                        to: std::mem::take(&mut to),
                                        pdu: mm4::decode(&octets.into()).unwrap().pdu,
                                    };
                                    let _ = sender.send(mail);
                                    refusal.unwrap_or("250 taken").to_owned()
                                }
                                other => panic!("{other:?}"),
                            };
                            let _ = stream.write_all(format!("{reply}\r\n").as_bytes()).await;
                        }
                    }
                });
            }
        });
        Peer { addr, mails }
    }

    pub async fn expect(&mut self, kind: PduType) -> Mail {
        let mail = timeout(SOON, self.mails.recv())
            .await
            .expect("a message")
            .unwrap();
        assert_eq!(mail.pdu.kind, kind, "{:?}", mail.pdu);
        mail
    }

    pub async fn expect_none(&mut self) {
        if let Ok(mail) = timeout(QUIET, self.mails.recv()).await {
            panic!("unexpected message {mail:?}");
        }
    }
}

/// A conversation with an SMTP server.
pub struct Smtp {
    stream: TcpStream,
    seen: Vec<u8>,
}

impl Smtp {
    pub async fn connect(addr: SocketAddr) -> Smtp {
        let stream = TcpStream::connect(addr).await.unwrap();
        let mut smtp = Smtp {
            stream,
            seen: Vec::new(),
        };
        assert_eq!(smtp.reply().await.0, 220);
        smtp
    }

    /// Code and all lines of the next reply.
    pub async fn reply(&mut self) -> (u16, String) {
        let mut lines = String::new();
        loop {
            while let Some(end) = self.seen.iter().position(|b| *b == b'\n') {
                let line = String::from_utf8(self.seen.drain(..=end).collect()).unwrap();
                lines.push_str(&line);
                if line.as_bytes()[3] != b'-' {
                    return (line[..3].parse().unwrap(), lines);
                }
            }
            let mut buffer = [0; 4096];
            let count = timeout(SOON, self.stream.read(&mut buffer))
                .await
                .unwrap()
                .unwrap();
            assert!(count > 0, "the server closed after {lines:?}");
            self.seen.extend_from_slice(&buffer[..count]);
        }
    }

    pub async fn send(&mut self, octets: &[u8]) {
        self.stream.write_all(octets).await.unwrap();
    }

    pub async fn command(&mut self, line: &str) -> u16 {
        self.send(format!("{line}\r\n").as_bytes()).await;
        self.reply().await.0
    }

    pub async fn read_to_end(&mut self) -> std::io::Result<usize> {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).await
    }
}

/// Delivers one message by SMTP; the code of the reply to its end.
pub async fn deliver(relay: &Relay, from: &str, to: &[String], pdu: &Pdu) -> u16 {
    let mut smtp = Smtp::connect(relay.mm4_addr()).await;
    assert_eq!(smtp.command("EHLO mms.peer.example").await, 250);
    assert_eq!(smtp.command(&format!("MAIL FROM:<{from}>")).await, 250);
    for recipient in to {
        assert_eq!(smtp.command(&format!("RCPT TO:<{recipient}>")).await, 250);
    }
    assert_eq!(smtp.command("DATA").await, 354);
    let stuffed = mmspec::wire::smtp::stuff(&mm4::encode(pdu));
    smtp.send(&stuffed).await;
    smtp.reply().await.0
}

/// MM4_forward.REQ by carol of the peer.
pub fn forward_req(tid: &str, to: &str) -> Pdu {
    let mut pdu = Pdu::new(PduType::Mm4ForwardReq)
        .with("X-Mms-3GPP-MMS-Version", Value::text_of("5.5.0"))
        .with("X-Mms-Transaction-ID", Value::text_of(tid))
        .with(
            "X-Mms-Message-ID",
            Value::Text(format!("\"{tid}@mms.peer.example\"")),
        )
        .with("From", Value::Address(plmn(CAROL)))
        .with("To", Value::Address(plmn(to)))
        .with("Date", Value::Date(1_795_000_000))
        .with("X-Mms-Ack-Request", Value::token("Yes"))
        .with("X-Mms-Delivery-Report", Value::token("Yes"))
        .with("X-Mms-Read-Reply", Value::token("Yes"))
        .with(
            "X-Mms-Originator-System",
            Value::Address("system@mms.peer.example".to_owned()),
        )
        .with(
            "Sender",
            Value::Address(format!("{}@mms.peer.example", plmn(CAROL))),
        )
        .with("Subject", Value::text_of("Hello"));
    pdu.content = Some(picture_and_text());
    pdu
}

pub fn carol_mailbox() -> String {
    format!("{}@mms.peer.example", plmn(CAROL))
}

pub fn home_mailbox(number: &str) -> String {
    format!("{}@mms.home.example", plmn(number))
}

/// The answer of carol's MMSE to a request.
pub fn answer_to(request: &Mail, kind: PduType, status: &str) -> Pdu {
    Pdu::new(kind)
        .with("X-Mms-3GPP-MMS-Version", Value::text_of("5.5.0"))
        .with(
            "X-Mms-Transaction-ID",
            Value::Text(request.text("X-Mms-Transaction-ID")),
        )
        .with("X-Mms-Message-ID", Value::Text(request.text("X-Mms-Message-ID")))
        .with("X-Mms-Request-Status-Code", Value::token(status))
        .with("Sender", Value::Address("system@mms.peer.example".to_owned()))
        .with("To", Value::Address(request.text("X-Mms-Originator-System")))
}
