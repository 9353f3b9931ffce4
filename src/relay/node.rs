//! One running Relay/Server: its life, its tasks, what all its parts share.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::accent::Accent;
use super::common::{Common, Turn};
use super::config::{Config, Subscribers};
use super::defects::{Seed, Seeds, UnknownDefect};
use super::dialects::{self, DialectError};
use super::dns::Resolver;
use super::homes::{self, Homes};
use super::ids::Ids;
use super::ledger::{Entry, Ledger, Line};
use super::push::PushGateway;
use super::pushing::Pushing;
use super::routing::Routing;
use super::secure::Secure;
use super::socket::Socket;
use super::store::{State, Store};
use super::{mm1, mm4, replica, resume, timer};

/// How long a stopping relay lets open HTTP and SMTP exchanges finish.
const STOP_GRACE: Duration = Duration::from_secs(2);

/// How often a name on a common store is tried that is still taken, and the pause between.
const PATIENCE: u32 = 100;
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Why a relay did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot listen for {what} on {addr}: {source}")]
    Listen {
        what: &'static str,
        addr: SocketAddr,
        source: io::Error,
    },
    #[error("{0}")]
    UnknownDefect(UnknownDefect),
    #[error("{0}")]
    Dialect(DialectError),
    /// Of what secures connections, or of how MM4 goes out.
    #[error("{0}")]
    Ways(String),
    #[error("cannot read the store {path}: {source}")]
    Store { path: PathBuf, source: io::Error },
    #[error("push gateway: {0}")]
    Push(String),
    #[error("subscriber service: {0}")]
    Homes(String),
}

/// Receives one line per event of the relay.
pub type Log = Arc<dyn Fn(&str) + Send + Sync>;

/// A running MMS Relay/Server. Several may run in one process; they share nothing. Dropped, it dies as if killed.
#[derive(Debug)]
pub struct Relay {
    node: Arc<Node>,
    mm4_addr: Option<SocketAddr>,
}

impl Relay {
    /// Binds both listeners and serves.
    ///
    /// # Errors
    /// An address that cannot be bound, a defect or a dialect that does not exist.
    pub async fn start(config: Config) -> Result<Relay, StartError> {
        Self::start_logging(config, Arc::new(|_: &str| {})).await
    }

    /// Like [`Relay::start`]; `log` gets one line per event.
    ///
    /// # Errors
    /// As for [`Relay::start`].
    pub async fn start_logging(config: Config, log: Log) -> Result<Relay, StartError> {
        let seeds = Seeds::of(&config.defects).map_err(StartError::UnknownDefect)?;
        let accent = dialects::accent(&config.dialects).map_err(StartError::Dialect)?;
        let secure = Secure::of(&config).map_err(StartError::Ways)?;
        config.check_ways().map_err(StartError::Ways)?;
        let push = PushGateway::new(&config.push).map_err(StartError::Push)?;
        let path = config.store.clone().filter(|_| !seeds.has(Seed::StoreForgets));
        let (ledger, past) =
            open_ledger(&config, path.as_deref())
                .await
                .map_err(|source| StartError::Store {
                    path: path.unwrap_or_default(),
                    source,
                })?;
        let mm1 = listen("MM1", config.mm1.listen).await?;
        let mm4 = match config.mm4.listen {
            Some(addr) => Some(listen("MM4", addr).await?),
            None => None,
        };
        let doorway = mm4::Doorway::of(&config).map_err(StartError::Ways)?;
        let node = Arc::new(Node {
            routing: Routing::new(&config, &seeds),
            homes: Homes::new(&config, &seeds).map_err(StartError::Homes)?,
            resolver: config.dns.clone().map(|dns| Resolver::new(dns, seeds.clone())),
            ids: Ids::new(&config.name, &config.domain),
            mm1_addr: address_of(&mm1, "MM1", config.mm1.listen)?,
            config,
            accent,
            secure,
            seeds,
            push,
            pushing: Pushing::default(),
            lines: mm4::Lines::default(),
            store: Store::default(),
            ledger,
            tasks: TaskTracker::new(),
            exchanges: TaskTracker::new(),
            closing: CancellationToken::new(),
            gone: CancellationToken::new(),
            killed: Arc::new(AtomicBool::new(false)),
            log,
        });
        let mm4_addr = match (&mm4, node.config.mm4.listen) {
            (Some(listener), Some(addr)) => Some(address_of(listener, "MM4", addr)?),
            _ => None,
        };
        node.log(|| {
            let mm4 = mm4_addr.map_or_else(String::new, |addr| format!(" and MM4 on {addr}"));
            format!("{} serves MM1 on {}{mm4}", node.config.name, node.mm1_addr)
        });
        resume::resume(&node, past);
        homes::watch(&node);
        replica::watch(&node);
        node.push.begin(&node);
        if let Some(every) = node.accent.smtp.keep_open {
            node.spawn(mm4::keep(node.clone(), every));
        }
        node.spawn(mm1::serve(node.clone(), mm1));
        if let Some(doorway) = doorway {
            node.spawn(mm4::serve_local(node.clone(), doorway));
        }
        if let Some(listener) = mm4 {
            node.spawn(mm4::serve(node.clone(), listener));
        }
        Ok(Relay { node, mm4_addr })
    }

    pub fn mm1_addr(&self) -> SocketAddr {
        self.node.mm1_addr
    }

    /// None: it does not listen for SMTP.
    pub fn mm4_addr(&self) -> Option<SocketAddr> {
        self.mm4_addr
    }

    /// Takes over another table of own subscribers. MMs that wait for one who moved follow.
    pub fn reload(&self, subscribers: &[Subscribers]) {
        self.node
            .log(|| "the table of subscribers is read again".to_owned());
        self.node.routing.reload(subscribers);
        self.node.homes.changed();
    }

    /// Stops in good order: no new connections, open exchanges finish, then everything ends. What is in no store is lost.
    pub async fn stop(self) {
        self.node.closing.cancel();
        self.node.exchanges.close();
        // An exchange that does not finish in time is cut below.
        let _ = tokio::time::timeout(STOP_GRACE, self.node.exchanges.wait()).await;
        self.node.push.leave().await;
        self.node.gone.cancel();
        self.node.all_ended().await;
    }

    /// Dies on the spot: its tasks end, its sockets are reset, its memory is gone. Returns when that is so.
    pub async fn kill(self) {
        self.node.die();
        self.node.all_ended().await;
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.node.die();
    }
}

/// Opens the ledger. On a common one an earlier life of this relay may just be ending, or somebody be looking whether it has.
async fn open_ledger(config: &Config, path: Option<&Path>) -> io::Result<(Ledger, Vec<Line>)> {
    let Some(path) = path.filter(|_| !config.store_with.is_empty()) else {
        return Ledger::open(path, None);
    };
    let mut patience = PATIENCE;
    loop {
        match Common::open(path, &config.name, &config.store_with) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && patience > 0 => {
                patience -= 1;
                timer::pause(LOOK_AGAIN).await;
            }
            common => return Ledger::open(Some(path), Some(common?)),
        }
    }
}

async fn listen(what: &'static str, addr: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(addr)
        .await
        .map_err(|source| StartError::Listen { what, addr, source })
}

fn address_of(
    listener: &TcpListener,
    what: &'static str,
    addr: SocketAddr,
) -> Result<SocketAddr, StartError> {
    listener
        .local_addr()
        .map_err(|source| StartError::Listen { what, addr, source })
}

/// What the parts of one relay share.
pub(crate) struct Node {
    pub config: Config,
    pub accent: Accent,
    pub secure: Secure,
    pub routing: Routing,
    /// None: nothing is looked up.
    pub resolver: Option<Resolver>,
    pub ids: Ids,
    /// Pushes on their way to the gateway.
    pub pushing: Pushing,
    /// SMTP connections that stay open, if any do.
    pub lines: mm4::Lines,
    store: Store,
    pub homes: Homes,
    pub ledger: Ledger,
    pub push: PushGateway,
    pub mm1_addr: SocketAddr,
    seeds: Seeds,
    tasks: TaskTracker,
    /// HTTP and SMTP exchanges that others began.
    exchanges: TaskTracker,
    /// Set when the relay stops in good order: connections end at the next pause.
    pub closing: CancellationToken,
    /// Set when every task has to end.
    gone: CancellationToken,
    pub killed: Arc<AtomicBool>,
    log: Log,
}

impl Node {
    /// Runs a task of this relay. It ends with the relay at the latest.
    pub fn spawn(self: &Arc<Self>, task: impl Future<Output = ()> + Send + 'static) {
        let gone = self.gone.clone();
        self.tasks.spawn(async move {
            gone.run_until_cancelled(task).await;
        });
    }

    /// Accepts connections until the relay closes, and serves each beside the others.
    pub async fn accept<F>(self: &Arc<Self>, listener: &TcpListener, serve: impl Fn(Socket) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = self.closing.cancelled() => return,
            };
            if let Ok((stream, _)) = accepted {
                self.spawn_exchange(serve(Socket::new(stream, self.killed.clone())));
            }
        }
    }

    /// Runs an exchange that somebody outside began: a stopping relay waits for it.
    pub fn spawn_exchange(self: &Arc<Self>, exchange: impl Future<Output = ()> + Send + 'static) {
        let gone = self.gone.clone();
        self.exchanges.spawn(async move {
            gone.run_until_cancelled(exchange).await;
        });
    }

    /// The relay's memory, for look-ups and changes only, never across a wait. On a common store what the other relays wrote is
    /// in it, and none of them changes anything meanwhile.
    pub fn state(&self) -> Held<'_> {
        let mut state = self.store.lock();
        let turn = self.ledger.common().and_then(Common::turn);
        if let Some(common) = self.ledger.common() {
            match common.news() {
                Ok(news) => replica::take(self, &mut state, &news),
                Err(error) => self.log(|| format!("the ledger cannot be read: {error}")),
            }
        }
        Held { _turn: turn, state }
    }

    /// Writes an event to the ledger. One that cannot be written is lost with the process; the MM itself goes on.
    pub fn note(&self, entry: impl FnOnce() -> Entry) {
        if let Err(error) = self.ledger.write(entry) {
            self.log(|| format!("the ledger cannot be written: {error}"));
        }
    }

    /// Writes events of one moment to the ledger, like [`Node::note`].
    pub fn note_all(&self, entries: impl FnOnce() -> Vec<Entry>) {
        if let Err(error) = self.ledger.write_all(entries) {
            self.log(|| format!("the ledger cannot be written: {error}"));
        }
    }

    async fn all_ended(&self) {
        self.exchanges.close();
        self.tasks.close();
        self.exchanges.wait().await;
        self.tasks.wait().await;
    }

    /// Whether the relay was started with this defect.
    /// Its defects, for what knows nothing else of the relay.
    pub fn seeds(&self) -> &Seeds {
        &self.seeds
    }

    pub fn has(&self, seed: Seed) -> bool {
        self.seeds.has(seed)
    }

    pub fn log(&self, line: impl FnOnce() -> String) {
        (self.log)(&line());
    }

    fn die(&self) {
        self.killed.store(true, Ordering::Release);
        self.closing.cancel();
        self.gone.cancel();
    }
}

/// The relay's memory while it is looked at. The turn is given back first.
pub(crate) struct Held<'a> {
    _turn: Option<Turn<'a>>,
    state: MutexGuard<'a, State>,
}

impl Deref for Held<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.state
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node")
            .field("name", &self.config.name)
            .field("mm1", &self.mm1_addr)
            .finish_non_exhaustive()
    }
}
