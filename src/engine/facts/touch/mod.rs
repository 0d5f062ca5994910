//! What a call did to the text of files, read from its own text and its answer: the words of the workspace.
//!
//! Unlike the facts, which are drawn while the file is imported and hold no text, this is asked for step by step,
//! with the texts of the step at hand.

mod answer;
mod call;
mod hunks;
mod pattern;
mod sed;
mod shell;
mod shown;

pub use call::{Texts, Toucher};
pub use hunks::{FilePatch, Hunk, Side, read as read_patch};
pub use pattern::Pattern;
pub use sed::{Address, SedAction, SedCommand, Substitution};

/// One thing that happened to a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Touch {
    /// As the call names it, folders that the call changed into put before it. Empty: all files.
    pub file: Box<str>,
    pub kind: TouchKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TouchKind {
    Shown(Shown),
    /// Its whole text is this.
    Written(Box<str>),
    Appended(Box<str>),
    Replaced {
        old: Box<str>,
        new: Box<str>,
        all: bool,
    },
    /// Behind that line; 0 is the beginning.
    Inserted {
        after: u32,
        text: Box<str>,
    },
    /// Lines from the first on, so many, become this text.
    Lines {
        start: u32,
        count: u32,
        text: Box<str>,
    },
    Sed(Vec<SedCommand>),
    Patched(FilePatch),
    /// By a patch that stands in another file; so many folders of its names are left out.
    PatchedFrom {
        patch: Box<str>,
        strip: u32,
    },
    /// A diff to the version under control shows all that differs.
    Diffed(FilePatch),
    Deleted,
    Moved(Box<str>),
    Copied(Box<str>),
    /// Back to what version control holds.
    Reverted,
    StashedAway,
    StashedBack,
    /// What version control compares with may no longer be the start.
    Committed,
    /// Changed in a way that the trace does not show: what did it.
    Unseen(Box<str>),
}

/// Lines of a file that an answer shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shown {
    /// Each with its number, from 1.
    pub lines: Vec<(u32, Box<str>)>,
    /// How many lines the file has, where the answer tells.
    pub len: Option<u32>,
}

impl Touch {
    fn new(file: impl Into<Box<str>>, kind: TouchKind) -> Self {
        Self { file: file.into(), kind }
    }
}

impl TouchKind {
    /// Whether it changes files; the others only tell of them.
    pub fn changes(&self) -> bool {
        !matches!(self, Self::Shown(_) | Self::Diffed(_))
    }
}
