//! Why a relay is not up, and how one ended.

use crate::target::Wrong;

/// Why a relay was not started, for a person who reads nothing else.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("{path}: {reason}")]
    File { path: String, reason: String },
    #[error("{0}")]
    Template(#[from] Wrong),
    #[error("process `{process}`: {reason}")]
    NotStarted { process: String, reason: String },
    /// `missing`: the signs of readiness that it had not given.
    #[error("process `{process}` ended before the relay was ready ({status}){}{}", of_signs(.missing), of_log(.log))]
    EndedEarly {
        process: String,
        status: String,
        missing: Vec<String>,
        log: Vec<String>,
    },
    #[error("process `{process}` was not ready within {within_ms} ms{}{}", of_signs(.missing), of_log(.log))]
    NotReady {
        process: String,
        within_ms: u64,
        missing: Vec<String>,
        log: Vec<String>,
    },
}

/// How a process ended that nobody had asked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub process: String,
    /// `exit status: 3`, `signal: 9 (SIGKILL)`.
    pub status: String,
}

fn of_signs(missing: &[String]) -> String {
    if missing.is_empty() {
        String::new()
    } else {
        format!("; missing: {}", missing.join("; "))
    }
}

/// The last lines of a log, each on a line of its own.
pub(super) fn of_log(lines: &[String]) -> String {
    if lines.is_empty() {
        return "; it said nothing".to_owned();
    }
    let quoted: String = lines.iter().map(|line| format!("\n    {line}")).collect();
    format!("; the end of its log:{quoted}")
}
