//! Colours of the terminal.

use crate::run::outcome::Verdict;

/// Whether and how text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paint {
    on: bool,
}

impl Paint {
    pub fn new(on: bool) -> Self {
        Paint { on }
    }

    pub fn is_on(self) -> bool {
        self.on
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.sgr("1", text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.sgr("2", text)
    }

    pub(super) fn good(self, text: &str) -> String {
        self.sgr("32", text)
    }

    pub(super) fn bad(self, text: &str) -> String {
        self.sgr("1;31", text)
    }

    /// A verdict's name in capitals, in its colour.
    pub(super) fn verdict(self, verdict: Verdict) -> String {
        let name = verdict.name().to_ascii_uppercase();
        match verdict {
            Verdict::Pass => self.sgr("32", &name),
            Verdict::NotApplicable | Verdict::NotReached => self.sgr("2", &name),
            Verdict::Inconc => self.sgr("1;33", &name),
            Verdict::Fail => self.sgr("1;31", &name),
            Verdict::Error => self.sgr("1;35", &name),
        }
    }

    fn sgr(self, code: &str, text: &str) -> String {
        if self.on {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}
