//! A wire between two nodes, however many connections it carries, and the shape it is in.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::model::{Direction, Shape, State};
use crate::link::record::Recorder;
use crate::link::{Crossing, LossKind};

/// A wire. Its clones are the same wire.
#[derive(Debug, Clone)]
pub struct Line {
    name: Arc<str>,
    setting: Arc<watch::Sender<Setting>>,
}

/// How a wire is since it was set last.
#[derive(Debug, Clone, Copy, Default)]
struct Setting {
    number: u64,
    shape: Shape,
    /// How many connections it is still so for; none: all.
    left: Option<u32>,
}

/// What a wire did to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    pub how: LossKind,
    /// Octets that had passed by then.
    pub up: u64,
    pub down: u64,
}

impl Line {
    /// An ordinary wire of this name (`A-B`, `A-p`, `bob`).
    pub fn new(name: &str) -> Line {
        Line {
            name: name.into(),
            setting: Arc::new(watch::Sender::new(Setting::default())),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// How the wire is from now on. Connections that stand feel it too, but for cuts, and what is for a number of connections: these
    /// are for those that come.
    pub fn set(&self, shape: Shape) {
        self.setting.send_modify(|setting| {
            *setting = Setting {
                number: setting.number + 1,
                shape,
                left: Some(shape.times).filter(|n| *n > 0),
            };
        });
    }

    /// A connection begins.
    pub(in crate::link) fn ride(&self) -> Ride {
        let mut joined = (0, true);
        self.setting.send_if_modified(|setting| {
            joined.0 = setting.number;
            if setting.shape.cut.is_none() {
                joined.1 = setting.spend();
            }
            false
        });
        Ride {
            line: self.clone(),
            joined: joined.0,
            counts: joined.1,
            up: AtomicU64::new(0),
            down: AtomicU64::new(0),
            lost: Mutex::new(None),
            tell: None,
        }
    }
}

impl Setting {
    /// Whether it is so for one more; that one is counted.
    fn spend(&mut self) -> bool {
        match &mut self.left {
            None => true,
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }
}

/// One connection on a wire.
pub(in crate::link) struct Ride {
    line: Line,
    /// The setting it began under, and whether that counts for it.
    joined: u64,
    counts: bool,
    up: AtomicU64,
    down: AtomicU64,
    lost: Mutex<Option<Lost>>,
    /// Hears of it at once.
    tell: Option<Arc<Recorder>>,
}

impl Ride {
    /// Records what the wire does to the connection, before its ends notice.
    pub fn telling(self, tell: Arc<Recorder>) -> Ride {
        Ride {
            tell: Some(tell),
            ..self
        }
    }

    /// The shape of the wire for this connection now.
    pub fn shape(&self) -> Shape {
        let setting = *self.line.setting.borrow();
        let shape = setting.shape;
        let so = match shape.cut {
            _ if setting.number != self.joined => shape.cut.is_none() && shape.times == 0,
            Some(_) => setting.left != Some(0),
            None => self.counts,
        };
        if so { shape } else { Shape::default() }
    }

    /// Ends when the wire is down.
    pub async fn down(&self) {
        self.until(|shape| shape.state == State::Down).await;
    }

    /// Ends when octets may pass.
    pub async fn open(&self) {
        self.until(|shape| shape.state == State::Up).await;
    }

    async fn until(&self, so: impl Fn(Shape) -> bool) {
        let mut settings = self.line.setting.subscribe();
        while !so(self.shape()) {
            if settings.changed().await.is_err() {
                // The wire holds the sender as long as it exists.
                std::future::pending::<()>().await;
            }
        }
    }

    pub fn passed(&self, direction: Direction) -> u64 {
        self.count(direction).load(Ordering::Relaxed)
    }

    pub fn pass(&self, direction: Direction, octets: usize) {
        let octets = u64::try_from(octets).unwrap_or(u64::MAX);
        self.count(direction).fetch_add(octets, Ordering::Relaxed);
    }

    /// Whether the connection is to be cut here; counts the cut.
    pub fn is_cut(&self) -> bool {
        let mut cut = false;
        self.line.setting.send_if_modified(|setting| {
            cut = setting.shape.cut.is_some() && setting.spend();
            false
        });
        cut
    }

    /// Says what the wire did to the connection; the first word stands. It must be said before the ends notice.
    pub fn lose(&self, how: LossKind) -> Lost {
        let lost = Lost {
            how,
            up: self.passed(Direction::Up),
            down: self.passed(Direction::Down),
        };
        let mut slot = self.slot();
        if let Some(said) = *slot {
            return said;
        }
        *slot = Some(lost);
        drop(slot);
        if let Some(recorder) = &self.tell {
            recorder.record(Crossing::lost(lost), None);
        }
        lost
    }

    /// What the wire did to the connection so far.
    pub fn lost(&self) -> Option<Lost> {
        *self.slot()
    }

    /// The same of a connection that was waited for in vain: a wire that lets nothing pass is why.
    pub fn lost_or_stalled(&self) -> Option<Lost> {
        self.lost()
            .or_else(|| (self.shape().state == State::Stalled).then(|| self.lose(LossKind::Stalled)))
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Lost>> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, direction: Direction) -> &AtomicU64 {
        match direction {
            Direction::Up => &self.up,
            Direction::Down => &self.down,
        }
    }
}
