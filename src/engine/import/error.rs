use super::{Head, Shape};
use crate::engine::trace::BodyError;

/// Why nothing of a file could be read. The message says what was expected and what was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    #[error("the file is empty")]
    Empty,
    #[error("not a text file: {found}")]
    Binary { found: String },
    #[error("not an agent trace that is known here: {found}")]
    Unknown { found: String },
    #[error("{expected}, but {found}")]
    Malformed { expected: String, found: String },
    #[error("the file could not be read: {0}")]
    Unreadable(#[from] BodyError),
    #[error("cancelled")]
    Cancelled,
}

impl ImportError {
    /// Stable in reports: `empty`, `binary`, `unknown`, `malformed`, `unreadable`, `cancelled`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Binary { .. } => "binary",
            Self::Unknown { .. } => "unknown",
            Self::Malformed { .. } => "malformed",
            Self::Unreadable(_) => "unreadable",
            Self::Cancelled => "cancelled",
        }
    }

    /// Nobody claimed the file: describes what it looks like, so that the person can see why.
    pub fn not_a_trace(head: &Head<'_>) -> Self {
        match head.shape {
            Shape::Empty => Self::Empty,
            Shape::Binary(what) => Self::Binary { found: what.to_owned() },
            _ => Self::Unknown { found: head.describe() },
        }
    }
}
