//! A relay that does its worst: what it does with the first request, on the sockets. Threads of its own, which end when the other side
//! hangs up.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use mmspec::wire::mm1;

/// What the relay does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    // To who posts a PDU.
    NoAnswer,
    HalfClosedAnswer,
    BodyOf100Megabytes,
    EndlessBody,
    EndlessHeader,
    DrippingBody,
    /// Answers, and pushes once, with [`TEXT`] wherever there is text.
    Text,
    // To the push gateway, after a submission.
    Pushes(u32),
    PushOf100Megabytes,
    EndlessPushHeader,
    DrippingPush,
    HalfClosedPush,
    // To a peer that sends a mail.
    NoGreeting,
    EndlessReply,
    EndlessReplyLine,
    DrippingReply,
    HalfClosedReply,
    // To a peer that it sends to, after a submission.
    EndlessCommand,
    EndlessMailHeader,
    MailOf100Megabytes,
    DrippingMail,
    HalfClosedMail,
}

/// The addresses it speaks to.
#[derive(Debug, Clone, Copy)]
pub struct Others {
    pub kannel: SocketAddr,
    pub peer: SocketAddr,
}

/// Where it listens.
#[derive(Debug, Clone, Copy)]
pub struct Relay {
    pub mm1: SocketAddr,
    pub mm4: SocketAddr,
}

/// Markup, scripts, escape sequences, forged lines, what reorders: everything that a text can do to who shows it.
pub const TEXT: &str = "</script><script>alert(1)</script><b onload=alert(1)>\x1b[2J\x1b]0;owned\x07\u{9b}31m\u{202e}gnp\u{2066}&\"'`|[x](javascript:alert(1)) ]]>\r\n::error::forged\nnot ok 7 - forged\n# forged";

/// Octets that are written at a time where there is no end of them.
const PIECE: usize = 64 * 1024;
const MEGABYTES_100: usize = 100 * 1000 * 1000;
/// Between two octets of what drips. Modelled time: this is how slow the relay is.
const DRIP: Duration = Duration::from_millis(50);

impl Relay {
    pub fn start(deed: Deed, others: Others) -> Relay {
        let listen = |serve: fn(TcpStream, Deed, Others) -> io::Result<()>| {
            let listener = TcpListener::bind("127.0.0.1:0").expect("this host has a free port");
            let addr = listener.local_addr().expect("it is bound");
            thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    // A connection that breaks is what is meant to happen.
                    thread::spawn(move || serve(stream, deed, others));
                }
            });
            addr
        };
        Relay {
            mm1: listen(mm1_request),
            mm4: listen(mm4_session),
        }
    }
}

fn mm1_request(mut stream: TcpStream, deed: Deed, others: Others) -> io::Result<()> {
    let body = read_request(&mut stream)?;
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.wap.mms-message\r\n";
    match deed {
        Deed::NoAnswer => wait_for_end(stream),
        Deed::HalfClosedAnswer => {
            stream.write_all(head.as_bytes())?;
            stream.shutdown(Shutdown::Write)?;
            wait_for_end(stream)
        }
        Deed::BodyOf100Megabytes => {
            write!(stream, "{head}Content-Length: {MEGABYTES_100}\r\n\r\n")?;
            zeros(&mut stream, MEGABYTES_100)
        }
        Deed::EndlessBody => {
            write!(stream, "{head}\r\n")?;
            zeros(&mut stream, usize::MAX)
        }
        Deed::EndlessHeader => {
            stream.write_all(head.as_bytes())?;
            forever(&mut stream, b"X-More: and more\r\n")
        }
        Deed::DrippingBody => {
            write!(stream, "{head}Content-Length: {MEGABYTES_100}\r\n\r\n")?;
            drip(&mut stream)
        }
        _ => {
            let pdu = mm1::decode(&body.into()).map_err(io::Error::other)?.pdu;
            let transaction = pdu.text("X-Mms-Transaction-ID").unwrap_or_default();
            let (transaction, text) = match deed {
                Deed::Text => (TEXT, TEXT),
                _ => (transaction.as_str(), "Ok"),
            };
            let conf = [
                &[0x8C, 0x81, 0x98][..],
                transaction.as_bytes(),
                &[0, 0x8D, 0x92, 0x92, 0x80, 0x93],
                // Quoted if it does not begin with an octet of ASCII: here it does.
                text.as_bytes(),
                &[0, 0x8B],
                b"1@mms.home.example\0",
            ]
            .concat();
            write!(stream, "{head}Content-Length: {}\r\n\r\n", conf.len())?;
            stream.write_all(&conf)?;
            let to = pdu.text("To").unwrap_or_default();
            let to = to.split('/').next().unwrap_or_default().to_owned();
            after_submission(deed, others, &to)
        }
    }
}

fn after_submission(deed: Deed, others: Others, to: &str) -> io::Result<()> {
    match deed {
        Deed::Pushes(count) => pushes(others.kannel, to, count, "s"),
        Deed::Text => pushes(others.kannel, to, 1, TEXT),
        Deed::PushOf100Megabytes | Deed::EndlessPushHeader | Deed::DrippingPush | Deed::HalfClosedPush => {
            let mut stream = TcpStream::connect(others.kannel)?;
            write!(stream, "POST /cgi-bin/sendsms HTTP/1.1\r\nHost: k\r\n")?;
            match deed {
                Deed::PushOf100Megabytes => {
                    write!(stream, "Content-Length: {MEGABYTES_100}\r\n\r\n")?;
                    zeros(&mut stream, MEGABYTES_100)
                }
                Deed::EndlessPushHeader => forever(&mut stream, b"X-More: and more\r\n"),
                Deed::DrippingPush => {
                    write!(stream, "Content-Length: {MEGABYTES_100}\r\n\r\n")?;
                    drip(&mut stream)
                }
                _ => {
                    stream.shutdown(Shutdown::Write)?;
                    wait_for_end(stream)
                }
            }
        }
        Deed::EndlessCommand
        | Deed::EndlessMailHeader
        | Deed::MailOf100Megabytes
        | Deed::DrippingMail
        | Deed::HalfClosedMail => mail(deed, others.peer, to),
        _ => Ok(()),
    }
}

/// Notifications for one number, one after the other on a connection, without waiting for the answers. Each names another MM.
fn pushes(kannel: SocketAddr, to: &str, count: u32, subject: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(kannel)?;
    let mut answers = stream.try_clone()?;
    thread::spawn(move || io::copy(&mut answers, &mut io::sink()));
    let mut batch = Vec::new();
    for number in 0..count {
        let mut pdu = vec![0x01, 0x06, 0x22];
        pdu.extend(b"application/vnd.wap.mms-message\0\xAF\x84");
        pdu.extend([0x8C, 0x82, 0x98]);
        pdu.extend(format!("t{number}\0").bytes());
        pdu.extend([0x8D, 0x92, 0x96]);
        pdu.extend(subject.bytes().chain([0]));
        pdu.extend([0x8A, 0x81, 0x8E, 0x01, 0x64]);
        pdu.extend([0x88, 0x05, 0x81, 0x03, 0x01, 0x51, 0x80, 0x83]);
        pdu.extend(format!("http://127.0.0.1/{number}\0").bytes());
        let text: String = pdu.iter().map(|octet| format!("%{octet:02X}")).collect();
        let number = to.trim_start_matches('+');
        batch.extend(
            format!("GET /cgi-bin/sendsms?to=%2B{number}&udh=%06%05%04%0B%84%23%F0&text={text} HTTP/1.1\r\nHost: k\r\n\r\n")
                .bytes(),
        );
        if batch.len() > PIECE {
            stream.write_all(&batch)?;
            batch.clear();
        }
    }
    stream.write_all(&batch)?;
    wait_for_end(stream)
}

fn mail(deed: Deed, peer: SocketAddr, to: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(peer)?;
    let mut replies = BufReader::new(stream.try_clone()?);
    reply(&mut replies)?;
    if deed == Deed::EndlessCommand {
        return forever(&mut stream, b"EHLO and so on ");
    }
    for command in [
        "EHLO mms.home.example".to_owned(),
        "MAIL FROM:<system-user@mms.home.example>".to_owned(),
        format!("RCPT TO:<{to}/TYPE=PLMN@mms.p.example>"),
        "DATA".to_owned(),
    ] {
        write!(stream, "{command}\r\n")?;
        reply(&mut replies)?;
    }
    write!(
        stream,
        "X-Mms-3GPP-MMS-Version: 6.10.0\r\nX-Mms-Message-Type: MM4_forward.REQ\r\nX-Mms-Transaction-ID: \"1\"\r\nX-Mms-Message-ID: \"1\"\r\nTo: {to}/TYPE=PLMN@mms.p.example\r\n"
    )?;
    match deed {
        Deed::EndlessMailHeader => forever(&mut stream, b"X-More: and more\r\n"),
        Deed::MailOf100Megabytes => {
            write!(stream, "\r\n")?;
            for _ in 0..MEGABYTES_100 / PIECE {
                stream.write_all(
                    &b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd\r\n".repeat(PIECE / 64),
                )?;
            }
            write!(stream, "\r\n.\r\n")?;
            wait_for_end(stream)
        }
        Deed::DrippingMail => drip(&mut stream),
        _ => {
            stream.shutdown(Shutdown::Write)?;
            wait_for_end(stream)
        }
    }
}

fn mm4_session(mut stream: TcpStream, deed: Deed, _: Others) -> io::Result<()> {
    match deed {
        Deed::NoGreeting => return wait_for_end(stream),
        Deed::EndlessReplyLine => return forever(&mut stream, b"220 and so on "),
        _ => {}
    }
    stream.write_all(b"220 mms.home.example\r\n")?;
    let mut commands = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    commands.read_line(&mut line)?;
    match deed {
        Deed::EndlessReply => forever(&mut stream, b"250-AND-MORE\r\n"),
        Deed::DrippingReply => {
            stream.write_all(b"250-")?;
            drip(&mut stream)
        }
        Deed::HalfClosedReply => {
            stream.write_all(b"250-mms.home.example\r\n")?;
            stream.shutdown(Shutdown::Write)?;
            wait_for_end(stream)
        }
        _ => stream.write_all(b"421 not now\r\n"),
    }
}

/// The body of an HTTP request that says how long it is.
fn read_request(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut reader = BufReader::new(stream);
    let (mut length, mut line) = (0, String::new());
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(body)
}

fn reply(replies: &mut impl BufRead) -> io::Result<()> {
    let mut line = String::new();
    while replies.read_line(&mut line)? > 0 && line.as_bytes().get(3) == Some(&b'-') {
        line.clear();
    }
    Ok(())
}

fn zeros(stream: &mut TcpStream, mut count: usize) -> io::Result<()> {
    let piece = vec![0; PIECE];
    while count > 0 {
        let n = count.min(PIECE);
        stream.write_all(&piece[..n])?;
        count -= n;
    }
    Ok(())
}

fn forever(stream: &mut TcpStream, words: &[u8]) -> io::Result<()> {
    let piece = words.repeat(PIECE / words.len());
    loop {
        stream.write_all(&piece)?;
    }
}

fn drip(stream: &mut TcpStream) -> io::Result<()> {
    loop {
        stream.write_all(b"x")?;
        thread::sleep(DRIP);
    }
}

fn wait_for_end(mut stream: TcpStream) -> io::Result<()> {
    io::copy(&mut stream, &mut io::sink()).map(drop)
}
