//! Who may come in, and what the sessions of an SMSC share.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::datagrams::{Datagrams, LAPSE};
use super::receipts::Receipts;
use super::session::Session;
use super::throttle::Throttle;
use crate::link::stream::Stream;
use crate::party::delay::within;
use crate::party::{Desk, Listening};

/// Connections at a time; more wait until one ends.
const CONNECTIONS: usize = 128;
/// How long a bound ESME may be silent before it is asked whether it is still there.
const SILENCE: Duration = Duration::from_secs(30);

/// What an ESME must say to be let in, and how it is treated. The default asks for nothing and takes all.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// The system_id that is demanded; none: any, and each is a customer of its own.
    pub system_id: Option<String>,
    /// The password that is demanded; none: any.
    pub password: Option<String>,
    /// Messages in a second; others are answered ESME_RTHROTTLED.
    pub throttle: Option<u32>,
    /// How long an ESME may be silent before it gets an enquire_link, and then before it is given up; 30 seconds if not said.
    pub silence: Option<Duration>,
}

impl std::fmt::Debug for Account {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("system_id", &self.system_id)
            .field("password", &self.password.as_ref().map(|_| "…"))
            .field("throttle", &self.throttle)
            .field("silence", &self.silence)
            .finish()
    }
}

/// What every session of a listener shares.
#[derive(Debug)]
pub(super) struct House {
    pub desk: Arc<Desk>,
    pub relay: String,
    pub account: Account,
    pub receipts: Receipts,
    /// Sessions that are bound.
    pub bound: watch::Sender<usize>,
    pub stop: CancellationToken,
    datagrams: Mutex<Datagrams>,
    throttle: Option<Mutex<Throttle>>,
    messages: AtomicU64,
    sessions: AtomicU64,
}

/// Opens an SMSC for one relay at `addr` (port 0: any). What is pushed through it arrives, from `relay`, at the place that owns
/// the number, before the message that completed it is answered. When the listener goes, its ESMEs get an unbind.
///
/// # Errors
/// `addr` cannot be bound.
pub async fn listen(
    desk: Arc<Desk>,
    relay: &str,
    addr: SocketAddr,
    account: Account,
) -> std::io::Result<Listening> {
    let (listening, _) = listen_and_tell(desk, relay, addr, account).await?;
    Ok(listening)
}

/// The same, and how many sessions are bound.
///
/// # Errors
/// `addr` cannot be bound.
pub async fn listen_and_tell(
    desk: Arc<Desk>,
    relay: &str,
    addr: SocketAddr,
    account: Account,
) -> std::io::Result<(Listening, watch::Receiver<usize>)> {
    let listener = TcpListener::bind(addr).await?;
    let (listening, stop) = Listening::new(listener.local_addr()?);
    let (bound, told) = watch::channel(0);
    let house = Arc::new(House {
        desk,
        relay: relay.to_owned(),
        throttle: account.throttle.map(|rate| Mutex::new(Throttle::new(rate))),
        account,
        receipts: Receipts::new(),
        bound,
        stop,
        datagrams: Mutex::default(),
        messages: AtomicU64::new(1),
        sessions: AtomicU64::new(1),
    });
    tokio::spawn(lapse(Arc::clone(&house)));
    tokio::spawn(accept(listener, house));
    Ok((listening, told))
}

async fn accept(listener: TcpListener, house: Arc<House>) {
    let mut sessions = JoinSet::new();
    loop {
        while sessions.try_join_next().is_some() {}
        let full = sessions.len() >= CONNECTIONS;
        let accepted = tokio::select! {
            () = house.stop.cancelled() => break,
            _ = sessions.join_next(), if full => continue,
            accepted = listener.accept(), if !full => accepted,
        };
        // A failed accept concerns the connection that was to come (ECONNABORTED) or the process (EMFILE); both pass.
        let Ok((stream, _)) = accepted else {
            tokio::task::yield_now().await;
            continue;
        };
        sessions.spawn(Session::new(Arc::clone(&house), Stream::new(stream)).run());
    }
    drop(listener);
    // Each takes its leave, in bounded time.
    while sessions.join_next().await.is_some() {}
}

/// Drops datagrams that stay incomplete, as long as the SMSC is there.
async fn lapse(house: Arc<House>) {
    while within(LAPSE / 4, house.stop.cancelled()).await.is_err() {
        let incomplete = house.datagrams().lapse(Instant::now());
        incomplete.into_iter().for_each(|one| house.give_up(one));
    }
}

impl House {
    pub fn datagrams(&self) -> MutexGuard<'_, Datagrams> {
        self.datagrams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the rate allows another message now.
    pub fn may_pass(&self) -> bool {
        let Some(throttle) = &self.throttle else {
            return true;
        };
        let mut throttle = throttle.lock().unwrap_or_else(PoisonError::into_inner);
        throttle.pass(Instant::now())
    }

    pub fn silence(&self) -> Duration {
        self.account.silence.unwrap_or(SILENCE)
    }

    /// A message_id that no other message of this SMSC has.
    pub fn message_id(&self) -> String {
        format!("{:010}", self.messages.fetch_add(1, Ordering::Relaxed))
    }

    pub fn session_id(&self) -> u64 {
        self.sessions.fetch_add(1, Ordering::Relaxed)
    }
}
