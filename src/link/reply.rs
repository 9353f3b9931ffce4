//! SMTP replies (RFC 5321 §4.2) out of the octets a server sends.

use std::fmt;

/// Octets of one reply, all lines, beyond which a server is no longer followed.
const LONGEST_REPLY: usize = 256 * 1024;
/// Lines of one reply. Clients read all of them again with each that comes.
const MOST_LINES: usize = 1_000;

/// A complete reply, of one line or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
    /// The text of all lines without their codes, joined with `\n`.
    pub text: String,
    /// The lines as they came, without line ends.
    pub lines: Vec<String>,
}

impl Reply {
    /// Reads a reply as a script writes it: lines that end in LF or CRLF, the last one with or without line end. Text that
    /// does not begin with a code has code 0.
    pub fn written(text: &str) -> Reply {
        let lines: Vec<String> = text
            .trim_end_matches(['\r', '\n'])
            .split('\n')
            .map(|line| line.trim_end_matches('\r').to_owned())
            .collect();
        let code = lines.first().and_then(|line| code_of(line)).unwrap_or(0);
        Reply::of(code, lines)
    }

    /// 2yz.
    pub fn is_completion(&self) -> bool {
        self.code / 100 == 2
    }

    /// `550 5.1.1 unknown`, the lines' text joined with blanks.
    pub fn line(&self) -> String {
        format!("{} {}", self.code, self.text.replace('\n', " "))
    }

    /// As it goes over the wire.
    pub fn octets(&self) -> Vec<u8> {
        let mut octets = Vec::new();
        for line in &self.lines {
            octets.extend_from_slice(line.as_bytes());
            octets.extend_from_slice(b"\r\n");
        }
        octets
    }

    /// Code and text.
    pub fn pair(&self) -> (u16, String) {
        (self.code, self.text.clone())
    }

    fn of(code: u16, lines: Vec<String>) -> Reply {
        let text = lines
            .iter()
            .map(|line| text_of(line))
            .collect::<Vec<_>>()
            .join("\n");
        Reply { code, text, lines }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line())
    }
}

/// What a server sent is no SMTP reply; nothing after it can be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAReply {
    /// The line does not begin with three digits and a blank, a hyphen or its end.
    #[error("not an SMTP reply line: {0:?}")]
    Line(String),
    /// The lines of one reply carry different codes.
    #[error("the lines of one reply carry the codes {first} and {later}")]
    Codes { first: u16, later: u16 },
    /// More than 256 KiB for one reply.
    #[error("a reply longer than {LONGEST_REPLY} octets")]
    TooLong,
    #[error("a reply of more than {MOST_LINES} lines")]
    TooManyLines,
}

/// Splits a server's octets into replies.
#[derive(Debug, Default)]
pub struct Replies {
    octets: Vec<u8>,
    /// Of these, the first that have no line end among them: they are looked through once.
    searched: usize,
    /// Lines of the reply that is not complete yet, and their octets.
    lines: Vec<String>,
    held: usize,
}

impl Replies {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds octets that arrived.
    pub fn push(&mut self, octets: &[u8]) {
        self.octets.extend_from_slice(octets);
    }

    /// The next complete reply, if any.
    ///
    /// # Errors
    /// The server left the protocol.
    pub fn next_reply(&mut self) -> Result<Option<Reply>, NotAReply> {
        while let Some(end) = memchr::memchr(b'\n', &self.octets[self.searched..]) {
            let line: Vec<u8> = self.octets.drain(..=self.searched + end).collect();
            self.searched = 0;
            self.held += line.len();
            let line = String::from_utf8_lossy(&line)
                .trim_end_matches(['\r', '\n'])
                .to_owned();
            if let Some(reply) = self.take(line)? {
                return Ok(Some(reply));
            }
        }
        self.searched = self.octets.len();
        if self.held + self.octets.len() > LONGEST_REPLY {
            return Err(NotAReply::TooLong);
        }
        Ok(None)
    }

    /// What came after the last complete reply, for a message to a person.
    pub fn rest(&self) -> String {
        String::from_utf8_lossy(&self.octets).into_owned()
    }

    fn take(&mut self, line: String) -> Result<Option<Reply>, NotAReply> {
        let Some(code) = code_of(&line) else {
            return Err(NotAReply::Line(line));
        };
        if let Some(first) = self.lines.first().and_then(|first| code_of(first))
            && first != code
        {
            return Err(NotAReply::Codes { first, later: code });
        }
        let more = line.as_bytes().get(3) == Some(&b'-');
        if self.lines.len() == MOST_LINES {
            return Err(NotAReply::TooManyLines);
        }
        self.lines.push(line);
        if more {
            return Ok(None);
        }
        self.held = 0;
        Ok(Some(Reply::of(code, std::mem::take(&mut self.lines))))
    }
}

fn code_of(line: &str) -> Option<u16> {
    let digits = line.get(..3).filter(|d| d.bytes().all(|b| b.is_ascii_digit()))?;
    matches!(line.as_bytes().get(3), None | Some(b' ' | b'-')).then(|| digits.parse().ok())?
}

fn text_of(line: &str) -> &str {
    match code_of(line) {
        Some(_) => line.get(4..).unwrap_or(""),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_come_out_whole_however_the_octets_arrive() {
        let mut replies = Replies::new();
        let mut got = Vec::new();
        for octet in b"220 here\r\n250-mms.example\r\n250-SIZE 10\r\n250 8BITMIME\r\n354\r\n" {
            replies.push(&[*octet]);
            while let Some(reply) = replies.next_reply().unwrap() {
                got.push(reply.pair());
            }
        }
        assert_eq!(
            got,
            [
                (220, "here".to_owned()),
                (250, "mms.example\nSIZE 10\n8BITMIME".to_owned()),
                (354, String::new())
            ]
        );
    }

    #[test]
    fn a_line_without_a_code_is_an_error() {
        let mut replies = Replies::new();
        replies.push(b"HTTP/1.1 400 Bad Request\r\n");
        assert!(matches!(replies.next_reply(), Err(NotAReply::Line(_))));
    }

    #[test]
    fn an_endless_reply_is_an_error() {
        let end = |piece: &[u8]| {
            let mut replies = Replies::new();
            let mut end = Ok(None);
            for _ in 0..30_000 {
                replies.push(piece);
                end = replies.next_reply();
                if end.is_err() {
                    break;
                }
            }
            end
        };
        assert_eq!(end(b"250-and so on\r\n"), Err(NotAReply::TooManyLines));
        assert_eq!(end(b"250 and so on "), Err(NotAReply::TooLong));
    }

    #[test]
    fn a_written_reply_goes_out_with_crlf() {
        let reply = Reply::written("451-4.3.0 later\n451 really");
        assert_eq!((reply.code, reply.text.as_str()), (451, "4.3.0 later\nreally"));
        assert_eq!(reply.octets(), b"451-4.3.0 later\r\n451 really\r\n");
    }
}
