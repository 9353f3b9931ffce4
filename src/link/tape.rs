//! Keeps the octets of HTTP exchanges as they pass, bounded: what libraries make of them is not what was on the wire.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::carriage::{Connection, LONGEST_LEG, Leg};

/// Exchanges of one connection that are kept until somebody asks for them.
const MOST_EXCHANGES: usize = 16;
/// Octets of an interim answer: more hold the final one, too.
const LONGEST_INTERIM: usize = 256;

/// What passed over one connection.
#[derive(Debug)]
pub struct Tape {
    connection: Option<Connection>,
    exchanges: Mutex<VecDeque<Exchange>>,
}

/// One request and what came back.
#[derive(Debug, Clone, Default)]
pub struct Exchange {
    request: Kept,
    answer: Kept,
}

#[derive(Debug, Clone, Default)]
struct Kept {
    octets: BytesMut,
    count: usize,
}

impl Tape {
    pub fn new(connection: Option<Connection>) -> Tape {
        Tape {
            connection,
            exchanges: Mutex::default(),
        }
    }

    pub fn connection(&self) -> Option<Connection> {
        self.connection
    }

    /// The exchange under way.
    pub fn latest(&self) -> Exchange {
        self.exchanges().back().cloned().unwrap_or_default()
    }

    /// The oldest exchange that nobody took and whose request begins so; taken.
    pub fn take(&self, begins: &str) -> Option<Exchange> {
        let mut exchanges = self.exchanges();
        let at = exchanges
            .iter()
            .position(|exchange| exchange.request.octets.starts_with(begins.as_bytes()))?;
        exchanges.remove(at)
    }

    fn asked(&self, octets: &[u8]) {
        let mut exchanges = self.exchanges();
        if exchanges.back().is_none_or(Exchange::is_answered) {
            exchanges.push_back(Exchange::default());
        }
        while exchanges.len() > MOST_EXCHANGES {
            exchanges.pop_front();
        }
        if let Some(exchange) = exchanges.back_mut() {
            exchange.request.add(octets);
        }
    }

    fn answered(&self, octets: &[u8]) {
        if let Some(exchange) = self.exchanges().back_mut() {
            exchange.answer.add(octets);
        }
    }

    fn exchanges(&self) -> MutexGuard<'_, VecDeque<Exchange>> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Exchange {
    /// The request as far as it has passed.
    pub fn request(&self) -> Leg {
        self.request.leg(None)
    }

    /// Request and answer, as legs of the answer: the bodies, which the journal holds, are left out where they passed as they are.
    pub fn legs(&self, request_body: &[u8], answer_body: &[u8]) -> Vec<Leg> {
        let request = Leg {
            back: true,
            ..self.request.leg(Some(request_body))
        };
        let answer = self.answer.leg(Some(answer_body));
        let passed = |leg: &Leg| !leg.octets.is_empty();
        [request, answer].into_iter().filter(passed).collect()
    }

    /// Whether the answer has begun. A 1xx is none (RFC 9110 §15.2).
    fn is_answered(&self) -> bool {
        let interim = is_interim(&self.answer.octets) && self.answer.count < LONGEST_INTERIM;
        !self.answer.octets.is_empty() && !interim
    }
}

impl Kept {
    fn add(&mut self, octets: &[u8]) {
        self.count += octets.len();
        let room = LONGEST_LEG.saturating_sub(self.octets.len());
        self.octets.extend_from_slice(&octets[..octets.len().min(room)]);
    }

    fn leg(&self, body: Option<&[u8]>) -> Leg {
        let whole = self.count == self.octets.len();
        if let Some(body) = body.filter(|body| !body.is_empty()) {
            let head = self.count.checked_sub(body.len());
            if let Some(head) = head.filter(|head| self.is_head(*head))
                && self.octets[head..] == body[..body.len().min(self.octets.len() - head)]
            {
                return Leg {
                    content: true,
                    ..Leg::there(Bytes::copy_from_slice(&self.octets[..head]))
                };
            }
        }
        let left_out = if whole { 0 } else { self.count - self.octets.len() };
        Leg {
            left_out: u64::try_from(left_out).unwrap_or(u64::MAX),
            ..Leg::there(Bytes::copy_from_slice(&self.octets))
        }
    }

    /// Whether the first octets, so many, are heads and nothing else, and what follows is a body as it is.
    fn is_head(&self, length: usize) -> bool {
        self.octets
            .get(..length)
            .is_some_and(|head| head.ends_with(b"\r\n\r\n"))
    }
}

fn is_interim(answer: &[u8]) -> bool {
    answer.starts_with(b"HTTP/1.1 1") || answer.starts_with(b"HTTP/1.0 1")
}

/// A stream whose octets are kept.
#[derive(Debug)]
pub struct Taped<S> {
    stream: S,
    tape: Arc<Tape>,
    /// It is the client's end: what is written are requests.
    asks: bool,
}

impl<S> Taped<S> {
    /// The end that sends requests.
    pub fn client(stream: S, tape: Arc<Tape>) -> Taped<S> {
        Taped {
            stream,
            tape,
            asks: true,
        }
    }

    /// The end that answers them.
    pub fn server(stream: S, tape: Arc<Tape>) -> Taped<S> {
        Taped {
            stream,
            tape,
            asks: false,
        }
    }

    pub fn stream(&self) -> &S {
        &self.stream
    }

    pub fn tape(&self) -> &Arc<Tape> {
        &self.tape
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Taped<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buf))?;
        match &buf.filled()[before..] {
            [] => {}
            octets if this.asks => this.tape.answered(octets),
            octets => this.tape.asked(octets),
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Taped<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = ready!(Pin::new(&mut this.stream).poll_write(cx, buf))?;
        match &buf[..written] {
            [] => {}
            octets if this.asks => this.tape.asked(octets),
            octets => this.tape.answered(octets),
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
