//! What becomes of pushes that a gateway took for a user agent: the radio link is not always there.

use std::fmt;

use tokio::sync::oneshot;

use crate::link::{Arrival, Crossing, LossKind};

/// What the gateway can do for a user agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pushes {
    /// They arrive.
    #[default]
    Arrive,
    /// So many are lost on the way, though the gateway took them; 0 is all.
    Lost { times: u32 },
    /// The user agent is out of reach: the gateway keeps them, as a short message service centre does, until it is back.
    Kept,
}

/// What became of a push that its gateway took.
#[derive(Debug)]
pub(super) enum Fate {
    Arrived,
    Lost,
    /// It waits, and this tells when it has arrived; an error: it never will.
    Kept(oneshot::Receiver<()>),
}

/// Asked when a push that was kept can arrive: whether its gateway still has it. It may have expired, or been cancelled.
pub(super) type Still = Box<dyn FnOnce() -> bool + Send>;

/// The way of pushes to one user agent.
#[derive(Debug, Default)]
pub(super) struct Air {
    pushes: Pushes,
    kept: Vec<Kept>,
}

/// A push that waits at its gateway.
pub(super) struct Kept {
    pub push: Arrival,
    /// Whom to tell that it has arrived.
    pub arrived: oneshot::Sender<()>,
    still: Option<Still>,
}

impl Kept {
    /// Itself, if its gateway still has it. What is asked may want the desk, which must not be locked.
    pub fn due(mut self) -> Option<Kept> {
        self.still.take().is_none_or(|still| still()).then_some(self)
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.push.fmt(f)
    }
}

impl Air {
    /// Sets what happens from now on. Yields what can arrive because of that, in order.
    pub fn set(&mut self, pushes: Pushes) -> Vec<Kept> {
        self.pushes = pushes;
        match pushes {
            Pushes::Kept => Vec::new(),
            Pushes::Arrive | Pushes::Lost { .. } => std::mem::take(&mut self.kept),
        }
    }

    /// A push that the gateway took: what is seen of it at the user agent, and what becomes of it.
    pub fn meet(&mut self, push: Arrival, still: Option<Still>) -> (Arrival, Fate) {
        match self.pushes {
            Pushes::Arrive => (push, Fate::Arrived),
            Pushes::Lost { times } => {
                self.pushes = match times {
                    1 => Pushes::Arrive,
                    0 => Pushes::Lost { times: 0 },
                    n => Pushes::Lost { times: n - 1 },
                };
                (kept_back(push, LossKind::Lost), Fate::Lost)
            }
            Pushes::Kept => {
                let (arrived, told) = oneshot::channel();
                let seen = kept_back(push.clone(), LossKind::Kept);
                self.kept.push(Kept { push, arrived, still });
                (seen, Fate::Kept(told))
            }
        }
    }
}

/// What is seen of a push that did not arrive.
pub(super) fn kept_back(push: Arrival, how: LossKind) -> Arrival {
    let of = Some(Box::new(push.crossing));
    Arrival {
        place: push.place,
        from: push.from,
        crossing: Crossing::Loss {
            how,
            up: 0,
            down: 0,
            request: None,
            of,
        },
        wire: push.wire,
    }
}
