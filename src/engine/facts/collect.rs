use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::announced::Ending;
use super::call::{self, Pending, Workbench};
use super::vocabulary::Vocabulary;
use super::{
    Operation, Quote, RunFacts, RunKind, Sketch, StepFacts, claims, error, mask::prompt_hash, plan,
    requirements, result, tone, unmade,
};
use crate::engine::trace::{
    CallInput, CallText, EventKind, PartKind, ResultText, Role, RunIndex, StepId, TextObserver,
};

/// Endings that are kept, of a last thought and the message behind it: only the last words of a run can announce
/// what never came.
const ENDINGS: usize = 2;

/// Draws the facts of every run of a file while it is imported.
#[derive(Debug, Default)]
pub struct FactsCollector {
    runs: Vec<RunState>,
    scratch: Vec<u8>,
}

/// A run's facts so far, and what later steps refer to.
#[derive(Debug, Default)]
struct RunState {
    facts: RunFacts,
    bench: Workbench,
    /// What it was shown so far.
    vocabulary: Vocabulary,
    /// Calls that wait for their result.
    pending: FxHashMap<StepId, Pending>,
    has_actions: bool,
    has_messages: bool,
    /// How the last messages and thoughts ended, since the last action.
    endings: VecDeque<(StepId, Ending)>,
}

impl FactsCollector {
    /// The facts of the runs, in the order in which the importer began them.
    pub fn into_runs(self) -> Vec<RunFacts> {
        let settled = self.runs.into_iter().map(|mut run| {
            run.settle();
            run.facts
        });
        settled.collect()
    }

    #[expect(clippy::indexing_slicing, reason = "the list is made long enough just before")]
    fn run(&mut self, run: RunIndex) -> &mut RunState {
        let index = run.0 as usize;
        if self.runs.len() <= index {
            if let Some(before) = self.runs.last_mut() {
                before.vocabulary.forget();
            }
            self.runs.resize_with(index + 1, RunState::default);
        }
        &mut self.runs[index]
    }
}

impl RunState {
    #[expect(clippy::indexing_slicing, reason = "the list is made long enough just before")]
    fn step(&mut self, step: StepId) -> &mut StepFacts {
        let steps = &mut self.facts.steps;
        if steps.len() <= step.index() {
            steps.resize_with(step.index() + 1, StepFacts::default);
        }
        &mut steps[step.index()]
    }

    /// Remembers how a step ended, which may say what will be done. A message weighs more than the thought
    /// before it in the same step.
    fn ends(&mut self, step: StepId, part: PartKind, text: &str) {
        if self.endings.len() == ENDINGS {
            self.endings.pop_front();
        }
        self.endings.push_back((step, Ending::of(part, text)));
    }

    /// No action follows any more: what was announced last was not done.
    fn settle(&mut self) {
        for (step, ending) in std::mem::take(&mut self.endings) {
            if let Some(announced) = ending.announcement() {
                self.step(step).announced = Some(Box::new(announced));
            }
        }
    }
}

impl TextObserver for FactsCollector {
    fn message(&mut self, run: RunIndex, step: StepId, role: Role, text: &str) {
        let mut scratch = std::mem::take(&mut self.scratch);
        let run = self.run(run);
        let (without_tools, first) = (!run.has_actions, !run.has_messages);
        run.has_messages |= role != Role::System;
        if role != Role::Assistant {
            run.vocabulary.learn(text);
        }
        if role == Role::System && run.facts.prompt_hash == 0 {
            run.facts.prompt_hash = prompt_hash(text, &mut scratch);
        }
        if without_tools && role == Role::User {
            requirements::draw(step, text, &mut run.facts.requirements);
        }
        let facts = run.step(step);
        if role == Role::Assistant {
            facts.claims = claims::find(PartKind::Message, text);
            facts.sketch = Sketch::of(text).map(Box::new);
            facts.tone = tone::of(text);
            facts.unmade_call = unmade::find(text, without_tools)
                .map(|range| Box::new(Quote::of(PartKind::Message, text, range)));
        }
        // The message that states the task may quote an error.
        if without_tools && !first && role != Role::System {
            facts.reported_error =
                error::reported(text).map(|error| Box::new(error.signature(PartKind::Message, text)));
        }
        if role == Role::Assistant {
            run.ends(step, PartKind::Message, text);
        }
        self.scratch = scratch;
    }

    fn thought(&mut self, run: RunIndex, step: StepId, text: &str) {
        let run = self.run(run);
        let facts = run.step(step);
        facts.tone = tone::of(text);
        let mut found = claims::find(PartKind::Thought, text);
        found.append(&mut facts.claims);
        facts.claims = found;
        facts.sketch = Sketch::of(text).map(Box::new);
        if facts.action.is_none() {
            run.ends(step, PartKind::Thought, text);
        }
    }

    fn call(&mut self, run: RunIndex, step: StepId, call: &CallText<'_>) {
        let run = self.run(run);
        let mut reading = call::read(call, &mut run.bench);
        run.has_actions = true;
        if let CallInput::Json(text) | CallInput::Command(text) | CallInput::Text(text) = call.input {
            reading.pending.new_words = run.vocabulary.new_words(text);
        }
        run.pending.insert(step, reading.pending);
        run.endings.clear();
        let facts = run.step(step);
        if let CallInput::Json(text) | CallInput::Command(text) | CallInput::Text(text) = call.input {
            if reading.speaks {
                facts.claims.extend(claims::find(PartKind::Call, text));
            } else if reading.bare_fix {
                facts.claims.extend(claims::find_unsure(PartKind::Call, text));
            }
        }
        facts.action = Some(Box::new(reading.facts));
        if let (Some(action), CallInput::Json(text) | CallInput::Command(text) | CallInput::Text(text)) =
            (facts.action.as_deref_mut(), call.input)
            && action.operation == Operation::Plan
        {
            action.plan = plan::read(text).map(Box::new);
        }
    }

    fn result(&mut self, run: RunIndex, step: StepId, result: &ResultText<'_>) {
        let mut scratch = std::mem::take(&mut self.scratch);
        let run = self.run(run);
        let pending = run.pending.remove(&step).unwrap_or_default();
        run.vocabulary.learn(result.text);
        let mut texts = std::mem::take(&mut run.bench.texts);
        if let Some(action) = run.step(step).action.as_deref_mut() {
            result::apply(action, &pending, result, &mut scratch);
            texts.follow(&mut action.edits, pending.window);
            // What is read, searched or listed holds the values of others.
            let ran =
                matches!(action.operation, Operation::Run(RunKind::Test | RunKind::Program | RunKind::Other));
            if ran && !run.facts.requirements.is_empty() {
                requirements::measure(step, result.text, &mut run.facts.requirements);
            }
        }
        run.bench.texts = texts;
        self.scratch = scratch;
    }

    fn event(&mut self, run: RunIndex, step: StepId, _kind: EventKind, _text: &str) {
        self.run(run).step(step);
    }
}
