//! SMTP framing without I/O: what RFC 5321 says about octets on the wire, for a receiving side. [`ways`] is how two MMSEs agree to
//! carry MM4, [`sysexits`] what the exit code of a mail command means in SMTP.

pub mod sysexits;
pub mod ways;

/// The longest command line that is kept, in octets. RFC 5321 §4.5.3.1.4 asks for 512; extensions add to it.
pub const LINE_LIMIT: usize = 8 * 1024;
/// The largest message that is kept unless the receiver was told otherwise, in octets.
pub const MESSAGE_LIMIT: usize = 64 * 1024 * 1024;

/// What the receiving side of an SMTP connection was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// A command line without its line end.
    Command(String),
    /// The message after DATA, dot-unstuffed, without the terminating `CRLF . CRLF` (its last CRLF stays).
    Message(Vec<u8>),
    /// A command line beyond [`LINE_LIMIT`]; it was read to its end and dropped.
    TooLong,
    /// A message beyond the limit; it was read to its end and dropped.
    TooLarge,
}

/// Splits the client's octets into command lines and messages. Only `CRLF . CRLF` ends a message (RFC 5321 §4.1.1.4); a
/// command line also ends at a lone LF, so that a careless client does not wait for ever.
///
/// What comes next is decided when [`Receiver::next`] is called, so octets that a client sent ahead of the 354 are
/// read as what they are, provided [`Receiver::expect_message`] is called before the next `next`.
#[derive(Debug)]
pub struct Receiver {
    /// Arrived and not yet consumed from `at` on.
    input: Vec<u8>,
    at: usize,
    mode: Mode,
    /// Line or message in the making; empty while `dropping`.
    item: Vec<u8>,
    /// The limit was passed.
    dropping: bool,
    message_limit: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Command,
    Message { at_line_start: bool },
}

impl Default for Receiver {
    fn default() -> Self {
        Receiver {
            input: Vec::new(),
            at: 0,
            mode: Mode::Command,
            item: Vec::new(),
            dropping: false,
            message_limit: MESSAGE_LIMIT,
        }
    }
}

impl Receiver {
    pub fn new() -> Self {
        Self::default()
    }

    /// A receiver that keeps messages of up to `octets`.
    #[must_use]
    pub fn with_message_limit(octets: usize) -> Self {
        Receiver {
            message_limit: octets,
            ..Self::default()
        }
    }

    /// Adds octets that arrived.
    pub fn push(&mut self, octets: &[u8]) {
        if self.at == self.input.len() {
            self.input.clear();
        } else {
            self.input.drain(..self.at);
        }
        self.at = 0;
        self.input.extend_from_slice(octets);
    }

    /// The next complete item, if any. Call until there is none before more octets are pushed: that bounds what is kept.
    #[expect(
        clippy::should_implement_trait,
        reason = "more may come after None, which an iterator would deny"
    )]
    pub fn next(&mut self) -> Option<Received> {
        match self.mode {
            Mode::Command => self.next_command(),
            Mode::Message { at_line_start } => self.next_message(at_line_start),
        }
    }

    /// The server answered 354: what follows is a message.
    pub fn expect_message(&mut self) {
        self.mode = Mode::Message { at_line_start: true };
    }

    fn next_command(&mut self) -> Option<Received> {
        let rest = &self.input[self.at..];
        let Some(end) = rest.iter().position(|b| *b == b'\n') else {
            self.keep(rest.len(), LINE_LIMIT);
            return None;
        };
        self.keep(end, LINE_LIMIT);
        self.at += 1;
        let mut line = std::mem::take(&mut self.item);
        if std::mem::take(&mut self.dropping) {
            return Some(Received::TooLong);
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Some(Received::Command(match String::from_utf8(line) {
            Ok(line) => line,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        }))
    }

    fn next_message(&mut self, mut at_line_start: bool) -> Option<Received> {
        let complete = loop {
            let rest = &self.input[self.at..];
            if at_line_start && rest.first() == Some(&b'.') {
                match rest {
                    [b'.'] | [b'.', b'\r'] => break false,
                    [b'.', b'\r', b'\n', ..] => {
                        self.at += 3;
                        break true;
                    }
                    _ => self.at += 1,
                }
                at_line_start = false;
                continue;
            }
            if rest.is_empty() {
                break false;
            }
            if let Some(end) = find_crlf(rest) {
                self.keep(end + 2, self.message_limit);
                at_line_start = true;
            } else {
                // A CR at the end may be half of a line end: it waits for what follows.
                let held = usize::from(rest.last() == Some(&b'\r'));
                if rest.len() > held {
                    self.keep(rest.len() - held, self.message_limit);
                    at_line_start = false;
                }
                break false;
            }
        };
        if !complete {
            self.mode = Mode::Message { at_line_start };
            return None;
        }
        self.mode = Mode::Command;
        let message = std::mem::take(&mut self.item);
        Some(if std::mem::take(&mut self.dropping) {
            Received::TooLarge
        } else {
            Received::Message(message)
        })
    }

    /// Consumes `count` octets into the item, or into nothing once the limit is passed.
    fn keep(&mut self, count: usize, limit: usize) {
        let end = self.at + count;
        if !self.dropping && self.item.len() + count > limit {
            self.dropping = true;
            self.item = Vec::new();
        }
        if !self.dropping {
            self.item.extend_from_slice(&self.input[self.at..end]);
        }
        self.at = end;
    }
}

/// Dot-stuffs and appends the terminator (RFC 5321 §4.5.2); adds a final CRLF only if missing.
pub fn stuff(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + message.len() / 64 + 8);
    let mut rest = message;
    while !rest.is_empty() {
        let (line, after) = rest.split_at(find_crlf(rest).map_or(rest.len(), |end| end + 2));
        if line[0] == b'.' {
            out.push(b'.');
        }
        out.extend_from_slice(line);
        rest = after;
    }
    if !message.is_empty() && !message.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}

fn find_crlf(octets: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(lf) = octets[from..].iter().position(|b| *b == b'\n') {
        let lf = from + lf;
        if lf > 0 && octets[lf - 1] == b'\r' {
            return Some(lf - 1);
        }
        from = lf + 1;
    }
    None
}
