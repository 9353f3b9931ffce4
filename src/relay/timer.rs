//! Instants of the relay, in milliseconds because an expiry of one second is still an expiry, and all its waiting: the pauses
//! before repetitions, delivery times and deadlines.

use std::future::Future;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Time(i64);

impl Time {
    pub fn now() -> Time {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// Milliseconds since 1970.
    pub fn at_millis(millis: i64) -> Time {
        Time(millis)
    }

    pub fn millis(self) -> i64 {
        self.0
    }

    pub fn at_seconds(seconds: i64) -> Time {
        Time(seconds.saturating_mul(1000))
    }

    /// Whole seconds since 1970, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Whole seconds since 1970, rounded up: a deadline that passes a second-granular wire must not come earlier.
    pub fn seconds_up(self) -> i64 {
        self.0.saturating_add(999).div_euclid(1000)
    }

    #[must_use]
    pub fn plus_seconds(self, seconds: u64) -> Time {
        let millis = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1000);
        Time(self.0.saturating_add(millis))
    }

    /// How long it is from now until then; zero when past.
    pub fn time_left(self) -> Duration {
        let left = self.0.saturating_sub(Time::now().0);
        Duration::from_millis(u64::try_from(left).unwrap_or(0))
    }

    pub fn is_past(self) -> bool {
        Time::now() >= self
    }
}

/// Waits until that instant, at most a day at a time: timers have a largest value.
pub(crate) async fn sleep_until(then: Time) {
    while !then.is_past() {
        tokio::time::sleep(then.time_left().min(Duration::from_secs(86_400))).await;
    }
}

/// Waits until the next whole multiple of this time since 1970: ticks come whether anybody waits for them or not.
pub(crate) async fn next_tick(tick: Duration) {
    let tick = i64::try_from(tick.as_millis()).unwrap_or(i64::MAX).max(1);
    let since = Time::now().0.rem_euclid(tick);
    let left = Duration::from_millis(u64::try_from(tick - since).unwrap_or(0));
    tokio::time::sleep(left).await;
}

/// How long an impatient relay waits for a client or a peer.
pub(crate) const IMPATIENCE: Duration = Duration::from_millis(200);

/// Waits for an event, but not for ever if the relay is impatient. None: it was.
pub(crate) async fn unless_impatient<F: Future>(impatient: bool, event: F) -> Option<F::Output> {
    if impatient {
        tokio::time::timeout(IMPATIENCE, event).await.ok()
    } else {
        Some(event.await)
    }
}

/// Waits this long before something is tried again.
pub(crate) async fn pause(pause: Duration) {
    tokio::time::sleep(pause).await;
}
