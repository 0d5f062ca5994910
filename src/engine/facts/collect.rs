use super::{RunFacts, StepFacts};
use crate::engine::trace::{CallText, EventKind, ResultText, Role, RunIndex, StepId, TextObserver};

/// Draws the facts of every run of a file while it is imported.
#[derive(Debug, Default)]
pub struct FactsCollector {
    runs: Vec<RunFacts>,
}

impl FactsCollector {
    /// The facts of the runs, in the order in which the importer began them.
    pub fn into_runs(self) -> Vec<RunFacts> {
        self.runs
    }

    #[expect(clippy::indexing_slicing, reason = "both lists are made long enough just before")]
    fn step(&mut self, run: RunIndex, step: StepId) -> &mut StepFacts {
        let index = run.0 as usize;
        if self.runs.len() <= index {
            self.runs.resize_with(index + 1, RunFacts::default);
        }
        let steps = &mut self.runs[index].steps;
        if steps.len() <= step.index() {
            steps.resize_with(step.index() + 1, StepFacts::default);
        }
        &mut steps[step.index()]
    }
}

impl TextObserver for FactsCollector {
    fn message(&mut self, run: RunIndex, step: StepId, _role: Role, text: &str) {
        self.step(run, step).text_len = u32::try_from(text.len()).unwrap_or(u32::MAX);
    }

    fn thought(&mut self, run: RunIndex, step: StepId, text: &str) {
        self.step(run, step).text_len = u32::try_from(text.len()).unwrap_or(u32::MAX);
    }

    fn call(&mut self, run: RunIndex, step: StepId, _call: &CallText<'_>) {
        self.step(run, step);
    }

    fn result(&mut self, run: RunIndex, step: StepId, _result: &ResultText<'_>) {
        self.step(run, step);
    }

    fn event(&mut self, run: RunIndex, step: StepId, _kind: EventKind, _text: &str) {
        self.step(run, step);
    }
}
