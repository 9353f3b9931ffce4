//! From octets that a program writes to lines of a log.

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt};

use super::log::Log;

/// Octets of a line; a longer one is taken in pieces.
const LONGEST: usize = 16 * 1024;

/// Cuts octets into lines.
#[derive(Debug, Default)]
pub(super) struct Cutter {
    begun: Vec<u8>,
}

impl Cutter {
    /// Takes octets, and gives each line that ends in them.
    pub fn take(&mut self, octets: &[u8], mut line: impl FnMut(&str)) {
        for piece in octets.split_inclusive(|octet| *octet == b'\n') {
            self.begun.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.begun.len() >= LONGEST {
                line(&String::from_utf8_lossy(&self.begun));
                self.begun.clear();
            }
        }
    }

    /// What was begun and not ended.
    pub fn finish(&mut self, mut line: impl FnMut(&str)) {
        if !self.begun.is_empty() {
            line(&String::from_utf8_lossy(&self.begun));
            self.begun.clear();
        }
    }
}

/// Reads until the pipe is closed.
pub(super) async fn capture(mut pipe: impl AsyncRead + Unpin, process: Arc<str>, log: Arc<Log>) {
    let mut cutter = Cutter::default();
    let mut buffer = vec![0; LONGEST];
    while let Ok(count @ 1..) = pipe.read(&mut buffer).await {
        cutter.take(&buffer[..count], |line| log.add(&process, line));
    }
    cutter.finish(|line| log.add(&process, line));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole() {
        let mut cutter = Cutter::default();
        let mut lines = Vec::new();
        cutter.take(b"one\ntw", |line| lines.push(line.to_owned()));
        cutter.take(b"o\n\nlast", |line| lines.push(line.to_owned()));
        cutter.finish(|line| lines.push(line.to_owned()));
        assert_eq!(lines, ["one\n", "two\n", "\n", "last"]);
    }
}
