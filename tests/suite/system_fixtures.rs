//! Every fixture, octet for octet, from the embedded relay and from the fake peer to an SMTP server and a MIME reader that
//! are not ours.

use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;
use std::time::Duration;

use bytes::Bytes;
use mail_parser::{MessageParser, MimeHeaders, PartType};
use mailin_embedded::{Handler, Response, Server, response};
use mmspec::relay::Relay;
use mmspec::run::suite::Suite;
use mmspec::wire::{Content, mm4};

use crate::party_support;
use crate::relay_support::{ALICE, CAROL, Gateway, config, forward_req, post, send_req};

const LIMIT: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_relay_sends_every_fixture_octet_for_octet() {
    let (server, mails) = mailin();
    let gateway = Gateway::start().await;
    let relay = Relay::start(config(gateway.addr, server)).await.unwrap();
    let suite = Suite::load(&[]).unwrap();
    assert!(suite.contents.len() >= 8);
    for (name, content) in suite.contents.iter() {
        let mut pdu = send_req(&format!("t-{name}"), CAROL);
        pdu.content = Some(content.clone());
        post(&relay, ALICE, &pdu).await;
        let mail = mails.recv_timeout(LIMIT).unwrap();
        assert_eq!(parts_of(&mail), bodies_of(content), "{name}");
    }
    relay.stop().await;
}

#[tokio::test]
async fn the_peer_sends_every_fixture_octet_for_octet() {
    let (server, mails) = mailin();
    let suite = Suite::load(&[]).unwrap();
    for (name, content) in suite.contents.iter() {
        let mut pdu = forward_req(&format!("r-{name}"), ALICE);
        pdu.content = Some(content.clone());
        let message = Bytes::from(mm4::encode(&pdu));
        let delivery = party_support::send(server, &[party_support::CAROL], message.clone()).await;
        assert_eq!(party_support::end_of(&delivery).0, 250, "{name}");
        let mail = mails.recv_timeout(LIMIT).unwrap();
        assert_eq!(mail, message, "{name}");
        assert_eq!(parts_of(&mail), bodies_of(content), "{name}");
    }
}

/// Media type and octets of each part, in order, as an independent MIME reader finds them.
fn parts_of(mail: &[u8]) -> Vec<(String, Vec<u8>)> {
    let message = MessageParser::default().parse(mail).unwrap();
    let leaves = message
        .parts
        .iter()
        .filter(|p| !matches!(p.body, PartType::Multipart(_)));
    leaves
        .map(|part| {
            let media = part.content_type().unwrap();
            let essence = format!("{}/{}", media.ctype(), media.subtype().unwrap_or_default());
            // The reader turns text into UTF-8; what stood there is its octets before that.
            let raw = &mail[part.offset_body as usize..part.offset_end as usize];
            let octets = match part.content_transfer_encoding() {
                Some(encoding) if encoding.eq_ignore_ascii_case("base64") => {
                    let text: Vec<u8> = raw.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
                    base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text).unwrap()
                }
                _ => raw.to_vec(),
            };
            (essence, octets)
        })
        .collect()
}

fn bodies_of(content: &Content) -> Vec<(String, Vec<u8>)> {
    let bodies = content.bodies().into_iter();
    bodies
        .map(|(media, octets)| (media.essence.to_string(), octets.to_vec()))
        .collect()
}

/// An SMTP server that is not ours, and what it is given.
fn mailin() -> (SocketAddr, mpsc::Receiver<Vec<u8>>) {
    let (mails, taken) = mpsc::channel();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    // It cannot be stopped; the thread ends with the test process.
    std::thread::spawn(move || {
        let mut server = Server::new(Inbox {
            mails,
            data: Vec::new(),
        });
        server.with_tcp_listener(listener).with_num_threads(64);
        server.serve().unwrap();
    });
    (addr, taken)
}

#[derive(Clone)]
struct Inbox {
    mails: mpsc::Sender<Vec<u8>>,
    data: Vec<u8>,
}

impl Handler for Inbox {
    fn data(&mut self, octets: &[u8]) -> std::io::Result<()> {
        self.data.extend_from_slice(octets);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        match self.mails.send(std::mem::take(&mut self.data)) {
            Ok(()) => response::OK,
            Err(_) => response::INTERNAL_ERROR,
        }
    }
}
