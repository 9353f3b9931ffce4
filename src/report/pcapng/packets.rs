//! Single packets.

use std::net::{IpAddr, SocketAddr};

use etherparse::{IpHeaders, PacketBuilder, PacketBuilderStep};

/// Hops a packet may take.
const HOPS: u8 = 64;
const WINDOW: u16 = u16::MAX;

/// What a segment says beside its octets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flags {
    syn: bool,
    ack: bool,
    psh: bool,
    fin: bool,
}

impl Flags {
    const NONE: Flags = Flags {
        syn: false,
        ack: false,
        psh: false,
        fin: false,
    };
    pub const SYN: Flags = Flags {
        syn: true,
        ..Flags::NONE
    };
    pub const ACK: Flags = Flags {
        ack: true,
        ..Flags::NONE
    };
    pub const SYN_ACK: Flags = Flags {
        syn: true,
        ..Flags::ACK
    };
    pub const PSH_ACK: Flags = Flags {
        psh: true,
        ..Flags::ACK
    };
    pub const FIN_ACK: Flags = Flags {
        fin: true,
        ..Flags::ACK
    };

    /// Whether it takes a sequence number of its own (RFC 9293 §3.4).
    pub fn counts(self) -> bool {
        self.syn || self.fin
    }
}

/// A segment, from the IP header on; `numbers` are its own sequence number and the one it acknowledges. `None`: it cannot be.
pub(super) fn tcp(
    from: SocketAddr,
    to: SocketAddr,
    numbers: (u32, u32),
    flags: Flags,
    payload: &[u8],
) -> Option<Vec<u8>> {
    let mut step = ip(from, to)?.tcp(from.port(), to.port(), numbers.0, WINDOW);
    if flags.syn {
        step = step.syn();
    }
    if flags.ack {
        step = step.ack(numbers.1);
    }
    if flags.psh {
        step = step.psh();
    }
    if flags.fin {
        step = step.fin();
    }
    let mut packet = Vec::with_capacity(step.size(payload.len()));
    step.write(&mut packet, payload).ok()?;
    Some(packet)
}

/// A datagram, from the IP header on. `None`: no datagram is that long.
pub(super) fn udp(from: SocketAddr, to: SocketAddr, payload: &[u8]) -> Option<Vec<u8>> {
    let step = ip(from, to)?.udp(from.port(), to.port());
    let mut packet = Vec::with_capacity(step.size(payload.len()));
    step.write(&mut packet, payload).ok()?;
    Some(packet)
}

/// `None`: the two are of different families.
fn ip(from: SocketAddr, to: SocketAddr) -> Option<PacketBuilderStep<IpHeaders>> {
    match (from.ip(), to.ip()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => Some(PacketBuilder::ipv4(from.octets(), to.octets(), HOPS)),
        (IpAddr::V6(from), IpAddr::V6(to)) => Some(PacketBuilder::ipv6(from.octets(), to.octets(), HOPS)),
        _ => None,
    }
}
