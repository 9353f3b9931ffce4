//! A relay as a child of the suite: `mmspec relay --config -`. Its standard input carries configurations and is its life line: it ends when
//! that is closed, be it that the suite died. Its standard output says where it is.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::relay::Log;
use crate::relay::config::{Config, Subscribers};

use super::namespace;
use super::running::Reloading;

/// How long a child may take until it is ready.
const READY: Duration = Duration::from_secs(30);
/// How long one that is to end in good order may take.
const GRACE: Duration = Duration::from_secs(10);
/// Octets of its log that are kept.
const LOG: usize = 4096;
/// What ends each configuration.
const END: &[u8] = b"\n...\n";

/// A running child. Dropped, it gets SIGKILL.
#[derive(Debug)]
pub struct Process {
    child: Child,
    mm1: SocketAddr,
    mm4: Option<SocketAddr>,
    config: Config,
    control: mpsc::UnboundedSender<(Vec<u8>, oneshot::Sender<()>)>,
}

impl Process {
    /// Starts a relay in the suite's own network. `log` gets what it says.
    ///
    /// # Errors
    /// Why it did not start, for a person.
    pub async fn start(program: &Path, config: &Config, log: Log) -> Result<Process, String> {
        let mut command = Command::new(program);
        command.args(["relay", "--config", "-"]);
        let pipes = Pipes::spawn(command, log).map_err(|e| format!("{}: {e}", program.display()))?;
        pipes.become_relay(config).await
    }

    /// Starts a relay in a network of its own; `number` tells it from all others of the run.
    ///
    /// # Errors
    /// As for [`Process::start`].
    pub async fn start_apart(
        program: &Path,
        config: &Config,
        number: u32,
        log: Log,
    ) -> Result<Process, String> {
        let command = namespace::relay_command(program, number);
        let mut pipes = Pipes::spawn(command, log).map_err(|e| format!("unshare: {e}"))?;
        pipes.line(namespace::APART).await?;
        let id = pipes.child.id().ok_or("the relay ended at once")?;
        namespace::connect(number, id).await?;
        let told = pipes.stdin.write_all(b"connected\n").await;
        told.map_err(|e| e.to_string())?;
        pipes.become_relay(config).await
    }

    pub fn mm1_addr(&self) -> SocketAddr {
        self.mm1
    }

    pub fn mm4_addr(&self) -> Option<SocketAddr> {
        self.mm4
    }

    /// Gives it another table of own subscribers.
    pub fn reload(&self, subscribers: &[Subscribers]) -> Reloading {
        let config = Config {
            subscribers: subscribers.to_vec(),
            ..self.config.clone()
        };
        let Ok(document) = document(&config) else {
            return Reloading::done();
        };
        let (told, answered) = oneshot::channel();
        // Without a receiver the child is gone, and the answer does not come.
        let _ = self.control.send((document, told));
        Reloading::until(answered)
    }

    /// SIGKILL. Returns when it is gone.
    pub async fn kill(mut self) {
        // Fails only for a child that is gone already.
        let _ = self.child.kill().await;
    }

    /// Closes its standard input and waits for its end; one that takes too long is killed.
    pub async fn stop(self) {
        let Process {
            mut child, control, ..
        } = self;
        drop(control);
        if timeout(GRACE, child.wait()).await.is_err() {
            let _ = child.kill().await;
        }
    }
}

/// A child that has yet to become a relay.
struct Pipes {
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    log: JoinHandle<String>,
}

impl Pipes {
    fn spawn(mut command: Command, log: Log) -> std::io::Result<Pipes> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(std::io::ErrorKind::BrokenPipe.into());
        };
        Ok(Pipes {
            child,
            stdin,
            lines: BufReader::new(stdout).lines(),
            log: tokio::spawn(end_of(stderr, log)),
        })
    }

    async fn become_relay(mut self, config: &Config) -> Result<Process, String> {
        let document = document(config).map_err(|e| e.to_string())?;
        if self.stdin.write_all(&document).await.is_err() {
            return Err(self.last_words().await);
        }
        let mm1 = self.line("MM1 http://").await?;
        let mm4 = self.line("MM4 ").await?;
        let addr = |text: &str| {
            let authority = text.split('/').next().unwrap_or_default();
            authority.parse().map_err(|e| format!("{text}: {e}"))
        };
        let (control, orders) = mpsc::unbounded_channel();
        tokio::spawn(obey(self.stdin, self.lines, orders));
        Ok(Process {
            child: self.child,
            mm1: addr(&mm1)?,
            // A relay that does not listen for SMTP says `none`.
            mm4: addr(&mm4).ok(),
            config: config.clone(),
            control,
        })
    }

    /// What follows `start` on the next line that starts so.
    async fn line(&mut self, start: &str) -> Result<String, String> {
        loop {
            match timeout(READY, self.lines.next_line()).await {
                Ok(Ok(Some(line))) => {
                    if let Some(rest) = line.strip_prefix(start) {
                        return Ok(rest.to_owned());
                    }
                }
                Ok(_) => return Err(self.last_words().await),
                Err(_) => return Err("it did not become ready".to_owned()),
            }
        }
    }

    /// Why the child ended.
    async fn last_words(&mut self) -> String {
        let _ = self.child.kill().await;
        let log = (&mut self.log).await.unwrap_or_default();
        match log.trim_end().lines().last() {
            Some(line) => line.to_owned(),
            None => "it ended without a word".to_owned(),
        }
    }
}

/// JSON is YAML.
fn document(config: &Config) -> serde_json::Result<Vec<u8>> {
    let mut document = serde_json::to_vec(config)?;
    document.extend_from_slice(END);
    Ok(document)
}

/// Passes configurations on until nobody has any more, and says when each has been taken.
async fn obey(
    mut stdin: ChildStdin,
    mut lines: Lines<BufReader<ChildStdout>>,
    mut orders: mpsc::UnboundedReceiver<(Vec<u8>, oneshot::Sender<()>)>,
) {
    while let Some((document, told)) = orders.recv().await {
        if stdin.write_all(&document).await.is_err() {
            return;
        }
        loop {
            match lines.next_line().await {
                Ok(Some(line)) if line == READ_AGAIN => break,
                Ok(Some(_)) => {}
                _ => return,
            }
        }
        // Whoever asked may not wait any more.
        let _ = told.send(());
    }
}

/// What `mmspec relay` says when it has taken another table.
pub const READ_AGAIN: &str = "the table of subscribers is read again";

/// Passes on what a child says; at last, the end of it.
async fn end_of(stderr: ChildStderr, log: Log) -> String {
    let mut stderr = BufReader::new(stderr);
    let (mut kept, mut line) = (Vec::new(), Vec::new());
    // Of a line without an end, a piece.
    while let Ok(1..) = (&mut stderr).take(LOG as u64).read_until(b'\n', &mut line).await {
        log(String::from_utf8_lossy(&line).trim_end());
        kept.append(&mut line);
        let excess = kept.len().saturating_sub(LOG);
        kept.drain(..excess);
    }
    String::from_utf8_lossy(&kept).into_owned()
}
