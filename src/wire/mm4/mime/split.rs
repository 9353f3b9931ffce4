//! Where the parts of a multipart are (RFC 2046 §5.1.1).
//!
//! A body is walked through once. In the letters of base64 there is no delimiter, so a large part in base64 is decoded where
//! its end is looked for, and the search goes on behind what could be decoded.

use std::ops::Range;

use memchr::memmem::{self, Finder};

use super::super::radix64::Begun;
use crate::wire::limits::MAX_PARTS;

/// Parts up to this many octets are searched for their end like any text.
const SMALL: usize = 4096;

/// The parts of a body.
#[derive(Debug, Default)]
pub(super) struct Split {
    pub(super) sections: Vec<Section>,
    /// Whether there is a delimiter at all.
    pub(super) begun: bool,
    /// Whether the closing delimiter is there.
    pub(super) closed: bool,
    /// Where the first part begins that is one too many.
    pub(super) beyond: Option<usize>,
}

/// A part: header, empty line, body, without the line end before the delimiter.
#[derive(Debug)]
pub(super) struct Section {
    /// In the octets of the multipart.
    pub(super) at: Range<usize>,
    /// The beginning of its body, and what was decoded of it already, should it be in base64.
    pub(super) early: Option<(usize, Begun)>,
}

pub(super) fn split(boundary: &str, body: &[u8]) -> Split {
    let delimiters = Delimiters::new(boundary, body);
    let mut split = Split::default();
    let mut delimiter = delimiters.after(0);
    while let Some(opening) = delimiter {
        split.begun = true;
        if opening.closes {
            split.closed = true;
            break;
        }
        if split.sections.len() == MAX_PARTS {
            split.beyond = Some(opening.begin);
            break;
        }
        let (early, next) = delimiters.end_of_part(opening.next);
        let end = match &next {
            Some(next) => opening.next.max(without_line_end(body, next.begin)),
            None => without_line_end(body, body.len()).max(opening.next),
        };
        // A body that ends with its last opening delimiter has no part after it.
        if next.is_some() || opening.next < body.len() {
            split.sections.push(Section {
                at: opening.next..end,
                early,
            });
        }
        delimiter = next;
    }
    split
}

/// A delimiter line: where it begins, where the next line begins, and whether it is the last.
#[derive(Debug)]
struct Delimiter {
    begin: usize,
    next: usize,
    closes: bool,
}

struct Delimiters<'a> {
    body: &'a [u8],
    finder: Finder<'a>,
}

impl<'a> Delimiters<'a> {
    fn new(boundary: &str, body: &'a [u8]) -> Self {
        let dashed = [b"--", boundary.as_bytes()].concat();
        Delimiters {
            body,
            finder: Finder::new(&dashed).into_owned(),
        }
    }

    /// The first delimiter at or after an octet.
    fn after(&self, from: usize) -> Option<Delimiter> {
        self.within(from, self.body.len())
    }

    /// The same, in the octets before `limit`; what goes on beyond them is not found.
    fn within(&self, from: usize, limit: usize) -> Option<Delimiter> {
        let mut from = from;
        loop {
            let begin = from + self.finder.find(self.body.get(from..limit)?)?;
            let rest = begin + self.finder.needle().len();
            if begin > 0 && self.body[begin - 1] != b'\n' {
                from = begin + 1;
                continue;
            }
            let end = memchr::memchr(b'\n', &self.body[rest..]).map_or(self.body.len(), |lf| rest + lf + 1);
            let tail = &self.body[rest..end];
            let closes = tail.starts_with(b"--");
            let padding = if closes { &tail[2..] } else { tail };
            if padding.trim_ascii().is_empty() {
                return Some(Delimiter {
                    begin,
                    next: end,
                    closes,
                });
            }
            from = end;
        }
    }

    /// The delimiter behind the part that begins at `from`.
    fn end_of_part(&self, from: usize) -> (Option<(usize, Begun)>, Option<Delimiter>) {
        let window = self.body.len().min(from + SMALL);
        if let Some(found) = self.within(from, window) {
            return (None, Some(found));
        }
        let Some(begin) = base64_begins(&self.body[from..window]).map(|at| from + at) else {
            return (None, self.after(from));
        };
        let begun = Begun::at(&self.body[begin..]);
        let next = self.after(if begun.consumed == 0 {
            from
        } else {
            begin + begun.consumed
        });
        (Some((begin, begun)), next)
    }
}

/// Where the body of a part begins whose header looks as if that is base64.
fn base64_begins(octets: &[u8]) -> Option<usize> {
    let begin = memmem::find(octets, b"\r\n\r\n")
        .map(|at| at + 4)
        .or_else(|| memmem::find(octets, b"\n\n").map(|at| at + 2))?;
    let word = b"base64";
    octets[..begin]
        .windows(word.len())
        .any(|w| w.eq_ignore_ascii_case(word))
        .then_some(begin)
}

/// The line end before a delimiter belongs to the delimiter.
fn without_line_end(body: &[u8], end: usize) -> usize {
    let octets = &body[..end];
    let without = octets.strip_suffix(b"\n").unwrap_or(octets);
    if without.len() < octets.len() {
        without.strip_suffix(b"\r").unwrap_or(without).len()
    } else {
        end
    }
}
