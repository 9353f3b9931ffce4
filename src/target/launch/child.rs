//! One process of a relay: its start, what it says, its end.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::Signal;
use tokio::process::Command;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::capture::capture;
use super::group::{self, Group};
use super::log::Log;
use super::tail::Tails;
use super::trouble::Trouble;
use super::user;
use crate::target::{Process, Stop};

/// How long what a program said last may take to arrive when it is gone.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// A process that runs, or ran. Dropped, it is killed with all its children.
#[derive(Debug)]
pub(super) struct Child {
    pub name: Arc<str>,
    group: Group,
    signals: mpsc::UnboundedSender<Signal>,
    /// How it ended.
    exit: watch::Receiver<Option<String>>,
    captures: Vec<JoinHandle<()>>,
    tails: Tails,
    log: Arc<Log>,
    stop: Stop,
}

impl Child {
    /// Starts a process; relative paths of it lie in its working directory, and that in `here`.
    ///
    /// # Errors
    /// The program, its directory or its user is not there or not permitted.
    pub fn spawn(process: &Process, here: &Path, log: &Arc<Log>) -> Result<Child, Trouble> {
        let not_started = |reason: String| Trouble::NotStarted {
            process: process.name.clone(),
            reason,
        };
        let directory = match &process.directory {
            Some(directory) => here.join(directory),
            None => here.to_owned(),
        };
        if !directory.is_dir() {
            return Err(not_started(format!(
                "its working directory {} is not there",
                directory.display()
            )));
        }
        let name: Arc<str> = process.name.as_str().into();
        let logs: Vec<PathBuf> = process.logs.iter().map(|path| directory.join(path)).collect();
        let group = Group::new().map_err(&not_started)?;
        let mut command = command(process, &directory).map_err(&not_started)?;
        command.process_group(group.id());
        let tails = Tails::follow(&logs, &name, log);
        let mut child = command.spawn().map_err(|e| not_started(why(process, &e)))?;
        let mut captures = Vec::new();
        if let Some(pipe) = child.stdout.take() {
            captures.push(tokio::spawn(capture(pipe, Arc::clone(&name), Arc::clone(log))));
        }
        if let Some(pipe) = child.stderr.take() {
            captures.push(tokio::spawn(capture(pipe, Arc::clone(&name), Arc::clone(log))));
        }
        let (signals, mut wanted) = mpsc::unbounded_channel();
        let (ended, exit) = watch::channel(None);
        tokio::spawn(async move {
            let status = loop {
                tokio::select! {
                    status = child.wait() => break status,
                    Some(signal) = wanted.recv() => group::send(child.id(), signal),
                }
            };
            let status = status.map_or_else(|e| e.to_string(), |status| status.to_string());
            // Nobody may want to know any more.
            let _ = ended.send(Some(status));
        });
        Ok(Child {
            name,
            group,
            signals,
            exit,
            captures,
            tails,
            log: Arc::clone(log),
            stop: process.stop.clone(),
        })
    }

    /// Becomes how it ended.
    pub fn exit(&self) -> watch::Receiver<Option<String>> {
        self.exit.clone()
    }

    /// Ends it by its signal; kills what is left of it after its grace.
    pub async fn stop(&mut self) {
        let signal = group::signal(&self.stop.signal).unwrap_or(Signal::TERM);
        // Fails only for one that has ended.
        let _ = self.signals.send(signal);
        let grace = Duration::from_millis(self.stop.grace);
        let _ = timeout(grace, self.exit.wait_for(Option::is_some)).await;
        self.kill().await;
    }

    /// Kills it and its children. Returns when they are gone and what they said is in the log.
    pub async fn kill(&mut self) {
        self.group.kill().await;
        let _ = timeout(LAST_WORDS, self.exit.wait_for(Option::is_some)).await;
        for capture in &mut self.captures {
            if timeout(LAST_WORDS, &mut *capture).await.is_err() {
                capture.abort();
            }
        }
        self.captures.clear();
        self.catch_up();
    }

    /// Reads what its log files have by now.
    pub fn catch_up(&self) {
        self.tails.catch_up(&self.log);
    }
}

fn command(process: &Process, directory: &Path) -> Result<Command, String> {
    let mut words = process.run.iter();
    let program = words.next().map(String::as_str).unwrap_or_default();
    // As a shell in that directory would find it.
    let is_relative = program.contains('/') && !program.starts_with('/');
    let mut command = if is_relative {
        Command::new(directory.join(program))
    } else {
        Command::new(program)
    };
    command
        .args(words)
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    for (name, value) in &process.environment {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    if let Some(user) = &process.user {
        let user = user::find(user)?;
        if !group::is_own(user.uid) {
            command.uid(user.uid).gid(user.gid);
        }
    }
    Ok(command)
}

/// Why a program did not start.
fn why(process: &Process, error: &std::io::Error) -> String {
    let program = process.run.first().map(String::as_str).unwrap_or_default();
    match (error.kind(), &process.user) {
        (std::io::ErrorKind::PermissionDenied, Some(user)) => {
            format!(
                "{program} cannot be started as user `{user}`: {error}; only root may start programs as others"
            )
        }
        (std::io::ErrorKind::NotFound, _) => {
            format!("there is no program {program} ({error})")
        }
        _ => format!("{program}: {error}"),
    }
}
