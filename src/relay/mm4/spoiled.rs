//! What defects of the SMTP server make of the octets of a message.

use crate::relay::defects::Seed;
use crate::relay::node::Node;

/// The message as the relay goes on with it: unchanged, unless by a defect.
pub(super) fn as_received(node: &Node, mut message: Vec<u8>) -> Vec<u8> {
    if node.has(Seed::InDotsKept) {
        message = without_leading_dots(&message);
    }
    if node.has(Seed::SmtpLineCut) {
        message = with_lines_cut(&message);
    }
    if node.has(Seed::SmtpLinesCut) {
        message = with_short_lines(&message);
    }
    message
}

/// Lone line feeds become line ends, lone carriage returns nothing (defect `mm4.smtp.bare-line-feed`).
pub(super) fn with_line_ends(octets: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(octets.len());
    for octet in octets.iter().filter(|octet| **octet != b'\r') {
        if *octet == b'\n' {
            lines.push(b'\r');
        }
        lines.push(*octet);
    }
    lines
}

/// Lines end after 512 octets at the latest (defect `mm4.smtp.lines-cut`).
fn with_short_lines(message: &[u8]) -> Vec<u8> {
    let mut short = Vec::with_capacity(message.len());
    for line in message.split_inclusive(|octet| *octet == b'\n') {
        let pieces: Vec<&[u8]> = line.chunks(512).collect();
        short.extend(pieces.join(&b"\r\n"[..]));
    }
    short
}

/// Of a line beyond 1000 octets the rest is lost (defect `smtp.long-line-cut`).
fn with_lines_cut(message: &[u8]) -> Vec<u8> {
    let lines = message.split_inclusive(|octet| *octet == b'\n');
    let short = lines.map(|line| match line.get(..998) {
        Some(head) if line.len() > 1000 => [head, b"\r\n"].concat(),
        _ => line.to_vec(),
    });
    short.flatten().collect()
}

/// A line that begins with a dot loses it (defect `mm4.in.dots-kept`).
fn without_leading_dots(message: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(message.len());
    for (at, octet) in message.iter().enumerate() {
        let line_start = at == 0 || message[at - 1] == b'\n';
        if !(line_start && *octet == b'.') {
            kept.push(*octet);
        }
    }
    kept
}
