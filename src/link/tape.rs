//! Keeps the octets of HTTP exchanges as they pass, bounded: what libraries make of them is not what was on the wire.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use memchr::memmem;
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
    /// Another request followed its answer.
    is_settled: bool,
}

#[derive(Debug, Clone, Default)]
struct Kept {
    octets: BytesMut,
    count: usize,
    end: End,
}

/// Where a message ends, as far as its head tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum End {
    /// The head is not complete.
    #[default]
    NotYet,
    At(usize),
    /// Its head does not say: chunks, or the end of the connection.
    Untold,
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

    /// The exchange under way: the oldest that is not answered yet. Further requests may have been sent behind its own.
    pub fn under_way(&self) -> Exchange {
        let exchanges = self.exchanges();
        let open = exchanges.iter().find(|exchange| !exchange.is_over());
        open.or(exchanges.back()).cloned().unwrap_or_default()
    }

    /// The oldest exchange that nobody took and whose request begins so; taken.
    pub fn take(&self, begins: &str) -> Option<Exchange> {
        let mut exchanges = self.exchanges();
        let at = exchanges
            .iter()
            .position(|exchange| exchange.request.octets.starts_with(begins.as_bytes()))?;
        exchanges.remove(at)
    }

    fn asked(&self, mut octets: &[u8]) {
        let mut exchanges = self.exchanges();
        while !octets.is_empty() {
            let is_next = |last: &Exchange| last.request.is_whole() || last.is_answered();
            if exchanges.back().is_none_or(is_next) {
                // Who asks again has its answer, though nothing told where that ended.
                if let Some(last) = exchanges.back_mut() {
                    last.is_settled = last.is_answered();
                }
                exchanges.push_back(Exchange::default());
            }
            // Those that wait for their answers are further requests on one connection, sent ahead.
            while exchanges.len() > MOST_EXCHANGES && exchanges.front().is_some_and(Exchange::is_over) {
                exchanges.pop_front();
            }
            let Some(exchange) = exchanges.back_mut() else {
                return;
            };
            let taken = exchange.request.add(octets, first_head);
            octets = &octets[taken..];
        }
    }

    fn answered(&self, octets: &[u8]) {
        let mut exchanges = self.exchanges();
        let open = exchanges.iter().position(|exchange| !exchange.is_over());
        let at = open.unwrap_or(exchanges.len().saturating_sub(1));
        if let Some(exchange) = exchanges.get_mut(at) {
            exchange.answer.add(octets, final_head);
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

    /// Whether all of the answer has passed, as far as can be told.
    fn is_over(&self) -> bool {
        self.is_settled || self.answer.is_whole()
    }

    /// Whether the answer has begun. A 1xx is none (RFC 9110 §15.2).
    fn is_answered(&self) -> bool {
        let interim = is_interim(&self.answer.octets) && self.answer.count < LONGEST_INTERIM;
        !self.answer.octets.is_empty() && !interim
    }
}

impl Kept {
    /// Takes octets up to the end of the message, and tells how many. `head` finds where its head begins and ends.
    fn add(&mut self, octets: &[u8], head: impl Fn(&[u8]) -> Option<Range<usize>>) -> usize {
        let before = self.count;
        self.count += octets.len();
        let room = LONGEST_LEG.saturating_sub(self.octets.len());
        self.octets.extend_from_slice(&octets[..octets.len().min(room)]);
        if self.end == End::NotYet {
            self.end = match head(&self.octets) {
                Some(head) => end_of(&self.octets, head),
                None if self.octets.len() < LONGEST_LEG => End::NotYet,
                None => End::Untold,
            };
        }
        if let End::At(end) = self.end
            && self.count > end
            && before < end
        {
            self.count = end;
            self.octets.truncate(end);
        }
        self.count - before
    }

    fn is_whole(&self) -> bool {
        matches!(self.end, End::At(end) if self.count >= end)
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

/// The head of a request.
fn first_head(octets: &[u8]) -> Option<Range<usize>> {
    Some(0..memmem::find(octets, b"\r\n\r\n")? + 4)
}

/// The head of an answer, behind those of interim ones.
fn final_head(octets: &[u8]) -> Option<Range<usize>> {
    let mut at = 0;
    loop {
        let head = first_head(&octets[at..])?;
        let (begin, end) = (at, at + head.end);
        if !is_interim(&octets[begin..end]) {
            return Some(begin..end);
        }
        at = end;
    }
}

/// Where the message with this head ends (RFC 9112 §6.3).
fn end_of(octets: &[u8], head: Range<usize>) -> End {
    let text = String::from_utf8_lossy(&octets[head.clone()]);
    let mut lines = text.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let mut length = None;
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("transfer-encoding") {
            return End::Untold;
        }
        if name.eq_ignore_ascii_case("content-length") {
            length = Some(value.trim().parse::<usize>());
        }
    }
    let is_answer = first.starts_with("HTTP/");
    let is_bare = first.contains(" 204 ") || first.contains(" 304 ");
    match length {
        Some(Ok(length)) => End::At(head.end.saturating_add(length)),
        Some(Err(_)) => End::Untold,
        None if is_answer && !is_bare => End::Untold,
        None => End::At(head.end),
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
