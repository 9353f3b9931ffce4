//! TCP connections and datagrams around the octets of messages.

use std::collections::HashMap;
use std::net::SocketAddr;

use super::packets::{Flags, tcp, udp};
use crate::run::evidence::{Flow, Passage, Passed, Transport, plain_port};

/// Octets of one segment.
const SEGMENT: usize = 16 * 1024;

/// A packet from the IP header on.
pub(super) struct Packet {
    pub octets: Vec<u8>,
    /// It completes the message's own content.
    pub is_commented: bool,
}

/// The connections that are open.
#[derive(Default)]
pub(super) struct Conversations {
    open: HashMap<Flow, Conversation>,
}

/// A connection: who opened it, and what each side says next. The opener is the first.
struct Conversation {
    ends: [SocketAddr; 2],
    next: [u32; 2],
}

impl Conversations {
    /// The packets of a message. None if nothing of it passed.
    pub fn packets(&mut self, passage: &Passage) -> Vec<Packet> {
        let mut packets = Vec::new();
        let commented = commented(&passage.octets);
        if passage.transport == Transport::Udp {
            for (at, piece) in passage.octets.iter().enumerate() {
                let (from, to) = if piece.back {
                    (passage.to, passage.from)
                } else {
                    (passage.from, passage.to)
                };
                packets.extend(udp(from, to, &piece.octets).map(|octets| Packet {
                    octets,
                    is_commented: Some(at) == commented,
                }));
            }
            return packets;
        }
        if !passage.octets.is_empty() {
            let conversation = self
                .open
                .entry(passage.flow)
                .or_insert_with(|| Conversation::between(passage));
            conversation.begin(&mut packets);
            for (at, piece) in passage.octets.iter().enumerate() {
                let side = usize::from(piece.back == passage.is_opened_by_sender);
                conversation.say(side, piece, Some(at) == commented, &mut packets);
            }
        }
        if passage.is_last
            && let Some(conversation) = self.open.remove(&passage.flow)
        {
            conversation.end(&mut packets);
        }
        packets
    }
}

/// Which of the pieces has the end of the content.
fn commented(pieces: &[Passed]) -> Option<usize> {
    let content = pieces.iter().rposition(|piece| piece.is_content);
    content.or(pieces.len().checked_sub(1))
}

impl Conversation {
    fn between(passage: &Passage) -> Conversation {
        let plain = |addr: SocketAddr| {
            let port = plain_port(passage.transport, addr.port());
            SocketAddr::new(addr.ip().to_canonical(), port)
        };
        let (from, to) = (plain(passage.from), plain(passage.to));
        let ends = if passage.is_opened_by_sender {
            [from, to]
        } else {
            [to, from]
        };
        Conversation { ends, next: [0, 0] }
    }

    /// The handshake, if there was none yet.
    fn begin(&mut self, packets: &mut Vec<Packet>) {
        if self.next == [0, 0] {
            self.send(0, Flags::SYN, &[], false, packets);
            self.send(1, Flags::SYN_ACK, &[], false, packets);
            self.send(0, Flags::ACK, &[], false, packets);
        }
    }

    fn say(&mut self, side: usize, piece: &Passed, is_commented: bool, packets: &mut Vec<Packet>) {
        let segments = piece.octets.len().div_ceil(SEGMENT);
        for (number, segment) in piece.octets.chunks(SEGMENT).enumerate() {
            let is_last = number + 1 == segments;
            self.send(side, Flags::PSH_ACK, segment, is_commented && is_last, packets);
            self.send(1 - side, Flags::ACK, &[], false, packets);
        }
        // Readers see that something is missing.
        let left_out = u32::try_from(piece.left_out % (1 << 32)).unwrap_or(0);
        self.next[side] = self.next[side].wrapping_add(left_out);
    }

    fn end(mut self, packets: &mut Vec<Packet>) {
        self.send(0, Flags::FIN_ACK, &[], false, packets);
        self.send(1, Flags::FIN_ACK, &[], false, packets);
        self.send(0, Flags::ACK, &[], false, packets);
    }

    fn send(
        &mut self,
        side: usize,
        flags: Flags,
        payload: &[u8],
        is_commented: bool,
        packets: &mut Vec<Packet>,
    ) {
        let (from, to) = (self.ends[side], self.ends[1 - side]);
        let numbers = (self.next[side], self.next[1 - side]);
        packets.extend(tcp(from, to, numbers, flags, payload).map(|octets| Packet { octets, is_commented }));
        let length = u32::try_from(payload.len()).unwrap_or(0) + u32::from(flags.counts());
        self.next[side] = self.next[side].wrapping_add(length);
    }
}
