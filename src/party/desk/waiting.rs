//! What has arrived for a guest and not been looked at yet: bounded, for relays send faster than cases look.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Arrivals that wait at the same time.
const MOST: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Waiting {
    count: AtomicUsize,
    let_go: AtomicU64,
}

impl Waiting {
    /// Whether there is room for one more, which is taken then; otherwise it is let go, and counted.
    pub(super) fn takes(&self) -> bool {
        let room = |count: usize| (count < MOST).then_some(count + 1);
        let takes = self
            .count
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, room)
            .is_ok();
        if !takes {
            self.let_go.fetch_add(1, Ordering::Relaxed);
        }
        takes
    }

    /// One was looked at. How many were let go so far.
    pub(super) fn looked_at(&self) -> u64 {
        let less = |count: usize| count.checked_sub(1);
        // What a link records comes without waiting here.
        let _ = self
            .count
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        self.let_go.load(Ordering::Relaxed)
    }
}
