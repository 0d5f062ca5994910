use std::collections::BTreeMap;

use super::last_until;
use crate::engine::facts::{ActionFacts, EditKind, Operation};
use crate::engine::trace::StepId;

/// A file as the run had it in hand up to a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileState<'a> {
    /// As the calls name it.
    pub name: &'a str,
    pub reads: u32,
    pub edits: u32,
    /// Where it was changed last, and how.
    pub last_change: Option<(StepId, EditKind)>,
}

#[derive(Debug, Default)]
struct Touches {
    reads: Vec<StepId>,
    changes: Vec<(StepId, EditKind)>,
}

/// Every file with the steps that touched it, in order.
#[derive(Debug, Default)]
pub(super) struct Files<'a> {
    files: BTreeMap<&'a str, Touches>,
}

impl<'a> Files<'a> {
    pub(super) fn add(&mut self, step: StepId, action: &'a ActionFacts) {
        if action.operation == Operation::Read && !action.outcome.is_error() {
            for target in &action.targets {
                self.files.entry(target).or_default().reads.push(step);
            }
        }
        for edit in &action.edits {
            self.files.entry(&edit.file).or_default().changes.push((step, edit.kind));
        }
    }

    pub(super) fn at(&self, step: StepId) -> Vec<FileState<'_>> {
        let states = self.files.iter().map(|(name, touches)| FileState {
            name,
            reads: count_until(&touches.reads, step, |read| *read),
            edits: count_until(&touches.changes, step, |change| change.0),
            last_change: last_until(&touches.changes, step, |change| change.0).copied(),
        });
        states.filter(|file| file.reads + file.edits > 0).collect()
    }
}

fn count_until<T>(items: &[T], step: StepId, step_of: impl Fn(&T) -> StepId) -> u32 {
    u32::try_from(items.partition_point(|item| step_of(item) <= step)).unwrap_or(u32::MAX)
}
