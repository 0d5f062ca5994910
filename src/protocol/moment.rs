//! What the page is told of a run at a step, and what the reconstruction of its files is told of the run.

use serde::{Deserialize, Serialize};

use super::replay::Acts;
use crate::engine::Run;
use crate::engine::import;
use crate::engine::replay::Moments;
use crate::engine::replay::workspace::{Act, Setting};
use crate::engine::trace::{BodySource, PartKind, StepId};

/// Tests that are named.
const MAX_TESTS: usize = 50;
/// What a terminal printed last, and a plan, in characters.
const MAX_TEXT: usize = 20_000;

/// The state of a run at a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MomentView {
    pub step: u32,
    /// Where a check last said yes or no, and which.
    pub check: Option<(u32, bool)>,
    /// The tests that fail, by name.
    pub failing: Vec<String>,
    pub failing_count: u32,
    /// The last command of a terminal: its step, and what it was given and answered.
    pub command: Option<u32>,
    pub terminal: [String; 2],
    pub plan: Option<u32>,
    pub plan_text: String,
    /// What the model was last shown, in tokens.
    pub context: Option<u64>,
    pub tokens_in: Option<u64>,
    pub tokens_out: Option<u64>,
    pub cost_usd: Option<f64>,
    pub actions: u32,
    pub errors: u32,
}

fn text_of(run: &Run, sources: &dyn BodySource, step: StepId, kind: PartKind) -> Option<String> {
    let part = run.trace.step(step)?.part(kind)?;
    import::read_part(&run.trace, part, sources).ok()
}

pub(super) fn moment_view(
    run: &Run,
    sources: &dyn BodySource,
    moments: &Moments,
    step: StepId,
) -> MomentView {
    let moment = moments.at(step);
    let text = |step: Option<StepId>, kind| {
        let mut text = step.and_then(|step| text_of(run, sources, step, kind)).unwrap_or_default();
        let end = text.char_indices().nth(MAX_TEXT).map_or(text.len(), |(at, _)| at);
        text.truncate(end);
        text
    };
    let command = moment.command.and_then(|step| run.facts.action(step)?.command.as_deref());
    let call = match command {
        // Facts keep so many characters of a longer one.
        Some(command) if command.chars().count() < 400 => command.to_owned(),
        _ => text(moment.command, PartKind::Call),
    };
    MomentView {
        step: step.0,
        check: moment.last_check.map(|check| (check.step.0, check.green)),
        failing: moment.failing.iter().take(MAX_TESTS).map(ToString::to_string).collect(),
        failing_count: u32::try_from(moment.failing.len()).unwrap_or(u32::MAX),
        command: moment.command.map(|step| step.0),
        terminal: [call, text(moment.command, PartKind::Result)],
        plan: moment.plan.map(|step| step.0),
        plan_text: text(moment.plan, PartKind::Call),
        context: moment.context,
        tokens_in: moment.sums.tokens_in,
        tokens_out: moment.sums.tokens_out,
        cost_usd: moment.sums.cost_usd,
        actions: moment.sums.actions,
        errors: moment.sums.errors,
    }
}

/// The acts of a run from a step on, until their texts are `effort` bytes; and the step behind them.
pub(super) fn acts_of(run: &Run, sources: &dyn BodySource, from: u32, effort: u32) -> (Acts, u32) {
    let mut acts = Vec::new();
    let (mut size, mut next) = (0, from);
    let count = u32::try_from(run.trace.steps.len()).unwrap_or(u32::MAX);
    while next < count && size < effort as usize {
        let id = StepId(next);
        let mut read = |step, kind| text_of(run, sources, step, kind);
        if let Some(act) = Act::of(&run.trace, &run.facts, id, &mut read) {
            size += act.size();
            acts.push(act);
        }
        next += 1;
    }
    (Acts { setting: Setting::of(&run.trace, &run.facts), acts }, next)
}
