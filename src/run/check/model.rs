//! What a check of a target found.

/// What was looked at, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Name and version of the product.
    pub target: String,
    pub lines: Vec<Line>,
    /// Pushes and mails that came for nobody, in words.
    pub strangers: Vec<String>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `MM1 at http://127.0.0.1:8080/mms`
    pub what: String,
    pub state: State,
    /// What came, or what came instead. Text of relays: untrusted.
    pub says: String,
    /// How to mend it; empty if nothing is wrong.
    pub mend: String,
}

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Good,
    /// It works, but will make trouble.
    Doubtful,
    Wrong,
    /// It could not be tried, or need not be.
    Skipped,
}

impl Check {
    /// Whether a run makes sense.
    pub fn is_good(&self) -> bool {
        self.lines.iter().all(|line| line.state != State::Wrong)
    }
}

impl Line {
    pub(super) fn good(what: impl Into<String>, says: impl Into<String>) -> Line {
        Line::new(what, State::Good, says, "")
    }

    pub(super) fn wrong(what: impl Into<String>, says: impl Into<String>, mend: impl Into<String>) -> Line {
        Line::new(what, State::Wrong, says, mend)
    }

    pub(super) fn skipped(what: impl Into<String>, why: impl Into<String>) -> Line {
        Line::new(what, State::Skipped, why, "")
    }

    pub(super) fn new(
        what: impl Into<String>,
        state: State,
        says: impl Into<String>,
        mend: impl Into<String>,
    ) -> Line {
        Line {
            what: what.into(),
            state,
            says: says.into(),
            mend: mend.into(),
        }
    }
}
