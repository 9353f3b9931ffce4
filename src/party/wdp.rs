//! User agents on an IP bearer: a push is a datagram to the address that the access network gave a subscriber. All of them listen
//! on one port, and there is no gateway in between, so nothing is ever answered.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use ipnet::Ipv4Net;
use tokio::net::UdpSocket;

use super::Listening;
use super::desk::Desk;
use super::gateway::{Gateway, Push, is_taken};
use crate::link::{Carriage, Leg};
use crate::wire::push;
use crate::wire::push::udh::PUSH_PORT;
use crate::wire::push::wdp::address_of;

const NAME: &str = "wdp";
/// No datagram is longer.
const LONGEST: usize = 65_535;
/// Ports that are tried where any will do.
const TRIES: u16 = 1000;
/// What a sender is told by a push that was taken, if it were told.
const TAKEN: u16 = 200;

/// The access network of one relay's subscribers.
#[derive(Debug)]
pub struct Datagrams {
    gateway: Arc<Gateway>,
    network: Ipv4Net,
    port: u16,
    /// Keeps the port for this network, at its last address. In one of twelve bits no number has that.
    _keeper: UdpSocket,
}

impl Datagrams {
    /// Opens the network. With port 0 it takes the first from 2948 on that is free: those below the range from which a system
    /// chooses ports are nobody's by accident, and each user agent needs the same one again.
    ///
    /// # Errors
    /// The network is not on loopback, or somebody has the port.
    pub async fn open(desk: Arc<Desk>, relay: &str, network: Ipv4Net, port: u16) -> io::Result<Datagrams> {
        // What begins and ends there is all there.
        if ![network.network(), network.broadcast()]
            .iter()
            .all(Ipv4Addr::is_loopback)
        {
            let text =
                format!("{network} is not on loopback: take a network in 127.0.0.0/8, such as 127.16.0.0/12");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let keeper = match port {
            0 => any_port(network.broadcast()).await?,
            port => UdpSocket::bind((network.broadcast(), port)).await?,
        };
        Ok(Datagrams {
            gateway: Arc::new(Gateway::new(desk, relay, NAME)),
            network,
            port: keeper.local_addr()?.port(),
            _keeper: keeper,
        })
    }

    /// The port of every user agent.
    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn network(&self) -> Ipv4Net {
        self.network
    }

    /// Binds the socket of one user agent, at its address, until the handle is dropped. What comes there arrives at the place that
    /// owns the number.
    ///
    /// # Errors
    /// It is no number, or somebody has its address: numbers that end alike share one.
    pub async fn attach(&self, number: &str) -> io::Result<Listening> {
        let address = address_of(self.network, number).ok_or_else(|| {
            let text = format!(
                "{number} has no address in {}: it is no number, or the network is too small for its last six digits",
                self.network
            );
            io::Error::new(io::ErrorKind::InvalidInput, text)
        })?;
        let at = SocketAddr::from((address, self.port));
        let socket = UdpSocket::bind(at).await.map_err(|why| {
            let text = format!(
                "{number} cannot have UDP {at}: {why}; numbers with the same last six digits share an address"
            );
            io::Error::new(why.kind(), text)
        })?;
        let (listening, stop) = Listening::new(at);
        let user_agent = UserAgent {
            gateway: Arc::clone(&self.gateway),
            number: number.to_owned(),
            at,
        };
        tokio::spawn(async move {
            stop.run_until_cancelled(user_agent.receive(socket)).await;
        });
        Ok(listening)
    }
}

async fn any_port(address: Ipv4Addr) -> io::Result<UdpSocket> {
    let mut taken = io::ErrorKind::AddrInUse.into();
    for port in PUSH_PORT..PUSH_PORT + TRIES {
        match UdpSocket::bind((address, port)).await {
            Ok(socket) => return Ok(socket),
            Err(why) if why.kind() == io::ErrorKind::AddrInUse => taken = why,
            Err(why) => return Err(why),
        }
    }
    Err(taken)
}

/// One user agent's end of the bearer.
#[derive(Debug)]
struct UserAgent {
    gateway: Arc<Gateway>,
    number: String,
    at: SocketAddr,
}

impl UserAgent {
    /// Takes datagrams until its socket fails.
    async fn receive(&self, socket: UdpSocket) {
        while socket.readable().await.is_ok() {
            let mut octets = Vec::with_capacity(LONGEST);
            match socket.try_recv_buf_from(&mut octets) {
                Ok((_, from)) => self.take(octets, from),
                Err(why) if why.kind() == io::ErrorKind::WouldBlock => {}
                // An earlier answer that nobody took; the socket is as good as before.
                Err(why) if why.kind() == io::ErrorKind::ConnectionReset => {}
                Err(_) => return,
            }
        }
    }

    fn take(&self, mut octets: Vec<u8>, from: SocketAddr) {
        octets.shrink_to_fit();
        let wsp = octets.into();
        let owner = self.gateway.owner_of_push(&self.number, &wsp);
        let answered = self.gateway.answer(owner.as_ref(), TAKEN);
        let mut params = vec![
            ("from".to_owned(), from.to_string()),
            ("to".to_owned(), self.at.to_string()),
        ];
        let mut note = |text: &str| params.push(("note".to_owned(), text.to_owned()));
        if push::decode(&wsp).is_ok_and(|push| push.is_confirmed()) {
            note("a ConfirmedPush belongs to a session, and there is none on this port (WAP-230 §8.2.4)");
        }
        if !is_taken(answered) {
            note("the datagram is lost: a refusal by datagram does not exist, and the sender learns nothing");
        }
        let push = Push {
            recipient: self.number.clone(),
            params,
            wsp,
            wire: Some(Carriage::datagram(from, self.at).with_legs(vec![Leg::CONTENT])),
        };
        self.gateway.hand_over(owner.as_ref(), answered, push);
    }
}
