//! When what leaves may leave: at once, or, with a slow queue, on its next tick.

use std::time::Duration;

use super::accent::Queue;
use super::node::Node;
use super::timer::{self, Time};

/// How long notifications are repeated in the dialect that repeats them.
const REPEATED_FOR: Duration = Duration::from_secs(120);

impl Node {
    /// Waits for the turn of what is to be sent.
    pub async fn turn(&self) {
        if let Some(tick) = self.accent.queue.tick {
            timer::next_tick(tick).await;
        }
    }

    /// Waits until it is noticed that this deadline has passed.
    pub async fn expiry(&self, deadline: Time) {
        timer::sleep_until(deadline).await;
        self.turn().await;
    }

    /// The pauses before repetitions of a notification.
    pub fn repeats(&self) -> Vec<Duration> {
        match &self.accent.queue {
            Queue {
                repeat: Some(pause), ..
            } => {
                let times = REPEATED_FOR.as_millis() / pause.as_millis().max(1);
                vec![*pause; usize::try_from(times).unwrap_or(0)]
            }
            _ => {
                let configured = self.config.timers.notification_repeat_ms.iter();
                configured.map(|pause| Duration::from_millis(*pause)).collect()
            }
        }
    }
}
