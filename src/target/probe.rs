//! Is a relay there? What an address says to somebody who connects to it.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Ixit;

/// Octets of what an address says that are read.
const READ: usize = 512;

/// What a probe found, in words for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    Alive,
    Silent(String),
}

/// What an address said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// An HTTP response with this status.
    Http(u16),
    /// A line that begins with a three-digit code, as an SMTP server's greeting does.
    Greeting(String),
    /// Something else; what cannot be shown is left out.
    Other(String),
    /// Nobody listens.
    Refused,
    /// It closed the connection.
    Closed,
    /// It took the connection, and the time was over.
    Nothing,
    Unreachable(String),
}

/// Asks MM1 for anything over HTTP and MM4 for its greeting, side by side. Whatever is said on one of them is a sign of life.
pub async fn probe(ixit: &Ixit, limit: Duration) -> Found {
    let mm4 = async {
        match ixit.mm4.to {
            None => None,
            Some(to) => Some((to, self::mm4(to, limit).await)),
        }
    };
    let (mm1, mm4) = tokio::join!(mm1(&ixit.mm1.url, limit), mm4);
    let silence = |said: &Said| said.silence(limit);
    match (silence(&mm1), mm4.map(|(to, said)| (to, silence(&said)))) {
        (None, _) | (_, Some((_, None))) => Found::Alive,
        (Some(mm1), Some((to, Some(mm4)))) => {
            Found::Silent(format!("MM1 at {}: {mm1}; MM4 at {to}: {mm4}", ixit.mm1.url))
        }
        (Some(mm1), None) => Found::Silent(format!("MM1 at {}: {mm1}", ixit.mm1.url)),
    }
}

/// What is said to a HEAD of this URL. Over `https:` a connection that is taken is all that is asked for.
pub async fn mm1(url: &str, limit: Duration) -> Said {
    let (rest, port) = match (url.strip_prefix("http://"), url.strip_prefix("https://")) {
        (Some(rest), _) => (rest, 80),
        (_, Some(rest)) => (rest, 443),
        _ => return Said::Unreachable("the URL does not begin with http:// or https://".to_owned()),
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let authority = if host.contains(':') {
        host.to_owned()
    } else {
        format!("{host}:{port}")
    };
    let addr = match tokio::net::lookup_host(&authority)
        .await
        .map(|mut all| all.next())
    {
        Ok(Some(addr)) => addr,
        Ok(None) => return Said::Unreachable("the host has no address".to_owned()),
        Err(e) => return Said::Unreachable(e.to_string()),
    };
    if port == 443 {
        return match TcpStream::connect(addr).await {
            Ok(_) => Said::Other("(TLS)".to_owned()),
            Err(e) => failed(&e),
        };
    }
    let request = format!("HEAD /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    listen(addr, request.as_bytes(), limit).await
}

/// What an SMTP server at this address says first.
pub async fn mm4(to: SocketAddr, limit: Duration) -> Said {
    let said = listen(to, b"", limit).await;
    if said != Said::Nothing {
        return said;
    }
    // An HTTP server waits to be asked; an SMTP server would not.
    match listen(to, b"HEAD / HTTP/1.0\r\n\r\n", limit / 4).await {
        http @ Said::Http(_) => http,
        _ => said,
    }
}

async fn listen(addr: SocketAddr, request: &[u8], limit: Duration) -> Said {
    let exchange = async {
        let mut stream = TcpStream::connect(addr).await?;
        stream.write_all(request).await?;
        let mut first = [0u8; READ];
        let count = stream.read(&mut first).await?;
        Ok::<_, std::io::Error>(first[..count].to_vec())
    };
    match timeout(limit, exchange).await {
        Err(_) => Said::Nothing,
        Ok(Err(e)) => failed(&e),
        Ok(Ok(octets)) => understood(&octets),
    }
}

fn failed(error: &std::io::Error) -> Said {
    match error.kind() {
        ErrorKind::ConnectionRefused => Said::Refused,
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => Said::Closed,
        _ => Said::Unreachable(error.to_string()),
    }
}

fn understood(octets: &[u8]) -> Said {
    if octets.is_empty() {
        return Said::Closed;
    }
    let text = String::from_utf8_lossy(octets);
    let line = text.lines().next().unwrap_or_default();
    let shown: String = line.chars().filter(|c| !c.is_control()).take(80).collect();
    let status = line
        .strip_prefix("HTTP/")
        .and_then(|rest| rest.split(' ').nth(1)?.parse().ok());
    if let Some(status) = status {
        return Said::Http(status);
    }
    let code = line
        .get(..3)
        .is_some_and(|code| code.bytes().all(|b| b.is_ascii_digit()));
    if code {
        Said::Greeting(shown)
    } else {
        Said::Other(shown)
    }
}

impl Said {
    /// Why this is no sign of life, if it is none.
    fn silence(&self, limit: Duration) -> Option<String> {
        match self {
            Said::Http(_) | Said::Greeting(_) | Said::Other(_) => None,
            Said::Refused => Some("connection refused".to_owned()),
            Said::Closed => Some("closed without a word".to_owned()),
            Said::Nothing => Some(format!(
                "accepts but says nothing within {} ms",
                limit.as_millis()
            )),
            Said::Unreachable(why) => Some(why.clone()),
        }
    }
}
