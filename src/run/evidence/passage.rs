//! The messages of a script with the octets in which they passed between sockets, one at a time.

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;

use super::message::Message;
use super::stored::Stored;
use crate::case::StepNote;
use crate::link::passed::{self, Passed, plain_port};
use crate::link::{Carriage, Crossing, Transport};
use crate::run::journal::{Event, What};

/// What has to be known of a script's journal before its octets are told: ways stand where exchanges end.
#[derive(Debug, Default)]
pub struct Ways {
    /// Seconds since 1970 when the script began.
    pub unix: i64,
    /// The steps there are.
    pub steps: Vec<StepNote>,
    /// `seq` of a request → the way that its end tells.
    of_requests: HashMap<u64, Carriage>,
    /// Messages of each flow.
    flows: HashMap<Flow, usize>,
    /// Protocol, transport and port of servers.
    servers: BTreeSet<(&'static str, &'static str, u16)>,
}

/// What belongs together on the wire: a connection, or the datagrams between two sockets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Flow {
    connection: Option<u64>,
    ends: (SocketAddr, SocketAddr),
}

/// A message and the octets in which it passed.
#[derive(Debug, Clone)]
pub struct Passage {
    pub message: Message,
    pub flow: Flow,
    /// The socket that sent the message, and the one that got it.
    pub from: SocketAddr,
    pub to: SocketAddr,
    pub transport: Transport,
    /// Whether the sender opened the connection.
    pub is_opened_by_sender: bool,
    /// In the order in which they passed. None where another message of the same exchange has them.
    pub octets: Vec<Passed>,
    /// Nothing more is known of the flow.
    pub is_last: bool,
}

impl Flow {
    fn of(wire: &Carriage) -> Flow {
        let (from, to) = (wire.from, wire.to);
        Flow {
            connection: wire.connection,
            ends: (from.min(to), from.max(to)),
        }
    }
}

impl Ways {
    /// Reads a script's journal once.
    ///
    /// # Errors
    /// As for [`Stored::each`].
    pub fn of(stored: &Stored, script: &str) -> Result<Ways, String> {
        let mut ways = Ways::default();
        stored.each_of_last_attempt(script, |event| ways.note(event))?;
        Ok(ways)
    }

    /// Whether nothing passed between sockets.
    pub fn is_empty(&self) -> bool {
        self.flows.is_empty()
    }

    /// Where servers took what readers of captures may not recognise: protocol (`smtp`), transport (`tcp`) and port.
    pub fn servers(&self) -> impl Iterator<Item = (&'static str, &'static str, u16)> {
        self.servers.iter().copied()
    }

    /// Tells every message that passed between sockets, in the order of the journal.
    ///
    /// # Errors
    /// As for [`Stored::each`].
    pub fn each(
        mut self,
        stored: &Stored,
        script: &str,
        mut take: impl FnMut(Passage),
    ) -> Result<(), String> {
        stored.each_of_last_attempt(script, |event| {
            if let Some(message) = Message::of(&event)
                && let Some(passage) = self.passage(message)
            {
                take(passage);
            }
        })
    }

    fn note(&mut self, event: Event) {
        self.note_server(&event.what);
        let (wire, request) = match event.what {
            What::Begin { unix, steps, .. } => {
                (self.unix, self.steps) = (unix, steps);
                return;
            }
            What::Sent { wire, .. } => (wire, None),
            What::NoReply { wire, request, .. } => (wire, Some(request)),
            What::Seen { wire, crossing, .. }
            | What::FetchAgain { wire, crossing, .. }
            | What::Unsolicited { wire, crossing, .. } => (wire, request_of(&crossing)),
            _ => return,
        };
        let Some(mut wire) = wire else { return };
        let flow = self.flows.entry(Flow::of(&wire)).or_default();
        *flow += 1;
        if let Some(request) = request {
            *flow += 1;
            wire.legs.retain(|leg| leg.back);
            self.of_requests.insert(request, wire);
        }
    }

    fn note_server(&mut self, what: &What) {
        let (What::Sent { wire, crossing, .. }
        | What::Seen { wire, crossing, .. }
        | What::FetchAgain { wire, crossing, .. }
        | What::Unsolicited { wire, crossing, .. }) = what
        else {
            return;
        };
        let Some(wire) = wire else { return };
        let server = if passed::is_opened_by_sender(Some(crossing)) {
            wire.to
        } else {
            wire.from
        };
        let (transport, port) = (wire.transport, plain_port(wire.transport, server.port()));
        let server = match crossing {
            Crossing::Mail { .. }
            | Crossing::SmtpReply { .. }
            | Crossing::SmtpLine { .. }
            | Crossing::SmtpWords { .. } => ("smtp", "tcp", port),
            Crossing::HttpRequest { .. } | Crossing::HttpResponse { .. } => ("http", "tcp", port),
            Crossing::DnsQuery { .. } if transport == Transport::Udp => ("dns", "udp", port),
            Crossing::DnsQuery { .. } => ("dns", "tcp", port),
            Crossing::Push { .. } if transport == Transport::Udp => ("wsp", "udp", port),
            Crossing::Push { gateway, .. } if gateway == "smpp" => ("smpp", "tcp", port),
            Crossing::Push { .. } => ("http", "tcp", port),
            Crossing::Loss { .. } => return,
        };
        self.servers.insert(server);
    }

    fn passage(&mut self, message: Message) -> Option<Passage> {
        let (wire, octets) = match (&message.wire, &message.crossing) {
            (Some(wire), Some(crossing)) => (wire.clone(), passed::passed(crossing, wire)),
            (Some(wire), None) => (wire.clone(), passed::after(None, wire)),
            (None, Some(crossing)) if message.is_ours => {
                let answer = self.of_requests.remove(&message.seq)?;
                let octets = passed::before(crossing, &answer);
                (answer.turned(), octets)
            }
            (None, _) => return None,
        };
        let flow = Flow::of(&wire);
        let left = self.flows.get_mut(&flow)?;
        *left = left.saturating_sub(1);
        let is_last = *left == 0;
        if is_last {
            self.flows.remove(&flow);
        }
        Some(Passage {
            flow,
            from: wire.from,
            to: wire.to,
            transport: wire.transport,
            is_opened_by_sender: passed::is_opened_by_sender(message.crossing.as_ref()),
            octets,
            is_last,
            message,
        })
    }
}

/// `seq` of the request that a crossing answers.
fn request_of(crossing: &Crossing) -> Option<u64> {
    match crossing {
        Crossing::HttpResponse { request, .. } | Crossing::SmtpReply { request, .. } => Some(*request),
        Crossing::Loss { request, .. } => *request,
        _ => None,
    }
}
