use crate::engine::trace::StepId;

/// A place among the steps that replay.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    steps: &'a [StepId],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(steps: &'a [StepId]) -> Self {
        Self { steps, at: 0 }
    }

    /// The step it stands on; `None` in a run without steps.
    pub fn step(&self) -> Option<StepId> {
        self.steps.get(self.at).copied()
    }

    /// Goes to the next step; `None` and no move at the end.
    pub fn forward(&mut self) -> Option<StepId> {
        let next = self.steps.get(self.at + 1).copied()?;
        self.at += 1;
        Some(next)
    }

    /// Goes to the step before; `None` and no move at the beginning.
    pub fn back(&mut self) -> Option<StepId> {
        self.at = self.at.checked_sub(1)?;
        self.step()
    }

    /// Goes to `step`, or to the last one before it that replays.
    pub fn seek(&mut self, step: StepId) -> Option<StepId> {
        self.at = self.steps.partition_point(|known| *known <= step).saturating_sub(1);
        self.step()
    }
}
