//! Notifications that the push gateway has not answered yet, for whoever must not speak before it has.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::watch;

/// The first pushes of MMs that are under way.
#[derive(Debug, Default)]
pub(crate) struct Pushing {
    open: Arc<watch::Sender<Open>>,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    numbers: BTreeSet<u64>,
}

/// One of them; it is answered, or given up, when this is dropped.
#[derive(Debug)]
pub(crate) struct UnderWay {
    number: u64,
    open: Arc<watch::Sender<Open>>,
}

impl Pushing {
    pub fn begin(&self) -> UnderWay {
        let mut number = 0;
        self.open.send_modify(|open| {
            number = open.next;
            open.next += 1;
            open.numbers.insert(number);
        });
        UnderWay {
            number,
            open: self.open.clone(),
        }
    }

    /// Waits until all that have begun by now are answered.
    pub async fn those_begun(&self) {
        let mut changes = self.open.subscribe();
        let next = changes.borrow().next;
        // The sender lives as long as the relay.
        let _ = changes
            .wait_for(|open| open.numbers.first().is_none_or(|oldest| *oldest >= next))
            .await;
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.open.send_modify(|open| {
            open.numbers.remove(&self.number);
        });
    }
}
