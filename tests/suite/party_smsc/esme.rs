//! A relay as an ESME.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::BytesMut;
use futures_util::StreamExt;
use mmspec::link::{Arrival, Crossing};
use mmspec::party::smsc::{Account, listen};
use mmspec::party::{Desk, Guest, Listening};
use rusmpp::pdus::{BindReceiver, BindTransceiver, BindTransmitter, SubmitSm};
use rusmpp::tokio_codec::CommandCodec;
use rusmpp::types::{COctetString, OctetString};
use rusmpp::values::{DataCoding, EsmClass, InterfaceVersion, Npi, RegisteredDelivery, ServiceType, Ton};
use rusmpp::{Command, CommandStatus, Pdu};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::timeout;
use tokio_util::codec::{Encoder, Framed};

use crate::party_support::{LIMIT, any_port, next};

pub const BOB: &str = "+15550100017";
pub const PORTS: [u8; 7] = [0x06, 0x05, 0x04, 0x0B, 0x84, 0x23, 0xF0];

/// An SMSC for relay A, and a script that owns bob.
pub struct Smsc {
    pub desk: Arc<Desk>,
    pub guest: Guest,
    pub arrivals: UnboundedReceiver<Arrival>,
    pub server: Listening,
}

impl Smsc {
    pub async fn open(account: Account) -> Smsc {
        let desk = Desk::new();
        let (guest, arrivals) = desk.open(1);
        guest.claim_number(BOB, "bob");
        let server = listen(Arc::clone(&desk), "A", any_port(), account).await.unwrap();
        Smsc {
            desk,
            guest,
            arrivals,
            server,
        }
    }

    /// A relay that is bound as a transceiver.
    pub async fn bound(&self) -> Esme {
        let mut esme = Esme::connect(self.server.addr).await;
        assert_eq!(
            esme.ask(transceiver("relay", "")).await.status(),
            CommandStatus::EsmeRok
        );
        esme
    }

    pub async fn push(&mut self) -> Push {
        Push::of(next(&mut self.arrivals).await)
    }

    /// A push that arrived before the answer that was just read.
    pub fn pushed(&mut self) -> Push {
        Push::of(self.arrivals.try_recv().unwrap())
    }

    pub fn nothing_came(&mut self) -> bool {
        self.arrivals.try_recv().is_err()
    }
}

/// The fields of a [`Crossing::Push`].
#[derive(Debug)]
pub struct Push {
    pub place: String,
    pub recipient: String,
    pub params: Vec<(String, String)>,
    pub wsp: Vec<u8>,
    pub answered: u16,
}

impl Push {
    pub fn of(arrival: Arrival) -> Push {
        assert_eq!(arrival.from.as_deref(), Some("A"));
        match arrival.crossing {
            Crossing::Push {
                recipient,
                gateway,
                params,
                wsp,
                answered,
            } => {
                assert_eq!(gateway, "smpp");
                Push {
                    place: arrival.place,
                    recipient,
                    params,
                    wsp: wsp.to_vec(),
                    answered,
                }
            }
            other => panic!("no push: {other:?}"),
        }
    }

    pub fn param(&self, name: &str) -> Option<&str> {
        let named = self.params.iter().find(|(n, _)| n == name);
        named.map(|(_, value)| value.as_str())
    }

    pub fn notes(&self) -> Vec<&str> {
        let notes = self.params.iter().filter(|(name, _)| name == "note");
        notes.map(|(_, note)| note.as_str()).collect()
    }
}

pub struct Esme {
    pub frames: Framed<TcpStream, CommandCodec>,
    sequence: u32,
    /// What came while something else was waited for.
    aside: VecDeque<Command>,
}

impl Esme {
    pub async fn connect(addr: SocketAddr) -> Esme {
        let stream = TcpStream::connect(addr).await.unwrap();
        Esme {
            frames: Framed::new(stream, CommandCodec::new()),
            sequence: 0,
            aside: VecDeque::new(),
        }
    }

    pub async fn raw(&mut self, octets: &[u8]) {
        self.frames.get_mut().write_all(octets).await.unwrap();
    }

    pub async fn send(&mut self, pdu: impl Into<Pdu>) -> u32 {
        self.sequence += 1;
        self.command(Command::new(CommandStatus::EsmeRok, self.sequence, pdu))
            .await;
        self.sequence
    }

    pub async fn command(&mut self, command: Command) {
        let mut octets = BytesMut::new();
        self.frames.codec_mut().encode(command, &mut octets).unwrap();
        self.raw(&octets).await;
    }

    /// Sends a request and waits for its response.
    pub async fn ask(&mut self, pdu: impl Into<Pdu>) -> Command {
        let sequence = self.send(pdu).await;
        self.response(sequence).await
    }

    pub async fn response(&mut self, sequence: u32) -> Command {
        loop {
            let command = self.read().await.expect("the connection ended");
            let answers = u32::from(command.id()) & 0x8000_0000 != 0;
            if answers && command.sequence_number() == sequence {
                return command;
            }
            self.aside.push_back(command);
        }
    }

    /// The next PDU that was not waited for; none if the connection ended.
    pub async fn next(&mut self) -> Option<Command> {
        match self.aside.pop_front() {
            Some(command) => Some(command),
            None => self.read().await,
        }
    }

    async fn read(&mut self) -> Option<Command> {
        let came = timeout(LIMIT, self.frames.next()).await.unwrap();
        came.and_then(Result::ok)
    }

    pub fn has_nothing_aside(&self) -> bool {
        self.aside.is_empty()
    }
}

pub fn text<const MIN: usize, const MAX: usize>(text: &str) -> COctetString<MIN, MAX> {
    COctetString::from_slice(format!("{text}\0").as_bytes()).unwrap()
}

pub fn transceiver(system_id: &str, password: &str) -> BindTransceiver {
    BindTransceiver {
        system_id: text(system_id),
        password: text(password),
        interface_version: InterfaceVersion::Smpp3_4,
        ..BindTransceiver::default()
    }
}

pub fn transmitter(system_id: &str) -> BindTransmitter {
    BindTransmitter {
        system_id: text(system_id),
        interface_version: InterfaceVersion::Smpp3_4,
        ..BindTransmitter::default()
    }
}

pub fn receiver(system_id: &str) -> BindReceiver {
    BindReceiver {
        system_id: text(system_id),
        interface_version: InterfaceVersion::Smpp3_4,
        ..BindReceiver::default()
    }
}

/// A short message with a user data header to bob, as an SMPP-based relay sends it.
pub fn submit(user_data: &[u8]) -> SubmitSm {
    SubmitSm::builder()
        .service_type(ServiceType::new(text("WAP")))
        .source_addr_ton(Ton::International)
        .source_addr_npi(Npi::Isdn)
        .source_addr(text("+15550100099"))
        .dest_addr_ton(Ton::International)
        .dest_addr_npi(Npi::Isdn)
        .destination_addr(text(BOB))
        .esm_class(EsmClass::from(0x40))
        .data_coding(DataCoding::from(0xF5))
        .short_message(OctetString::from_slice(user_data).unwrap())
        .build()
}

/// The same, with a receipt asked for as registered_delivery says.
pub fn registered(user_data: &[u8], registered: u8) -> SubmitSm {
    let mut submit = submit(user_data);
    submit.registered_delivery = RegisteredDelivery::from(registered);
    submit
}

/// User data of a datagram in segments with an 8-bit reference, ports and all.
pub fn segments(datagram: &[u8], reference: u8) -> Vec<Vec<u8>> {
    let pieces: Vec<&[u8]> = datagram.chunks(128).collect();
    let total = pieces.len() as u8;
    let segment = |(at, piece): (usize, &&[u8])| {
        let header = [
            0x0B,
            5,
            4,
            0x0B,
            0x84,
            0x23,
            0xF0,
            0,
            3,
            reference,
            total,
            at as u8 + 1,
        ];
        [&header[..], piece].concat()
    };
    pieces.iter().enumerate().map(segment).collect()
}

/// A datagram whose octets all differ from their neighbours.
pub fn datagram(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at % 251) as u8).collect()
}
