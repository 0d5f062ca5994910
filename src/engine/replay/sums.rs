use super::last_until;
use crate::engine::facts::ActionFacts;
use crate::engine::trace::{Step, StepId, Totals};

/// What the run had used and met so far. Unknown is `None`, never 0.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sums {
    pub tokens_in: Option<u64>,
    pub tokens_out: Option<u64>,
    pub cost_usd: Option<f64>,
    pub actions: u32,
    pub errors: u32,
}

/// The running sums, kept where they change.
#[derive(Debug, Default)]
pub(super) struct SumLine {
    totals: Totals,
    sums: Vec<(StepId, Sums)>,
}

impl SumLine {
    pub(super) fn add(&mut self, id: StepId, step: &Step, action: Option<&ActionFacts>) {
        let mut sums = self.sums.last().map(|(_, sums)| *sums).unwrap_or_default();
        if let Some(usage) = step.usage.as_deref() {
            self.totals.add(usage);
            sums.tokens_in = self.totals.tokens_in;
            sums.tokens_out = self.totals.tokens_out;
            sums.cost_usd = self.totals.cost_usd;
        }
        if let Some(action) = action {
            sums.actions += 1;
            sums.errors += u32::from(action.outcome.is_error());
        }
        if self.sums.last().is_none_or(|(_, known)| *known != sums) {
            self.sums.push((id, sums));
        }
    }

    pub(super) fn at(&self, step: StepId) -> Sums {
        last_until(&self.sums, step, |(id, _)| *id).map(|(_, sums)| *sums).unwrap_or_default()
    }
}
