//! From what is recorded of a crossing back to the octets that passed.

use bytes::Bytes;

use super::carriage::{Carriage, Leg, Transport};
use super::crossing::Crossing;
use crate::wire::smtp;

/// Octets that passed in one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// Against the direction of the crossing.
    pub back: bool,
    pub octets: Bytes,
    /// Octets that followed and were not kept.
    pub left_out: u64,
    /// The crossing's own content ends with these octets.
    pub is_content: bool,
}

/// The octets of a crossing whose way is its own, in their order.
pub fn passed(crossing: &Crossing, wire: &Carriage) -> Vec<Passed> {
    match crossing {
        Crossing::HttpResponse { .. } | Crossing::SmtpReply { .. } => after(Some(crossing), wire),
        Crossing::Loss {
            request: Some(_), of, ..
        } => after(of.as_deref(), wire),
        Crossing::Loss { of: Some(of), .. } => passed(of, wire),
        Crossing::Mail {
            data,
            dialogue,
            reply,
            ..
        } if !dialogue.is_empty() => {
            let message = (reply.is_some() || !data.is_empty()).then_some(data);
            directed(spoken(dialogue, message), true)
        }
        Crossing::Mail { data, .. } => vec![Passed {
            back: false,
            octets: smtp::stuff(data).into(),
            left_out: 0,
            is_content: true,
        }],
        _ => {
            let legs = wire.legs.iter();
            let mut pieces: Vec<Passed> = legs.filter_map(|leg| piece(leg, content(crossing))).collect();
            mark_last(&mut pieces);
            pieces
        }
    }
}

/// The octets up to the end of a request whose way stands with its answer.
pub fn before(request: &Crossing, wire: &Carriage) -> Vec<Passed> {
    if let Crossing::Mail { data, .. } = request {
        let mut pieces = spoken(&wire.dialogue, Some(data));
        let end = end_of_request(&pieces);
        pieces.truncate(end);
        return directed(pieces, true);
    }
    let asked = wire.legs.iter().filter(|leg| leg.back);
    let mut pieces: Vec<Passed> = asked.filter_map(|leg| piece(leg, content(request))).collect();
    for piece in &mut pieces {
        piece.back = false;
    }
    mark_last(&mut pieces);
    pieces
}

/// The octets of an answer, or of what came instead of one.
pub fn after(answer: Option<&Crossing>, wire: &Carriage) -> Vec<Passed> {
    if !wire.dialogue.is_empty() {
        let mut pieces = spoken(&wire.dialogue, Some(&Bytes::new()));
        let end = end_of_request(&pieces);
        return directed(pieces.split_off(end), false);
    }
    let body = answer.and_then(content);
    let answered = wire.legs.iter().filter(|leg| !leg.back);
    let mut pieces: Vec<Passed> = answered.filter_map(|leg| piece(leg, body)).collect();
    mark_last(&mut pieces);
    pieces
}

/// Who opened the connection of a crossing: its sender, or its receiver.
pub fn is_opened_by_sender(crossing: Option<&Crossing>) -> bool {
    match crossing {
        None
        | Some(
            Crossing::HttpResponse { .. }
            | Crossing::SmtpReply { .. }
            | Crossing::SmtpLine { .. }
            | Crossing::Loss { request: Some(_), .. },
        ) => false,
        Some(_) => true,
    }
}

/// What legs leave to the crossing.
fn content(crossing: &Crossing) -> Option<&Bytes> {
    match crossing {
        Crossing::HttpRequest { body, .. } | Crossing::HttpResponse { body, .. } => Some(body),
        Crossing::Push { wsp, .. } => Some(wsp),
        Crossing::DnsQuery { query, .. } => Some(query),
        _ => None,
    }
}

fn piece(leg: &Leg, content: Option<&Bytes>) -> Option<Passed> {
    let octets = match content.filter(|_| leg.content) {
        Some(content) if leg.octets.is_empty() => content.clone(),
        Some(content) => [&leg.octets[..], content].concat().into(),
        None => leg.octets.clone(),
    };
    (!octets.is_empty()).then_some(Passed {
        back: leg.back,
        octets,
        left_out: leg.left_out,
        is_content: false,
    })
}

/// The last octets in the direction of the crossing end its content.
fn mark_last(pieces: &mut [Passed]) {
    if let Some(last) = pieces.iter_mut().rev().find(|piece| !piece.back) {
        last.is_content = true;
    }
}

/// Lines of one side of an SMTP dialogue, or the message.
struct Words {
    is_client: bool,
    octets: Vec<u8>,
    is_message: bool,
}

/// A dialogue with the message in its place. STARTTLS and its answer are left out where TLS followed: what came after is known in
/// clear text only.
fn spoken(dialogue: &[String], message: Option<&Bytes>) -> Vec<Words> {
    let mut lines: Vec<(bool, &str)> = Vec::new();
    for line in dialogue {
        match line.split_at_checked(3) {
            Some(("C: ", said)) => lines.push((true, said)),
            Some(("S: ", said)) => lines.push((false, said)),
            _ if line.starts_with("* TLS") => {
                let asked = lines
                    .iter()
                    .rposition(|(is_client, said)| *is_client && said.eq_ignore_ascii_case("STARTTLS"));
                lines.truncate(asked.unwrap_or(lines.len()));
            }
            _ => {}
        }
    }
    let mut words: Vec<Words> = Vec::new();
    let mut message = message;
    for (is_client, said) in lines {
        match words.last_mut() {
            Some(last) if last.is_client == is_client && !last.is_message => last.octets.extend(line(said)),
            _ => words.push(Words {
                is_client,
                octets: line(said).collect(),
                is_message: false,
            }),
        }
        if !is_client
            && (said == "354" || said.starts_with("354 "))
            && let Some(message) = message.take()
        {
            words.push(Words {
                is_client: true,
                octets: smtp::stuff(message),
                is_message: true,
            });
        }
    }
    words
}

fn line(said: &str) -> impl Iterator<Item = u8> {
    said.bytes().chain(*b"\r\n")
}

/// Where the words of the client end: after the message, else before the last reply.
fn end_of_request(words: &[Words]) -> usize {
    match words.iter().position(|words| words.is_message) {
        Some(message) => message + 1,
        None => words
            .iter()
            .rposition(|words| words.is_client)
            .map_or(0, |last| last + 1),
    }
}

fn directed(words: Vec<Words>, from_client: bool) -> Vec<Passed> {
    let has_message = words.iter().any(|words| words.is_message);
    let mut pieces: Vec<Passed> = words
        .into_iter()
        .map(|words| Passed {
            back: words.is_client != from_client,
            octets: words.octets.into(),
            left_out: 0,
            is_content: words.is_message,
        })
        .collect();
    if !(has_message && from_client) {
        mark_last(&mut pieces);
    }
    pieces
}

/// The port to show for what was protected and is known in clear text: that of the same protocol without TLS, where the port is one
/// that readers of captures take for TLS itself.
pub fn plain_port(transport: Transport, port: u16) -> u16 {
    match (transport, port) {
        (Transport::Tls, 443) => 80,
        (Transport::Tls, 465) => 25,
        (_, port) => port,
    }
}
