//! Connectionless WSP: the push as a datagram of UDP to the client's own address.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::UdpSocket;

use super::gateway::{Message, Refusal};
use crate::relay::config;
use crate::wire::push::wdp;

#[derive(Debug)]
pub(super) struct Wsp {
    config: config::Wsp,
}

/// One datagram.
pub(super) struct Outgoing {
    to: SocketAddr,
    wsp: Vec<u8>,
}

impl Wsp {
    pub fn new(config: config::Wsp) -> Wsp {
        Wsp { config }
    }

    /// # Errors
    /// The network has no address for this number.
    pub fn outgoing(&self, message: Message<'_>) -> Result<Outgoing, String> {
        let config::Wsp { network, port } = self.config;
        let address = wdp::address_of(network, message.number)
            .ok_or_else(|| format!("{network} has no address for {}", message.number))?;
        Ok(Outgoing {
            to: SocketAddr::from((address, port)),
            wsp: message.wsp,
        })
    }
}

impl Outgoing {
    pub async fn attempt(&mut self) -> Result<(), Refusal> {
        self.send()
            .await
            .map_err(|e| Refusal::Later(format!("{}: {e}", self.to)))
    }

    /// Nothing answers a datagram, but a host where nobody listens may say so.
    async fn send(&self) -> io::Result<()> {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).await?;
        socket.connect(self.to).await?;
        socket.send(&self.wsp).await?;
        match socket.take_error()? {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}
