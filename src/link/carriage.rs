//! What carried a crossing: between which sockets, over which connection, and in which octets, as far as the crossing itself does
//! not hold them. Captures are made of it; the judge does not look at it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;

use super::crossing::hex_octets;

/// Octets of one leg that are kept. More are counted only.
pub const LONGEST_LEG: usize = 128 * 1024;

/// The way of one crossing. Of something that a party sent it is known when its exchange has ended, and stands where the answer does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Carriage {
    /// The socket that sent what crossed, and the one that got it.
    pub from: SocketAddr,
    pub to: SocketAddr,
    #[serde(default, skip_serializing_if = "Transport::is_tcp")]
    pub transport: Transport,
    /// The connection's number in the run: ports are used again. Datagrams have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<u64>,
    /// The octets in the order in which they passed. Of HTTP it is the whole exchange, of a push by short messages all of them and
    /// what they were answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legs: Vec<Leg>,
    /// The SMTP dialogue of a mail that a party sent, line by line as in [`Crossing::Mail`](super::Crossing::Mail).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dialogue: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    #[default]
    Tcp,
    /// TLS on TCP; the octets are what was protected.
    Tls,
    Udp,
}

impl Transport {
    fn is_tcp(&self) -> bool {
        *self == Transport::Tcp
    }
}

/// Octets that passed in one direction.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Leg {
    /// Against the direction of the crossing.
    #[serde(default, skip_serializing_if = "is_false")]
    pub back: bool,
    #[serde(default, skip_serializing_if = "Bytes::is_empty", with = "hex_octets")]
    pub octets: Bytes,
    /// Octets that were more than is kept.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u64,
    /// The content that the journal holds for this direction (a body, a WSP PDU) follows.
    #[serde(default, skip_serializing_if = "is_false")]
    pub content: bool,
}

impl Leg {
    /// The content that the journal holds, and nothing around it.
    pub const CONTENT: Leg = Leg {
        back: false,
        octets: Bytes::new(),
        left_out: 0,
        content: true,
    };

    /// In the direction of the crossing.
    pub fn there(octets: impl Into<Bytes>) -> Leg {
        let mut octets = octets.into();
        let left_out = octets.len().saturating_sub(LONGEST_LEG);
        octets.truncate(LONGEST_LEG);
        Leg {
            octets,
            left_out: u64::try_from(left_out).unwrap_or(u64::MAX),
            ..Leg::default()
        }
    }

    /// Against it.
    pub fn back(octets: impl Into<Bytes>) -> Leg {
        Leg {
            back: true,
            ..Leg::there(octets)
        }
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

impl Carriage {
    /// A datagram, and nothing else that passed.
    pub fn datagram(from: SocketAddr, to: SocketAddr) -> Carriage {
        Carriage {
            from,
            to,
            transport: Transport::Udp,
            connection: None,
            legs: Vec::new(),
            dialogue: Vec::new(),
        }
    }

    /// Of what came again in an exchange, or has its octets elsewhere.
    #[must_use]
    pub fn without_octets(self) -> Carriage {
        Carriage {
            legs: Vec::new(),
            dialogue: Vec::new(),
            ..self
        }
    }

    /// The way in the other direction, without octets.
    #[must_use]
    pub fn turned(self) -> Carriage {
        Carriage {
            from: self.to,
            to: self.from,
            ..self.without_octets()
        }
    }

    /// Octets that are kept of it.
    pub fn octets(&self) -> usize {
        let dialogue = self.dialogue.iter().map(String::len);
        self.legs.iter().map(|leg| leg.octets.len()).sum::<usize>() + dialogue.sum::<usize>()
    }

    #[must_use]
    pub fn with_legs(mut self, legs: Vec<Leg>) -> Carriage {
        self.legs = legs;
        self
    }

    #[must_use]
    pub fn with_dialogue(mut self, dialogue: Vec<String>) -> Carriage {
        self.dialogue = dialogue;
        self
    }
}

/// One TCP connection, from one of its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    number: u64,
    here: SocketAddr,
    there: SocketAddr,
    transport: Transport,
}

impl Connection {
    /// `None`: the socket is gone.
    pub fn of(stream: &TcpStream) -> Option<Connection> {
        Some(Connection::between(
            stream.local_addr().ok()?,
            stream.peer_addr().ok()?,
        ))
    }

    /// A connection of its own between these sockets.
    pub fn between(here: SocketAddr, there: SocketAddr) -> Connection {
        static NUMBERS: AtomicU64 = AtomicU64::new(1);
        Connection {
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            here,
            there,
            transport: Transport::Tcp,
        }
    }

    /// The same, protected from now on.
    #[must_use]
    pub fn over_tls(mut self) -> Connection {
        self.transport = Transport::Tls;
        self
    }

    pub fn number(self) -> u64 {
        self.number
    }

    /// Of something that came in.
    pub fn received(self) -> Carriage {
        self.carriage(self.there, self.here)
    }

    /// Of something that went out.
    pub fn sent(self) -> Carriage {
        self.carriage(self.here, self.there)
    }

    fn carriage(self, from: SocketAddr, to: SocketAddr) -> Carriage {
        Carriage {
            from,
            to,
            transport: self.transport,
            connection: Some(self.number),
            legs: Vec::new(),
            dialogue: Vec::new(),
        }
    }
}
