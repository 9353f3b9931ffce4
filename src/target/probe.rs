//! Is a relay there? Anything it says on MM1 or MM4 counts.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Ixit;

/// What a probe found, in words for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    Alive,
    Silent(String),
}

/// Asks MM1 for anything over HTTP and MM4 for its greeting, side by side.
pub async fn probe(ixit: &Ixit, limit: Duration) -> Found {
    let mm4 = async {
        match ixit.mm4.to {
            None => Err("it has no address".to_owned()),
            Some(to) => greets(to, b"", limit).await,
        }
    };
    let (mm1, mm4) = tokio::join!(mm1(&ixit.mm1.url, limit), mm4);
    match (mm1, mm4, ixit.mm4.to) {
        (Ok(()), ..) | (_, Ok(()), _) => Found::Alive,
        (Err(mm1), Err(mm4), Some(to)) => {
            Found::Silent(format!("MM1 at {}: {mm1}; MM4 at {to}: {mm4}", ixit.mm1.url))
        }
        (Err(mm1), Err(_), None) => Found::Silent(format!("MM1 at {}: {mm1}", ixit.mm1.url)),
    }
}

async fn mm1(url: &str, limit: Duration) -> Result<(), String> {
    let rest = url
        .strip_prefix("http://")
        .ok_or("the URL does not begin with http://")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let authority = if host.contains(':') {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    let mut addresses = tokio::net::lookup_host(&authority)
        .await
        .map_err(|e| e.to_string())?;
    let addr = addresses.next().ok_or("the host has no address")?;
    let request = format!("HEAD /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    greets(addr, request.as_bytes(), limit).await
}

async fn greets(addr: SocketAddr, request: &[u8], limit: Duration) -> Result<(), String> {
    let exchange = async {
        let mut stream = TcpStream::connect(addr).await.map_err(|e| e.to_string())?;
        stream.write_all(request).await.map_err(|e| e.to_string())?;
        let mut first = [0u8; 1];
        match stream.read(&mut first).await {
            Ok(0) => Err("closed without a word".to_owned()),
            Ok(_) => Ok(()),
            Err(e) => Err(e.to_string()),
        }
    };
    timeout(limit, exchange).await.unwrap_or_else(|_| {
        Err(format!(
            "accepts but says nothing within {} ms",
            limit.as_millis()
        ))
    })
}
