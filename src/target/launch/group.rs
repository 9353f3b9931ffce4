//! The process group of one program, and the guard in it.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process_group};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{MissedTickBehavior, interval, timeout};

/// Reads until the suite closes the pipe or is gone, and takes the group with it.
const GUARD: &str = "trap '' HUP INT QUIT TERM; read -r nothing; kill -KILL 0";

/// How long a group that was killed may take until nothing of it is left.
const GONE: Duration = Duration::from_millis(500);
const LOOK: Duration = Duration::from_millis(5);

/// A group whose first member is its guard. As long as the guard is not waited for, nobody else can get the group's number. Dropped,
/// all that is in it is killed.
#[derive(Debug)]
pub(super) struct Group {
    id: Option<Pid>,
    guard: Child,
    _life_line: Option<ChildStdin>,
}

impl Group {
    /// # Errors
    /// No guard can be started, for a person.
    pub fn new() -> Result<Group, String> {
        let mut guard = Command::new("/bin/sh")
            .args(["-c", GUARD])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| format!("/bin/sh: {e}"))?;
        Ok(Group {
            id: pid(guard.id()),
            _life_line: guard.stdin.take(),
            guard,
        })
    }

    /// Its number, for those that are to join it.
    pub fn id(&self) -> i32 {
        self.id.map_or(0, |id| id.as_raw_nonzero().get())
    }

    /// Kills what is in it. Returns when all of it is gone.
    pub async fn kill(&mut self) {
        let Some(id) = self.id.take() else { return };
        // Fails only if there is nothing to kill.
        let _ = kill_process_group(id, Signal::KILL);
        let _ = self.guard.wait().await;
        // Children of the program belong to others now: they are gone when the group is.
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let gone = async {
            while test_kill_process_group(id).is_ok() {
                looks.tick().await;
            }
        };
        // One that nobody waits for stays as a name without a program.
        let _ = timeout(GONE, gone).await;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            let _ = kill_process_group(id, Signal::KILL);
        }
    }
}

/// Sends a signal to a program that has not been waited for.
pub(super) fn send(program: Option<u32>, signal: Signal) {
    if let Some(program) = pid(program) {
        // It may have ended by itself meanwhile.
        let _ = kill_process(program, signal);
    }
}

/// The signal of this name, with or without `SIG`.
pub(super) fn signal(name: &str) -> Option<Signal> {
    let signals = [
        ("TERM", Signal::TERM),
        ("INT", Signal::INT),
        ("HUP", Signal::HUP),
        ("QUIT", Signal::QUIT),
        ("USR1", Signal::USR1),
        ("USR2", Signal::USR2),
        ("KILL", Signal::KILL),
    ];
    let bare = name.strip_prefix("SIG").unwrap_or(name);
    signals.into_iter().find(|(n, _)| *n == bare).map(|(_, s)| s)
}

/// Whether there is a signal of this name.
pub fn is_signal(name: &str) -> bool {
    signal(name).is_some()
}

/// Whether the suite itself is this user.
pub(super) fn is_own(uid: u32) -> bool {
    rustix::process::geteuid().as_raw() == uid
}

fn pid(number: Option<u32>) -> Option<Pid> {
    Pid::from_raw(i32::try_from(number?).ok()?)
}
