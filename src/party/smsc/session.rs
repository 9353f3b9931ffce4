//! One connection of an ESME.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::watch;

use super::receipts::Taker;
use super::server::House;
use super::submit::Submitted;
use super::wire::{Came, Wire};
use crate::link::stream::Stream;
use crate::party::delay::within;
use crate::wire::Finding;
use crate::wire::push::smpp::{Pdu, command, command_by_name, decode, status};

/// What the SMSC calls itself.
const SYSTEM_ID: &str = "mmspec";
/// SMPP 3.4: the first version with optional parameters (§5.2.4).
const VERSION: u8 = 0x34;
const SC_INTERFACE_VERSION: u16 = 0x0210;
/// Receipts that an ESME may leave unanswered; it gets no more of them until then.
const WINDOW: usize = 16;
/// Octets of the longest system_id (SMPP 3.4 §5.2.1).
const LONGEST_SYSTEM_ID: usize = 15;

/// A session that is bound. When it goes, what it has not answered is for others of its system_id.
#[derive(Debug)]
pub(super) struct Seat {
    pub taker: Taker,
    house: Arc<House>,
    transmits: bool,
    receives: bool,
    /// Whether it may get optional parameters.
    modern: bool,
    /// Receipts under way, by sequence_number.
    unanswered: BTreeMap<u32, Pdu>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        if self.receives {
            let unanswered = std::mem::take(&mut self.unanswered);
            self.house
                .receipts
                .leave(&self.taker, unanswered.into_values().collect());
        }
        self.house.bound.send_modify(|bound| *bound -= 1);
    }
}

#[derive(Debug)]
pub(super) struct Session {
    house: Arc<House>,
    wire: Wire,
    seat: Option<Seat>,
    news: watch::Receiver<()>,
    /// sequence_number of the last request of ours.
    sequence: u32,
    /// Whether it owes an answer to an enquire_link or an unbind.
    asked: bool,
}

/// What a session goes on with.
enum Event {
    Came(Came),
    Receipt(Pdu),
    Stop,
}

/// Whether the session goes on.
#[derive(PartialEq, Eq)]
enum Next {
    On,
    /// All is said.
    Part,
    /// There is nobody to say anything to.
    Gone,
}

impl Session {
    pub fn new(house: Arc<House>, stream: Stream) -> Session {
        Session {
            news: house.receipts.news(),
            house,
            wire: Wire::new(stream),
            seat: None,
            sequence: 0,
            asked: false,
        }
    }

    pub async fn run(mut self) {
        let next = loop {
            let next = match within(self.house.silence(), self.event()).await {
                Ok(Event::Came(Came::Pdu(octets))) => {
                    self.asked = false;
                    self.answer(&octets).await
                }
                Ok(Event::Came(Came::Impossible(rest))) => self.refuse_length(&rest).await,
                Ok(Event::Came(Came::End)) => Next::Gone,
                Ok(Event::Receipt(receipt)) => self.tell(receipt).await,
                Ok(Event::Stop) => self.take_leave().await,
                Err(_) => self.enquire().await,
            };
            if next != Next::On {
                break next;
            }
        };
        drop(self.seat);
        if next == Next::Part {
            self.wire.part().await;
        }
    }

    async fn event(&mut self) -> Event {
        let house = Arc::clone(&self.house);
        tokio::select! {
            () = house.stop.cancelled() => Event::Stop,
            came = self.wire.next() => Event::Came(came),
            receipt = receipt(&house, self.seat.as_ref(), &mut self.news) => Event::Receipt(receipt),
        }
    }

    async fn answer(&mut self, octets: &Bytes) -> Next {
        let Ok((pdu, findings)) = decode(octets) else {
            return Next::Gone;
        };
        if pdu.is_response() {
            if let Some(seat) = &mut self.seat {
                seat.unanswered.remove(&pdu.sequence_number);
            }
            return Next::On;
        }
        let known = command(pdu.command_id).map_or("", |command| command.name);
        let answer = match known {
            "bind_transmitter" | "bind_receiver" | "bind_transceiver" => self.bind(&pdu, &findings),
            "enquire_link" => pdu.response(status::OK),
            "unbind" if self.seat.is_none() => pdu.response(status::INVALID_BIND_STATUS),
            "unbind" => {
                let left = self.wire.send(&pdu.response(status::OK)).await;
                return if left { Next::Part } else { Next::Gone };
            }
            "submit_sm" | "data_sm" => return self.submit(octets, &pdu, &findings).await,
            // An SMSC takes no deliver_sm and no outbind.
            _ => Pdu::generic_nack(pdu.sequence_number, status::INVALID_COMMAND_ID),
        };
        self.send(&answer).await
    }

    fn bind(&mut self, pdu: &Pdu, findings: &[Finding]) -> Pdu {
        if self.seat.is_some() {
            return pdu.response(status::ALREADY_BOUND);
        }
        let broken = ["smpp-param-missing", "smpp-text-not-terminated"];
        if findings.iter().any(|f| broken.contains(&f.code.as_str())) {
            return pdu.response(status::INVALID_COMMAND_LENGTH);
        }
        let said = |name| pdu.string(name).unwrap_or_default();
        let wanted =
            |wanted: &Option<String>, name| wanted.as_deref().is_none_or(|wanted| wanted == said(name));
        let account = &self.house.account;
        if !wanted(&account.system_id, "system_id") || said("system_id").len() > LONGEST_SYSTEM_ID {
            return pdu.response(status::INVALID_SYSTEM_ID);
        }
        if !wanted(&account.password, "password") {
            return pdu.response(status::INVALID_PASSWORD);
        }
        let name = pdu.name();
        let seat = Seat {
            taker: Taker {
                session: self.house.session_id(),
                system_id: said("system_id").to_owned(),
            },
            house: Arc::clone(&self.house),
            transmits: name != "bind_receiver",
            receives: name != "bind_transmitter",
            modern: pdu.octet("interface_version").is_some_and(|v| v >= VERSION),
            unanswered: BTreeMap::new(),
        };
        self.house.bound.send_modify(|bound| *bound += 1);
        if seat.receives {
            self.house.receipts.join(seat.taker.clone());
        }
        let answer = pdu.response(status::OK).with_text("system_id", SYSTEM_ID);
        let answer = if seat.modern {
            answer.with_tlv(SC_INTERFACE_VERSION, vec![VERSION])
        } else {
            answer
        };
        self.seat = Some(seat);
        answer
    }

    async fn submit(&mut self, octets: &Bytes, pdu: &Pdu, findings: &[Finding]) -> Next {
        let Some(seat) = self.seat.as_ref().filter(|seat| seat.transmits) else {
            return self.send(&pdu.response(status::INVALID_BIND_STATUS)).await;
        };
        let came = Submitted {
            octets,
            pdu,
            findings,
            connection: self.wire.connection(),
        };
        let (answer, owed) = self.house.submit(seat, &came);
        let next = self.send(&answer).await;
        // A receipt comes after the answer that says which message it is for.
        if let Some(owed) = owed {
            self.house.settle(owed);
        }
        next
    }

    async fn refuse_length(&mut self, rest: &Bytes) -> Next {
        let sequence = rest
            .get(12..16)
            .map_or(0, |b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]));
        let nack = Pdu::generic_nack(sequence, status::INVALID_COMMAND_LENGTH);
        match self.send(&nack).await {
            Next::Gone => Next::Gone,
            _ => Next::Part,
        }
    }

    async fn tell(&mut self, mut receipt: Pdu) -> Next {
        receipt.sequence_number = self.next_sequence();
        if let Some(seat) = &mut self.seat {
            seat.unanswered.insert(receipt.sequence_number, receipt.clone());
            if !seat.modern {
                receipt.tlvs.clear();
            }
        }
        self.send(&receipt).await
    }

    /// Nothing came for a while. Who is not bound by then, or did not answer when asked, is let go.
    async fn enquire(&mut self) -> Next {
        if self.seat.is_none() || self.asked {
            return Next::Part;
        }
        self.asked = true;
        self.request("enquire_link").await
    }

    /// The SMSC closes.
    async fn take_leave(&mut self) -> Next {
        if self.seat.is_none() {
            return Next::Gone;
        }
        match self.request("unbind").await {
            Next::Gone => Next::Gone,
            _ => Next::Part,
        }
    }

    async fn request(&mut self, name: &str) -> Next {
        let Some(command) = command_by_name(name) else {
            return Next::On;
        };
        let mut pdu = Pdu::new(command);
        pdu.sequence_number = self.next_sequence();
        self.send(&pdu).await
    }

    async fn send(&mut self, pdu: &Pdu) -> Next {
        if self.wire.send(pdu).await {
            Next::On
        } else {
            Next::Gone
        }
    }

    /// 1 to 0x7FFFFFFF, and round again (SMPP 3.4 §5.1.4).
    fn next_sequence(&mut self) -> u32 {
        self.sequence = self.sequence % 0x7FFF_FFFF + 1;
        self.sequence
    }
}

/// The next receipt that this session may have now.
async fn receipt(house: &House, seat: Option<&Seat>, news: &mut watch::Receiver<()>) -> Pdu {
    let free = seat.filter(|seat| seat.receives && seat.unanswered.len() < WINDOW);
    loop {
        // What is new from here on is told.
        news.mark_unchanged();
        if let Some(receipt) = free.and_then(|seat| house.receipts.take(&seat.taker)) {
            return receipt;
        }
        if news.changed().await.is_err() {
            return std::future::pending().await;
        }
    }
}
