//! What the tests of parties and links share.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use mmspec::link::{Arrival, Crossing};
use mmspec::party::peer::{Delivery, PeerIdentity, Terms, deliver, serve_on};
use mmspec::party::{Desk, Guest, Listening, SmtpAct, SmtpRule, SmtpStage};
use tokio::sync::mpsc::UnboundedReceiver;

/// Far more than anything here takes.
pub const LIMIT: Duration = Duration::from_secs(10);
pub const CAROL: &str = "+15550200017/TYPE=PLMN@mms.peer.example";
pub const SYSTEM: &str = "system-user@mms.home.example";

pub fn any_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// A peer's server `p`, used by relay `A`, and a script that owns carol.
pub struct Peer {
    pub desk: Arc<Desk>,
    pub guest: Guest,
    pub arrivals: UnboundedReceiver<Arrival>,
    pub server: Listening,
}

impl Peer {
    pub async fn open() -> Peer {
        Peer::open_on(Terms::default()).await
    }

    pub fn identity() -> PeerIdentity {
        PeerIdentity {
            name: "p".to_owned(),
            host: "mx.mms.peer.example".to_owned(),
            domain: "mms.peer.example".to_owned(),
        }
    }

    pub async fn open_on(terms: Terms) -> Peer {
        let desk = Desk::new();
        let (guest, arrivals) = desk.open(1);
        guest.claim_number("+15550200017", "p");
        let served = serve_on(Arc::clone(&desk), Peer::identity(), terms, "A", any_port()).await;
        let server = served.unwrap();
        Peer {
            desk,
            guest,
            arrivals,
            server,
        }
    }

    /// Sends a mail to carol as a relay would.
    pub async fn send(&self, data: impl Into<Bytes>) -> Delivery {
        send(self.server.addr, &[CAROL], data).await
    }

    pub fn rule(&self, at: SmtpStage, act: SmtpAct, times: u32) {
        self.guest.smtp_rules("p", vec![SmtpRule { at, act, times }]);
    }

    /// What arrived, without waiting: a reply may only come after its mail.
    pub fn arrived(&mut self) -> Mail {
        Mail::of(self.arrivals.try_recv().unwrap())
    }
}

pub async fn send(addr: SocketAddr, rcpt_to: &[&str], data: impl Into<Bytes>) -> Delivery {
    let rcpt_to: Vec<String> = rcpt_to.iter().map(|&rcpt| rcpt.to_owned()).collect();
    deliver(addr, "a.mms.home.example", SYSTEM, &rcpt_to, data.into(), LIMIT).await
}

pub async fn next(arrivals: &mut UnboundedReceiver<Arrival>) -> Arrival {
    tokio::time::timeout(LIMIT, arrivals.recv())
        .await
        .unwrap()
        .unwrap()
}

/// `(code, text)` of the reply that ended a delivery.
pub fn end_of(delivery: &Delivery) -> (u16, &str, SmtpStage) {
    let ended = delivery.end.as_ref().unwrap();
    (ended.code, ended.text.as_str(), ended.stage)
}

/// The fields of a [`Crossing::Mail`].
#[derive(Debug)]
pub struct Mail {
    pub place: String,
    pub from: Option<String>,
    pub helo: String,
    pub mail_from: String,
    pub rcpt_to: Vec<String>,
    pub refused: Vec<(String, String)>,
    pub data: Vec<u8>,
    pub reply: Option<(u16, String)>,
    pub dialogue: Vec<String>,
}

impl Mail {
    pub fn of(arrival: Arrival) -> Mail {
        let Arrival {
            place,
            from,
            crossing,
            ..
        } = arrival;
        match crossing {
            Crossing::Mail {
                helo,
                mail_from,
                rcpt_to,
                refused,
                data,
                reply,
                dialogue,
            } => Mail {
                place,
                from,
                helo,
                mail_from,
                rcpt_to,
                refused,
                data: data.to_vec(),
                reply,
                dialogue,
            },
            other => panic!("no mail: {other:?}"),
        }
    }
}

/// A message whose body is hard to carry: every octet value, dots at line starts, bare CR and LF, what looks like an end.
pub fn hard_message() -> Vec<u8> {
    let mut message = b"X-Mms-Message-Type: MM4_forward.REQ\r\n\r\n".to_vec();
    message.extend(0..=255u8);
    message.extend_from_slice(b"\r\n.\r\n..\r\n.x\r\n\n.\n\n.\r\n\r.\r\n\r\r\n.\r.\r\n\0\0");
    message.extend((0..=255u8).rev());
    message.extend_from_slice(b"\r\nMAIL FROM:<x@y>\r\n.\n.\r\n");
    message
}
