//! How much of its time the machine withheld from the run: a relay must not fail because the tester was not running.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

/// How often the clock is looked at.
const TICK: Duration = Duration::from_millis(20);
/// What a timer is late on an idle machine.
const ORDINARY: Duration = Duration::from_millis(3);
/// A deadline is put off by so many times its length at most, so that a verdict comes.
const MOST: u32 = 3;

/// Measures by how much timers come late. Deadlines of what relays owe are put off by as much.
#[derive(Debug)]
pub struct Lag {
    lost_us: Arc<AtomicU64>,
    meter: JoinHandle<()>,
}

impl Lag {
    /// Starts measuring.
    pub fn new() -> Lag {
        let lost_us = Arc::new(AtomicU64::new(0));
        let sum = Arc::clone(&lost_us);
        let meter = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(TICK);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                let began = Instant::now();
                ticks.tick().await;
                let late = began.elapsed().saturating_sub(TICK + ORDINARY);
                let late = u64::try_from(late.as_micros()).unwrap_or(u64::MAX);
                sum.fetch_add(late, Ordering::Relaxed);
            }
        });
        Lag { lost_us, meter }
    }

    /// What was lost since the beginning.
    pub fn lost(&self) -> Duration {
        Duration::from_micros(self.lost_us.load(Ordering::Relaxed))
    }

    /// What is left of a wait of `limit` that began then, when this much had been lost.
    pub fn left(&self, limit: Duration, began: Instant, lost_before: Duration) -> Option<Duration> {
        let lost = self.lost().saturating_sub(lost_before).min(limit * MOST);
        (limit + lost)
            .checked_sub(began.elapsed())
            .filter(|left| !left.is_zero())
    }
}

impl Drop for Lag {
    fn drop(&mut self) {
        self.meter.abort();
    }
}
