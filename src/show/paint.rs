//! Colours of the terminal.

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

    pub fn bold(self, text: &str) -> String {
        self.sgr("1", text)
    }

    pub fn dim(self, text: &str) -> String {
        self.sgr("2", text)
    }

    pub fn good(self, text: &str) -> String {
        self.sgr("32", text)
    }

    pub fn bad(self, text: &str) -> String {
        self.sgr("1;31", text)
    }

    /// For what could not be decided.
    pub fn doubtful(self, text: &str) -> String {
        self.sgr("1;33", text)
    }

    /// For our own faults.
    pub fn trouble(self, text: &str) -> String {
        self.sgr("1;35", text)
    }

    fn sgr(self, code: &str, text: &str) -> String {
        if self.on {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}
