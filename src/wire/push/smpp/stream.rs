//! A stream of PDUs, cut by command_length (SMPP 3.4 §3.2).

use bytes::Bytes;

use super::codec::HEADER;

/// Octets of the longest PDU that a stream may hold: one with a message_payload has some 64 KiB.
const MOST: usize = 1 << 20;

/// What stands at the beginning of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// A PDU of so many octets.
    Whole(usize),
    /// Its end is still to come.
    Partial,
    /// No PDU can have this command_length: below 16, or above what the reader takes. Nothing tells where the next one begins.
    Impossible(u32),
}

/// Where the first PDU of a stream ends. `most`: octets of the longest one that is taken.
pub fn cut(stream: &[u8], most: usize) -> Cut {
    let [a, b, c, d, ..] = *stream else {
        return Cut::Partial;
    };
    let said = u32::from_be_bytes([a, b, c, d]);
    match usize::try_from(said) {
        Ok(length) if !(HEADER..=most).contains(&length) => Cut::Impossible(said),
        Ok(length) if length <= stream.len() => Cut::Whole(length),
        Ok(_) => Cut::Partial,
        Err(_) => Cut::Impossible(said),
    }
}

/// A run of octets of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// One PDU by its command_length, at this offset.
    Pdu(usize, Bytes),
    /// The rest: a PDU that is not complete, or whose length cannot be.
    Rest(usize, Bytes),
}

/// Cuts a stream by command_length. A length below 16 or above 1 MiB ends it.
pub fn frames(stream: &Bytes) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut at = 0;
    while at < stream.len() {
        let Cut::Whole(length) = cut(&stream[at..], MOST) else {
            frames.push(Frame::Rest(at, stream.slice(at..)));
            break;
        };
        frames.push(Frame::Pdu(at, stream.slice(at..at + length)));
        at += length;
    }
    frames
}
