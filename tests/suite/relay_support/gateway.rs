//! A push gateway: Kannel's sendsms service on a raw socket.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use bytes::Bytes;
use mmspec::wire::{Pdu, PduType, mm1, push};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::timeout;

use super::{QUIET, SOON, local};

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
        Self::serve(failures, None).await
    }

    /// One that takes what it is given, and answers when it is told to: each request waits for one word.
    pub async fn start_shut() -> (Gateway, Arc<Notify>) {
        let gate = Arc::new(Notify::new());
        (Self::serve(0, Some(gate.clone())).await, gate)
    }

    async fn serve(failures: usize, gate: Option<Arc<Notify>>) -> Gateway {
        let left = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(failures));
        let listener = TcpListener::bind(local()).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (sender, pushes) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (sender, left, gate) = (sender.clone(), left.clone(), gate.clone());
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
                            if let Some(gate) = &gate {
                                gate.notified().await;
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
