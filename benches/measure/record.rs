//! One round trip of an embedded relay on its own, its octets recorded.

use std::error::Error;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bytes::Bytes;
use mmspec::link::Crossing;
use mmspec::party::Desk;
use mmspec::party::peer::{self, PeerIdentity};
use mmspec::relay::{Config, Relay};

use crate::bare::{Exchange, RoundTrip};

const LIMIT: Duration = Duration::from_secs(10);
/// What our Kannel answers a push with.
const ACCEPTED: &[u8] =
    b"HTTP/1.1 202 Accepted\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 26\r\n\
    date: Tue, 14 Nov 2023 22:13:20 GMT\r\n\r\n0: Accepted for delivery\r\n";

/// A mail that a peer sent in a run.
pub struct Mail {
    pub helo: String,
    pub mail_from: String,
    pub rcpt_to: Vec<String>,
    pub data: Bytes,
}

/// Has a relay take the mail, and records what is said on the way, back, and to the push gateway.
pub async fn round_trip(mail: &Mail) -> Result<RoundTrip, Box<dyn Error>> {
    let desk = Desk::new();
    let (guest, mut arrivals) = desk.open(1);
    guest.claim_mailbox(&mail.mail_from, "p");
    let identity = PeerIdentity {
        name: "p".to_owned(),
        host: "mx.mms.p.example".to_owned(),
        domain: "mms.p.example".to_owned(),
    };
    let peer = peer::serve(desk, identity, "A", SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let (kannel, pushed) = gateway()?;
    let relay = Relay::start(config(kannel, peer.addr)?).await?;
    let sent = peer::deliver(
        relay.mm4_addr().ok_or("no SMTP")?,
        &mail.helo,
        &mail.mail_from,
        &mail.rcpt_to,
        mail.data.clone(),
        LIMIT,
    )
    .await;
    let arrival = tokio::time::timeout(LIMIT, arrivals.recv())
        .await?
        .ok_or("the desk is closed")?;
    let Crossing::Mail { data, dialogue, .. } = arrival.crossing else {
        return Err("the answer is no mail".into());
    };
    let push = pushed.join().map_err(|_| "the gateway panicked")??;
    relay.stop().await;
    Ok(RoundTrip {
        request: Exchange::smtp(&sent.dialogue, &mail.data),
        response: Exchange::smtp(&dialogue, &data),
        push: Exchange::http(&push, ACCEPTED),
    })
}

/// The relay of topology one-relay, as far as an inbound forward needs it.
fn config(kannel: SocketAddr, peer: SocketAddr) -> Result<Config, Box<dyn Error>> {
    let text = format!(
        "name: A\n\
         domain: mms.home.example\n\
         host: a.mms.home.example\n\
         system-address: system-user@mms.home.example\n\
         mm1: {{ listen: \"127.0.0.1:0\", path: /mms, identity-header: X-WAP-Network-Client-MSISDN }}\n\
         mm4: {{ listen: \"127.0.0.1:0\" }}\n\
         push: {{ kannel: \"http://{kannel}/cgi-bin/sendsms\", username: A, password: mmspec }}\n\
         subscribers: [{{ prefix: \"+15551\", home: A }}]\n\
         routes: [{{ prefix: \"+15552\", domain: mms.p.example, mm4: \"{peer}\" }}]\n"
    );
    Ok(serde_saphyr::from_str(&text)?)
}

/// A push gateway that takes one request, and the request.
fn gateway() -> io::Result<(SocketAddr, JoinHandle<io::Result<Vec<u8>>>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let addr = listener.local_addr()?;
    let taken = thread::spawn(move || {
        let (mut stream, _) = listener.accept()?;
        let (mut request, mut chunk) = (Vec::new(), [0; 4096]);
        while !request.ends_with(b"\r\n\r\n") {
            let n = stream.read(&mut chunk)?;
            if n == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            request.extend_from_slice(&chunk[..n]);
        }
        stream.write_all(ACCEPTED)?;
        Ok(request)
    });
    Ok((addr, taken))
}
