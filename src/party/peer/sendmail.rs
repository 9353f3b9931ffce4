//! The mail command of a relay that has no SMTP: what `sendmail` would be to it. It hands the message to a peer of a run, and its
//! exit code is what became of it there.

use std::time::Duration;

use bytes::Bytes;

use super::Place;
use super::client::{Delivery, Letter, SmtpClient};
use super::command::words_of;
use crate::wire::address;
use crate::wire::smtp::ways::LineEnds;
use crate::wire::smtp::{MESSAGE_LIMIT, sysexits};

/// Octets of a message that are taken; more is refused. Who reads it need not read on.
pub const LONGEST_MESSAGE: usize = MESSAGE_LIMIT;
/// Its name in EHLO: an event shows that it came through a mail command.
const NAME: &str = "pipe.mmspec.invalid";
/// Characters of the command line that a peer is told.
const LONGEST_CALL: usize = 1000;
/// Octets of the header that are read for recipients.
const HEADER_READ: usize = 64 * 1024;
/// Options of one letter with a value, which may be the next argument.
const WITH_VALUE: &str = "fFrBCDhLNORVXAp";
/// `-bX` that do not send a message.
const OTHER_MODES: &str = "dDhHiIpPsStvzaP";

/// How the command was called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Call {
    /// Of `-f` or `-r`, without angle brackets; the null path if there is none.
    pub from: String,
    /// Arguments that are no options, without angle brackets.
    pub recipients: Vec<String>,
    /// `-t`: those in To, Cc and Bcc too.
    pub from_header: bool,
}

/// What the command ends with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// See [`sysexits`].
    pub code: i32,
    /// Why it is not 0, for a person.
    pub words: String,
}

impl Exit {
    pub fn new(code: i32, words: impl Into<String>) -> Exit {
        Exit {
            code,
            words: words.into(),
        }
    }

    fn usage(words: impl Into<String>) -> Exit {
        Exit::new(sysexits::USAGE, words)
    }
}

impl Call {
    /// Reads arguments as sendmail does. Options that change nothing here are passed over. A dot alone on a line never ends the
    /// message, as if `-i` were always there: a relay's message is to arrive whole.
    ///
    /// # Errors
    /// No message is to be sent (`-bs`, `-bp`, …), or a path cannot be one.
    pub fn parse(arguments: &[String]) -> Result<Call, Exit> {
        let mut call = Call::default();
        let mut rest = arguments.iter();
        let mut options = true;
        while let Some(argument) = rest.next() {
            let option = argument.strip_prefix('-').filter(|o| options && !o.is_empty());
            let Some(option) = option else {
                let list = address::list(argument);
                call.recipients
                    .extend(list.iter().map(|one| address::addr_spec(one)));
                continue;
            };
            if option == "-" {
                options = false;
                continue;
            }
            let (letter, attached) = option.split_at(option.chars().next().map_or(0, char::len_utf8));
            match (letter, attached) {
                ("t", "") => call.from_header = true,
                ("f" | "r", value) => {
                    let value = match value {
                        "" => rest
                            .next()
                            .ok_or_else(|| Exit::usage(format!("-{letter} needs an address")))?,
                        value => value,
                    };
                    call.from = address::addr_spec(value);
                }
                ("b", mode) if mode.chars().any(|mode| OTHER_MODES.contains(mode)) => {
                    return Err(Exit::usage(format!(
                        "-b{mode} is not supported: it sends no message"
                    )));
                }
                (letter, "") if WITH_VALUE.contains(letter) => drop(rest.next()),
                _ => {}
            }
        }
        let paths = call.recipients.iter().chain([&call.from]);
        if let Some(path) = paths.into_iter().find(|path| path.chars().any(char::is_control)) {
            return Err(Exit::usage(format!("{path:?} is no address")));
        }
        Ok(call)
    }

    fn recipients_of(&self, message: &[u8]) -> Vec<String> {
        let mut recipients = self.recipients.clone();
        if self.from_header {
            for one in header_recipients(message) {
                if !recipients.contains(&one) {
                    recipients.push(one);
                }
            }
        }
        recipients
    }
}

/// Hands a message over to the peer at `to`, `limit` in all. Line ends become CRLF if those of the message are LF; nothing else
/// changes. With several recipients it goes to those that are accepted, and the exit code speaks of the others.
pub async fn hand_over(to: &Place, arguments: &[String], message: &[u8], limit: Duration) -> Exit {
    let call = match Call::parse(arguments) {
        Ok(call) => call,
        Err(exit) => return exit,
    };
    if message.len() > LONGEST_MESSAGE {
        return Exit::new(
            sysexits::DATAERR,
            format!("the message has more than {LONGEST_MESSAGE} octets"),
        );
    }
    let line_ends = LineEnds::found(message);
    let data = Bytes::from(line_ends.to_wire(message));
    let recipients = call.recipients_of(&data);
    if recipients.is_empty() {
        return Exit::usage("no recipient: neither in the arguments nor, with -t, in the header");
    }
    let how: String = format!("{} {}", line_ends.name(), words_of(arguments))
        .chars()
        .take(LONGEST_CALL)
        .collect();
    let letter = Letter {
        helo: NAME,
        mail_from: &call.from,
        rcpt_to: &recipients,
        data: &data,
    };
    let delivery = SmtpClient::at(to.clone())
        .called(how)
        .deliver(letter, limit)
        .await;
    exit_of(&delivery, to)
}

fn exit_of(delivery: &Delivery, to: &Place) -> Exit {
    let ended = match &delivery.end {
        Ok(ended) => ended,
        Err(no_reply) => return Exit::new(sysexits::TEMPFAIL, format!("{to}: {no_reply}")),
    };
    let said = |code: u16, text: &str| format!("{to} said {code} {}", text.replace('\n', " "));
    if ended.code / 100 != 2 {
        return Exit::new(sysexits::exit(ended.code), said(ended.code, &ended.text));
    }
    // A recipient that may do better later decides: only then does the caller try again.
    let refused = delivery.recipients.iter().filter(|(_, code, _)| code / 100 != 2);
    match refused.max_by_key(|(_, code, _)| code / 100 == 4) {
        Some((path, code, text)) => {
            Exit::new(sysexits::exit(*code), format!("<{path}>: {}", said(*code, text)))
        }
        None => Exit::new(sysexits::OK, String::new()),
    }
}

/// Addresses in To, Cc and Bcc.
fn header_recipients(message: &[u8]) -> Vec<String> {
    let head = &message[..message.len().min(HEADER_READ)];
    let mut fields: Vec<String> = Vec::new();
    for line in String::from_utf8_lossy(head).split("\r\n") {
        if line.is_empty() {
            break;
        }
        match (line.starts_with([' ', '\t']), fields.last_mut()) {
            (true, Some(field)) => field.push_str(line),
            _ => fields.push(line.to_owned()),
        }
    }
    let named = |name: &str| {
        ["To", "Cc", "Bcc"]
            .iter()
            .any(|n| n.eq_ignore_ascii_case(name.trim()))
    };
    fields
        .iter()
        .filter_map(|field| field.split_once(':'))
        .filter(|(name, _)| named(name))
        .flat_map(|(_, value)| address::list(value))
        .map(|one| address::addr_spec(&one))
        .filter(|path| !path.chars().any(char::is_control))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(arguments: &[&str]) -> Result<Call, Exit> {
        Call::parse(&arguments.iter().map(|&a| a.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn arguments_are_read_as_sendmail_does() {
        let read = call(&[
            "-i",
            "-oi",
            "-oem",
            "-F",
            "Full Name",
            "-f",
            "<a@b>",
            "-O",
            "X=y",
            "-q10m",
            "+1555/TYPE=PLMN",
            "<c@d>",
        ])
        .unwrap();
        assert_eq!(read.from, "a@b");
        assert_eq!(read.recipients, ["+1555/TYPE=PLMN", "c@d"]);
        assert!(!read.from_header);
        let read = call(&["-fa@b", "-t", "-bm", "-unknown", "--", "-x@y"]).unwrap();
        assert_eq!((read.from.as_str(), read.from_header), ("a@b", true));
        assert_eq!(read.recipients, ["-x@y"]);
        assert_eq!(call(&["-f", "", "a,b@c"]).unwrap().recipients, ["a", "b@c"]);
        for wrong in [
            &["-f"][..],
            &["-bs"],
            &["-bp"],
            &["a\r\nDATA"],
            &["-f", "x\ny", "z"],
        ] {
            assert_eq!(call(wrong).unwrap_err().code, sysexits::USAGE, "{wrong:?}");
        }
    }

    #[test]
    fn recipients_stand_in_the_header() {
        let message = b"From: x\r\nTo: \"A, B\" <a@b>,\r\n +1/TYPE=PLMN@c\r\nbcc: d@e\r\n\r\nTo: no@one\r\n";
        assert_eq!(header_recipients(message), ["a@b", "+1/TYPE=PLMN@c", "d@e"]);
    }
}
