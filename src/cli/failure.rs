//! A command that could not do its work.

use std::fmt::Display;

use super::exit;

/// What to say on standard error, and the exit code.
#[derive(Debug)]
pub(super) struct Failure {
    pub code: u8,
    /// Shown before the message, as it is; may be empty.
    pub details: String,
    pub message: String,
}

impl Failure {
    /// What the user gave is wrong.
    pub fn usage(message: impl Display) -> Self {
        Failure {
            code: exit::USAGE,
            details: String::new(),
            message: message.to_string(),
        }
    }

    /// Our own or the environment's fault.
    pub fn error(message: impl Display) -> Self {
        Failure {
            code: exit::ERROR,
            details: String::new(),
            message: message.to_string(),
        }
    }

    pub fn nothing_tested(message: impl Display) -> Self {
        Failure {
            code: exit::NOTHING_TESTED,
            details: String::new(),
            message: message.to_string(),
        }
    }

    #[must_use]
    pub fn after(mut self, details: String) -> Self {
        self.details = details;
        self
    }
}
