//! Why a target file cannot be used.

/// What is wrong with a target file, where, and what was expected.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    #[error("{path}: {reason}")]
    Unreadable { path: String, reason: String },
    /// With line and column.
    #[error("{path}: {reason}")]
    Syntax { path: String, reason: String },
    /// What stands between `{{` and `}}`.
    #[error("{path}:{line}: {reason}")]
    Template {
        path: String,
        line: usize,
        reason: String,
    },
    /// Every key is known, but what they say together makes no sense.
    #[error("{path}: {reason}")]
    Senseless { path: String, reason: String },
}

impl Wrong {
    pub(super) fn senseless(path: &str, reason: impl Into<String>) -> Wrong {
        Wrong::Senseless {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }
}
