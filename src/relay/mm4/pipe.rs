//! MM4 through a program instead of SMTP: it is run once for each recipient, gets the message on its standard input, and says by its
//! exit status whether it took it.

use std::process::Stdio;
use std::time::Duration;

use memchr::memmem;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

use super::smtp_client::{Failure, Mail, Reply};
use crate::relay::node::Node;

/// How long a program may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// Runs the program for each recipient; its status as the reply to RCPT would be.
pub(super) async fn send(node: &Node, command: &[String], mail: &Mail<'_>) -> Result<Vec<Reply>, Failure> {
    let message = with_unix_lines(mail.message);
    let mut replies = Vec::with_capacity(mail.recipients.len());
    for recipient in mail.recipients {
        let words: Vec<String> = command
            .iter()
            .map(|word| word.replace("{from}", mail.from).replace("{to}", recipient))
            .collect();
        let said = timeout(PATIENCE, run(&words, &message))
            .await
            .unwrap_or_else(|_| Err("it takes too long".to_owned()));
        let reply = match said {
            Ok(()) => (250, "taken".to_owned()),
            Err(why) => (451, why),
        };
        node.log(|| format!("MM4: `{}` for {recipient}: {}", words.join(" "), reply.1));
        replies.push(Reply {
            code: reply.0,
            lines: vec![reply.1],
        });
    }
    Ok(replies)
}

/// # Errors
/// Why it did not take the message.
async fn run(words: &[String], message: &[u8]) -> Result<(), String> {
    let (program, arguments) = words.split_first().ok_or("mm4.send-command names no program")?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|e| format!("{program}: {e}"))?;
    let stdin = child.stdin.take();
    let write = async {
        if let Some(mut stdin) = stdin {
            // A program that has read enough may leave: its status counts.
            let _ = stdin.write_all(message).await;
        }
    };
    let ((), output) = tokio::join!(write, child.wait_with_output());
    let output = output.map_err(|e| e.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let last = words.trim_end().lines().last().unwrap_or_default();
    Err(format!("{} {last}", output.status))
}

/// CRLF becomes LF, as programs of this machine have it.
fn with_unix_lines(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len());
    let mut from = 0;
    for at in memmem::find_iter(message, b"\r\n") {
        out.extend_from_slice(&message[from..at]);
        from = at + 1;
    }
    out.extend_from_slice(&message[from..]);
    out
}

/// Lines that end in LF end in CRLF, as SMTP has it. Where the first one does so already, all do, and a lone LF is content.
pub(super) fn with_crlf(message: &[u8]) -> Vec<u8> {
    if memchr::memchr(b'\n', message).is_some_and(|end| message[..end].ends_with(b"\r")) {
        return message.to_vec();
    }
    let mut out = Vec::with_capacity(message.len() + message.len() / 32);
    let mut from = 0;
    for at in memchr::memchr_iter(b'\n', message) {
        out.extend_from_slice(&message[from..at]);
        if at == 0 || message[at - 1] != b'\r' {
            out.push(b'\r');
        }
        from = at;
    }
    out.extend_from_slice(&message[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_both_ways() {
        assert_eq!(with_unix_lines(b"a\r\nb\r\n\r\nc\rd\n"), b"a\nb\n\nc\rd\n");
        assert_eq!(with_crlf(b"\na\nb\r\nc\rd"), b"\r\na\r\nb\r\nc\rd");
        assert_eq!(with_crlf(b""), b"");
        assert_eq!(with_crlf(b"a\r\nb\nc"), b"a\r\nb\nc");
    }
}
