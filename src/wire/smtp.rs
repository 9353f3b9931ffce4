//! SMTP framing without I/O: what RFC 5321 says about octets on the wire, for a receiving side.

/// What the receiving side of an SMTP connection was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// A command line without its line end.
    Command(String),
    /// The message after DATA, dot-unstuffed, without the terminating `CRLF . CRLF` (its last CRLF stays).
    Message(Vec<u8>),
}
/// Splits the client's octets into command lines and messages. Only `CRLF . CRLF` ends a message (RFC 5321 §4.1.1.4).
#[derive(Debug, Default)]
pub struct Receiver {
    _private: (),
}
impl Receiver {
    pub fn new() -> Self {
        Self::default()
    }
    /// Adds octets that arrived.
    pub fn push(&mut self, _octets: &[u8]) {
        todo!()
    }
    /// The next complete item, if any.
    pub fn next(&mut self) -> Option<Received> {
        todo!()
    }
    /// The server answered 354: what follows is a message.
    pub fn expect_message(&mut self) {
        todo!()
    }
}
/// Dot-stuffs and appends the terminator (RFC 5321 §4.5.2); adds a final CRLF only if missing.
pub fn stuff(_message: &[u8]) -> Vec<u8> {
    todo!()
}
