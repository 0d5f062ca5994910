use crate::engine::facts::RunFacts;
use crate::engine::trace::{StepId, Trace};

/// The last check of the run if it said yes and nothing was edited after it: evidence that the work is good.
pub(super) fn green_after_last_edit(trace: &Trace, facts: &RunFacts) -> Option<StepId> {
    let actions = trace.live_steps().rev().filter_map(|(id, _)| Some((id, facts.action(id)?)));
    for (id, action) in actions {
        if action.is_green_check() && action.tests.is_some() {
            return Some(id);
        }
        if action.is_red_check() || !action.edits.is_empty() {
            return None;
        }
    }
    None
}
