//! Medians: the machine does other things too.

use std::time::Duration;

/// The one in the middle.
pub fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
