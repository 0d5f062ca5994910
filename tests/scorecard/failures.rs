//! Whether failures that people put into one category fall into one group by their signature.

use std::collections::BTreeSet;

use tracebench::engine::Run;
use tracebench::engine::cluster::{Signature, signature_at};
use tracebench::engine::trace::{StepId, Trace};

use crate::judged::Judged;
use crate::stats::{Agreement, agreement};

/// What was measured on the labelled failures of `AgentRx`.
pub(crate) struct Grouped {
    pub(crate) failures: usize,
    pub(crate) categories: usize,
    pub(crate) groups: usize,
    pub(crate) by_signature: Agreement,
    /// Failures grouped by the benchmark they come from, and by nothing else.
    pub(crate) by_source: Agreement,
}

pub(crate) fn categories(runs: &[Judged]) -> Grouped {
    let (mut signatures, mut sources, mut categories) = (Vec::new(), Vec::new(), Vec::new());
    for run in runs {
        let labels = run.labels();
        for failure in labels["failures"].as_array().into_iter().flatten() {
            let Some(number) = failure["step_number"].as_u64() else { continue };
            let source_step = u32::try_from(number.saturating_sub(1)).unwrap_or(u32::MAX);
            let Some(step) = step_of(&run.run.trace, source_step) else { continue };
            let Run { trace, facts, findings, .. } = &run.run;
            let Signature { detector, operation, template, phase, .. } =
                signature_at(trace, facts, findings, step);
            signatures.push([detector, operation, template, phase]);
            sources.push(run.label.file.contains("tau_"));
            categories.push(category(failure["failure_category"].as_str().unwrap_or("")));
        }
    }
    Grouped {
        failures: categories.len(),
        categories: distinct(&categories),
        groups: distinct(&signatures),
        by_signature: agreement(&signatures, &categories),
        by_source: agreement(&sources, &categories),
    }
}

/// The categories are written in more than one way.
fn category(name: &str) -> String {
    name.to_lowercase().replace("instruction/plan", "instruction")
}

/// The last step with that number: a thought and what is said share theirs.
fn step_of(trace: &Trace, source_step: u32) -> Option<StepId> {
    trace.steps_with_ids().rev().find(|(_, step)| step.source_step == source_step).map(|(id, _)| id)
}

fn distinct<T: Ord>(list: &[T]) -> usize {
    list.iter().collect::<BTreeSet<_>>().len()
}
