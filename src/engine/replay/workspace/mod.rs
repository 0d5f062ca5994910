//! The files as they were at step N, reconstructed from the transcript alone.
//!
//! Each file is a [`History`]: versions made of pieces of the text before the run, of what the run wrote, and of
//! texts that nothing showed. A line that an answer shows is learned for every version that holds it, so a late
//! look also tells what stood there at first.

mod acts;
mod build;
mod diff;
mod history;
mod names;
mod patched;
mod pieces;
mod sed;
mod text;
mod view;

pub use acts::{Act, Setting};
pub use diff::{Against, FileRow, RowKind};
pub use history::Doubt;
pub use view::{FileLine, Knowledge, Lines, Stretch};

use crate::engine::facts::RunFacts;
use crate::engine::trace::{PartKind, StepId, Trace};

/// Gives the text of a part of a step, if it has one.
pub type Reader<'r> = &'r mut dyn FnMut(StepId, PartKind) -> Option<String>;

/// Every file of a run through all of its steps. Answers for any step.
///
/// It is told the run act by act, so it needs neither trace nor facts: the page keeps it apart from what reads
/// files.
pub struct Workspace(build::Build);

impl Workspace {
    pub fn new(setting: Setting) -> Self {
        Self(build::Build::new(setting))
    }

    /// Takes in what a step did. Steps are told in their order.
    pub fn add(&mut self, act: &Act) {
        self.0.add(act);
    }

    /// All of a run.
    pub fn of(trace: &Trace, facts: &RunFacts, read: Reader<'_>) -> Self {
        let mut workspace = Self::new(Setting::of(trace, facts));
        for (id, _) in trace.live_steps() {
            if let Some(act) = Act::of(trace, facts, id, read) {
                workspace.add(&act);
            }
        }
        workspace
    }

    fn files(&self) -> &build::Files {
        self.0.files()
    }
}

#[cfg(test)]
mod tests;
