//! The files as they were at step N, reconstructed from the transcript alone.
//!
//! Each file is a [`History`]: versions made of pieces of the text before the run, of what the run wrote, and of
//! texts that nothing showed. A line that an answer shows is learned for every version that holds it, so a late
//! look also tells what stood there at first.

mod build;
mod diff;
mod history;
mod moment;
mod names;
mod pieces;
mod sed;
mod view;

pub use diff::{Against, FileRow, RowKind};
pub use history::Doubt;
pub use moment::Moment;
pub use view::{FileLine, Knowledge, Lines, Stretch};

use crate::engine::facts::RunFacts;
use crate::engine::trace::{PartKind, StepId, Trace};

/// Gives the text of a part of a step, if it has one.
pub type Reader<'r> = &'r mut dyn FnMut(StepId, PartKind) -> Option<String>;

/// Every file of a run through all of its steps. Made once per run; answers for any step.
pub struct Workspace {
    files: build::Files,
    moments: moment::Moments,
}

impl Workspace {
    pub fn new(trace: &Trace, facts: &RunFacts, read: Reader<'_>) -> Self {
        Self { files: build::files(trace, facts, read), moments: moment::Moments::of(trace, facts) }
    }

    /// What stood beside the files at a step.
    pub fn moment(&self, step: StepId) -> Moment<'_> {
        self.moments.at(step)
    }
}

#[cfg(test)]
mod tests;
