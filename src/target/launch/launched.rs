//! All processes of a relay: up in order, down in the other one.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all, select_all};
use tokio::sync::watch;
use tokio::time::timeout;

use super::child::Child;
use super::files;
use super::log::{Log, Mark};
use super::ready::{Around, Sign};
use super::trouble::{Ended, Trouble};
use crate::target::{Process, Ready, Target};

/// Lines of a log that come with an error.
const LAST_LINES: usize = 15;

/// Waits until the relay has bound at the short message service centre that the caller plays.
pub type Bound = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// A start of a relay.
pub struct Launch<'a> {
    pub target: &'a Target,
    /// Takes what the processes say.
    pub log: &'a Arc<Log>,
    /// How a bind shows, if anybody plays a short message service centre.
    pub bound: Option<&'a Bound>,
    /// Whether the instance is new: its folder is made and its files are written.
    pub is_new: bool,
}

/// A relay that runs. Dropped, all its processes are killed.
#[derive(Debug)]
pub struct Launched {
    /// In the order in which they were started.
    children: Vec<Child>,
}

impl Launch<'_> {
    /// Starts the processes, each when the one before is ready, and returns when the last is.
    ///
    /// # Errors
    /// Why the relay is not up; then nothing of it runs.
    pub async fn start(self) -> Result<Launched, Trouble> {
        if self.is_new {
            files::write(self.target)?;
        }
        let here = std::path::absolute(self.target.here()).map_err(|e| Trouble::File {
            path: self.target.here().display().to_string(),
            reason: e.to_string(),
        })?;
        let mut launched = Launched { children: Vec::new() };
        let reachable = reachable(self.target);
        let count = self.target.processes.len();
        for (n, process) in self.target.processes.iter().enumerate() {
            let since = self.log.mark();
            launched.children.push(Child::spawn(process, &here, self.log)?);
            let mut ready: Vec<&Ready> = process.ready.iter().collect();
            if n + 1 == count {
                ready.extend(&reachable);
            }
            let came_up = self.until_ready(&launched, process, &ready, since).await;
            if let Err(trouble) = came_up {
                launched.kill().await;
                return Err(self.with_log(trouble, since));
            }
        }
        Ok(launched)
    }

    async fn until_ready(
        &self,
        launched: &Launched,
        process: &Process,
        ready: &[&Ready],
        since: Mark,
    ) -> Result<(), Trouble> {
        let signs: Vec<Sign<'_>> = ready.iter().map(|wanted| Sign::new(wanted)).collect();
        let around = Around {
            process: &process.name,
            log: self.log,
            since,
            bound: self.bound,
        };
        let within = Duration::from_millis(process.ready_within);
        let all = timeout(within, join_all(signs.iter().map(|sign| sign.seen(&around))));
        let missing = || signs.iter().filter_map(Sign::missing).collect::<Vec<_>>();
        tokio::select! {
            // One that ended is not ready, whoever answers in its place.
            biased;
            ended = launched.ended() => Err(Trouble::EndedEarly {
                process: ended.process,
                status: ended.status,
                missing: missing(),
                log: Vec::new(),
            }),
            seen = all => match seen {
                Ok(_) => Ok(()),
                Err(_) => Err(Trouble::NotReady {
                    process: process.name.clone(),
                    within_ms: process.ready_within,
                    missing: missing(),
                    log: Vec::new(),
                }),
            },
        }
    }

    /// Adds what the process said last, which is known when it is gone.
    fn with_log(&self, mut trouble: Trouble, since: Mark) -> Trouble {
        if let Trouble::EndedEarly { process, log, .. } | Trouble::NotReady { process, log, .. } =
            &mut trouble
        {
            *log = self.log.of(process, since, LAST_LINES).lines;
        }
        trouble
    }
}

impl Launched {
    /// Waits until one of the processes ends that nobody asked to.
    pub fn ended(&self) -> impl Future<Output = Ended> + Send + 'static {
        let ends: Vec<_> = self
            .children
            .iter()
            .map(|child| Box::pin(end_of(child.name.to_string(), child.exit())))
            .collect();
        async move {
            if ends.is_empty() {
                return std::future::pending().await;
            }
            select_all(ends).await.0
        }
    }

    /// Reads what its log files have by now.
    pub fn catch_up(&self) {
        for child in &self.children {
            child.catch_up();
        }
    }

    /// Ends the processes in good order, the last one first. Returns when all are gone.
    pub async fn stop(mut self) {
        while let Some(mut child) = self.children.pop() {
            child.stop().await;
        }
    }

    /// Kills all of them on the spot. Returns when all are gone.
    pub async fn kill(mut self) {
        join_all(self.children.iter_mut().map(Child::kill)).await;
    }
}

async fn end_of(process: String, mut exit: watch::Receiver<Option<String>>) -> Ended {
    let status = exit.wait_for(Option::is_some).await.ok().and_then(|s| s.clone());
    match status {
        Some(status) => Ended { process, status },
        // The suite itself ends.
        None => std::future::pending().await,
    }
}

/// Signs for a relay whose target names none: it takes connections where it is to be reached.
fn reachable(target: &Target) -> Vec<Ready> {
    if target.processes.iter().any(|process| !process.ready.is_empty()) {
        return Vec::new();
    }
    let Some(ixit) = &target.ixit else {
        return Vec::new();
    };
    let mm1 = authority(&ixit.mm1.url).into_iter();
    let mm4 = ixit.mm4.to.map(|to| to.to_string());
    mm1.chain(mm4).map(Ready::Tcp).collect()
}

/// Host and port of a URL.
fn authority(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split('/').next()?;
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let port = if scheme == "https" { 443 } else { 80 };
    Some(if has_port {
        host.to_owned()
    } else {
        format!("{host}:{port}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_host_and_a_port() {
        assert_eq!(authority("http://h:81/x").unwrap(), "h:81");
        assert_eq!(authority("https://h/x").unwrap(), "h:443");
        assert_eq!(authority("http://[::1]").unwrap(), "[::1]:80");
    }
}
