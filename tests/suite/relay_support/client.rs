//! An MMS client: HTTP on a raw socket.

use std::net::SocketAddr;

use bytes::Bytes;
use mmspec::relay::Relay;
use mmspec::wire::{Pdu, mm1};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Pushed, SOON};

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

/// A relay that runs, in this process or another.
pub trait Running {
    fn mm1_addr(&self) -> SocketAddr;
    fn mm4_addr(&self) -> SocketAddr;
}

impl Running for Relay {
    fn mm1_addr(&self) -> SocketAddr {
        Relay::mm1_addr(self)
    }

    fn mm4_addr(&self) -> SocketAddr {
        Relay::mm4_addr(self).unwrap()
    }
}

impl<R: Running> Running for std::sync::Arc<R> {
    fn mm1_addr(&self) -> SocketAddr {
        self.as_ref().mm1_addr()
    }

    fn mm4_addr(&self) -> SocketAddr {
        self.as_ref().mm4_addr()
    }
}

pub async fn post_octets(relay: &impl Running, client: &str, octets: &[u8]) -> Answer {
    let head = format!(
        "POST /mms HTTP/1.1\r\nContent-Type: {}\r\nX-WAP-Network-Client-MSISDN: {client}\r\nContent-Length: {}",
        mm1::MEDIA_TYPE,
        octets.len()
    );
    http(relay.mm1_addr(), &head, octets).await
}

pub async fn post(relay: &impl Running, client: &str, pdu: &Pdu) -> Answer {
    post_octets(relay, client, &mm1::encode(pdu)).await
}

/// GET of the Content-Location of a notification.
pub async fn get(relay: &impl Running, client: &str, notification: &Pushed) -> Answer {
    let location = notification.text("X-Mms-Content-Location");
    let base = format!("http://{}", relay.mm1_addr());
    assert!(location.starts_with(&base), "an absolute URI on this relay");
    get_through(relay, client, notification).await
}

/// The same through another relay than the one that notified.
pub async fn get_through(relay: &impl Running, client: &str, notification: &Pushed) -> Answer {
    let location = notification.text("X-Mms-Content-Location");
    let path = location.find("/mms/").map(|at| &location[at..]).unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nX-WAP-Network-Client-MSISDN: {client}");
    http(relay.mm1_addr(), &head, b"").await
}
