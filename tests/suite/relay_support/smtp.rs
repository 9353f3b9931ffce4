//! A peer MMSE's SMTP client, word by word.

use std::net::SocketAddr;

use mmspec::wire::{Pdu, mm4};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Running, SOON};

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
pub async fn deliver(relay: &impl Running, from: &str, to: &[String], pdu: &Pdu) -> u16 {
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
