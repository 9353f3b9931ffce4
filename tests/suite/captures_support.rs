//! Reads captures back, with the libraries that others use.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::{IpAddr, SocketAddr};

use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketOption;
use pcap_file::pcapng::blocks::interface_description::InterfaceDescriptionOption;
use pcap_file::pcapng::{Block, PcapNgReader};

pub type Ends = (SocketAddr, SocketAddr);

/// A capture, read.
#[derive(Default)]
pub struct Capture {
    pub links: BTreeSet<String>,
    /// Comment, packet's ends, nanoseconds since 1970.
    pub comments: Vec<(String, Ends, u128)>,
    /// What each end sent the other over TCP, of all connections between the two one after the other.
    pub streams: BTreeMap<Ends, Vec<u8>>,
    pub datagrams: Vec<(Ends, Vec<u8>)>,
    /// Octets that sequence numbers pass over.
    pub missing: u32,
    /// The sequence number that comes next.
    next: HashMap<Ends, u32>,
}

impl Capture {
    pub fn of(octets: &[u8]) -> Capture {
        let mut capture = Capture::default();
        let mut reader = PcapNgReader::new(octets).unwrap();
        let mut last = 0;
        while let Some(block) = reader.next_block() {
            match block.unwrap() {
                Block::InterfaceDescription(interface) => {
                    assert!(
                        interface
                            .options
                            .contains(&InterfaceDescriptionOption::IfTsResol(9))
                    );
                    let name = interface.options.iter().find_map(|option| match option {
                        InterfaceDescriptionOption::IfName(name) => Some(name.to_string()),
                        _ => None,
                    });
                    assert!(capture.links.insert(name.unwrap()), "a link has one interface");
                }
                Block::EnhancedPacket(packet) => {
                    let time = packet.timestamp.as_nanos();
                    assert!(time >= last, "packets are in the order of time");
                    last = time;
                    let ends = capture.packet(&packet.data);
                    for option in &packet.options {
                        if let EnhancedPacketOption::Comment(text) = option {
                            capture.comments.push((text.to_string(), ends, time));
                        }
                    }
                }
                other => panic!("{other:?}"),
            }
        }
        capture
    }

    /// Takes a packet apart, and yields its ends.
    fn packet(&mut self, octets: &[u8]) -> Ends {
        let packet = SlicedPacket::from_ip(octets).unwrap();
        let (from, to): (IpAddr, IpAddr) = match packet.net.as_ref().unwrap() {
            NetSlice::Ipv4(ip) => (
                ip.header().source_addr().into(),
                ip.header().destination_addr().into(),
            ),
            NetSlice::Ipv6(ip) => (
                ip.header().source_addr().into(),
                ip.header().destination_addr().into(),
            ),
            other => panic!("{other:?}"),
        };
        match packet.transport.unwrap() {
            TransportSlice::Tcp(tcp) => {
                let ends = (
                    (from, tcp.source_port()).into(),
                    (to, tcp.destination_port()).into(),
                );
                if tcp.syn() {
                    self.next.insert(ends, tcp.sequence_number().wrapping_add(1));
                    return ends;
                }
                let next = self.next.get_mut(&ends).unwrap();
                let length = u32::try_from(tcp.payload().len()).unwrap();
                self.missing += tcp.sequence_number().wrapping_sub(*next);
                *next = tcp.sequence_number().wrapping_add(length + u32::from(tcp.fin()));
                self.streams
                    .entry(ends)
                    .or_default()
                    .extend_from_slice(tcp.payload());
                let acknowledged = tcp.acknowledgment_number();
                assert!(acknowledged >= self.next[&(ends.1, ends.0)]);
                ends
            }
            TransportSlice::Udp(udp) => {
                let ends = (
                    (from, udp.source_port()).into(),
                    (to, udp.destination_port()).into(),
                );
                self.datagrams.push((ends, udp.payload().to_vec()));
                ends
            }
            other => panic!("{other:?}"),
        }
    }
}
