//! The journal of one script while it runs: every event gets its place in one order, reaches the judge, and is written.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc};

use crate::case::StepId;

use super::journal::{Event, What};
use super::judge::{Judge, Status};
use super::lag::Lag;
use super::redact::redact;
use super::room::{Room, Taken};
use crate::target::Secrets;

/// Shared by everything that happens in a script.
pub struct Recorder {
    script: String,
    began: Instant,
    pub unix: i64,
    inner: Mutex<Inner>,
    changed: Notify,
    lag: Arc<Lag>,
    /// What is judged and never written down.
    secrets: Arc<Secrets>,
    out: mpsc::UnboundedSender<Event>,
}

struct Inner {
    judge: Option<Judge>,
    seq: u64,
    room: Room,
}

impl Recorder {
    /// `first` is the `seq` of what is recorded first.
    pub fn new(
        script: String,
        judge: Judge,
        unix: i64,
        first: u64,
        lag: Arc<Lag>,
        secrets: Arc<Secrets>,
        out: mpsc::UnboundedSender<Event>,
    ) -> Arc<Self> {
        Arc::new(Recorder {
            script,
            began: Instant::now(),
            unix,
            inner: Mutex::new(Inner {
                judge: Some(judge),
                seq: first,
                room: Room::default(),
            }),
            changed: Notify::new(),
            lag,
            secrets,
            out,
        })
    }

    /// Records an event and gives its `seq`. After the script has ended nothing is recorded any more.
    pub fn record(&self, what: What) -> u64 {
        self.record_and(what, |_| ()).0
    }

    /// Records an event and looks at what the judge made of it, before anything else is recorded.
    pub fn record_and<T: Default>(&self, what: What, look: impl FnOnce(&Judge) -> T) -> (u64, T) {
        let mut locked = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let inner = &mut *locked;
        let seq = inner.seq;
        let Some(judge) = &mut inner.judge else {
            return (seq, T::default());
        };
        let (what, look) = match inner.room.take(&what) {
            Taken::Kept => (what, Some(look)),
            Taken::FirstLeftOut => (What::Overrun { left_out: 0 }, None),
            Taken::LeftOut => return (seq, T::default()),
        };
        let at_us = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        let event = Event {
            script: self.script.clone(),
            seq,
            at_us,
            what,
        };
        judge.feed(&event);
        let looked = look.map(|look| look(judge)).unwrap_or_default();
        inner.seq += 1;
        let event = Event {
            what: redact(event.what, &self.secrets),
            ..event
        };
        // The run has ended if nobody listens; what is recorded then belongs to nobody.
        let _ = self.out.send(event);
        drop(locked);
        self.changed.notify_waiters();
        (seq, looked)
    }

    /// So many messages of relays were let go before they came here.
    pub fn let_go(&self, count: u64) {
        let is_first = {
            let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
            inner.room.let_go(count)
        };
        if is_first {
            self.record(What::Overrun { left_out: 0 });
        }
    }

    /// How many messages of relays were not recorded.
    fn left_out(&self) -> u64 {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.room.left_out()
    }

    /// Time since the script began.
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Asks the judge.
    pub fn ask<T: Default>(&self, question: impl FnOnce(&Judge) -> T) -> T {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.judge.as_ref().map(question).unwrap_or_default()
    }

    pub fn status(&self, step: StepId) -> Status {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner
            .judge
            .as_ref()
            .map_or(Status::Broken, |judge| judge.status(step))
    }

    /// Waits until the judge has decided a step, or the time is over: then the step's window ends, and it decides. Time in which
    /// the machine did not let the run go on does not count.
    pub async fn decided(&self, step: StepId, limit: Duration) -> Status {
        let (began, lost) = (Instant::now(), self.lag.lost());
        let mut decided = std::pin::pin!(async {
            loop {
                let changed = self.changed.notified();
                let status = self.status(step);
                if status != Status::Open {
                    return status;
                }
                changed.await;
            }
        });
        while let Some(left) = self.lag.left(limit, began, lost) {
            if let Ok(status) = tokio::time::timeout(left, &mut decided).await {
                return status;
            }
        }
        self.record(What::WindowEnd { step });
        self.status(step)
    }

    /// Ends the journal and takes the judge out of it, with the `seq` that comes next.
    pub fn end(&self) -> Option<(Judge, u64)> {
        let left_out = self.left_out();
        if left_out > 0 {
            self.record(What::Overrun { left_out });
        }
        let last = self.record(What::End);
        let judge = self
            .inner
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .judge
            .take();
        judge.map(|judge| (judge, last + 1))
    }
}
