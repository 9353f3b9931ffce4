//! Signs that a process is ready.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use regex::Regex;
use reqwest::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::launched::Bound;
use super::log::{Log, Mark};
use crate::target::Ready;

/// The pause between two looks.
const LOOK: Duration = Duration::from_millis(25);
/// How long one look may take.
const ATTEMPT: Duration = Duration::from_secs(2);

/// A sign that is waited for.
pub(super) struct Sign<'a> {
    wanted: &'a Ready,
    /// What came instead so far; `None` when it is there.
    instead: Mutex<Option<String>>,
}

/// Where a log line is looked for, and how a bind shows.
pub(super) struct Around<'a> {
    pub process: &'a str,
    pub log: &'a Log,
    pub since: Mark,
    pub bound: Option<&'a Bound>,
}

impl<'a> Sign<'a> {
    pub fn new(wanted: &'a Ready) -> Sign<'a> {
        Sign {
            wanted,
            instead: Mutex::new(Some(String::new())),
        }
    }

    /// Waits for it.
    pub async fn seen(&self, around: &Around<'_>) {
        match self.wanted {
            Ready::Http(url) => match http_client() {
                Ok(client) => self.look_again(|| http(&client, url)).await,
                Err(reason) => self.never(reason).await,
            },
            Ready::Tcp(addr) => self.look_again(|| tcp(addr)).await,
            Ready::Smtp(addr) => self.look_again(|| smtp(addr)).await,
            Ready::SmppBind(false) => {}
            Ready::SmppBind(true) => match around.bound {
                Some(bound) => bound().await,
                None => {
                    let reason = "mmspec plays no short message service centre for it";
                    self.never(reason.to_owned()).await;
                }
            },
            Ready::Log(pattern) => match Regex::new(pattern) {
                Ok(pattern) => around.log.until(around.process, around.since, &pattern).await,
                Err(e) => self.never(e.to_string()).await,
            },
        }
        self.set(None);
    }

    /// What it is and what came instead, if it is not there.
    pub fn missing(&self) -> Option<String> {
        let instead = self
            .instead
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()?;
        let wanted = match self.wanted {
            Ready::Http(url) => format!("an answer to GET {url} with a status below 500"),
            Ready::Tcp(addr) => format!("a connection to {addr}"),
            Ready::Smtp(addr) => format!("a greeting 220 at {addr}"),
            Ready::SmppBind(_) => "an SMPP bind".to_owned(),
            Ready::Log(pattern) => format!("a line in its log that fits /{pattern}/"),
        };
        Some(match instead.as_str() {
            "" => wanted,
            instead => format!("{wanted} ({instead})"),
        })
    }

    fn set(&self, instead: Option<String>) {
        *self.instead.lock().unwrap_or_else(PoisonError::into_inner) = instead;
    }

    /// It cannot come.
    async fn never(&self, reason: String) {
        self.set(Some(reason));
        std::future::pending().await
    }

    async fn look_again<F: Future<Output = Result<(), String>>>(&self, look: impl Fn() -> F) {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            match timeout(ATTEMPT, look()).await {
                Ok(Ok(())) => return,
                Ok(Err(instead)) => self.set(Some(instead)),
                Err(_) => self.set(Some(format!("nothing within {} s", ATTEMPT.as_secs()))),
            }
        }
    }
}

/// A client that goes where it is told and nowhere else.
pub(super) fn http_client() -> Result<Client, String> {
    let builder = Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none());
    builder.build().map_err(|e| root_of(&e))
}

async fn http(client: &Client, url: &str) -> Result<(), String> {
    let answer = client.get(url).send().await.map_err(|e| root_of(&e))?;
    match answer.status().as_u16() {
        0..500 => Ok(()),
        status => Err(format!("HTTP status {status}")),
    }
}

async fn tcp(addr: &str) -> Result<(), String> {
    TcpStream::connect(addr)
        .await
        .map(drop)
        .map_err(|e| e.to_string())
}

async fn smtp(addr: &str) -> Result<(), String> {
    let mut stream = TcpStream::connect(addr).await.map_err(|e| e.to_string())?;
    let mut greeting = [0; 512];
    let mut length = 0;
    while length < greeting.len() && !greeting[..length].contains(&b'\n') {
        match stream.read(&mut greeting[length..]).await {
            Ok(0) if length == 0 => return Err("closed without a word".to_owned()),
            Ok(0) => break,
            Ok(count) => length += count,
            Err(e) => return Err(e.to_string()),
        }
    }
    if greeting.starts_with(b"220") {
        // In good order; how it takes that is its own affair.
        let _ = stream.write_all(b"QUIT\r\n").await;
        return Ok(());
    }
    let said = String::from_utf8_lossy(&greeting[..length]);
    Err(format!(
        "greeted with `{}`",
        said.lines().next().unwrap_or_default()
    ))
}

/// The innermost reason: `Connection refused`.
pub(super) fn root_of(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => root_of(source),
        None => error.to_string(),
    }
}
