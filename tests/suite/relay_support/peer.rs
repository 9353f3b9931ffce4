//! A peer MMSE's SMTP server, scripted.

use std::collections::HashSet;
use std::net::SocketAddr;

use bytes::Bytes;
use mmspec::wire::smtp::{Received, Receiver};
use mmspec::wire::{Pdu, PduType, mm4};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::timeout;

use super::{QUIET, SOON, local};

/// A message that a peer took.
#[derive(Debug, Clone)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    pub pdu: Pdu,
    /// As it came.
    pub octets: Bytes,
    /// What the client said in this connection, from its beginning or the message before.
    pub commands: Vec<String>,
    /// Connections before this one.
    pub connection: usize,
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
    /// What else it offers.
    pub offers: Vec<&'static str>,
}

/// A peer's SMTP server.
pub struct Peer {
    pub addr: SocketAddr,
    mails: UnboundedReceiver<Mail>,
    /// Message-IDs of mails that were expected.
    seen: HashSet<String>,
}

impl Peer {
    /// One that takes everything, after giving these replies to the first ends of data.
    pub async fn start(at_end: Vec<&'static str>) -> Peer {
        Self::scripted(Script {
            at_end,
            size: 2_000_000,
            ..Script::default()
        })
        .await
    }

    pub async fn scripted(script: Script) -> Peer {
        let listener = TcpListener::bind(local()).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (sender, mails) = mpsc::unbounded_channel();
        let refusals = std::sync::Arc::new(std::sync::Mutex::new(script.at_end.into_iter()));
        tokio::spawn(async move {
            for connection in 0.. {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (sender, refusals) = (sender.clone(), refusals.clone());
                let offers: String = script
                    .offers
                    .iter()
                    .map(|offer| format!("250-{offer}\r\n"))
                    .collect();
                tokio::spawn(async move {
                    let mut receiver = Receiver::new();
                    let (mut from, mut to) = (String::new(), Vec::new());
                    let mut commands = Vec::new();
                    let mut buffer = [0; 4096];
                    stream.write_all(b"220 peer\r\n").await.unwrap();
                    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
                        receiver.push(&buffer[..count]);
                        while let Some(item) = receiver.next() {
                            if let Received::Command(line) = &item {
                                commands.push(line.clone());
                            }
                            let reply = match item {
                                Received::Command(line) if line.starts_with("EHLO") => {
                                    format!("250-peer\r\n{offers}250 SIZE {}", script.size)
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
                                    let octets = Bytes::from(octets);
                                    let mail = Mail {
                                        from: from.clone(),
                                        to: std::mem::take(&mut to),
                                        pdu: mm4::decode(&octets).unwrap().pdu,
                                        octets,
                                        commands: std::mem::take(&mut commands),
                                        connection,
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
        Peer {
            addr,
            mails,
            seen: HashSet::new(),
        }
    }

    /// The next mail that is not one seen before: who was killed before it heard that a mail was taken sends it again.
    pub async fn expect_new(&mut self, kind: PduType) -> Mail {
        loop {
            let mail = self.next().await;
            if self.seen.insert(mail.text("Message-ID")) {
                assert_eq!(mail.pdu.kind, kind, "{:?}", mail.pdu);
                return mail;
            }
        }
    }

    async fn next(&mut self) -> Mail {
        let mail = timeout(SOON, self.mails.recv()).await;
        mail.expect("a message").unwrap()
    }

    pub async fn expect(&mut self, kind: PduType) -> Mail {
        let mail = self.next().await;
        self.seen.insert(mail.text("Message-ID"));
        assert_eq!(mail.pdu.kind, kind, "{:?}", mail.pdu);
        mail
    }

    pub async fn expect_none(&mut self) {
        if let Ok(mail) = timeout(QUIET, self.mails.recv()).await {
            panic!("unexpected message {mail:?}");
        }
    }
}
