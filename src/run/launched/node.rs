//! One instance of a relay that the run started: put down and up again, and watched for an end that nobody asked for.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, Weak};
use std::time::Instant;

use tokio::sync::{Mutex, watch};

use super::users::{Present, Users};
use crate::target::launch::{Bound, Ended, Excerpt, Launch, Launched, Log, Mark, Trouble, remove_folder};
use crate::target::{Secrets, Target};

/// Lines of its log that come with a death.
const LAST_LINES: usize = 12;

/// How a relay stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Status {
    /// How often it has been started.
    pub life: u64,
    pub up: bool,
    /// It was put down, by a script or by the run.
    pub is_asked: bool,
    /// It has ended unasked, and its last words are being gathered.
    pub is_dying: bool,
    /// One script has it for itself, or the run puts it down and up.
    pub is_held: bool,
    /// The last of its deaths.
    pub death: Option<Arc<Death>>,
    /// Starts that failed, and deaths that cannot be put down to one script, since a script last ended with the relay alive.
    pub falls: u32,
    /// Why it is not started any more.
    pub given_up: Option<String>,
}

/// An end that nobody asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Death {
    /// Which life it ended.
    pub life: u64,
    /// How, and what the relay said last.
    pub detail: String,
    /// The script that it is the doing of, if that is known.
    pub sole: Option<String>,
}

/// An end that nobody asked for and that cannot be put down to one script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fall {
    /// When and how, and what the relay said last.
    pub detail: String,
    /// Ids of the scripts that ran on it.
    pub running: Vec<String>,
}

/// An instance. Dropped, it is killed and its folder removed.
#[derive(Debug)]
pub struct Node {
    relay: String,
    target: Arc<Target>,
    bound: BoundHook,
    log: Arc<Log>,
    running: Mutex<Option<Launched>>,
    status: watch::Sender<Status>,
    /// It has been up.
    is_made: AtomicBool,
    is_tried: AtomicBool,
    /// Its ends that no script is known to have caused.
    falls: std::sync::Mutex<Vec<Fall>>,
    pub(super) users: Users,
}

struct BoundHook(Option<Bound>);

impl std::fmt::Debug for BoundHook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Bound" } else { "-" })
    }
}

impl Node {
    /// An instance that is not started yet. Its log goes to files in `logs` whose names begin with `name`.
    pub fn new(
        relay: &str,
        target: Arc<Target>,
        secrets: Secrets,
        bound: Option<Bound>,
        logs: &Path,
        name: &str,
    ) -> Arc<Node> {
        Arc::new(Node {
            relay: relay.to_owned(),
            target,
            bound: BoundHook(bound),
            log: Arc::new(Log::in_folder(secrets, logs.to_owned(), name)),
            running: Mutex::new(None),
            status: watch::Sender::new(Status::default()),
            is_made: AtomicBool::new(false),
            is_tried: AtomicBool::new(false),
            falls: std::sync::Mutex::default(),
            users: Users::default(),
        })
    }

    pub fn relay(&self) -> &str {
        &self.relay
    }

    pub fn target(&self) -> &Arc<Target> {
        &self.target
    }

    /// Starts it, in the folder and with the files it has had from its first start on. One that is up stays as it is.
    ///
    /// # Errors
    /// Why it is not up.
    pub async fn start(self: &Arc<Self>) -> Result<(), Trouble> {
        let mut running = self.running.lock().await;
        if running.is_some() {
            return Ok(());
        }
        let launch = Launch {
            target: &self.target,
            log: &self.log,
            bound: self.bound.0.as_ref(),
            is_new: !self.is_made.load(Ordering::Relaxed),
        };
        // Also one that does not come up leaves files.
        self.is_tried.store(true, Ordering::Relaxed);
        let launched = launch.start().await?;
        self.is_made.store(true, Ordering::Relaxed);
        let (ended, since) = (launched.ended(), Instant::now());
        *running = Some(launched);
        let mut life = 0;
        self.status.send_modify(|status| {
            status.life += 1;
            status.up = true;
            status.is_asked = false;
            life = status.life;
        });
        let node = Arc::downgrade(self);
        tokio::spawn(async move {
            let ended = ended.await;
            if let Some(node) = Weak::upgrade(&node) {
                node.died(life, &ended, since).await;
            }
        });
        Ok(())
    }

    /// Ends it on the spot, with all its processes.
    pub async fn kill(&self) {
        let mut running = self.running.lock().await;
        self.put_down();
        if let Some(launched) = running.take() {
            launched.kill().await;
        }
    }

    /// Ends it in good order.
    pub async fn stop(&self) {
        let mut running = self.running.lock().await;
        self.put_down();
        if let Some(launched) = running.take() {
            launched.stop().await;
        }
    }

    /// Whether it is down because somebody wanted it so.
    pub fn is_put_down(&self) -> bool {
        let status = self.status.borrow();
        !status.up && status.is_asked
    }

    /// How it ended unasked while no script used it, or several, each time.
    pub fn falls(&self) -> Vec<Fall> {
        self.falls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where its log stands.
    pub fn mark(&self) -> Mark {
        self.log.mark()
    }

    /// What it said since then, the last lines of it.
    pub fn said(&self, since: Mark, most: usize) -> Excerpt {
        // Whoever holds it just now puts it up or down, and reads its files on the way.
        if let Ok(running) = self.running.try_lock()
            && let Some(launched) = running.as_ref()
        {
            launched.catch_up();
        }
        self.log.since(since, most)
    }

    pub(super) fn status(&self) -> &watch::Sender<Status> {
        &self.status
    }

    fn put_down(&self) {
        self.status.send_modify(|status| {
            status.up = false;
            status.is_asked = true;
        });
    }

    /// A process ended. Nothing is made of it if the relay was put down.
    async fn died(&self, life: u64, ended: &Ended, since: Instant) {
        let is_news = self.status.send_if_modified(|status| {
            let is_news = status.up && status.life == life;
            if is_news {
                status.up = false;
                status.is_dying = true;
            }
            is_news
        });
        if !is_news {
            return;
        }
        let (lived, at) = (since.elapsed(), jiff::Timestamp::now());
        // Those that see what is left of it end soon.
        let present = self.users.present();
        if let Some(launched) = self.running.lock().await.take() {
            // What is left of it is of no use, and its log is then complete.
            launched.kill().await;
        }
        let mut detail = format!(
            "process `{}` ended ({}) {} s after it was ready, {}",
            ended.process,
            ended.status,
            lived.as_secs(),
            during(&present)
        );
        let last = self.log.of(&ended.process, Log::beginning(), LAST_LINES);
        detail.push_str(&quoted(&last.lines));
        let Present { running, sole } = present;
        let is_known = sole.is_some();
        if !is_known {
            let detail = format!("{at:.0}: {detail}");
            let mut falls = self.falls.lock().unwrap_or_else(PoisonError::into_inner);
            falls.push(Fall { detail, running });
        }
        let death = Arc::new(Death { life, detail, sole });
        self.status.send_modify(|status| {
            status.is_dying = false;
            status.falls += u32::from(!is_known);
            status.death = Some(death);
        });
    }
}

fn during(present: &Present) -> String {
    match (present.running.len(), &present.sole) {
        (0, _) => "while no script ran on it".to_owned(),
        (_, Some(_)) => "while this script alone ran on it".to_owned(),
        (1, None) => "while one script ran on it, beside which others had run".to_owned(),
        (n, None) => format!("while {n} scripts ran on it, any of which may have made it end"),
    }
}

fn quoted(lines: &[String]) -> String {
    if lines.is_empty() {
        return "; it said nothing".to_owned();
    }
    let lines: String = lines.iter().map(|line| format!("\n    {line}")).collect();
    format!("; the end of its log:{lines}")
}

impl Drop for Node {
    fn drop(&mut self) {
        // First its processes, then what they write to.
        drop(self.running.get_mut().take());
        if self.is_tried.load(Ordering::Relaxed) {
            remove_folder(&self.target);
        }
    }
}
