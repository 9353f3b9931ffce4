//! Wall and CPU time of this process.

use std::time::{Duration, Instant};

use crate::middle::middle;

/// Clock ticks of `/proc/self/stat` in a second: Linux gives user space 100 on every architecture we know.
const TICKS: u32 = 100;

/// Time that went by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    pub wall: Duration,
    /// CPU time of all threads of this process, user and system, in steps of 10 ms; zero where there is no `/proc`.
    pub cpu: Duration,
}

impl Spent {
    /// How long something takes.
    pub fn during<T>(work: impl FnOnce() -> T) -> (Spent, T) {
        let (began, cpu) = (Instant::now(), cpu());
        let result = work();
        let spent = Spent {
            wall: began.elapsed(),
            cpu: self::cpu().saturating_sub(cpu),
        };
        (spent, result)
    }
}

/// The middle one, by wall and by CPU time.
pub fn median(spent: &[Spent]) -> Spent {
    Spent {
        wall: middle(spent.iter().map(|s| s.wall).collect()),
        cpu: middle(spent.iter().map(|s| s.cpu).collect()),
    }
}

/// Milliseconds, for a table.
pub fn ms(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1e3)
}

/// CPU time of this process so far.
fn cpu() -> Duration {
    let ticks = || -> Option<u32> {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        // The second field is the program's name and may hold anything; after its `)` come fields 3, 4, …: 14 is user time,
        // 15 system time (proc_pid_stat(5)).
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
        let user: u32 = fields.next()?.parse().ok()?;
        let system: u32 = fields.next()?.parse().ok()?;
        Some(user + system)
    };
    Duration::from_secs(ticks().unwrap_or_default().into()) / TICKS
}
