//! What stood beside the files at a step: tests, plan, terminal, what was used.

use super::{CheckState, Replay, Sums, last_until};
use crate::engine::facts::{Operation, RunFacts};
use crate::engine::trace::{StepId, Trace};

/// What stood beside the files at every step of a run, so that any is answered by searching lists.
#[derive(Debug, Default)]
pub struct Moments {
    checks: Vec<CheckState>,
    /// The tests that fail from a step on.
    failing: Vec<(StepId, Vec<Box<str>>)>,
    plans: Vec<StepId>,
    commands: Vec<StepId>,
    /// What the model was shown at a step, in tokens.
    context: Vec<(StepId, u64)>,
    sums: Vec<(StepId, Sums)>,
}

/// The state beside the files at a step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Moment<'a> {
    pub last_check: Option<CheckState>,
    pub failing: &'a [Box<str>],
    pub plan: Option<StepId>,
    /// The last command of a terminal.
    pub command: Option<StepId>,
    pub context: Option<u64>,
    pub sums: Sums,
}

impl Moments {
    pub fn of(trace: &Trace, facts: &RunFacts) -> Self {
        let replay = Replay::new(trace, facts);
        let mut moments =
            Self { checks: replay.checks.clone(), plans: replay.plans.clone(), ..Self::default() };
        for (id, step) in trace.live_steps() {
            let sums = replay.sums.at(id);
            if moments.sums.last().is_none_or(|(_, before)| *before != sums) {
                moments.sums.push((id, sums));
            }
            if let Some(tokens) = step.usage.as_deref().and_then(|usage| usage.tokens_in) {
                moments.context.push((id, tokens));
            }
            let Some(action) = facts.action(id) else { continue };
            if action.command.is_some() || matches!(action.operation, Operation::Run(_)) {
                moments.commands.push(id);
            }
            if action.tests.is_some() {
                let standing = replay.tests.at(id);
                let failing = standing.iter().filter(|test| test.failing).map(|test| test.name.into());
                moments.failing.push((id, failing.collect()));
            }
        }
        moments
    }

    /// What stood there at a step.
    pub fn at(&self, step: StepId) -> Moment<'_> {
        Moment {
            last_check: last_until(&self.checks, step, |check| check.step).copied(),
            failing: last_until(&self.failing, step, |(id, _)| *id).map_or(&[], |(_, names)| names),
            plan: last_until(&self.plans, step, |plan| *plan).copied(),
            command: last_until(&self.commands, step, |command| *command).copied(),
            context: last_until(&self.context, step, |(id, _)| *id).map(|(_, tokens)| *tokens),
            sums: last_until(&self.sums, step, |(id, _)| *id).map(|(_, sums)| *sums).unwrap_or_default(),
        }
    }
}
