use rustc_hash::FxHashSet;

use crate::engine::facts::paths::{FileRole, role};
use crate::engine::facts::{ActionFacts, Edit, EditKind};

/// What an action had before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// The source as it was before the run: nothing edited yet, or all of it taken back.
    Untouched,
    /// The source as it was, with the work set aside by `git stash`.
    SetAside,
    /// The source with the agent's changes.
    Changed,
}

/// Follows the edits of a run, to tell its work from the source as it was before.
#[derive(Debug, Default)]
pub struct Worktree<'a> {
    set_aside: bool,
    /// Source files that differ from what they were at first.
    touched: FxHashSet<&'a str>,
}

impl<'a> Worktree<'a> {
    /// What an action had before it. Actions are told in their order.
    pub fn follow(&mut self, action: &'a ActionFacts) -> Work {
        let stash = Stash::of(action);
        self.set_aside = match stash {
            Stash::Away => true,
            Stash::Back => false,
            Stash::AwayAndBack | Stash::None => self.set_aside && action.edits.is_empty(),
        };
        let work = if self.set_aside || stash == Stash::AwayAndBack {
            Work::SetAside
        } else if self.touched.is_empty() {
            Work::Untouched
        } else {
            Work::Changed
        };
        if stash == Stash::None {
            self.follow_edits(action);
        }
        work
    }

    /// Whether the source differs from what it was, work that is set aside included.
    pub fn is_changed(&self) -> bool {
        !self.touched.is_empty()
    }

    fn follow_edits(&mut self, action: &'a ActionFacts) {
        for edit in &action.edits {
            match (edit.kind, &*edit.file) {
                (EditKind::Revert, "") => self.touched.clear(),
                (EditKind::Revert, file) => {
                    self.touched.remove(file);
                }
                _ if is_source(edit) => {
                    self.touched.insert(&edit.file);
                }
                _ => {}
            }
        }
    }
}

/// Whether an action changes a file of the product itself, or takes edits back.
pub fn changes_source(action: &ActionFacts) -> bool {
    action.edits.iter().any(|edit| edit.kind == EditKind::Revert || is_source(edit))
}

/// Changes a file of the product itself. Taking edits back is none.
pub(super) fn is_source(edit: &Edit) -> bool {
    edit.kind != EditKind::Revert && role(&edit.file) == FileRole::Source
}

/// Whether an action sets the work aside with `git stash`, or brings it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stash {
    None,
    Away,
    Back,
    AwayAndBack,
}

impl Stash {
    fn of(action: &ActionFacts) -> Self {
        let Some(command) = action.command.as_deref() else { return Self::None };
        let mut uses = command.split("git stash").skip(1).map(|rest| rest.split_whitespace().next());
        let Some(first) = uses.next() else { return Self::None };
        let is_back = |verb: Option<&str>| matches!(verb, Some("pop" | "apply"));
        match first {
            verb if is_back(verb) => Self::Back,
            Some("list" | "show" | "drop" | "clear") => Self::None,
            _ if uses.any(is_back) => Self::AwayAndBack,
            _ => Self::Away,
        }
    }
}
