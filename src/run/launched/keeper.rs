//! Keeps one instance of a relay up for all scripts of a run.

use std::sync::Arc;

use tokio::sync::RwLock;
use tokio::sync::watch::Receiver;
use tokio::task::JoinHandle;

use super::node::{Node, Status};
use crate::target::launch::Trouble;

/// Failed starts and deaths in a row, without a script that got through in between, after which a relay is given up. Deaths under one script
/// alone do not count: that one may be what kills it, and the next one not.
const FALLS: u32 = 5;

/// An instance and what keeps it up. Dropped, the relay is killed.
#[derive(Debug)]
pub struct Keeper {
    node: Arc<Node>,
    /// Scripts side by side, or one alone.
    pub(super) lock: Arc<RwLock<()>>,
    /// Whether a script has used it since it was last as new.
    pub(super) is_used: std::sync::atomic::AtomicBool,
    supervisor: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts an instance that all scripts share: it is started again when it has ended.
    ///
    /// # Errors
    /// Why it is not up.
    pub async fn shared(node: Arc<Node>) -> Result<Keeper, Trouble> {
        node.start().await?;
        let supervisor = tokio::spawn(supervise(Arc::clone(&node)));
        Ok(Keeper::of(node, Some(supervisor)))
    }

    /// Starts an instance for one script, which alone puts it down and up.
    ///
    /// # Errors
    /// Why it is not up.
    pub async fn private(node: Arc<Node>) -> Result<Keeper, Trouble> {
        node.start().await?;
        Ok(Keeper::of(node, None))
    }

    fn of(node: Arc<Node>, supervisor: Option<JoinHandle<()>>) -> Keeper {
        Keeper {
            node,
            lock: Arc::default(),
            is_used: false.into(),
            supervisor,
        }
    }

    pub fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// Ends the relay in good order.
    pub async fn stop(&self) {
        self.leave_alone();
        self.node.stop().await;
    }

    /// Ends it on the spot.
    pub async fn kill(&self) {
        self.leave_alone();
        self.node.kill().await;
    }

    /// Waits until the relay is up, and says which of its lives this is.
    ///
    /// # Errors
    /// It was given up, and why.
    pub(super) async fn up(&self) -> Result<u64, String> {
        let mut status = self.node.status().subscribe();
        let settled = status.wait_for(|s| s.up || s.given_up.is_some()).await;
        match settled.as_deref() {
            Ok(Status {
                given_up: Some(why), ..
            }) => Err(why.clone()),
            Ok(status) => Ok(status.life),
            Err(_) => Err(format!("relay {} is gone", self.node.relay())),
        }
    }

    fn leave_alone(&self) {
        if let Some(supervisor) = &self.supervisor {
            supervisor.abort();
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.leave_alone();
    }
}

async fn supervise(node: Arc<Node>) {
    let mut status: Receiver<Status> = node.status().subscribe();
    let mut last = None;
    loop {
        let down = |s: &Status| !s.up && !s.is_dying && !s.is_held;
        let falls = match status.wait_for(down).await {
            Ok(status) => status.falls,
            Err(_) => return,
        };
        if falls >= FALLS {
            let why = match (last.take(), &status.borrow().death) {
                (Some(trouble), _) => trouble,
                (None, Some(death)) => death.detail.clone(),
                (None, None) => String::new(),
            };
            let reason = format!(
                "relay {} was given up: it went down or did not come up {falls} times in a row, and no script got through in between; the last time: {why}",
                node.relay()
            );
            node.status().send_modify(|s| s.given_up = Some(reason.clone()));
            return;
        }
        last = node.start().await.err().map(|trouble: Trouble| {
            node.status().send_modify(|s| s.falls += 1);
            trouble.to_string()
        });
    }
}
